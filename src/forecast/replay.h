// SPDX-License-Identifier: Apache-2.0
// Two scans, what differs between them by groups, and the estate in which some groups are as they were and the others as they are now.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "forecast/forecast.h"
#include "forecast/trend.h"

namespace stormwatch::forecast {

/// The last three are no changes of the estate: what is known of flaws, and what the scanner looks for.
enum Group : std::uint8_t { exposure, grants, secrets, flaws, models, data, exploitation, advisories, judging, kGroups };
inline constexpr std::array<std::string_view, kGroups> kGroupNames{"services and their exposure", "agents, tools and rights", "secrets", "packages and their flaws", "models and where they come from", "data",
                                                                   "known exploitation (EPSS, KEV)", "advisories, of packages that were there", "the scanner's rules, of what did not change"};
inline bool is_of_estate(Group group) { return group < exploitation; }

using Groups = unsigned;  ///< bit g: group g is as it is now

class Replay {
 public:
  Replay(const Scanned& before, const Scanned& after);

  /// Assets, relations and findings of each group that differ.
  [[nodiscard]] const std::array<std::size_t, kGroups>& changes() const { return changes_; }
  /// Whether the group differs in facts and relations of assets only that both scans have, so that a forecast that stands can follow it.
  [[nodiscard]] bool can_stand(Group group) const { return changes_[group] > 0 && !lasting_[group]; }
  /// Makes the estate with `now` anew.
  void make(Groups now);
  /// Changes the estate that was made to `now`, which differs in groups that can stand; the assets that are touched.
  std::vector<AssetId> change_to(Groups now);
  [[nodiscard]] const Estate& estate() const { return *estate_; }
  [[nodiscard]] std::span<const Finding> findings() const { return findings_; }

 private:
  [[nodiscard]] Group group_of(const Finding& finding) const;
  void group_assets();
  void count_assets();
  void count_relations();
  void count_findings();
  void take_assets(const Scanned& from, bool is_now, Groups now, std::vector<Asset>& assets, std::set<AssetId>& there) const;
  void take_findings(const Scanned& from, bool is_now, Groups now, const std::set<AssetId>& there);

  Scanned before_, after_;
  std::map<FindingId, const Finding*> old_, new_;
  std::map<AssetId, Group> groups_;
  std::set<AssetId> same_assets_;    ///< in both scans with the same facts
  std::array<std::size_t, kGroups> changes_{};
  std::array<bool, kGroups> lasting_{};  ///< assets came or went, or findings differ
  std::unique_ptr<Estate> estate_;
  std::vector<Finding> findings_;
  Groups now_ = 0;
};

}  // namespace stormwatch::forecast
