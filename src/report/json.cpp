// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include "report/json_writer.h"
#include "report/report.h"

namespace stormwatch::report {

namespace {

void put_place(JsonWriter& json, const Place& place) {
  json.field("path", place.path);
  json.field_if("member", place.member);
  json.field_if("line", place.line);
  json.field_if("column", place.column);
  if (place.offset >= 0) json.field("offset", place.offset);
  json.field_if("resource", place.resource);
}

void put_places(JsonWriter& json, std::string_view name, const std::vector<Place>& places) {
  json.list(name, places, [&](const Place& place) { json.object([&] { put_place(json, place); }); });
}

void put_attributes(JsonWriter& json, const Facts& facts) {
  visit_fields([&](const char* name, const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (!std::is_same_v<T, Configuration>) json.field_if(name, value);  // a parsed document may hold secrets: it stays inside
  }, facts);
}

void put_asset(JsonWriter& json, const Asset& asset) {
  json.field("id", asset.id);
  json.field("kind", name_of(asset.kind()));
  json.field("name", asset.name);
  json.field("layer", name_of(layer_of(asset.kind())));
  json.field("key", asset.key);
  json.object("attributes", [&] { put_attributes(json, asset.facts); });
  put_places(json, "locations", asset.places);
  json.field("confidence", name_of(asset.confidence));
  if (asset.sightings.empty()) return;
  json.list("sightings", asset.sightings, [&](const Sighting& s) {
    json.object([&] {
      json.field("what", s.what);
      json.field("subject", s.subject);
      json.field_if("detail", s.detail);
      json.field_if("excerpt", s.excerpt);
      json.object("location", [&] { put_place(json, s.place); });
      json.field("confidence", name_of(s.confidence));
    });
  });
}

void put_relation(JsonWriter& json, const Relation& relation) {
  json.field("from", relation.from);
  json.field("to", relation.to);
  json.field("kind", name_of(relation.kind));
  json.field("confidence", name_of(relation.confidence));
  put_places(json, "evidence", relation.evidence);
}

constexpr std::string_view kStates[] = {"open", "accepted", "fixed"};

void put_finding(JsonWriter& json, const Finding& finding) {
  const Signal& s = finding.signal;
  json.field("id", finding.id);
  json.field("rule", s.rule);
  json.field("title", finding.title);
  json.field("vector", name_of(finding.vector));
  json.field("severity", name_of(s.severity));
  json.field("confidence", name_of(s.confidence));
  json.field("asset", s.asset);
  json.object("location", [&] { put_place(json, s.place); });
  json.field("evidence", s.evidence);
  json.field("explanation", s.explanation);
  json.field("remediation", finding.remediation);
  json.field("identifiers", s.identifiers);
  json.field("controls", finding.controls);
  json.field("context", s.context);
  json.field("effort_hours", finding.effort_hours);
  json.field("state", kStates[static_cast<std::size_t>(finding.state)]);
  json.field_if("first_seen", finding.first_seen);
  json.field_if("last_seen", finding.last_seen);
  if (!s.vulnerability) return;
  const VulnerabilityFacts& v = *s.vulnerability;
  json.object("vulnerability", [&] {
    json.field("known_exploited", v.known_exploited);
    json.field("malicious", v.malicious);
    json.field("cvss_vector", v.cvss_vector);
    json.field("fixed_version", v.fixed_version);
    json.field_if("epss", v.epss);
    json.field_if("cvss", v.cvss);
    if (v.vex.empty() && v.vex_why.empty()) return;
    json.field("vex", v.vex);
    json.field("vex_why", v.vex_why);
    json.field("vex_given", v.vex_given);
  });
}

void put_drivers(JsonWriter& json, std::string_view name, const std::vector<Driver>& drivers) {
  json.list(name, drivers, [&](const Driver& d) {
    json.object([&] {
      json.field("text", d.text);
      json.field("change", d.change);
      json.field("findings", d.findings);
    });
  });
}

void put_step(JsonWriter& json, const PathStep& step) {
  json.field("rule", step.rule);
  json.field("name", step.name);
  json.field("asset", step.asset);
  json.field("state", step.state);
  json.field("probability", step.probability);
  json.field("tier", step.tier);
  json.field("because", step.because);
  json.field("findings", step.findings);
  json.field("techniques", step.techniques);
  json.field("assumed", step.assumed);
}

void put_incident(JsonWriter& json, const Incident& incident) {
  json.field("id", incident.id);
  json.field("type", incident.type);
  json.field("title", incident.title);
  json.field("asset", incident.asset);
  json.field("level", name_of(incident.level));
  json.object("probability", [&] {
    json.field("p7", incident.chance.p7);
    json.field("p30", incident.chance.p30);
    json.field("p90", incident.chance.p90);
    json.field("low", incident.chance.low);
    json.field("high", incident.chance.high);
  });
  json.field("evidence_tier", incident.evidence_tier);
  json.object("impact", [&] {
    json.field("p50", incident.impact_p50);
    json.field("p90", incident.impact_p90);
    json.field("currency", incident.currency);
  });
  json.field("exact", incident.exact);
  json.list("paths", incident.paths, [&](const Path& path) {
    json.object([&] {
      json.field("share", path.share);
      json.list("steps", path.steps, [&](const PathStep& step) { json.object([&] { put_step(json, step); }); });
    });
  });
  put_drivers(json, "drivers", incident.drivers);
  put_drivers(json, "counter_evidence", incident.counter_evidence);
  json.field("trend", incident.trend);
  json.field("group", incident.group);
  json.field("pressure", incident.pressure);
  json.field_if("owner", incident.owner);
  json.field_if("level_note", incident.level_note);
}

void put_action(JsonWriter& json, const Action& action) {
  json.field("id", action.id);
  json.field("title", action.title);
  json.field("effort_hours", action.effort_hours);
  json.field("expected_loss_reduction", action.loss_reduction);
  json.field("loss_low", action.loss_low);
  json.field("loss_high", action.loss_high);
  json.field("cumulative_reduction", action.cumulative_reduction);
  json.list("probability_change", action.effects, [&](const ActionEffect& e) {
    json.object([&] {
      json.field("incident", e.incident);
      json.field("before", e.before);
      json.field("after", e.after);
    });
  });
  json.field("findings", action.findings);
  json.object("fix", [&] {
    json.field("text", action.how);
    json.field_if("patch", action.patch);
    json.field_if("verify", action.verify);
  });
  json.field_if("owner", action.owner);
}

void put_group(JsonWriter& json, const IncidentGroup& group) {
  json.field("id", group.id);
  json.field("members", group.members);
  json.field("any30", group.any30);
  json.field("any90", group.any90);
}

void put_bundle(JsonWriter& json, const Bundle& bundle) {
  json.field("incidents", bundle.incidents);
  json.field("actions", bundle.actions);
  json.field("effort_hours", bundle.effort_hours);
  json.field("expected_loss_reduction", bundle.loss_reduction);
  json.field("before", bundle.before);
  json.field("after", bundle.after);
}

void put_change(JsonWriter& json, const Change& change) {
  json.field("since", change.since);
  json.field("pressure_before", change.before);
  json.field("pressure_after", change.after);
  json.field("error", change.error);
  json.field("trend", change.trend);
  json.list("parts", change.parts, [&](const TrendPart& part) {
    json.object([&] {
      json.field("group", part.group);
      json.field("change", part.change);
      json.field("differences", part.assets);
      json.field("of", part.of_estate ? "estate" : "knowledge");
    });
  });
  json.field("remarks", change.remarks);
}

void put_assessment(JsonWriter& json, const Assessment& a) {
  json.field("framework", a.control.framework);
  json.field("control", a.control.id);
  json.field("title", a.control.title);
  json.field("status", name_of(a.status));
  json.field("reason", a.reason);
  std::vector<std::pair<std::string_view, std::string>> evidence;
  for (const FindingId& id : a.findings) evidence.emplace_back("finding", id.text());
  for (const AssetId& id : a.assets) evidence.emplace_back("asset", id.text());
  json.list("evidence", evidence, [&](const auto& one) { json.object([&] { json.field(one.first, one.second); }); });
}

void put_scan(JsonWriter& json, const Posture& p) {
  json.field("started", p.scan.started);
  json.field("finished", p.scan.finished);
  json.field("seconds", p.scan.seconds);
  json.field("targets", p.scan.targets);
  json.field("files", p.scan.files);
  json.field("bytes", p.scan.bytes);
  json.list("incomplete", p.estate.gaps(), [&](const Gap& gap) {
    json.object([&] {
      json.field("path", gap.path);
      json.field_if("member", gap.member);
      json.field("reason", gap.reason);
      json.field("detail", gap.detail);
    });
  });
  json.list("coverage", p.scan.coverage, [&](const Coverage& row) {
    json.object([&] {
      json.field(row.is_vector ? "vector" : "asset_kind", row.subject);
      json.field("assessed", row.assessed);
      json.field("partial", row.partial);
      json.field("failed", row.failed);
      json.field("not_assessed", row.not_assessed);
    });
  });
}

}  // namespace

std::string to_json(const Posture& p) {
  std::string out;
  JsonWriter json(out);
  const auto one = [&](auto put) { return [&json, put](const auto& item) { json.object([&] { put(json, item); }); }; };
  json.object([&] {
    json.field("schema", "stormwatch.report/1");
    json.object("tool", [&] {
      json.field("name", "stormwatch");
      json.field("version", p.tool.version);
      json.field("rules_version", p.tool.rules_version);
      json.object("advisories", [&] {
        json.field("date", p.tool.advisories_date);
        json.field("count", p.tool.advisories_count);
      });
    });
    json.object("scan", [&] { put_scan(json, p); });
    json.long_list("assets", p.estate.assets(), put_asset);
    json.long_list("relations", p.estate.relations(), put_relation);
    json.long_list("findings", p.findings, put_finding);
    json.object("forecast", [&] {
      json.field("horizon_days", p.forecast.horizon_days);
      json.field("method", p.forecast.method);
      json.field("expected_loss", p.forecast.expected_loss);
      json.field("model", p.forecast.model);
      json.field("expected_loss_after_actions", p.forecast.loss_left_by_all);
      json.list("incidents", p.forecast.incidents, one(put_incident));
      json.list("groups", p.forecast.groups, one(put_group));
      json.list("bundles", p.forecast.bundles, one(put_bundle));
      if (p.forecast.change) json.object("change", [&] { put_change(json, *p.forecast.change); });
    });
    json.list("actions", p.forecast.actions, one(put_action));
    json.list("compliance", p.compliance, one(put_assessment));
  });
  return out += '\n';
}

}  // namespace stormwatch::report
