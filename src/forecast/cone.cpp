// SPDX-License-Identifier: Apache-2.0
// The ancestors of targets, laid out for passes over them; and best paths.
#include <algorithm>
#include <cmath>
#include <queue>

#include "forecast/worlds.h"

namespace stormwatch::forecast {

Graph graph_of(const Network& network) {
  Graph graph{&network, steps_into(network), steps_from(network), {}, {}};
  graph.components = components_of(network, graph.from);
  graph.trigger_at.assign(network.nodes, kNone);
  for (std::uint32_t t = 0; t < network.triggers.size(); ++t) graph.trigger_at[network.triggers[t].node] = t;
  return graph;
}

Cone cone_of(const Graph& graph, std::span<const std::uint32_t> targets, std::size_t most_nodes) {
  const Network& network = *graph.network;
  Cone cone;
  // One row a thread, all kNone between calls: cones are many, small, and cut from a network that may be large.
  thread_local std::vector<std::uint32_t> local;
  if (local.size() < network.nodes) local.resize(network.nodes, kNone);
  std::vector<std::uint32_t> found;
  auto reach = [&](std::uint32_t node) {
    if (local[node] != kNone) return;
    if (found.size() >= most_nodes) {
      cone.complete = false;
      return;
    }
    local[node] = 0;
    found.push_back(node);
  };
  for (std::uint32_t target : targets) reach(target);
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::uint32_t s : graph.into.of(found[i])) {
      for (std::uint32_t source : network.sources(s)) reach(source);
      if (network.steps[s].side != kNone) reach(network.steps[s].side);
    }
  // Breadth-first order breaks ties, so that within a loop the nodes near the target come first.
  std::stable_sort(found.begin(), found.end(), [&](std::uint32_t a, std::uint32_t b) {
    return graph.components.of_node[a] > graph.components.of_node[b];
  });
  cone.nodes = std::move(found);
  for (std::uint32_t i = 0; i < cone.nodes.size(); ++i) local[cone.nodes[i]] = i;
  for (std::uint32_t target : targets) cone.targets.push_back(local[target]);

  cone.steps_start.push_back(0);
  for (std::uint32_t i = 0; i < cone.nodes.size(); ++i) {
    for (std::uint32_t s : graph.into.of(cone.nodes[i])) {
      Cone::LocalStep step{s, i, kNone, static_cast<std::uint32_t>(cone.sources.size()), 0};
      for (std::uint32_t source : network.sources(s))
        if (local[source] != kNone) cone.sources.push_back(local[source]);
      step.source_end = static_cast<std::uint32_t>(cone.sources.size());
      const std::uint32_t side = network.steps[s].side;
      if (side != kNone) {
        if (local[side] == kNone) continue;
        step.side = local[side];
      }
      if (step.source_begin != step.source_end) cone.steps.push_back(step);
    }
    cone.steps_start.push_back(static_cast<std::uint32_t>(cone.steps.size()));
    if (graph.trigger_at[cone.nodes[i]] != kNone) cone.triggers.emplace_back(i, graph.trigger_at[cone.nodes[i]]);
  }

  for (std::uint32_t node : cone.nodes) local[node] = kNone;

  std::vector<std::uint32_t> work;
  std::vector<bool> before_side(cone.nodes.size(), false);
  auto mark = [&](std::uint32_t node) {
    if (!before_side[node]) {
      before_side[node] = true;
      work.push_back(node);
    }
  };
  for (const Cone::LocalStep& step : cone.steps)
    if (step.side != kNone) {
      cone.has_sides = true;
      mark(step.side);
    }
  while (!work.empty()) {
    const std::uint32_t node = work.back();
    work.pop_back();
    for (std::uint32_t s = cone.steps_start[node]; s < cone.steps_start[node + 1]; ++s) {
      for (std::uint32_t k = cone.steps[s].source_begin; k < cone.steps[s].source_end; ++k) mark(cone.sources[k]);
      if (cone.steps[s].side != kNone) mark(cone.steps[s].side);
    }
  }
  for (std::uint32_t node = static_cast<std::uint32_t>(cone.nodes.size()); node-- > 0;)
    if (before_side[node])
      for (std::uint32_t s = cone.steps_start[node]; s < cone.steps_start[node + 1]; ++s) cone.forward.push_back(s);
  for (const auto& [node, trigger] : cone.triggers) cone.drawn.push_back(before_side[node]);
  return cone;
}

BestChains best_chains(const Graph& graph, const Factors& with, double days) {
  const Network& network = *graph.network;
  BestChains out;
  out.cost.assign(network.nodes, INFINITY);
  out.step.assign(network.nodes, kNone);
  out.source.assign(network.nodes, kNone);
  using Entry = std::pair<float, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  for (std::uint32_t t = 0; t < network.triggers.size(); ++t) {
    const double chance = -std::expm1(-network.mean_rate(t, with) * days / 30);
    if (chance <= 0) continue;
    const auto cost = static_cast<float>(-std::log(chance));
    float& known = out.cost[network.triggers[t].node];
    if (cost >= known) continue;
    known = cost;
    queue.push({cost, network.triggers[t].node});
  }
  while (!queue.empty()) {
    const auto [cost, node] = queue.top();
    queue.pop();
    if (cost > out.cost[node]) continue;
    for (std::uint32_t s : graph.from.of(node)) {
      const Step& step = network.steps[s];
      if (step.side != kNone) continue;  // a chain through an AND needs a second chain: left out, so still a lower bound
      const double chance = network.mean_chance_of_step(s, with);
      if (chance <= 0) continue;
      const auto reached = cost + static_cast<float>(-std::log(chance));
      if (reached < out.cost[step.to]) {
        out.cost[step.to] = reached;
        out.step[step.to] = s;
        out.source[step.to] = node;
        queue.push({reached, step.to});
      }
    }
  }
  return out;
}

BestPath best_path(const Graph& graph, const Factors& with, const BestChains& chains, std::uint32_t target, double days) {
  const Network& network = *graph.network;
  BestPath path;
  if (!std::isfinite(chains.cost[target])) return path;
  std::uint32_t node = target;
  while (chains.step[node] != kNone && path.steps.size() <= network.nodes) {
    path.steps.push_back(chains.step[node]);
    node = chains.source[node];  // the one that was settled first: among equals another may lead back here
  }
  path.trigger = graph.trigger_at[node];
  if (path.trigger == kNone) return {};
  std::ranges::reverse(path.steps);
  std::vector<std::uint32_t> used;
  for (std::uint32_t s : path.steps)
    for (std::uint32_t v : network.variables_of(s)) used.push_back(v);
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  path.chance = -std::expm1(-network.mean_rate(path.trigger, with) * days / 30);
  for (std::uint32_t v : used) path.chance *= network.mean_chance(v, with);
  return path;
}

}  // namespace stormwatch::forecast
