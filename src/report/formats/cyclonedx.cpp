// SPDX-License-Identifier: Apache-2.0
// CycloneDX 1.6 (ECMA-424) with its machine learning profile: what the system is made of, what depends on what, known vulnerabilities.
// Findings of other kinds have no place in a bill of materials; their number stands in its properties.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "report/report.h"
#include "report/uuid.h"

namespace stormwatch::report {

namespace {

using Json = nlohmann::ordered_json;

bool is_sha256(std::string_view text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

void put_digest(std::string_view digest, Json& component) {
  if (digest.starts_with("sha256:")) digest.remove_prefix(7);
  if (is_sha256(digest)) component["hashes"] = Json::array({{{"alg", "SHA-256"}, {"content", digest}}});
}

void put_licence(std::string_view licence, Json& component) {
  if (!licence.empty()) component["licenses"] = Json::array({{{"license", {{"name", licence}}}}});
}

void put_property(std::string_view name, std::string_view value, Json& component) {
  if (!value.empty()) component["properties"].push_back({{"name", "stormwatch:" + std::string(name)}, {"value", value}});
}

std::string image_url(const ImageFacts& image) {
  const std::size_t slash = image.repository.rfind('/');
  std::string url = "pkg:oci/" + image.repository.substr(slash == std::string::npos ? 0 : slash + 1);
  if (image.digest.starts_with("sha256:")) url += "@sha256%3A" + image.digest.substr(7);
  url += "?repository_url=" + image.registry + "/" + image.repository;
  if (!image.tag.empty()) url += "&tag=" + image.tag;
  return url;
}

/// A component of the kinds that software is made of; null for services and for what is none.
Json component_of(const Asset& asset) {
  Json c;
  const auto start = [&](const char* type) { c = {{"type", type}, {"bom-ref", asset.id.text()}, {"name", asset.name.empty() ? asset.key : asset.name}}; };
  if (const auto* package = std::get_if<PackageFacts>(&asset.facts)) {
    start("library");
    if (!package->version.empty()) c["version"] = package->version;
    if (!package->purl.empty()) c["purl"] = package->purl;
    if (package->direct) put_property("direct", *package->direct ? "true" : "false", c);
    if (package->development && *package->development) c["scope"] = "excluded";
    put_property("requirement", package->version.empty() ? package->requirement : "", c);
  } else if (const auto* image = std::get_if<ImageFacts>(&asset.facts)) {
    start("container");
    c["version"] = image->digest.empty() ? image->tag : image->digest;
    if (!image->repository.empty()) c["purl"] = image_url(*image);
    put_digest(image->digest, c);
  } else if (const auto* model = std::get_if<ModelFacts>(&asset.facts)) {
    start("machine-learning-model");
    if (!model->revision.empty()) c["version"] = model->revision;
    if (!model->publisher.empty()) c["publisher"] = model->publisher;
    put_digest(model->digest, c);
    put_licence(model->licence, c);
    Json parameters = Json::object();
    if (!model->task.empty()) parameters["task"] = model->task;
    if (!model->architecture.empty()) parameters["modelArchitecture"] = model->architecture;
    if (!parameters.empty()) c["modelCard"] = {{"modelParameters", parameters}};
    put_property("format", model->format, c);
    put_property("source", model->source, c);
    if (model->executes_code_on_load) put_property("executes-code-on-load", *model->executes_code_on_load ? "true" : "false", c);
  } else if (const auto* data = std::get_if<DatasetFacts>(&asset.facts)) {
    start("data");
    put_licence(data->licence, c);
    put_digest(data->digest, c);
    Json entry{{"type", "dataset"}, {"name", asset.name}};
    for (const std::string& kind : data->personal_data) entry["sensitiveData"].push_back("personal data: " + kind);
    c["data"] = Json::array({std::move(entry)});
    put_property("format", data->format, c);
  } else if (std::holds_alternative<ApplicationFacts>(asset.facts) || std::holds_alternative<AgentFacts>(asset.facts) || std::holds_alternative<SkillFacts>(asset.facts)) {
    start("application");
    if (const auto* agent = std::get_if<AgentFacts>(&asset.facts)) put_property("framework", agent->framework, c);
    if (const auto* skill = std::get_if<SkillFacts>(&asset.facts)) put_licence(skill->licence, c);
    put_property("kind", name_of(asset.kind()), c);
  } else if (const auto* server = std::get_if<McpServerFacts>(&asset.facts); server && server->url.empty()) {
    start("application");
    if (!server->version.empty()) c["version"] = server->version;
    put_property("kind", "mcp-server", c);
    put_property("package", server->package, c);
  } else {
    return nullptr;
  }
  for (const Place& place : asset.places) {
    if (place.path.empty()) continue;
    Json seen{{"location", place.member.empty() ? place.path : place.path + "!/" + place.member}};
    if (place.line) seen["line"] = place.line;
    c["evidence"]["occurrences"].push_back(std::move(seen));
    if (c["evidence"]["occurrences"].size() >= 20) break;
  }
  return c;
}

Json service_of(const Asset& asset) {
  Json s;
  const auto start = [&](std::string_view url, const Flag& authenticated) {
    s = {{"bom-ref", asset.id.text()}, {"name", asset.name.empty() ? asset.key : asset.name}};
    if (url.find("://") != std::string_view::npos && url.find(' ') == std::string_view::npos) s["endpoints"] = Json::array({url});
    if (authenticated) s["authenticated"] = *authenticated;
  };
  if (const auto* endpoint = std::get_if<EndpointFacts>(&asset.facts)) {
    start(endpoint->url, endpoint->authentication.empty() ? Flag{} : Flag{endpoint->authentication != "none"});
    if (!endpoint->version.empty()) s["version"] = endpoint->version;
    if (endpoint->exposure == "internet") s["x-trust-boundary"] = true;
  } else if (const auto* provider = std::get_if<ProviderFacts>(&asset.facts)) {
    start(provider->base_url, {});
    s["x-trust-boundary"] = true;
    if (!provider->vendor.empty()) s["provider"] = {{"name", provider->vendor}};
  } else if (const auto* server = std::get_if<McpServerFacts>(&asset.facts); server && !server->url.empty()) {
    start(server->url, server->authenticated);
  } else if (const auto* store = std::get_if<VectorStoreFacts>(&asset.facts)) {
    start(store->url, store->authenticated);
  } else {
    return nullptr;
  }
  return s;
}

/// "CVSS:3.1/..." tells its own method.
std::string_view method_of(std::string_view vector) {
  return vector.starts_with("CVSS:4.0") ? "CVSSv4" : vector.starts_with("CVSS:3.1") ? "CVSSv31" : vector.starts_with("CVSS:3.0") ? "CVSSv3" : vector.empty() ? "other" : "CVSSv2";
}

/// What a VEX statement said of the flaw, in CycloneDX's words.
Json analysis_of(const VulnerabilityFacts& flaw) {
  static const std::map<std::string_view, std::string_view> kStates{{"not_affected", "not_affected"}, {"fixed", "resolved"}, {"affected", "exploitable"}, {"under_investigation", "in_triage"}};
  static const std::map<std::string_view, std::string_view> kWhy{{"component_not_present", "code_not_present"}, {"vulnerable_code_not_present", "code_not_present"}, {"vulnerable_code_not_in_execute_path", "code_not_reachable"}, {"inline_mitigations_already_exist", "protected_by_mitigating_control"}};
  Json analysis = Json::object();
  const auto state = kStates.find(flaw.vex);
  if (state == kStates.end()) return analysis;
  analysis["state"] = state->second;
  if (state->second == "not_affected")
    for (const auto& [ours, theirs] : kWhy)
      if (flaw.vex_why.find("(" + std::string(ours) + ")") != std::string::npos) analysis["justification"] = theirs;
  analysis["detail"] = flaw.vex_why;
  return analysis;
}

Json vulnerability_of(const Finding& finding) {
  const Signal& s = finding.signal;
  Json v{{"bom-ref", "finding-" + finding.id.text()}, {"id", s.identifiers.empty() ? s.rule : s.identifiers.front()}};
  for (std::size_t i = 1; i < s.identifiers.size(); ++i) v["references"].push_back({{"id", s.identifiers[i]}, {"source", {{"name", s.identifiers[i].substr(0, s.identifiers[i].find('-'))}}}});
  Json rating{{"severity", name_of(s.severity)}, {"method", method_of(s.vulnerability->cvss_vector)}};
  if (s.vulnerability->cvss) rating["score"] = *s.vulnerability->cvss;
  if (!s.vulnerability->cvss_vector.empty()) rating["vector"] = s.vulnerability->cvss_vector;
  v["ratings"] = Json::array({std::move(rating)});
  std::set<int> weaknesses;
  for (const std::string& control : finding.controls)
    if (control.starts_with("cwe:")) weaknesses.insert(std::atoi(control.c_str() + 4));
  for (const int weakness : weaknesses)
    if (weakness > 0) v["cwes"].push_back(weakness);
  v["description"] = finding.title;
  v["recommendation"] = s.remediation.empty() ? finding.remediation : s.remediation;
  if (Json analysis = analysis_of(*s.vulnerability); !analysis.empty()) v["analysis"] = std::move(analysis);
  else if (finding.state == FindingState::accepted) v["analysis"] = {{"state", "exploitable"}, {"response", Json::array({"will_not_fix"})}};
  v["affects"] = Json::array({{{"ref", s.asset.text()}}});
  if (s.vulnerability->epss) v["properties"].push_back({{"name", "stormwatch:epss"}, {"value", Json(*s.vulnerability->epss).dump()}});
  if (s.vulnerability->known_exploited) v["properties"].push_back({{"name", "stormwatch:known-exploited"}, {"value", "true"}});
  return v;
}

std::string render(const Posture& posture, const RenderOptions&) {
  Json components = Json::array(), services = Json::array(), dependencies = Json::array(), vulnerabilities = Json::array();
  std::set<AssetId> listed;
  std::string content;
  for (const Asset& asset : posture.estate.assets()) {
    Json component = component_of(asset), service = component.is_null() ? service_of(asset) : Json();
    if (component.is_null() && service.is_null()) continue;
    listed.insert(asset.id);
    content += asset.id.text();
    (component.is_null() ? services : components).push_back(component.is_null() ? std::move(service) : std::move(component));
  }
  std::map<AssetId, std::set<AssetId>> needs;
  for (const Relation& relation : posture.estate.relations())
    if (listed.contains(relation.from) && listed.contains(relation.to) && relation.from != relation.to) needs[relation.from].insert(relation.to);
  for (const AssetId& id : listed) {
    Json entry{{"ref", id.text()}};
    for (const AssetId& to : needs[id]) entry["dependsOn"].push_back(to.text());
    dependencies.push_back(std::move(entry));
  }
  std::size_t others = 0;
  for (const Finding& finding : posture.findings) {
    if (finding.signal.vulnerability && listed.contains(finding.signal.asset)) vulnerabilities.push_back(vulnerability_of(finding));
    else if (finding.state == FindingState::open) ++others;
  }
  const std::string target = posture.scan.targets.empty() ? "target" : posture.scan.targets.front();
  const std::size_t slash = target.find_last_of('/', target.size() - 2);
  Json bom{{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"}, {"bomFormat", "CycloneDX"}, {"specVersion", "1.6"},
           {"serialNumber", "urn:uuid:" + uuid_of("cyclonedx " + content)}, {"version", 1},
           {"metadata", {{"timestamp", posture.scan.started},
                         {"tools", {{"components", Json::array({{{"type", "application"}, {"name", "stormwatch"}, {"version", posture.tool.version}}})}}},
                         {"component", {{"type", "application"}, {"bom-ref", "target"}, {"name", slash == std::string::npos ? target : target.substr(slash + 1)}}},
                         {"properties", Json::array({{{"name", "stormwatch:other-findings"}, {"value", std::to_string(others)}},
                                                     {{"name", "stormwatch:not-assessed"}, {"value", std::to_string(posture.estate.gaps().size())}}})}}},
           {"components", std::move(components)}, {"services", std::move(services)}, {"dependencies", std::move(dependencies)}, {"vulnerabilities", std::move(vulnerabilities)}};
  return bom.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

extern const Report cyclonedx;
const Report cyclonedx{"cyclonedx", "bill of materials as CycloneDX 1.6: packages, models, data, services, vulnerabilities", render};

}  // namespace stormwatch::report
