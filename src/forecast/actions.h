// SPDX-License-Identifier: Apache-2.0
// What can be done: controls of step rules at their assets and upgrades of flawed packages, as edits of the network.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "forecast/bind.h"
#include "forecast/ranking.h"

namespace stormwatch::forecast {

struct CandidateAction {
  ActionId id;
  std::string title, how, patch, verify;
  std::uint32_t asset = kNone;  ///< where it is done
  std::vector<FindingId> findings;
  Option option;
  bool once = false;   ///< the same deed does it at all its places
  double promise = 0;  ///< rough expected loss reduction per hour, for choosing which to work out
};

/// One candidate a (control, asset) and one a flawed package, over the sites that `weight_of_site` gives a weight above 0 (the
/// expected loss that runs through it). Identical fixes are one candidate. Sorted by promise, the largest first.
std::vector<CandidateAction> candidate_actions(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Binding& binding,
                                     const ForecastOptions& options, const std::function<double(std::uint32_t)>& weight_of_site);

}  // namespace stormwatch::forecast
