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
  const auto secret = [](std::string_view type, std::string_view path) {
    Observation seen;
    SecretFacts facts;
    facts.type = type;
    facts.exposure = "public";
    facts.test_value = false;
    seen.add(make_asset("s", "s", facts, Place{.path = std::string(path), .line = 1}));
    return chance_of(seen, "I12");
  };
  EXPECT_LT(secret("password", "examples/values.yaml"), 0.3 * secret("password", "values.yaml"));
  EXPECT_EQ(secret("cloud-key", "examples/values.yaml"), secret("cloud-key", "values.yaml"));
  EXPECT_LT(secret("password-hash", "values.yaml"), 0.5 * secret("password", "values.yaml"));
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

}  // namespace
}  // namespace stormwatch::forecast
