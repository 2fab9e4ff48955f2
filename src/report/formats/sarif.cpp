// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 (OASIS): findings for code hosts and editors. Rules are those that fired; forecasts stay out, SARIF has no word for them.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/report.h"

namespace stormwatch::report {

namespace {

using Json = nlohmann::ordered_json;

const char* level_of(Severity severity) {
  return severity >= Severity::high ? "error" : severity == Severity::medium ? "warning" : "note";
}

// GitHub shows "security-severity" as a number on the CVSS scale.
const char* score_of(Severity severity) {
  static constexpr const char* scores[] = {"0.0", "3.0", "5.5", "8.0", "9.5"};
  return scores[static_cast<std::size_t>(severity)];
}

// RFC 3986: what is not unreserved or '/' is written as %XX.
std::string uri_of(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const auto b = static_cast<unsigned char>(c);
    if (std::isalnum(b) || std::string_view("-._~/!").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += '%';
      uri += "0123456789ABCDEF"[b >> 4];
      uri += "0123456789ABCDEF"[b & 15];
    }
  }
  return uri.empty() ? "." : uri;
}

Json location_of(const Place& place) {
  Json physical{{"artifactLocation", {{"uri", uri_of(place.path)}, {"uriBaseId", "TARGET"}}}};
  if (place.line) {
    physical["region"] = {{"startLine", place.line}};
    if (place.column) physical["region"]["startColumn"] = place.column;
  } else if (place.offset >= 0 && place.member.empty()) {
    physical["region"] = {{"byteOffset", place.offset}, {"byteLength", 1}};
  }
  Json location{{"physicalLocation", std::move(physical)}};
  Json logical = Json::array();
  if (!place.member.empty()) logical.push_back({{"fullyQualifiedName", place.member}, {"kind", "member"}});
  if (!place.resource.empty()) logical.push_back({{"fullyQualifiedName", place.resource}, {"kind", "resource"}});
  if (!logical.empty()) location["logicalLocations"] = std::move(logical);
  return location;
}

std::string render(const Posture& posture, const RenderOptions&) {
  std::map<std::string, std::size_t> index;
  Json rules = Json::array();
  Json results = Json::array();
  for (const Finding& finding : posture.findings) {
    const Signal& s = finding.signal;
    const auto [found, is_new] = index.emplace(s.rule, rules.size());
    if (is_new) {
      Json tags = Json::array({"security", std::string(name_of(finding.vector))});
      for (const std::string& control : finding.controls) tags.push_back(control);
      rules.push_back({{"id", s.rule},
                       {"shortDescription", {{"text", finding.title}}},
                       {"help", {{"text", finding.remediation}}},
                       {"defaultConfiguration", {{"level", level_of(s.severity)}}},
                       {"properties", {{"tags", std::move(tags)}, {"security-severity", score_of(s.severity)},
                                       {"precision", s.confidence == Confidence::high ? "very-high" : s.confidence == Confidence::medium ? "high" : "medium"}}}});
    }
    std::string text = finding.title;
    if (!s.evidence.empty()) text += ": " + s.evidence;
    Json result{{"ruleId", s.rule}, {"ruleIndex", found->second}, {"level", level_of(s.severity)}, {"message", {{"text", text}}},
                {"locations", Json::array({location_of(s.place)})},
                {"partialFingerprints", {{"stormwatchFindingId/v1", finding.id.text()}}},
                {"properties", {{"severity", name_of(s.severity)}, {"confidence", name_of(s.confidence)}, {"identifiers", s.identifiers}}}};
    if (finding.state == FindingState::accepted) result["suppressions"] = Json::array({{{"kind", "external"}}});
    results.push_back(std::move(result));
  }
  Json notifications = Json::array();
  for (const Gap& gap : posture.estate.gaps())
    notifications.push_back({{"level", "warning"}, {"message", {{"text", gap.reason + ": " + gap.detail}}},
                             {"locations", Json::array({location_of({.path = gap.path, .member = gap.member})})}});
  Json json{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
  json["runs"] = Json::array({{{"tool", {{"driver", {{"name", "stormwatch"}, {"semanticVersion", posture.tool.version},
                                                      {"informationUri", "https://stormwatch.invalid/"}, {"rules", std::move(rules)}}}}},
                               {"columnKind", "unicodeCodePoints"},
                               {"invocations", Json::array({{{"executionSuccessful", true}, {"startTimeUtc", posture.scan.started},
                                                             {"endTimeUtc", posture.scan.finished},
                                                             {"toolExecutionNotifications", std::move(notifications)}}})},
                               {"originalUriBaseIds", {{"TARGET", {{"description", {{"text", "the scanned target"}}}}}}},
                               {"results", std::move(results)}}});
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

extern const Report sarif;
const Report sarif{"sarif", "findings as SARIF 2.1.0, for code hosts and editors", render};

}  // namespace stormwatch::report
