// SPDX-License-Identifier: Apache-2.0
// What a forecast spends. Counted, never timed, so that the answer does not depend on the machine.
#pragma once

#include "forecast/explain.h"
#include "forecast/outline.h"

namespace stormwatch::forecast {

struct Effort {
  double work = 1e8;             ///< row operations (1,024 worlds each) of one round: chances, ranking, effects, reasons
  std::size_t nodes = 200'000;   ///< causes of one incident that are followed, the nearest first
};
inline constexpr double kEnumerationBudget = 8e6; ///< world-and-step operations spent on exact answers
inline constexpr double kConeBudget = 2e7;        ///< nodes and steps held at once
inline constexpr std::size_t kMostBound = 500'000;  ///< nodes that are bound in full, for as many incidents as that gives
inline constexpr std::size_t kMostUnfollowed = 16;  ///< incidents with more causes than are followed: where there are so many the estate is flat
inline constexpr std::size_t kConesAtOnce = 8;

/// Where all leads to all, in a large estate, more work finds little more: each incident has the same causes.
Effort effort_for(const Outline& outline);

double size_of(const Cone& cone);

/// Row operations that one pass over a cone takes for each of its parts: 1 without loops, many where all reaches all. Measured on
/// the largest cone, so that work is bounded by counting and the answer does not depend on the machine.
double sweeps_of(const Graph& graph, std::span<const Worked> worked, const Factors& base, const ForecastOptions& options);

}  // namespace stormwatch::forecast
