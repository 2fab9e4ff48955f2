// SPDX-License-Identifier: Apache-2.0
#include "forecast/network.h"

#include <algorithm>

namespace stormwatch::forecast {

std::uint32_t Network::add_parameter(double mean, double strength, bool rate, std::uint64_t key) {
  parameters.push_back({mean, strength, rate, key != 0 ? key : parameters.size() * 0xD1B54A32D192ED03ULL});
  return static_cast<std::uint32_t>(parameters.size() - 1);
}

std::uint32_t Network::add_variable(std::uint64_t key, double factor, std::uint32_t parameter) {
  variables.push_back({key, parameter});
  factors.variable.push_back(factor);
  return static_cast<std::uint32_t>(variables.size() - 1);
}

std::uint32_t Network::add_step(std::span<const std::uint32_t> from, std::uint32_t to, std::span<const std::uint32_t> with, std::uint32_t side) {
  Step step;
  step.to = to;
  step.side = side;
  step.source_begin = static_cast<std::uint32_t>(step_sources.size());
  step_sources.insert(step_sources.end(), from.begin(), from.end());
  step.source_end = static_cast<std::uint32_t>(step_sources.size());
  step.variable_begin = static_cast<std::uint32_t>(step_variables.size());
  step_variables.insert(step_variables.end(), with.begin(), with.end());
  step.variable_end = static_cast<std::uint32_t>(step_variables.size());
  steps.push_back(step);
  return static_cast<std::uint32_t>(steps.size() - 1);
}

std::uint32_t Network::add_trigger(std::uint64_t key, double factor, std::uint32_t parameter) {
  triggers.push_back({key, add_node(), parameter});
  factors.trigger.push_back(factor);
  return static_cast<std::uint32_t>(triggers.size() - 1);
}

std::span<const std::uint32_t> Network::sources(std::uint32_t step) const {
  return std::span(step_sources).subspan(steps[step].source_begin, steps[step].source_end - steps[step].source_begin);
}

std::span<const std::uint32_t> Network::variables_of(std::uint32_t step) const {
  return std::span(step_variables).subspan(steps[step].variable_begin, steps[step].variable_end - steps[step].variable_begin);
}

double Network::mean_chance(std::uint32_t v, const Factors& with) const {
  const double base = variables[v].parameter == kNone ? 1.0 : parameters[variables[v].parameter].mean;
  return std::clamp(base * with.variable[v], 0.0, 1.0);
}

double Network::mean_rate(std::uint32_t t, const Factors& with) const {
  const double base = triggers[t].parameter == kNone ? 1.0 : parameters[triggers[t].parameter].mean;
  return std::max(0.0, base * with.trigger[t]);
}

double Network::mean_chance_of_step(std::uint32_t step, const Factors& with) const {
  double chance = 1;
  for (std::uint32_t v : variables_of(step)) chance *= mean_chance(v, with);
  return chance;
}

namespace {
template <class Visit>
Adjacency rows(const Network& network, Visit&& ends_of) {
  Adjacency rows;
  rows.start.assign(network.nodes + 1, 0);
  for (std::uint32_t s = 0; s < network.steps.size(); ++s) ends_of(s, [&](std::uint32_t node) { ++rows.start[node + 1]; });
  for (std::uint32_t n = 0; n < network.nodes; ++n) rows.start[n + 1] += rows.start[n];
  rows.step.resize(rows.start[network.nodes]);
  std::vector<std::uint32_t> next(rows.start);
  for (std::uint32_t s = 0; s < network.steps.size(); ++s) ends_of(s, [&](std::uint32_t node) { rows.step[next[node]++] = s; });
  return rows;
}
}  // namespace

Adjacency steps_into(const Network& network) {
  return rows(network, [&](std::uint32_t s, auto&& visit) { visit(network.steps[s].to); });
}

Adjacency steps_from(const Network& network) {
  return rows(network, [&](std::uint32_t s, auto&& visit) {
    for (std::uint32_t node : network.sources(s)) visit(node);
    if (network.steps[s].side != kNone) visit(network.steps[s].side);
  });
}

Components components_of(const Network& network, const Adjacency& from) {
  std::vector<std::uint32_t> to;
  to.reserve(network.steps.size());
  for (const Step& step : network.steps) to.push_back(step.to);
  return components_of(network.nodes, from, to);
}

Components components_of(std::uint32_t nodes, const Adjacency& from, std::span<const std::uint32_t> to_of_step) {
  // Tarjan without recursion: a deep chain of states must not exhaust the stack.
  Components out;
  out.of_node.assign(nodes, kNone);
  std::vector<std::uint32_t> order(nodes, kNone), low(nodes, 0), stack;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> calls;
  std::uint32_t time = 0;
  for (std::uint32_t root = 0; root < nodes; ++root) {
    if (order[root] != kNone) continue;
    calls.push_back({root, from.start[root]});
    order[root] = low[root] = time++;
    stack.push_back(root);
    while (!calls.empty()) {
      auto& [node, next] = calls.back();
      if (next < from.start[node + 1]) {
        const std::uint32_t to = to_of_step[from.step[next++]];
        if (order[to] == kNone) {
          order[to] = low[to] = time++;
          stack.push_back(to);
          calls.push_back({to, from.start[to]});
        } else if (out.of_node[to] == kNone) {
          low[node] = std::min(low[node], order[to]);
        }
        continue;
      }
      const std::uint32_t done = node;
      calls.pop_back();
      if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[done]);
      if (low[done] != order[done]) continue;
      std::uint32_t size = 0;
      for (std::uint32_t member = kNone; member != done; ++size) {
        member = stack.back();
        stack.pop_back();
        out.of_node[member] = out.count;
      }
      out.largest = std::max(out.largest, size);
      ++out.count;
    }
  }
  for (std::uint32_t& component : out.of_node) component = out.count - 1 - component;  // Tarjan closes sinks first
  return out;
}

}  // namespace stormwatch::forecast
