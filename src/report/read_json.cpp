// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/json.h"

namespace stormwatch::report {

using Json = nlohmann::json;

namespace {

// A report may come from anybody, so a missing or ill-typed member reads as empty; only what identity needs is demanded.
std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::int64_t count_of(const Json& json, const char* key, std::int64_t otherwise = 0) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return otherwise;
  // A number no integer of ours can hold would be undefined to convert.
  const double number = found->get<double>();
  return number >= -9e18 && number <= 9e18 ? static_cast<std::int64_t>(number) : otherwise;
}
double number_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}
bool flag_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}
const Json& member_of(const Json& json, const char* key) {
  static const Json empty = Json::array();
  const auto found = json.is_object() ? json.find(key) : json.end();
  return json.is_object() && found != json.end() ? *found : empty;
}
Texts texts_of(const Json& json, const char* key) {
  Texts texts;
  const Json& list = member_of(json, key);
  if (list.is_array())
    for (const Json& item : list)
      if (item.is_string()) texts.push_back(item.get<std::string>());
  return texts;
}
template <class I>
I id_from(const std::string& hex_digits) {
  return I{hex_digits.size() <= 16 && !hex_digits.empty() && hex_digits.find_first_not_of("0123456789abcdef") == std::string::npos
               ? std::stoull(hex_digits, nullptr, 16) : 0};
}
template <class I>
std::vector<I> ids_of(const Json& json, const char* key) {
  std::vector<I> list;
  for (const std::string& text : texts_of(json, key)) list.push_back(id_from<I>(text));
  return list;
}

Place place_of(const Json& json) {
  if (!json.is_object()) return {};
  return {.path = text_of(json, "path"), .member = text_of(json, "member"), .line = static_cast<std::uint32_t>(count_of(json, "line")),
          .column = static_cast<std::uint32_t>(count_of(json, "column")), .offset = count_of(json, "offset", -1), .resource = text_of(json, "resource")};
}

void read_attributes(const Json& json, Facts& facts) {
  visit_fields([&](const char* name, auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    const auto found = json.is_object() ? json.find(name) : json.end();
    if (!json.is_object() || found == json.end()) return;
    if constexpr (std::is_same_v<T, Text>) {
      if (found->is_string()) value = found->template get<std::string>();
    } else if constexpr (std::is_same_v<T, Texts>) {
      value = texts_of(json, name);
    } else if constexpr (std::is_same_v<T, Flag>) {
      if (found->is_boolean()) value = found->template get<bool>();
    } else if constexpr (std::is_same_v<T, Count>) {
      if (found->is_number_integer()) value = found->template get<std::int64_t>();
    }
  }, facts);
}

Result<Asset> asset_of(const Json& json, std::size_t index) {
  const auto kind = asset_kind_named(text_of(json, "kind"));
  if (!kind) return failure("unknown asset kind '" + text_of(json, "kind") + "'", "", fmt::format("assets[{}]", index), "a kind of the contract");
  Asset asset;
  asset.id = id_from<AssetId>(text_of(json, "id"));
  if (!asset.id) return failure("asset without id", "", fmt::format("assets[{}]", index), "16 hex digits");
  asset.key = text_of(json, "key");
  asset.name = text_of(json, "name");
  asset.facts = facts_of_kind(*kind);
  read_attributes(member_of(json, "attributes"), asset.facts);
  asset.confidence = confidence_named(text_of(json, "confidence")).value_or(Confidence::medium);
  for (const Json& place : member_of(json, "locations")) asset.places.push_back(place_of(place));
  for (const Json& s : member_of(json, "sightings"))
    asset.sightings.push_back({text_of(s, "what"), text_of(s, "subject"), text_of(s, "detail"), text_of(s, "excerpt"),
                               place_of(member_of(s, "location")), confidence_named(text_of(s, "confidence")).value_or(Confidence::medium)});
  return asset;
}

Finding finding_of(const Json& json) {
  Finding finding;
  Signal& s = finding.signal;
  finding.id = id_from<FindingId>(text_of(json, "id"));
  s.rule = text_of(json, "rule");
  finding.title = text_of(json, "title");
  finding.vector = vector_named(text_of(json, "vector")).value_or(Vector::misconfiguration);
  s.severity = severity_named(text_of(json, "severity")).value_or(Severity::info);
  s.confidence = confidence_named(text_of(json, "confidence")).value_or(Confidence::medium);
  s.asset = id_from<AssetId>(text_of(json, "asset"));
  s.place = place_of(member_of(json, "location"));
  s.evidence = text_of(json, "evidence");
  s.explanation = text_of(json, "explanation");
  finding.remediation = text_of(json, "remediation");
  s.identifiers = texts_of(json, "identifiers");
  finding.controls = texts_of(json, "controls");
  s.context = text_of(json, "context");
  if (json.contains("effort_hours")) finding.effort_hours = number_of(json, "effort_hours");
  const std::string state = text_of(json, "state");
  finding.state = state == "accepted" ? FindingState::accepted : state == "fixed" ? FindingState::fixed : FindingState::open;
  finding.first_seen = text_of(json, "first_seen");
  finding.last_seen = text_of(json, "last_seen");
  if (const Json& v = member_of(json, "vulnerability"); v.is_object()) {
    s.vulnerability = VulnerabilityFacts{.known_exploited = flag_of(v, "known_exploited"), .cvss_vector = text_of(v, "cvss_vector"),
                                         .fixed_version = text_of(v, "fixed_version"), .malicious = flag_of(v, "malicious"), .vex = text_of(v, "vex"), .vex_why = text_of(v, "vex_why"), .vex_given = flag_of(v, "vex_given")};
    if (v.contains("epss")) s.vulnerability->epss = number_of(v, "epss");
    if (v.contains("cvss")) s.vulnerability->cvss = number_of(v, "cvss");
  }
  return finding;
}

std::vector<Driver> drivers_of(const Json& json, const char* key) {
  std::vector<Driver> drivers;
  for (const Json& d : member_of(json, key)) drivers.push_back({text_of(d, "text"), number_of(d, "change"), ids_of<FindingId>(d, "findings")});
  return drivers;
}

Incident incident_of(const Json& json) {
  Incident incident;
  incident.id = id_from<IncidentId>(text_of(json, "id"));
  incident.type = text_of(json, "type");
  incident.title = text_of(json, "title");
  incident.asset = id_from<AssetId>(text_of(json, "asset"));
  incident.level = level_named(text_of(json, "level")).value_or(Level::none);
  const Json& chance = member_of(json, "probability");
  incident.chance = {number_of(chance, "p7"), number_of(chance, "p30"), number_of(chance, "p90"), number_of(chance, "low"), number_of(chance, "high")};
  incident.evidence_tier = text_of(json, "evidence_tier");
  const Json& impact = member_of(json, "impact");
  incident.impact_p50 = number_of(impact, "p50");
  incident.impact_p90 = number_of(impact, "p90");
  if (const std::string currency = text_of(impact, "currency"); !currency.empty()) incident.currency = currency;
  incident.exact = flag_of(json, "exact");
  for (const Json& p : member_of(json, "paths")) {
    Path path{.share = number_of(p, "share")};
    for (const Json& s : member_of(p, "steps"))
      path.steps.push_back({text_of(s, "rule"), text_of(s, "name"), id_from<AssetId>(text_of(s, "asset")), text_of(s, "state"), number_of(s, "probability"),
                            text_of(s, "tier"), text_of(s, "because"), ids_of<FindingId>(s, "findings"), texts_of(s, "techniques"), flag_of(s, "assumed")});
    incident.paths.push_back(std::move(path));
  }
  incident.drivers = drivers_of(json, "drivers");
  incident.counter_evidence = drivers_of(json, "counter_evidence");
  incident.trend = text_of(json, "trend");
  if (json.contains("group")) incident.group = id_from<IncidentId>(text_of(json, "group"));
  incident.pressure = number_of(json, "pressure");
  incident.owner = text_of(json, "owner");
  incident.level_note = text_of(json, "level_note");
  return incident;
}

Action action_of(const Json& json) {
  Action action;
  action.id = id_from<ActionId>(text_of(json, "id"));
  action.title = text_of(json, "title");
  action.effort_hours = number_of(json, "effort_hours");
  action.loss_reduction = number_of(json, "expected_loss_reduction");
  action.loss_low = number_of(json, "loss_low");
  action.loss_high = number_of(json, "loss_high");
  action.cumulative_reduction = number_of(json, "cumulative_reduction");
  for (const Json& e : member_of(json, "probability_change"))
    action.effects.push_back({id_from<IncidentId>(text_of(e, "incident")), number_of(e, "before"), number_of(e, "after")});
  action.findings = ids_of<FindingId>(json, "findings");
  action.how = text_of(member_of(json, "fix"), "text");
  action.patch = text_of(member_of(json, "fix"), "patch");
  action.verify = text_of(member_of(json, "fix"), "verify");
  action.owner = text_of(json, "owner");
  return action;
}

}  // namespace

Result<Posture> from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return failure("not JSON");
  if (!json.is_object() || text_of(json, "schema") != "stormwatch.report/1")
    return failure("not a stormwatch report", "", "", "\"schema\": \"stormwatch.report/1\"");
  Posture posture;
  const Json& tool = member_of(json, "tool");
  const Json& advisories = member_of(tool, "advisories");
  posture.tool = {text_of(tool, "version"), text_of(tool, "rules_version"), text_of(advisories, "date"), count_of(advisories, "count")};
  const Json& scan = member_of(json, "scan");
  posture.scan.targets = texts_of(scan, "targets");
  posture.scan.started = text_of(scan, "started");
  posture.scan.finished = text_of(scan, "finished");
  posture.scan.seconds = number_of(scan, "seconds");
  posture.scan.files = count_of(scan, "files");
  posture.scan.bytes = count_of(scan, "bytes");
  for (const Json& c : member_of(scan, "coverage")) {
    const bool is_vector = c.contains("vector");
    posture.scan.coverage.push_back({text_of(c, is_vector ? "vector" : "asset_kind"), is_vector, count_of(c, "assessed"), count_of(c, "partial"),
                                     count_of(c, "failed"), count_of(c, "not_assessed")});
  }
  std::vector<Gap> gaps;
  for (const Json& g : member_of(scan, "incomplete"))
    gaps.push_back({text_of(g, "path"), text_of(g, "member"), text_of(g, "reason"), text_of(g, "detail")});
  std::vector<Asset> assets;
  for (const Json& a : member_of(json, "assets")) {
    Result<Asset> asset = asset_of(a, assets.size());
    if (!asset) return std::unexpected(asset.error());
    assets.push_back(std::move(*asset));
  }
  std::ranges::sort(assets, {}, &Asset::id);
  const auto twins = std::ranges::unique(assets, {}, &Asset::id);
  assets.erase(twins.begin(), twins.end());
  std::vector<Relation> relations;
  for (const Json& r : member_of(json, "relations")) {
    const auto kind = relation_kind_named(text_of(r, "kind"));
    if (!kind) return failure("unknown relation kind '" + text_of(r, "kind") + "'", "", fmt::format("relations[{}]", relations.size()));
    Relation relation{id_from<AssetId>(text_of(r, "from")), *kind, id_from<AssetId>(text_of(r, "to")),
                      confidence_named(text_of(r, "confidence")).value_or(Confidence::medium), {}};
    for (const Json& place : member_of(r, "evidence")) relation.evidence.push_back(place_of(place));
    relations.push_back(std::move(relation));
  }
  posture.estate = Estate(std::move(assets), std::move(relations), std::move(gaps));
  for (const Json& f : member_of(json, "findings")) posture.findings.push_back(finding_of(f));
  const Json& forecast = member_of(json, "forecast");
  posture.forecast.horizon_days = static_cast<int>(count_of(forecast, "horizon_days", 90));
  posture.forecast.method = text_of(forecast, "method");
  posture.forecast.expected_loss = number_of(forecast, "expected_loss");
  for (const Json& i : member_of(forecast, "incidents")) posture.forecast.incidents.push_back(incident_of(i));
  posture.forecast.model = text_of(forecast, "model");
  posture.forecast.loss_left_by_all = number_of(forecast, "expected_loss_after_actions");
  for (const Json& g : member_of(forecast, "groups"))
    posture.forecast.groups.push_back({id_from<IncidentId>(text_of(g, "id")), ids_of<IncidentId>(g, "members"), number_of(g, "any30"), number_of(g, "any90")});
  for (const Json& b : member_of(forecast, "bundles"))
    posture.forecast.bundles.push_back({ids_of<IncidentId>(b, "incidents"), ids_of<ActionId>(b, "actions"), number_of(b, "effort_hours"),
                                        number_of(b, "expected_loss_reduction"), number_of(b, "before"), number_of(b, "after")});
  for (const Json& a : member_of(json, "actions")) posture.forecast.actions.push_back(action_of(a));
  for (const Json& c : member_of(json, "compliance")) {
    Assessment assessment{.control = {text_of(c, "framework"), text_of(c, "control"), text_of(c, "title")}, .reason = text_of(c, "reason")};
    const auto status = detail::named<ControlStatus>(kControlStatusNames, text_of(c, "status"));
    assessment.status = status.value_or(ControlStatus::not_assessed);
    for (const Json& e : member_of(c, "evidence")) {
      if (const std::string id = text_of(e, "finding"); !id.empty()) assessment.findings.push_back(id_from<FindingId>(id));
      if (const std::string id = text_of(e, "asset"); !id.empty()) assessment.assets.push_back(id_from<AssetId>(id));
    }
    posture.compliance.push_back(std::move(assessment));
  }
  return posture;
}

}  // namespace stormwatch::report
