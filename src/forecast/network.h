// SPDX-License-Identifier: Apache-2.0
// The attack network: what inference works on, free of assets and rules.
//
// Nodes are attack states on assets. A Step is an OR over its source nodes, AND an optional side node, AND all its
// variables (Bernoulli, "does this work here"); it gives its `to` node. A Trigger is a source node that happens as a Poisson event.
// States are gained, never lost. Steps that share a variable work or fail together.
//
// A chance or a rate is `parameter sample x factor`. A Parameter is what is uncertain about a rule (shared by its instances);
// factors are what controls and actions change, so that the same worlds answer before and after.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stormwatch::forecast {

inline constexpr std::uint32_t kNone = ~0U;

struct Parameter {
  double mean = 1;      ///< of a chance, or of a rate per 30 days
  double strength = 0;  ///< pseudo-count: Beta(s*m, s*(1-m)), or Gamma of shape s and that mean; 0: known exactly
  bool rate = false;
  std::uint64_t key = 0;  ///< what its draws hang on, so that they stay when other parameters come or go
};

struct Variable {
  std::uint64_t key = 0;  ///< what the random bits hang on; the same in every network that has this cause
  std::uint32_t parameter = kNone;
};

struct Step {
  std::uint32_t to = 0;
  std::uint32_t side = kNone;
  std::uint32_t source_begin = 0, source_end = 0;
  std::uint32_t variable_begin = 0, variable_end = 0;
};

struct Trigger {
  std::uint64_t key = 0;
  std::uint32_t node = 0;  ///< its own source node
  std::uint32_t parameter = kNone;
};

/// What edits change. Chance of a variable: sample(parameter) * variable[v], at most 1; rate of a trigger likewise.
struct Factors {
  std::vector<double> variable, trigger;
};

struct Network {
  std::uint32_t nodes = 0;
  std::vector<Parameter> parameters;
  std::vector<Variable> variables;
  std::vector<Step> steps;
  std::vector<std::uint32_t> step_sources, step_variables;
  std::vector<Trigger> triggers;
  Factors factors;

  std::uint32_t add_node() { return nodes++; }
  std::uint32_t add_parameter(double mean, double strength, bool rate, std::uint64_t key = 0);  ///< key 0: its place
  std::uint32_t add_variable(std::uint64_t key, double factor, std::uint32_t parameter = kNone);
  std::uint32_t add_step(std::span<const std::uint32_t> sources, std::uint32_t to, std::span<const std::uint32_t> with, std::uint32_t side = kNone);
  /// Gives the trigger's index; its node is new.
  std::uint32_t add_trigger(std::uint64_t key, double factor, std::uint32_t parameter = kNone);

  [[nodiscard]] std::span<const std::uint32_t> sources(std::uint32_t step) const;
  [[nodiscard]] std::span<const std::uint32_t> variables_of(std::uint32_t step) const;
  [[nodiscard]] double mean_chance(std::uint32_t variable, const Factors& with) const;
  [[nodiscard]] double mean_rate(std::uint32_t trigger, const Factors& with) const;
  /// Product of the mean chances of its variables.
  [[nodiscard]] double mean_chance_of_step(std::uint32_t step, const Factors& with) const;
};

/// Steps by node: compressed rows.
struct Adjacency {
  std::vector<std::uint32_t> start, step;
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t node) const {
    return std::span(step).subspan(start[node], start[node + 1] - start[node]);
  }
};
Adjacency steps_into(const Network& network);
Adjacency steps_from(const Network& network);  ///< side nodes count as sources

/// Strongly connected components of the nodes (step sources and sides -> to), numbered so that each step goes from a component
/// to itself or to one with a higher number.
struct Components {
  std::vector<std::uint32_t> of_node;
  std::uint32_t count = 0;
  std::uint32_t largest = 0;  ///< nodes of the largest
};
Components components_of(const Network& network, const Adjacency& from);
/// The same for any graph: `from` gives the steps that leave a node, `to` where each step leads.
Components components_of(std::uint32_t nodes, const Adjacency& from, std::span<const std::uint32_t> to);

}  // namespace stormwatch::forecast
