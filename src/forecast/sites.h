// SPDX-License-Identifier: Apache-2.0
// A step rule asked of one asset: whether it acts there, with what numbers, and from which assets it is reached.
//
// Everything here is const after construction and may be asked from several threads.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "forecast/flaws.h"
#include "forecast/links.h"
#include "forecast/step_rules.h"

namespace stormwatch::forecast {

/// What a rule comes to at an asset, before it is part of a network.
struct SiteFacts {
  struct Assumed {
    std::string fact;
    double chance = 0;
    bool everywhere = false;  ///< stated for the whole estate: one variable for all that rest on it
  };
  double value = 0;     ///< chance, or rate per 30 days, before controls
  double strength = 0;  ///< pseudo-count of what was learned; 0: the tier's
  double there = 1;     ///< that the asset is what it was taken for
  double kept = 1;      ///< what the controls in place leave
  std::vector<Assumed> assumed;
  std::vector<std::uint32_t> present;  ///< controls in place
  std::string because;                 ///< empty unless reasons were asked for, like findings
  std::vector<FindingId> findings;

  /// Chance of everything but the rule's own value.
  [[nodiscard]] double chance_beside_value(bool own_control) const;
};

/// An asset near another: at most so many relations away.
struct Near {
  std::uint32_t asset = 0;
  unsigned distance = 0;
};

class SiteReader {
 public:
  SiteReader(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Organisation* organisation);

  [[nodiscard]] const Estate& estate() const { return estate_; }
  [[nodiscard]] const StepRules& rules() const { return rules_; }
  [[nodiscard]] const Links& links() const { return links_; }
  [[nodiscard]] const Flaws& flaws() const { return flaws_; }
  [[nodiscard]] std::span<const Finding* const> findings_of(std::uint32_t asset) const { return findings_of_[asset]; }
  /// Assets that a rule is asked of, in the order of its sites: by the place of their kind in the rule, then as in the estate.
  [[nodiscard]] std::vector<std::span<const std::uint32_t>> candidates(const StepRule& rule) const;
  /// Whether a rule is asked of the asset.
  [[nodiscard]] bool is_candidate(const StepRule& rule, std::uint32_t asset) const;
  /// How many relations away from an asset a rule looks, at most.
  [[nodiscard]] unsigned reach(std::uint32_t rule) const { return reach_[rule]; }
  [[nodiscard]] unsigned farthest_reach() const { return reach_.empty() ? 0 : *std::ranges::max_element(reach_); }
  /// How many relations away a step may start, at most.
  [[nodiscard]] unsigned farthest_flow() const { return farthest_flow_; }
  /// The assets at most `distance` relations away from one of `from`, the nearest first.
  [[nodiscard]] std::vector<Near> near(std::span<const std::uint32_t> from, unsigned distance) const;
  /// The facts or the relations of these assets changed in the estate: both ends of each relation.
  void reread(std::span<const std::uint32_t> assets);
  /// False if the rule does not act at the asset. Flaws and flows are not looked at.
  bool read(std::uint32_t rule, std::uint32_t asset, bool reasons, SiteFacts& out) const;
  /// The assets from which the rule's steps come to the asset, in order; true if there were too many to follow.
  bool flows(const StepRule& rule, std::uint32_t asset, std::vector<std::uint32_t>& into) const;

 private:
  void measure_reach();
  [[nodiscard]] bool has_neighbour(const StepRule& rule, std::uint32_t asset) const;
  static bool assume(const StepRule& rule, const std::vector<std::string>& facts, SiteFacts& out);
  void apply_cases(const StepRule& rule, std::uint32_t asset, bool reasons, SiteFacts& out) const;
  void apply_controls(const StepRule& rule, std::uint32_t asset, SiteFacts& out) const;

  const Estate& estate_;
  const StepRules& rules_;
  const Organisation* organisation_;
  Links links_;
  Flaws flaws_;
  graph::FindingsOf findings_of_;
  std::array<std::vector<std::uint32_t>, kAssetKindNames.size()> of_kind_;
  std::vector<std::uint32_t> all_;  ///< of rules that ask any kind
  std::vector<std::uint8_t> seldom_in_use_;  ///< by asset: it stands among examples, tests or documentation throughout
  std::vector<unsigned> reach_;     ///< by rule
  unsigned farthest_flow_ = 0;
};

/// Whether the rule's controls act on its steps through a variable of the site; otherwise they lower its trigger's rate.
inline bool has_own_control(const StepRule& rule) {
  const bool flawed = rule.per == Per::network_flaw || rule.per == Per::client_flaw;
  return !rule.bridge && (!rule.external || flawed || !rule.from.empty());
}
/// A chance that starts outside counts as the chance of 30 days.
double rate_of_trigger(const StepRule& rule, double value);
/// A rate that starts from a state of the attacker is the chance of its first 30 days.
double chance_of_step(const StepRule& rule, double value);
/// Chance of a flaw of the package used from inside.
double chance_of_inner_flaw(double value, const FlawedPackage& package);
/// How often the governance gaps of an asset multiply the rule's rate.
double count_of_gaps(std::span<const Finding* const> findings);

}  // namespace stormwatch::forecast
