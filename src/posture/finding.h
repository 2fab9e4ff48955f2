// SPDX-License-Identifier: Apache-2.0
// What a rule means (Advisory), where it held (Signal), and that over time (Finding).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "posture/asset.h"

namespace stormwatch {

/// The fixed text of a rule.
struct Advisory {
  std::string id;           ///< "model-unsafe-pickle-call": lower case words, the subject first
  std::string title;        ///< one clause
  std::string why;          ///< what can happen
  std::string fix;          ///< what to do
  Severity severity = Severity::medium;
  Vector vector = Vector::misconfiguration;
  std::vector<std::string> controls;                            ///< "owasp-llm-2025:LLM03", "mitre-atlas:AML.T0011", "cwe:502"
  std::map<std::string, std::vector<std::string>> equivalents;  ///< the same test elsewhere: {"checkov": ["CKV_AWS_98"]}
  double effort_hours = 1;                                      ///< to fix one, for ranking actions
};

/// What advisories of packages add to a signal; read by the forecast.
struct VulnerabilityFacts {
  std::optional<double> epss;     ///< P(exploitation activity in 30 days), FIRST
  bool known_exploited = false;   ///< CISA KEV
  std::string cvss_vector;
  std::optional<double> cvss;     ///< base score
  std::string fixed_version;      ///< first version without it; empty if none is known
  bool malicious = false;         ///< the release itself is malware
  std::string vex;                ///< of a VEX statement on it: not_affected, affected, fixed, under_investigation; empty: none, or they contradict
  std::string vex_why;            ///< its justification, who says it, when and where
  bool vex_given = false;         ///< the user brought it (--vex); else it lay in the target
};

struct Signal {
  std::string rule;
  AssetId asset;
  Place place;
  std::string evidence;     ///< redacted, for people
  std::string explanation;  ///< which clauses held, with their values
  Severity severity = Severity::medium;
  Confidence confidence = Confidence::high;
  std::vector<std::string> identifiers;  ///< advisory ids and aliases
  std::string context;                   ///< test, example, documentation, vendored: empty for the product's own code
  std::string remediation;               ///< the rule's fix made concrete; empty: the advisory's
  std::optional<VulnerabilityFacts> vulnerability;
  /// Separates two signals of one rule on one asset in the finding's id: the normalised evidence without line numbers.
  std::string identity;
};

using FindingId = Id<struct FindingTag>;
enum class FindingState : std::uint8_t { open, accepted, fixed };

struct Finding {
  FindingId id;
  Signal signal;
  std::string title;
  Vector vector{};
  std::string remediation;
  std::vector<std::string> controls;
  double effort_hours = 1;
  FindingState state = FindingState::open;
  std::string first_seen, last_seen;  ///< RFC 3339, UTC
};

}  // namespace stormwatch
