// SPDX-License-Identifier: Apache-2.0
// What single step rules say of one or two assets.
#include <gtest/gtest.h>

#include <algorithm>

#include "forecast/forecast.h"
#include "forecast/step_rules.h"
#include "graph/merge.h"

namespace stormwatch::forecast {
namespace {

/// The incidents of these assets, by type.
std::vector<std::string> types_of(const Observation& seen) {
  const auto rules = load_steps({});
  const Estate estate = graph::merge({seen});
  const auto out = forecast(estate, {}, **rules, {});
  std::vector<std::string> types;
  if (out)
    for (const Incident& incident : out->incidents) types.push_back(incident.type);
  return types;
}

bool has(const std::vector<std::string>& types, std::string_view type) { return std::ranges::find(types, type) != types.end(); }

Observation store_of(std::string_view sensitivity) {
  Observation seen;
  DatastoreFacts store;
  store.public_access = true;
  store.sensitivity = sensitivity;
  seen.add(make_asset("store", "store", store));
  return seen;
}

TEST(StepMeaning, WhatIsPublishedOnPurposeIsNotLost) {
  EXPECT_FALSE(has(types_of(store_of("public")), "I1"));
  EXPECT_TRUE(has(types_of(store_of("")), "I1"));
  EXPECT_TRUE(has(types_of(store_of("confidential")), "I1"));
}

Observation model_of(std::string_view source, bool tuned_from_public = false) {
  Observation seen;
  ModelFacts model;
  model.role = "fraud-decision";
  model.source = source;
  const AssetId decides = seen.add(make_asset("model", "model", model));
  if (tuned_from_public) {
    ModelFacts base;
    base.source = "huggingface";
    seen.relate(decides, RelationKind::derived_from, seen.add(make_asset("base", "base", base)));
  }
  return seen;
}

TEST(StepMeaning, OnlyPublicWeightsCanBeTestedAtHomeByAnyone) {
  EXPECT_FALSE(has(types_of(model_of("internal")), "I11"));
  EXPECT_TRUE(has(types_of(model_of("huggingface")), "I11"));
  EXPECT_TRUE(has(types_of(model_of("internal", true)), "I11"));
}

double chance_of(const Observation& seen, std::string_view type) {
  const auto rules = load_steps({});
  const auto out = forecast(graph::merge({seen}), {}, **rules, {});
  double chance = 0;
  if (out)
    for (const Incident& incident : out->incidents)
      if (incident.type == type) chance = std::max(chance, incident.chance.p90);
  return chance;
}

TEST(StepMeaning, APasswordAmongExamplesIsSeldomReal) {
  const auto secret = [](std::string_view type, std::string_view path, std::string_view exposure = "public") {
    Observation seen;
    SecretFacts facts;
    facts.type = type;
    facts.exposure = exposure;
    facts.test_value = false;
    seen.add(make_asset("s", "s", facts, Place{.path = std::string(path), .line = 1}));
    return chance_of(seen, "I12");
  };
  EXPECT_LT(secret("password", "examples/values.yaml"), 0.3 * secret("password", "values.yaml"));
  EXPECT_EQ(secret("cloud-key", "examples/values.yaml"), secret("cloud-key", "values.yaml"));
  for (const char* exposure : {"public", "configuration"}) EXPECT_LT(secret("password-hash", "values.yaml", exposure), 0.5 * secret("password", "values.yaml", exposure)) << exposure;
}

TEST(StepMeaning, WhatIsNotKnownToBeAnAiServiceCountsLessAndADatabaseBillsNobody) {
  const auto endpoint = [](std::string_view product, Flag metered, std::string_view type) {
    Observation seen;
    EndpointFacts facts;
    facts.product = product;
    facts.exposure = "internet";
    facts.authentication = "none";
    facts.metered = metered;
    seen.add(make_asset("e", "e", facts));
    return chance_of(seen, type);
  };
  EXPECT_LT(endpoint("", std::nullopt, "I9"), 0.5 * endpoint("vllm", std::nullopt, "I9"));
  EXPECT_GT(endpoint("vllm", std::nullopt, "I8"), 0);
  EXPECT_EQ(endpoint("qdrant", false, "I8"), 0);
}

TEST(StepMeaning, OnlyServersThatOthersReleaseAreTakenIntoUsePoisoned) {
  const auto server = [](std::string_view package, std::string_view url) {
    Observation seen;
    McpServerFacts facts;
    facts.package = package;
    facts.url = url;
    seen.add(make_asset("s", "s", facts));
    return chance_of(seen, "I5");
  };
  EXPECT_GT(server("@others/server", ""), 0);
  EXPECT_GT(server("", "https://mcp.others.example"), 0);
  EXPECT_EQ(server("", ""), 0);
  const auto skill = [](const Texts& capabilities) {
    Observation seen;
    SkillFacts facts;
    facts.capabilities = capabilities;
    seen.add(make_asset("s", "s", facts));
    return chance_of(seen, "I5");
  };
  EXPECT_GT(skill({"code-exec"}), 0);
  EXPECT_EQ(skill({}), 0);
}

/// An application whose agent has a tool with an argument that reaches `sink`.
Observation tool_with(std::string_view sink) {
  Observation seen;
  ApplicationFacts application;
  application.public_access = true;
  const AssetId app = seen.add(make_asset(".", "app", application)), agent = seen.add(make_asset("a", "agent", AgentFacts{}));
  ToolFacts facts;
  facts.capabilities = {"browse"};
  Asset tool = make_asset("t", "tool", facts);
  tool.sightings.push_back({.what = "untrusted-input-flow", .subject = std::string(sink), .detail = "tool argument"});
  const AssetId id = seen.add(std::move(tool));
  seen.relate(app, RelationKind::contains, agent, {});
  seen.relate(agent, RelationKind::has_tool, id, {});
  return seen;
}

TEST(StepMeaning, AnAddressThatAToolIsGivenRunsNoCode) {
  const auto runs_code = [](std::string_view sink) {
    const auto rules = load_steps({});
    const Estate estate = graph::merge({tool_with(sink)});
    Finding finding;
    finding.signal.rule = "tool-argument-injection";
    finding.signal.severity = Severity::high;
    finding.signal.asset = Asset::id_of(AssetKind::tool, "t");
    finding.id = FindingId::of({"f"});
    const auto out = forecast(estate, {&finding, 1}, **rules, {});
    for (const Incident& incident : out->incidents)
      for (const Path& path : incident.paths)
        for (const PathStep& step : path.steps)
          if (step.rule == "R22" && step.asset == finding.signal.asset && !step.assumed) return true;
    return false;
  };
  EXPECT_TRUE(runs_code("shell"));
  EXPECT_FALSE(runs_code("url"));
}

TEST(Explain, WhatIsAssumedIsSaidOnce) {
  const auto rules = load_steps({});
  Observation seen;
  seen.add(make_asset("a", "a", AgentFacts{}));
  seen.add(make_asset(".", "app", ApplicationFacts{}));
  seen.relate(Asset::id_of(AssetKind::application, "."), RelationKind::contains, Asset::id_of(AssetKind::agent, "a"), {});
  const auto out = forecast(graph::merge({seen}), {}, **rules, {});
  ASSERT_TRUE(out);
  bool any = false;
  for (const Incident& incident : out->incidents)
    for (const Path& path : incident.paths)
      for (const PathStep& step : path.steps) {
        any |= step.because.find("assumed, not observed: application.public_access") != std::string::npos;
        EXPECT_EQ(step.because.find("public_access is not known"), std::string::npos) << step.because;
      }
  EXPECT_TRUE(any);
}

TEST(Explain, WhatIsThereIsSaidNotWhatIsAbsent) {
  const auto rules = load_steps({});
  Observation seen;
  SecretFacts facts;
  facts.type = "password";
  facts.exposure = "public";
  facts.test_value = false;
  seen.add(make_asset("s", "s", facts));
  const auto out = forecast(graph::merge({seen}), {}, **rules, {});
  ASSERT_TRUE(out && !out->incidents.empty() && !out->incidents.front().paths.empty());
  const std::string& because = out->incidents.front().paths.front().steps.front().because;
  EXPECT_NE(because.find("exposure is public"), std::string::npos);
  EXPECT_EQ(because.find("is not set"), std::string::npos) << because;
}

/// The chance that strangers run up the bill of a public application, within 30 days.
double chance_of_spending(std::optional<Severity> open_route) {
  const auto rules = load_steps({});
  Observation seen;
  ApplicationFacts facts;
  facts.public_access = true;
  facts.rate_limited = false;
  const AssetId app = seen.add(make_asset("app", "app", facts));
  seen.relate(app, RelationKind::uses_provider, seen.add(make_asset("openai", "openai", ProviderFacts{})));
  std::vector<Finding> findings;
  if (open_route) {
    Finding finding;
    finding.id = FindingId::of({"route"});
    finding.vector = Vector::insecure_endpoint;
    finding.signal.rule = "agent-route-open";
    finding.signal.asset = app;
    finding.signal.severity = *open_route;
    findings.push_back(finding);
  }
  const Estate estate = graph::merge({seen});
  const auto out = forecast(estate, findings, **rules, {});
  double chance = 0;
  if (out)
    for (const Incident& incident : out->incidents)
      if (incident.type == "I8") chance = std::max(chance, incident.chance.p30);
  return chance;
}

TEST(StepMeaning, ARouteThatAsksNobodyIsAnotherWayInUnlessItCannotBeTold) {
  const double before = chance_of_spending(std::nullopt);
  EXPECT_GT(before, 0);
  EXPECT_GT(chance_of_spending(Severity::medium), before + 0.01);
  EXPECT_NEAR(chance_of_spending(Severity::info), before, 0.005);
}

}  // namespace
}  // namespace stormwatch::forecast
