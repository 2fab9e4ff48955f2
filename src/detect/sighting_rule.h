// SPDX-License-Identifier: Apache-2.0
// The common shape of checks on what collectors saw: one signal for each sighting of a word on assets of some kinds.
#pragma once

#include <functional>
#include <vector>

#include "detect/detector.h"

namespace stormwatch::detect {

struct SightingRule {
  std::string_view what;
  std::vector<AssetKind> kinds;                       ///< empty: any
  std::function<bool(const Asset&, const Sighting&)> when;  ///< null: always
  /// null: the advisory's severity for high confidence, one step less for medium, two for low.
  std::function<Severity(const Asset&, const Sighting&)> severity;
};

/// The `look` of a detector that follows the rule. The explanation names the sighting and its detail.
std::function<void(const Estate&, const Context&, Signals&)> look_for(SightingRule rule);
/// One step down, never below info.
Severity lowered(Severity severity, int steps);

}  // namespace stormwatch::detect
