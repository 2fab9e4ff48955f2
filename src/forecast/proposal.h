// SPDX-License-Identifier: Apache-2.0
// What to do about it: ranked actions with what each does to the incidents, and the bundles that end a group of them.
#pragma once

#include "forecast/cuts.h"
#include "forecast/inquiry.h"

namespace stormwatch::forecast {

/// Losses: within a group the largest counts, so each group is a staircase of unions.
struct Stair {
  std::vector<std::uint32_t> targets;
  double loss = 0, weight = 0;  ///< weight: about the expected loss
  Cone cone;
};

/// How the effect of actions on an incident is told: in plain worlds, or where these hardly meet it along its ways, so that it is not 0 of 0.
struct Measure {
  double before = 0;       ///< 90-day chance
  bool along_ways = false;
};
Measure measure_of(const Worlds& worlds, const Cone& cone, const Factors& base, const Estimate& known);
/// The 90-day chance under other factors, as a share of `measure.before`; 1 if nothing can be told.
double left_of(const Worlds& worlds, const Cone& cone, const Measure& measure, const Factors& with);

/// Made of an inquiry that has run and outlives it; adds to its notes.
class Proposal {
 public:
  explicit Proposal(Inquiry& inquiry) : of_(inquiry) {}
  Proposal(const Proposal&) = delete;
  Proposal& operator=(const Proposal&) = delete;

  /// Fills groups, actions, bundles and losses.
  void fill(Forecast& out);

 private:
  void choose_candidates();
  void choose_stairs();
  void find_cuts(const std::vector<IncidentGroup>& groups);
  void rank_actions();
  [[nodiscard]] Bundle bundle_of(const Worked& one, const Cut& cut) const;
  void add_bundles(std::vector<Bundle>& bundles) const;
  void add_actions(std::vector<Action>& out) const;
  [[nodiscard]] Action action_of(const Ranked& ranked) const;
  void add_effects(Action& action, std::uint32_t option, std::span<const Measure> measures) const;
  [[nodiscard]] std::size_t incidents_with_effects() const;

  Inquiry& of_;
  std::vector<CandidateAction> candidates_;
  std::vector<Option> options_;       ///< of the candidates
  std::vector<Stair> stairs_;
  std::vector<LossPart> parts_;       ///< of the stairs
  PlanLimits limits_;
  std::vector<std::pair<std::size_t, Cut>> cuts_;  ///< with the incident that each ends
  Plan ranking_;
};

}  // namespace stormwatch::forecast
