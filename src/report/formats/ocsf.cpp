// SPDX-License-Identifier: Apache-2.0
// OCSF 1.5 (Open Cybersecurity Schema Framework) as JSON lines: one event a finding, Vulnerability Finding (2002) for packages, Detection
// Finding (2004) for the rest; what the forecast says is an Incident Finding (2005). For data lakes and SIEMs.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/dates.h"
#include "report/report.h"

namespace stormwatch::report {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t milliseconds_of(std::string_view time) { return std::llround(days_since_epoch(time).value_or(0) * 86'400'000); }

// 1 informational to 5 critical.
int severity_id(Severity severity) { return static_cast<int>(severity) + 1; }
std::string_view severity_name(Severity severity) {
  static constexpr std::string_view names[] = {"Informational", "Low", "Medium", "High", "Critical"};
  return names[static_cast<std::size_t>(severity)];
}

Json event_of(int type, std::string_view name, const Posture& posture) {
  return {{"activity_id", 1}, {"activity_name", "Create"}, {"category_uid", 2}, {"category_name", "Findings"}, {"class_uid", type}, {"class_name", name}, {"type_uid", type * 100 + 1},
          {"time", milliseconds_of(posture.scan.started)},
          {"metadata", {{"version", "1.5.0"}, {"product", {{"name", "stormwatch"}, {"vendor_name", "stormwatch"}, {"version", posture.tool.version}}}}}};
}

Json resource_of(const Posture& posture, AssetId id) {
  const Asset* asset = posture.estate.find(id);
  Json resource{{"uid", id.text()}};
  if (asset) {
    resource["name"] = asset->name;
    resource["type"] = name_of(asset->kind());
  }
  return resource;
}

Json finding_event(const Posture& posture, const Finding& finding) {
  const Signal& s = finding.signal;
  const bool package = s.vulnerability.has_value();
  Json event = event_of(package ? 2002 : 2004, package ? "Vulnerability Finding" : "Detection Finding", posture);
  event["severity_id"] = severity_id(s.severity);
  event["severity"] = severity_name(s.severity);
  event["confidence_id"] = s.confidence == Confidence::high ? 3 : s.confidence == Confidence::medium ? 2 : 1;
  event["status_id"] = finding.state == FindingState::open ? 1 : finding.state == FindingState::accepted ? 3 : 4;
  event["status"] = finding.state == FindingState::open ? "New" : finding.state == FindingState::accepted ? "Suppressed" : "Resolved";
  event["message"] = finding.title;
  event["finding_info"] = {{"uid", finding.id.text()}, {"title", finding.title}, {"desc", s.evidence}, {"types", Json::array({s.rule, std::string(name_of(finding.vector))})}};
  // A scan that keeps no history knows neither.
  if (!finding.first_seen.empty()) event["finding_info"]["first_seen_time"] = milliseconds_of(finding.first_seen);
  if (!finding.last_seen.empty()) event["finding_info"]["last_seen_time"] = milliseconds_of(finding.last_seen);
  event["resources"] = Json::array({resource_of(posture, s.asset)});
  Json remediation{{"desc", s.remediation.empty() ? finding.remediation : s.remediation}};
  if (!package) {
    event["remediation"] = std::move(remediation);
  } else {
    Json vulnerability{{"title", finding.title}, {"severity", severity_name(s.severity)}, {"is_exploit_available", s.vulnerability->known_exploited}, {"remediation", std::move(remediation)}};
    Json cve{{"uid", s.identifiers.empty() ? s.rule : s.identifiers.front()}};
    for (const std::string& id : s.identifiers)
      if (id.starts_with("CVE-")) cve["uid"] = id;
    if (s.vulnerability->cvss) cve["cvss"] = Json::array({{{"base_score", *s.vulnerability->cvss}, {"vector_string", s.vulnerability->cvss_vector}, {"version", s.vulnerability->cvss_vector.starts_with("CVSS:4") ? "4.0" : "3.1"}}});
    if (s.vulnerability->epss) cve["epss"] = {{"score", Json(*s.vulnerability->epss).dump()}};
    vulnerability["cve"] = std::move(cve);
    if (const Asset* asset = posture.estate.find(s.asset))
      if (const auto* facts = std::get_if<PackageFacts>(&asset->facts)) {
        Json affected{{"name", asset->name}, {"version", facts->version}, {"purl", facts->purl}};
        if (!s.vulnerability->fixed_version.empty()) affected["fixed_in_version"] = s.vulnerability->fixed_version;
        vulnerability["affected_packages"] = Json::array({std::move(affected)});
      }
    event["vulnerabilities"] = Json::array({std::move(vulnerability)});
  }
  Json place{{"path", s.place.path}};
  if (!s.place.member.empty()) place["member"] = s.place.member;
  if (s.place.line) place["line"] = s.place.line;
  if (!s.place.resource.empty()) place["resource"] = s.place.resource;
  event["unmapped"] = {{"location", std::move(place)}, {"controls", finding.controls}, {"identifiers", s.identifiers}};
  return event;
}

Json incident_event(const Posture& posture, const Incident& incident) {
  Json event = event_of(2005, "Incident Finding", posture);
  event["activity_id"] = 1;
  // None and outlook are informational, emergency is critical.
  const int severity = std::max(1, std::min(5, static_cast<int>(incident.level)));
  event["severity_id"] = severity;
  event["severity"] = severity_name(static_cast<Severity>(severity - 1));
  event["status_id"] = 1;
  event["status"] = "New";
  event["is_suspected_breach"] = false;
  event["message"] = incident.title;
  Json related = Json::array();
  for (const Path& path : incident.paths)
    for (const PathStep& step : path.steps)
      for (const FindingId& id : step.findings)
        if (std::find(related.begin(), related.end(), Json(id.text())) == related.end()) related.push_back(id.text());
  Json infos = Json::array({{{"uid", incident.id.text()}, {"title", incident.title}, {"types", Json::array({"forecast", incident.type})}}});
  event["finding_info_list"] = std::move(infos);
  event["unmapped"] = {{"forecast", {{"level", name_of(incident.level)}, {"p7", incident.chance.p7}, {"p30", incident.chance.p30}, {"p90", incident.chance.p90}, {"low", incident.chance.low}, {"high", incident.chance.high},
                                     {"impact_p50", incident.impact_p50}, {"impact_p90", incident.impact_p90}, {"currency", incident.currency}, {"evidence_tier", incident.evidence_tier}}},
                       {"asset", resource_of(posture, incident.asset)}, {"findings", std::move(related)}};
  return event;
}

std::string render(const Posture& posture, const RenderOptions&) {
  std::string out;
  const auto line = [&](const Json& event) { out += event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; };
  for (const Finding& finding : posture.findings) line(finding_event(posture, finding));
  for (const Incident& incident : posture.forecast.incidents)
    if (incident.level != Level::none) line(incident_event(posture, incident));
  return out;
}

}  // namespace

extern const Report ocsf;
const Report ocsf{"ocsf", "findings and incidents as OCSF 1.5 events, JSON lines, for data lakes and SIEMs", render};

}  // namespace stormwatch::report
