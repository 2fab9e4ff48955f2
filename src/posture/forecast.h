// SPDX-License-Identifier: Apache-2.0
// What may happen next: incidents with their paths, and the actions that change them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "posture/finding.h"

namespace stormwatch {

enum class Level : std::uint8_t { none, outlook, advisory, watch, warning, emergency };
inline constexpr std::array<std::string_view, 6> kLevelNames{"none", "outlook", "advisory", "watch", "warning", "emergency"};
constexpr std::string_view name_of(Level v) { return kLevelNames[static_cast<std::size_t>(v)]; }
constexpr std::optional<Level> level_named(std::string_view t) { return detail::named<Level>(kLevelNames, t); }

/// Chances over 7, 30 and 90 days; low and high bound the 90-day one (90 % interval, sampling and parameters together).
struct Chance {
  double p7 = 0, p30 = 0, p90 = 0, low = 0, high = 0;
};

/// One step of a path: what the attacker gains, where, by which rule, because of what.
struct PathStep {
  std::string rule;          ///< step rule: "R15"
  std::string name;          ///< its sentence
  AssetId asset;
  std::string state;         ///< attack state gained: "HIJACK"
  double probability = 0;    ///< of this step given the one before; for a trigger the chance within the horizon
  std::string tier;          ///< evidence tier of the parameter: A, B, C, D
  std::string because;       ///< the facts and findings that make it possible, as text
  std::vector<FindingId> findings;
  std::vector<std::string> techniques;  ///< MITRE ATLAS ids
  bool assumed = false;      ///< rests on an unobserved fact
  Place place;               ///< where the fact or finding behind it stands; empty path: nowhere in a file
};

struct Path {
  std::vector<PathStep> steps;
  double share = 0;  ///< of the worlds where the incident happens
};

/// A reason for or against, with what it does to the 90-day chance.
struct Driver {
  std::string text;
  double change = 0;
  std::vector<FindingId> findings;
};

using IncidentId = Id<struct IncidentTag>;

struct Incident {
  IncidentId id;
  std::string type;   ///< "I1"
  std::string title;  ///< "Sensitive data leaves through AI"
  AssetId asset;
  Level level = Level::none;
  Chance chance;
  std::string evidence_tier;   ///< "A" best; mix as "B (62 %), C (38 %)"
  double impact_p50 = 0, impact_p90 = 0;
  std::string currency = "USD";
  std::vector<Path> paths;
  std::vector<Driver> drivers;
  std::vector<Driver> counter_evidence;
  std::string trend;           ///< rising, steady, falling, new; empty without history
  bool exact = false;          ///< enumerated, not sampled
  IncidentId group;            ///< incidents of one type that come the same way for the same cause share it
  double pressure = 0;         ///< mean summed rate of the triggers that reach it, over the horizon: what trends compare
  std::string owner;           ///< who answers for the asset; from the organisation's file
  Level judged = Level::none;  ///< what the figures of now alone say; `level` may be held above it by earlier forecasts
  int below = 0;               ///< forecasts in a row, this one included, in which it stayed below what holds its level
  std::string level_note;      ///< why the level is not the judged one, or why a warning was withheld; else empty
};

/// Like incidents as one: the same type, the same chain of rules, the same cause, at several assets.
struct IncidentGroup {
  IncidentId id;
  std::vector<IncidentId> members;  ///< in the order of the forecast, the first stands for all
  double any30 = 0, any90 = 0;      ///< chance that at least one of them happens
};

using ActionId = Id<struct ActionTag>;

struct ActionEffect {
  IncidentId incident;
  double before = 0, after = 0;  ///< 90-day chance
};

struct Action {
  ActionId id;
  std::string title;
  double effort_hours = 1;
  double loss_reduction = 0;       ///< expected loss over the horizon, alone
  double loss_low = 0, loss_high = 0;  ///< its 95 % interval, paired worlds
  double cumulative_reduction = 0; ///< of this and all actions ranked before it
  std::vector<ActionEffect> effects;
  std::vector<FindingId> findings;  ///< that it closes
  std::string how;                  ///< remediation text
  std::string patch;                ///< command that makes the change where one exists: "stormwatch fix --apply ..."
  std::string verify;               ///< command that shows it was done
  std::string owner;
};

/// The cheapest actions that together leave no way to the incidents they name.
struct Bundle {
  std::vector<IncidentId> incidents;
  std::vector<ActionId> actions;
  double effort_hours = 0, loss_reduction = 0;
  double before = 0, after = 0;     ///< 90-day chance of the first incident
};

/// A step rule that nothing could bind to, and the facts it would have needed.
struct Unobserved {
  std::string rule, name, needs;
  std::string told;  ///< how the organisation's file states what no scan sees: `"host:*": {endpoint_protection: false}`; empty: a scan can see it
};

/// One group of changes and what it did to the pressure.
struct TrendPart {
  std::string group;   ///< "services and their exposure", "known exploitation (EPSS, KEV)", ...
  double change = 0;   ///< of the estate's pressure
  std::size_t assets = 0;  ///< assets, relations and findings of the group that differ
  bool of_estate = true;   ///< false: what is known changed, not what is there
};

/// What changed since an earlier scan. Pressure: expected triggers that come through, over the horizon.
struct Change {
  std::string since;            ///< when the earlier scan began
  double before = 0, after = 0, error = 0;  ///< pressure; error: of the difference, two standard errors
  std::string trend;            ///< as of an incident
  std::vector<TrendPart> parts;  ///< the largest change first
  std::vector<std::string> remarks;  ///< what differs between the scans beside the estate, and is no risk
};

struct Forecast {
  int horizon_days = 90;
  std::vector<Incident> incidents;  ///< by level, then expected loss
  std::vector<Action> actions;      ///< in the order to do them
  std::vector<Unobserved> unobserved;
  double expected_loss = 0;
  std::string method;               ///< version, worlds, seed
  std::string model;                ///< digest of step rules and what was learned: forecasts of different models do not compare
  std::vector<IncidentGroup> groups;  ///< in the order of their first incidents
  std::vector<Bundle> bundles;
  double loss_left_by_all = 0;      ///< expected loss that remains when every ranked action is done
  std::optional<Change> change;     ///< where an earlier scan was given
};

}  // namespace stormwatch
