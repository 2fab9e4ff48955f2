// SPDX-License-Identifier: Apache-2.0
// Ways to an incident, traced backward in worlds where it happens.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "forecast/incidents.h"

namespace stormwatch::forecast {

namespace {

constexpr std::size_t kTracedWorlds = 256;

/// One world: which steps work in it, and for each node the step by which a target is nearest.
struct Trace {
  const Cone& cone;
  std::vector<std::uint32_t> next;   ///< local step from the node, kNone if no target is reached
  std::vector<bool> reaches;
  std::vector<std::uint32_t> queue;

  template <class Works>
  void run(Works&& works) {
    next.assign(cone.nodes.size(), kNone);
    reaches.assign(cone.nodes.size(), false);
    queue.clear();
    for (std::uint32_t target : cone.targets)
      if (!reaches[target]) {
        reaches[target] = true;
        queue.push_back(target);
      }
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (std::uint32_t s = cone.steps_start[queue[i]]; s < cone.steps_start[queue[i] + 1]; ++s) {
        if (!works(s)) continue;
        for (std::uint32_t k = cone.steps[s].source_begin; k < cone.steps[s].source_end; ++k) {
          const std::uint32_t source = cone.sources[k];
          if (reaches[source]) continue;
          reaches[source] = true;
          next[source] = s;
          queue.push_back(source);
        }
      }
  }
};

}  // namespace

std::vector<Trajectory> trajectories(const Graph& graph, const Cone& cone, const Worlds& worlds, const Factors& with, double days,
                                     std::uint64_t seed, std::size_t most) {
  const Network& network = *graph.network;
  std::vector<std::array<std::uint64_t, kStripe>> masks(cone.steps.size());
  for (std::size_t s = 0; s < cone.steps.size(); ++s) worlds.mask_of(cone.steps[s].step, with, 0, masks[s].data());
  std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, double> weight;
  double total = 0;
  Trace trace{cone, {}, {}, {}};
  // Worlds are tried in an order that visits all parameter blocks.
  std::size_t traced = 0;
  const std::size_t tries = std::clamp<std::size_t>(1'000'000 / (cone.steps.size() + 1), 16, kStripe * 64);
  for (std::size_t i = 0; i < tries && traced < kTracedWorlds; ++i) {
    const std::size_t world = (i * 401) % (kStripe * 64);
    // Sides are taken as reached: a shown path names the flow, not its side conditions.
    trace.run([&](std::uint32_t s) { return (masks[s][world / 64] >> (world % 64) & 1U) != 0; });
    double lambda = 0;
    for (const auto& [node, trigger] : cone.triggers)
      if (trace.reaches[node]) lambda += network.mean_rate(trigger, with);
    if (lambda <= 0) continue;
    ++traced;
    double left = random_unit(seed, world) * lambda;
    for (const auto& [node, trigger] : cone.triggers) {
      if (!trace.reaches[node]) continue;
      left -= network.mean_rate(trigger, with);
      if (left > 0) continue;
      std::vector<std::uint32_t> steps;
      for (std::uint32_t at = node; trace.next[at] != kNone; at = cone.steps[trace.next[at]].to) steps.push_back(cone.steps[trace.next[at]].step);
      const double happens = -std::expm1(-lambda * days / 30);
      weight[{trigger, std::move(steps)}] += happens;
      total += happens;
      break;
    }
  }
  std::vector<Trajectory> all;
  for (auto& [way, w] : weight) all.push_back({way.first, way.second, w / total});
  std::ranges::stable_sort(all, [](const Trajectory& a, const Trajectory& b) { return a.share > b.share; });
  // A way that only starts elsewhere tells nothing new while another kind of way is left.
  std::vector<Trajectory> out;
  for (int round = 0; round < 2; ++round)
    for (Trajectory& way : all) {
      if (out.size() >= most || way.steps.empty()) continue;
      const bool known = std::ranges::any_of(out, [&](const Trajectory& other) {
        if (round == 1) return other.trigger == way.trigger && other.steps == way.steps;
        std::size_t shared = 0;
        for (std::uint32_t s : way.steps) shared += std::ranges::find(other.steps, s) != other.steps.end();
        return shared * 2 > way.steps.size();
      });
      if (!known) out.push_back(way);
    }
  std::ranges::stable_sort(out, [](const Trajectory& a, const Trajectory& b) { return a.share > b.share; });
  return out;
}

}  // namespace stormwatch::forecast
