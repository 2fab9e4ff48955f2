// SPDX-License-Identifier: Apache-2.0
// What changed between two scans, and which changes did it.
//
// Pressure is the mean summed rate of the triggers that reach an incident, over the horizon; an estate's is the sum over its
// incidents. Both scans are forecast by the step rules of now, so a change of these is never counted as risk. What was learned of flaws (EPSS,
// KEV, advisories) and what another version of the scanner finds in what did not change are groups of their own. The parts of the
// groups are Shapley values: the mean, over all orders (for more than 6 groups over a fixed choice of orders), of what a group changes
// when it comes after those before it. They add up to the whole.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "forecast/forecast.h"

namespace stormwatch::forecast {

struct Scanned {
  const Estate* estate = nullptr;
  std::span<const Finding> findings;
  std::string rules;  ///< version of the scanner and its rules; empty: not known
};

struct Trend {
  Pressure before, after;            ///< of the estate, by the step rules of now; the errors of its incidents added, which is at most so much
  std::vector<TrendPart> parts;      ///< the largest change first; empty when nothing differs
  std::vector<std::pair<IncidentId, Pressure>> incidents_before, incidents_after;
  std::size_t anew = 0, stood = 0;   ///< forecasts made anew, and by a change of one that stood
};

/// `options` as for a forecast; one forecast of chances a combination of changed groups that is asked for.
Result<Trend> trend(const Scanned& before, const Scanned& after, const StepRules& rules, const ForecastOptions& options);

/// "new", "rising fast" (from twice), "rising" (from a fifth more), "falling" (from a fifth less), "steady"; and "steady (within the error)" where a
/// difference is at most two standard errors of the two.
std::string trend_word(const Pressure& before, const Pressure& after);

}  // namespace stormwatch::forecast
