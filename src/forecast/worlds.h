// SPDX-License-Identifier: Apache-2.0
// Inference: the chance that a set of targets is reached, by bit-parallel worlds or by enumerating all of them.
//
// P(H) = 1 - E_w[exp(-H * Lambda(w))], Lambda(w) the summed rate of the triggers that reach a target in world w. Triggers are
// integrated out, so rare ones cost no samples; only triggers that can reach the side node of an AND are drawn with the world
// (their own draw is then a variable), because an AND needs to know which of them happened together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "forecast/network.h"
#include "forecast/parameters.h"

namespace stormwatch::forecast {

inline constexpr std::array<double, 3> kReportDays{7, 30, 90};
inline constexpr std::size_t kStripe = 16;  ///< words a pass works on: 1,024 worlds

/// The steps from which some target can be reached, sources before what they lead to within each loop-free part.
struct Cone {
  struct LocalStep {
    std::uint32_t step = 0;   ///< in the network
    std::uint32_t to = 0;     ///< local nodes from here on
    std::uint32_t side = kNone;
    std::uint32_t source_begin = 0, source_end = 0;
  };
  std::vector<std::uint32_t> nodes;  ///< network nodes, those nearest the targets first
  std::vector<std::uint32_t> targets;
  std::vector<LocalStep> steps;      ///< grouped by `to`
  std::vector<std::uint32_t> steps_start;
  std::vector<std::uint32_t> sources;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> triggers;  ///< local node, trigger of the network
  std::vector<bool> drawn;           ///< by position in `triggers`: can reach a side node
  std::vector<std::uint32_t> forward;  ///< local steps that lead to a side node, for the forward pass
  bool has_sides = false;            ///< some step has a side node
  bool complete = true;              ///< false: stopped at `most_nodes`, so chances are a lower bound
};

struct Graph {  ///< a network with its rows, made once
  const Network* network = nullptr;
  Adjacency into, from;
  Components components;
  std::vector<std::uint32_t> trigger_at;  ///< node -> trigger or kNone
};
Graph graph_of(const Network& network);
Cone cone_of(const Graph& graph, std::span<const std::uint32_t> targets, std::size_t most_nodes = ~std::size_t{0});

struct Estimate {
  std::array<double, 3> at{};       ///< chances at kReportDays
  double at_horizon = 0;
  std::array<double, kBlocks> blocks{};  ///< 90-day chance a parameter block
  double variance = 0;              ///< of the 90-day chance over worlds
  double range = 1;                 ///< what a world adds to the 90-day chance lies in [0, range]
  double pressure = 0;              ///< mean of Lambda, per 30 days
  double pressure_variance = 0;     ///< of Lambda over worlds; 0 when exact
  std::vector<double> reach;        ///< by position in cone.triggers: share of worlds in which it reaches a target
  std::uint64_t worlds = 0;
  bool exact = false;
  std::uint64_t work = 0;           ///< row operations that the backward passes took, for bounding work by counting
  std::vector<float> by_world;      ///< chance at the horizon in each sampled world; empty when exact, and along ways
};
/// Whether so few worlds reach the targets that their share says little.
bool is_rare(const Estimate& estimate);
/// Half the width of the 95 % interval of the 90-day chance, by the empirical Bernstein bound.
double sampling_error(const Estimate& estimate);

/// Which of the chances an estimate fills.
enum class Span : std::uint8_t { all, ninety_days, horizon };

class Worlds {
 public:
  /// `words` 64-world words, a multiple of kStripe.
  Worlds(const Graph& graph, std::uint64_t seed, std::uint32_t words, double horizon_days);

  [[nodiscard]] std::uint32_t words() const { return words_; }
  /// Keeps the masks of these steps under `base`, so that estimates that change few factors draw few bits. Not while estimating.
  void remember(std::span<const std::uint32_t> steps, const Factors& base, unsigned jobs);
  /// `horizon_only` fills at_horizon and by_world alone, at a third of the time.
  [[nodiscard]] Estimate sample(const Cone& cone, const Factors& with, bool horizon_only = false) const;
  /// Variables that are neither certain nor impossible, triggers that must be drawn included.
  [[nodiscard]] std::size_t undecided(const Cone& cone, const Factors& with) const;
  /// All 2^m worlds; only for m <= 24.
  [[nodiscard]] Estimate enumerate(const Cone& cone, const Factors& with) const;
  /// Of targets that plain worlds hardly reach: worlds are drawn along the ways to them. Nothing if the ways are too many to list, or
  /// not all are known. `by_world` stays empty. The same ways meet the same fates under other factors, so that what a change does is told
  /// however rare they are.
  [[nodiscard]] std::optional<Estimate> rare(const Cone& cone, const Factors& with, Span span = Span::all) const;
  /// Whether step `s` works, world by world, for the words of one stripe.
  void mask_of(std::uint32_t step, const Factors& with, std::size_t stripe, std::uint64_t* out) const;
  [[nodiscard]] double chance(std::uint32_t variable, const Factors& with, std::uint32_t block) const;
  [[nodiscard]] double rate(std::uint32_t trigger, const Factors& with, std::uint32_t block) const;
  [[nodiscard]] std::uint32_t block_of_word(std::size_t word) const { return static_cast<std::uint32_t>(word * kBlocks / words_); }

 private:
  void fire_mask(std::uint32_t trigger, const Factors& with, double days, std::size_t stripe, std::uint64_t* out) const;

  const Graph& graph_;
  std::uint64_t seed_;
  std::uint32_t words_;
  double horizon_days_;
  std::vector<double> draws_;
  Factors base_;
  std::vector<std::uint32_t> remembered_at_;  ///< by step: row in remembered_, kNone if not kept
  std::vector<std::uint64_t> remembered_;
};

/// A lower bound of the chance within `days`: the best single path from one trigger, counting each variable once.
struct BestPath {
  double chance = 0;
  std::vector<std::uint32_t> steps;
  std::uint32_t trigger = kNone;
};
/// For every node, -log of the best chain's product (variables that repeat counted as often as they come), from any trigger.
struct BestChains {
  std::vector<float> cost;
  std::vector<std::uint32_t> step;    ///< last step of the chain; kNone at a trigger
  std::vector<std::uint32_t> source;  ///< node that step came from
};
BestChains best_chains(const Graph& graph, const Factors& with, double days);
BestPath best_path(const Graph& graph, const Factors& with, const BestChains& chains, std::uint32_t target, double days);

}  // namespace stormwatch::forecast
