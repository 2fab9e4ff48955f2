// SPDX-License-Identifier: Apache-2.0
// OpenVEX 0.2.0 (openvex.dev/ns/v0.2.0): what is known of each vulnerable package here, to be taken further by people.
//
// A scan alone never says "not_affected". A statement that was given or found keeps its word; a package that code imports or a workload
// starts is "affected"; any other is "under_investigation", with what is known of its use in the notes. The format's schema asks for one
// statement at least: where no package has a known flaw there is no document.
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "report/report.h"
#include "report/uuid.h"

namespace stormwatch::report {

namespace {

using Json = nlohmann::ordered_json;

/// The justification among OpenVEX's words that a statement gave; empty if it is none of them.
std::string_view justification_of(const VulnerabilityFacts& flaw) {
  static constexpr std::array<std::string_view, 5> kWords{"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};
  const auto found = std::ranges::find_if(kWords, [&](std::string_view word) { return flaw.vex_why.find("(" + std::string(word) + ")") != std::string::npos; });
  return found == kWords.end() ? std::string_view{} : *found;
}

std::string_view status_of(const Finding& finding, const PackageFacts& package) {
  if (finding.state == FindingState::fixed) return "fixed";
  const std::string& said = finding.signal.vulnerability->vex;
  if (!said.empty()) return said;
  return package.reach == "imported" || package.reach == "listens" ? "affected" : "under_investigation";
}

Json statement_of(const Finding& finding, const PackageFacts& package) {
  const Signal& s = finding.signal;
  const VulnerabilityFacts& flaw = *s.vulnerability;
  const auto cve = std::ranges::find_if(s.identifiers, [](const std::string& id) { return id.starts_with("CVE-"); });
  const std::string name = cve != s.identifiers.end() ? *cve : s.identifiers.front();
  Json vulnerability{{"name", name}};
  for (const std::string& id : s.identifiers)
    if (id != name) vulnerability["aliases"].push_back(id);
  const std::string_view status = status_of(finding, package);
  Json statement{{"vulnerability", std::move(vulnerability)}, {"products", Json::array({{{"@id", package.purl}, {"identifiers", {{"purl", package.purl}}}}})}, {"status", status}};
  if (!s.explanation.empty()) statement["status_notes"] = s.explanation;
  if (status == "not_affected") {
    if (const std::string_view word = justification_of(flaw); !word.empty()) statement["justification"] = word;
    statement["impact_statement"] = flaw.vex_why;
  }
  if (status == "affected") statement["action_statement"] = s.remediation.empty() ? finding.remediation : s.remediation;
  return statement;
}

std::string render(const Posture& posture, const RenderOptions&) {
  // One statement a flaw and package, wherever its manifests stand; the order of the findings is fixed.
  std::map<std::pair<std::string, std::string>, Json> statements;
  for (const Finding& finding : posture.findings) {
    const Asset* asset = posture.estate.find(finding.signal.asset);
    const auto* package = asset ? std::get_if<PackageFacts>(&asset->facts) : nullptr;
    if (!finding.signal.vulnerability || finding.signal.vulnerability->malicious || finding.signal.identifiers.empty() || !package || package->purl.empty()) continue;
    statements.try_emplace({package->purl, finding.signal.identifiers.front()}, statement_of(finding, *package));
  }
  if (statements.empty()) return {};
  Json list = Json::array();
  for (auto& [key, statement] : statements) list.push_back(std::move(statement));
  const std::string id = uuid_of("openvex " + list.dump(-1, ' ', false, Json::error_handler_t::replace));
  const Json document{{"@context", "https://openvex.dev/ns/v0.2.0"}, {"@id", "urn:uuid:" + id}, {"author", "Unknown Author"}, {"role", "Draft by a scanner"}, {"timestamp", posture.scan.started}, {"version", 1}, {"tooling", "stormwatch " + posture.tool.version}, {"statements", std::move(list)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

extern const Report openvex;
const Report openvex{"openvex", "OpenVEX 0.2.0: whether each known flaw of a package is used here, as a draft", render, "package with a known flaw"};

}  // namespace stormwatch::report
