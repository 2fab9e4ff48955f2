// SPDX-License-Identifier: Apache-2.0
// Step rules, controls and incident types as data: steps/rules/*.yaml (one a file), steps/controls.yaml, steps/incidents.yaml.
//
// A step rule says: from these attack states on an asset A, by a relation between A and B, the attacker gets state `to` on B if
// `on` holds of B. docs/forecast.md lists the words of a rule file.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forecast/forecast.h"
#include "graph/query.h"

namespace stormwatch::forecast {

inline constexpr std::array<std::string_view, 37> kStates{
    "EXT", "REACH", "QUERY", "ACCT", "CONTENT", "HIJACK", "JB", "TOOL", "CODE", "ROOT", "CRED", "CLOUD", "CLOUDADM", "LAT", "READ",
    "WRITE", "WRITEMODEL", "WRITEPKG", "POISON", "BADMODEL", "BADPKG", "BADTOOL", "BACKDOOR", "CFG", "PERSIST", "C2", "WBOX", "PHYS",
    "EVADE", "EXFIL", "COPY", "SPEND", "DOS", "TXN", "DESTROY", "HARM", "DEGRADE"};
inline constexpr std::array<std::string_view, 3> kMoreStates{"IPLOSS", "NONCOMP", "KNOW"};
inline constexpr std::uint8_t kStateCount = kStates.size() + kMoreStates.size();
inline constexpr std::uint8_t kExternal = 0;
std::string_view state_name(std::uint8_t state);
std::optional<std::uint8_t> state_named(std::string_view name);

/// One relation on the way from the flow asset A to B. `forward`: A relates to the next; otherwise the next relates to A.
struct Hop {
  RelationKind relation{};
  bool forward = true;
};

/// Where a rule's number comes from beside its base: flaws of packages that the asset runs, or a count of findings.
enum class Per : std::uint8_t { once, network_flaw, client_flaw, inner_flaw, malicious, gaps };

struct Assumption {
  std::string fact;
  double chance = 0;  ///< that the fact, unobserved, is as the attack needs it
};

/// Pseudo-count of a parameter by its evidence tier.
constexpr double strength_of(char tier) { return tier == 'A' ? 100 : tier == 'B' ? 20 : tier == 'C' ? 4 : 1000; }

struct StepCase {
  graph::Condition when;
  double value = 0;
  double strength = 0;             ///< of what was learned; 0: the tier's
  std::vector<Assumption> assumes;
};

struct UsedControl {
  std::uint32_t control = 0;
  double multiplier = 1;
};

struct StepRule {
  std::string id, name, source, needs, incident, cause;
  std::string told;     ///< how the organisation's file states the facts that no scan sees; empty: a scan can see them
  std::string changed;  ///< day and reason of a change after the case studies were written: scored apart
  std::vector<std::uint8_t> from;  ///< without EXT
  bool external = false;           ///< EXT is among the states it starts from
  std::uint8_t to = 0;
  graph::Condition on;
  std::optional<graph::Condition> where;  ///< must be `yes` of the flow asset
  std::vector<std::vector<Hop>> across;   ///< an empty chain is the asset itself
  double value = 0;
  bool hazard = false;             ///< `value` is a rate per 30 days, not a chance
  double strength = 0;             ///< pseudo-count after learning; 0: the tier's
  std::vector<StepCase> cases;
  Per per = Per::once;
  bool observed = false, bridge = false;
  std::vector<Assumption> assumed;
  char tier = 'C';
  std::vector<std::string> techniques;
  std::vector<UsedControl> controls;
};

struct ControlKind {
  std::string name, todo, group;  ///< todo: imperative sentence with {asset}; group: its class
  double hours = 4;
  std::string how;                ///< what doing it means, one sentence
  std::vector<std::string> closes;  ///< finding rules whose fix it is, sorted
  std::vector<AssetKind> at;      ///< kinds where a person can do it, the best first; empty: any
  bool once = false;              ///< the same deed does it for all of them: one configuration of one bot
  bool only_findings = false;     ///< offered through the findings it closes, not by itself
  std::optional<graph::Condition> present;
};

struct IncidentType {
  std::string id, title;
  std::vector<std::uint8_t> states;
  double median = 0, p90 = 0, per_record = 0;
  bool follows = false;           ///< cause or consequence of another incident: never above warning
};

class StepRules {
 public:
  std::vector<StepRule> rules;        ///< sorted by id
  std::vector<ControlKind> controls;  ///< sorted by name
  std::vector<IncidentType> incidents;
};

/// Of all numbers and conditions' places in it: two forecasts compare only if it is the same.
std::string digest_of(const StepRules& rules);

}  // namespace stormwatch::forecast
