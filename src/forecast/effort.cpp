// SPDX-License-Identifier: Apache-2.0
#include "forecast/effort.h"

#include <algorithm>

namespace stormwatch::forecast {

Effort effort_for(const Outline& outline) {
  constexpr std::uint32_t kLarge = 300'000;
  return outline.is_flat() && outline.nodes() > kLarge ? Effort{2e7, 50'000} : Effort{};
}

double size_of(const Cone& cone) { return static_cast<double>(cone.nodes.size() + cone.steps.size() + cone.sources.size()) + 64; }

double sweeps_of(const Graph& graph, std::span<const Worked> worked, const Factors& base, const ForecastOptions& options) {
  if (graph.components.largest <= 10 || worked.empty()) return 1;
  const Worked& largest = *std::ranges::max_element(worked, {}, [](const Worked& one) { return size_of(one.cone); });
  const Worlds pilot(graph, options.seed, kStripe, options.horizon_days);
  return std::max(1.0, static_cast<double>(pilot.sample(largest.cone, base, true).work) / size_of(largest.cone));
}

}  // namespace stormwatch::forecast
