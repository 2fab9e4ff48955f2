// SPDX-License-Identifier: Apache-2.0
// Step rules bound to an estate: the attack network, and for each of its steps which rule it is, where, and why.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "forecast/flaws.h"
#include "forecast/network.h"
#include "forecast/outline.h"
#include "forecast/step_rules.h"

namespace stormwatch::forecast {

struct AssumedFact {
  std::string fact;
  std::uint32_t variable = 0;
};

/// A rule at an asset. All its steps share the variable that actions change (`control`), or the trigger.
struct Site {
  std::uint32_t rule = 0, asset = 0;
  std::uint32_t control = kNone;   ///< variable: chance that no control stops it
  std::uint32_t trigger = kNone;   ///< its own trigger when it starts from outside
  double value = 0;                ///< chance, or rate per 30 days, before controls
  double strength = 0;             ///< pseudo-count of what was learned; 0: the tier's
  std::string because;
  std::vector<FindingId> findings;
  std::vector<AssumedFact> assumed;
  std::vector<std::uint32_t> present;  ///< controls already in place
};

/// A trigger or variable that one flawed package drives: upgrading it sets the factor to 0.
struct PackageUse {
  std::uint32_t package = 0;  ///< asset
  bool is_trigger = false;
  std::uint32_t index = 0;
};

struct StepOrigin {
  std::uint32_t site = 0;
  std::uint32_t package = kNone;  ///< asset of the flawed package, for steps of flaws
};

struct Binding {
  Network network;
  std::vector<Site> sites;
  std::vector<StepOrigin> origin;                                     ///< by network step
  std::vector<std::pair<std::uint8_t, std::uint32_t>> state_of_node;  ///< (state, asset); asset kNone for triggers
  std::vector<std::uint32_t> node_of;                                 ///< by node of the outline; kNone: not bound
  std::vector<std::uint32_t> site_of_trigger;
  std::vector<PackageUse> packages;
};

/// The part of the network that gives the nodes `kept` (of the outline), from one another and from outside.
Binding bind(const SiteReader& reader, const Outline& outline, const std::vector<bool>& kept);
/// All that some trigger can reach.
Binding bind(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, unsigned jobs, const Organisation* organisation = nullptr);

}  // namespace stormwatch::forecast
