// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include <nlohmann/json.hpp>

#include "report/report.h"

namespace stormwatch::report {

using Json = nlohmann::ordered_json;

namespace {

Json to_json_place(const Place& place) {
  Json json{{"path", place.path}};
  if (!place.member.empty()) json["member"] = place.member;
  if (place.line) json["line"] = place.line;
  if (place.column) json["column"] = place.column;
  if (place.offset >= 0) json["offset"] = place.offset;
  if (!place.resource.empty()) json["resource"] = place.resource;
  return json;
}

Json attributes_of(const Facts& facts) {
  Json json = Json::object();
  visit_fields([&](const char* name, const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, Text> || std::is_same_v<T, Texts>) {
      if (!value.empty()) json[name] = value;
    } else if constexpr (!std::is_same_v<T, Configuration>) {  // a parsed document may hold secrets: it stays inside
      if (value) json[name] = *value;
    }
  }, facts);
  return json;
}

Json to_json_asset(const Asset& asset) {
  Json json{{"id", asset.id.text()}, {"kind", name_of(asset.kind())}, {"name", asset.name},
            {"layer", name_of(layer_of(asset.kind()))}, {"key", asset.key}, {"attributes", attributes_of(asset.facts)}};
  Json& places = json["locations"] = Json::array();
  for (const Place& place : asset.places) places.push_back(to_json_place(place));
  json["confidence"] = name_of(asset.confidence);
  if (!asset.sightings.empty()) {
    Json& seen = json["sightings"] = Json::array();
    for (const Sighting& s : asset.sightings) {
      Json one{{"what", s.what}, {"subject", s.subject}};
      if (!s.detail.empty()) one["detail"] = s.detail;
      if (!s.excerpt.empty()) one["excerpt"] = s.excerpt;
      one["location"] = to_json_place(s.place);
      one["confidence"] = name_of(s.confidence);
      seen.push_back(std::move(one));
    }
  }
  return json;
}

Json to_json_relation(const Relation& relation) {
  Json json{{"from", relation.from.text()}, {"to", relation.to.text()}, {"kind", name_of(relation.kind)}, {"confidence", name_of(relation.confidence)}};
  Json& evidence = json["evidence"] = Json::array();
  for (const Place& place : relation.evidence) evidence.push_back(to_json_place(place));
  return json;
}

constexpr std::string_view kStates[] = {"open", "accepted", "fixed"};

Json to_json_finding(const Finding& finding) {
  const Signal& s = finding.signal;
  Json json{{"id", finding.id.text()}, {"rule", s.rule}, {"title", finding.title}, {"vector", name_of(finding.vector)},
            {"severity", name_of(s.severity)}, {"confidence", name_of(s.confidence)}, {"asset", s.asset.text()},
            {"location", to_json_place(s.place)}, {"evidence", s.evidence}, {"explanation", s.explanation},
            {"remediation", finding.remediation}, {"identifiers", s.identifiers}, {"controls", finding.controls},
            {"context", s.context}, {"effort_hours", finding.effort_hours}, {"state", kStates[static_cast<std::size_t>(finding.state)]}};
  if (!finding.first_seen.empty()) json["first_seen"] = finding.first_seen;
  if (!finding.last_seen.empty()) json["last_seen"] = finding.last_seen;
  if (s.vulnerability) {
    const VulnerabilityFacts& v = *s.vulnerability;
    Json facts{{"known_exploited", v.known_exploited}, {"malicious", v.malicious}, {"cvss_vector", v.cvss_vector}, {"fixed_version", v.fixed_version}};
    if (v.epss) facts["epss"] = *v.epss;
    if (v.cvss) facts["cvss"] = *v.cvss;
    json["vulnerability"] = std::move(facts);
  }
  return json;
}

template <class Tag>
Json ids(const std::vector<Id<Tag>>& list) {
  Json json = Json::array();
  for (const Id<Tag>& id : list) json.push_back(id.text());
  return json;
}

Json to_json_drivers(const std::vector<Driver>& drivers) {
  Json json = Json::array();
  for (const Driver& d : drivers) json.push_back({{"text", d.text}, {"change", d.change}, {"findings", ids(d.findings)}});
  return json;
}

Json to_json_incident(const Incident& incident) {
  Json json{{"id", incident.id.text()}, {"type", incident.type}, {"title", incident.title}, {"asset", incident.asset.text()},
            {"level", name_of(incident.level)},
            {"probability", {{"p7", incident.chance.p7}, {"p30", incident.chance.p30}, {"p90", incident.chance.p90},
                             {"low", incident.chance.low}, {"high", incident.chance.high}}},
            {"evidence_tier", incident.evidence_tier},
            {"impact", {{"p50", incident.impact_p50}, {"p90", incident.impact_p90}, {"currency", incident.currency}}},
            {"exact", incident.exact}};
  Json& paths = json["paths"] = Json::array();
  for (const Path& path : incident.paths) {
    Json steps = Json::array();
    for (const PathStep& step : path.steps)
      steps.push_back({{"rule", step.rule}, {"name", step.name}, {"asset", step.asset.text()}, {"state", step.state},
                       {"probability", step.probability}, {"tier", step.tier}, {"because", step.because},
                       {"findings", ids(step.findings)}, {"techniques", step.techniques}, {"assumed", step.assumed}});
    paths.push_back({{"share", path.share}, {"steps", std::move(steps)}});
  }
  json["drivers"] = to_json_drivers(incident.drivers);
  json["counter_evidence"] = to_json_drivers(incident.counter_evidence);
  json["trend"] = incident.trend;
  return json;
}

Json to_json_action(const Action& action) {
  Json json{{"id", action.id.text()}, {"title", action.title}, {"effort_hours", action.effort_hours},
            {"expected_loss_reduction", action.loss_reduction}, {"loss_low", action.loss_low}, {"loss_high", action.loss_high},
            {"cumulative_reduction", action.cumulative_reduction}};
  Json& changes = json["probability_change"] = Json::array();
  for (const ActionEffect& e : action.effects)
    changes.push_back({{"incident", e.incident.text()}, {"before", e.before}, {"after", e.after}});
  json["findings"] = ids(action.findings);
  json["fix"] = {{"text", action.how}};
  return json;
}

}  // namespace

std::string to_json(const Posture& p) {
  Json json{{"schema", "stormwatch.report/1"}};
  json["tool"] = {{"name", "stormwatch"}, {"version", p.tool.version}, {"rules_version", p.tool.rules_version},
                  {"advisories", {{"date", p.tool.advisories_date}, {"count", p.tool.advisories_count}}}};
  Json scan{{"started", p.scan.started}, {"finished", p.scan.finished}, {"seconds", p.scan.seconds},
            {"targets", p.scan.targets}, {"files", p.scan.files}, {"bytes", p.scan.bytes}};
  scan["incomplete"] = Json::array();
  for (const Gap& gap : p.estate.gaps()) {
    Json one{{"path", gap.path}};
    if (!gap.member.empty()) one["member"] = gap.member;
    one["reason"] = gap.reason;
    one["detail"] = gap.detail;
    scan["incomplete"].push_back(std::move(one));
  }
  scan["coverage"] = Json::array();
  for (const Coverage& row : p.scan.coverage)
    scan["coverage"].push_back({{row.is_vector ? "vector" : "asset_kind", row.subject}, {"assessed", row.assessed}, {"partial", row.partial},
                                {"failed", row.failed}, {"not_assessed", row.not_assessed}});
  json["scan"] = std::move(scan);
  Json& assets = json["assets"] = Json::array();
  for (const Asset& asset : p.estate.assets()) assets.push_back(to_json_asset(asset));
  Json& relations = json["relations"] = Json::array();
  for (const Relation& relation : p.estate.relations()) relations.push_back(to_json_relation(relation));
  Json& findings = json["findings"] = Json::array();
  for (const Finding& finding : p.findings) findings.push_back(to_json_finding(finding));
  Json incidents = Json::array();
  for (const Incident& incident : p.forecast.incidents) incidents.push_back(to_json_incident(incident));
  json["forecast"] = {{"horizon_days", p.forecast.horizon_days}, {"method", p.forecast.method},
                      {"expected_loss", p.forecast.expected_loss}, {"incidents", std::move(incidents)}};
  Json& actions = json["actions"] = Json::array();
  for (const Action& action : p.forecast.actions) actions.push_back(to_json_action(action));
  Json& compliance = json["compliance"] = Json::array();
  for (const Assessment& a : p.compliance) {
    Json evidence = Json::array();
    for (const FindingId& id : a.findings) evidence.push_back({{"finding", id.text()}});
    for (const AssetId& id : a.assets) evidence.push_back({{"asset", id.text()}});
    compliance.push_back({{"framework", a.control.framework}, {"control", a.control.id}, {"title", a.control.title},
                          {"status", name_of(a.status)}, {"reason", a.reason}, {"evidence", std::move(evidence)}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stormwatch::report
