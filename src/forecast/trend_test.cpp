// SPDX-License-Identifier: Apache-2.0
// What changed between two scans: the parts are those of forecasts made anew, and what is known is kept apart from what is there.
#include "forecast/trend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forecast/random_estate.h"

namespace stormwatch::forecast {
namespace {

ForecastOptions quick() {
  ForecastOptions options;
  options.worlds = 1024;
  options.jobs = 1;
  return options;
}

double pressure(const Estate& estate, std::span<const Finding> findings) {
  ForecastOptions options = quick();
  options.chances_only = true;
  double sum = 0;
  const Result<Forecast> made = forecast(estate, findings, rules(), options);
  for (const Incident& one : made->incidents) sum += one.pressure;
  return sum;
}

const TrendPart* part(const Trend& trend, std::string_view start) {
  const auto at = std::ranges::find_if(trend.parts, [&](const TrendPart& one) { return one.group.starts_with(start); });
  return at == trend.parts.end() ? nullptr : &*at;
}

/// Endpoints are opened.
void open_endpoints(Estate& estate) {
  std::vector<AssetId> ids;
  for (const Asset& asset : estate.assets())
    if (asset.kind() == AssetKind::endpoint) ids.push_back(asset.id);
  for (AssetId id : ids) {
    EndpointFacts facts = std::get<EndpointFacts>(estate.find(id)->facts);
    facts.exposure = "internet";
    facts.authentication = "none";
    estate.set_facts(id, facts);
  }
}

/// Agents read what outsiders write, and one of them loses its tools.
void loosen_agents(Estate& estate) {
  std::vector<AssetId> ids;
  for (const Asset& asset : estate.assets())
    if (asset.kind() == AssetKind::agent) ids.push_back(asset.id);
  for (AssetId id : ids) {
    AgentFacts facts = std::get<AgentFacts>(estate.find(id)->facts);
    facts.reads_untrusted = true;
    facts.human_approval = false;
    estate.set_facts(id, facts);
  }
  const std::span<const Relation> relations = estate.relations();
  for (std::size_t r = 0; r < relations.size(); ++r)
    if (relations[r].from == ids.front() && relations[r].kind == RelationKind::has_tool) {
      const Relation gone = relations[r];
      EXPECT_TRUE(estate.remove_relation(gone.from, gone.kind, gone.to));
      return;
    }
}

TEST(Trend, OneThatStandsHasTheShapleyPartsOfForecastsMadeAnew) {
  std::size_t moved = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Sample before = sample(seed, 1);
    Estate exposed = before.estate, loosened = before.estate, both = before.estate;
    open_endpoints(exposed);
    loosen_agents(loosened);
    open_endpoints(both);
    loosen_agents(both);
    const auto out = trend({&before.estate, before.findings, ""}, {&both, before.findings, ""}, rules(), quick());
    ASSERT_TRUE(out);
    EXPECT_EQ(out->anew, 1U) << "facts and relations alone differ";
    EXPECT_EQ(out->stood, 3U);
    const double p = pressure(before.estate, before.findings), e = pressure(exposed, before.findings), l = pressure(loosened, before.findings), b = pressure(both, before.findings);
    EXPECT_EQ(out->before.mean, p);
    EXPECT_EQ(out->after.mean, b);
    ASSERT_TRUE(part(*out, "services") && part(*out, "agents"));
    EXPECT_NEAR(part(*out, "services")->change, ((e - p) + (b - l)) / 2, 1e-9 * b);
    EXPECT_NEAR(part(*out, "agents")->change, ((l - p) + (b - e)) / 2, 1e-9 * b);
    moved += b > p;
  }
  EXPECT_GT(moved, 8U);
}

TEST(Trend, WhatIsKnownAnewOfPackagesThatWereThereIsNoChangeOfTheEstate) {
  const Sample one = sample(3, 2);
  ASSERT_FALSE(one.findings.empty());
  std::vector<Finding> told = one.findings;
  told.front().signal.vulnerability->epss = 0.97;
  const std::vector<Finding> fewer(one.findings.begin() + 1, one.findings.end());
  const auto score = trend({&one.estate, one.findings, ""}, {&one.estate, told, ""}, rules(), quick());
  ASSERT_TRUE(score);
  ASSERT_EQ(score->parts.size(), 1U);
  EXPECT_FALSE(score->parts[0].of_estate);
  EXPECT_TRUE(part(*score, "known exploitation"));
  const auto advisory = trend({&one.estate, fewer, ""}, {&one.estate, one.findings, ""}, rules(), quick());
  ASSERT_TRUE(advisory);
  ASSERT_EQ(advisory->parts.size(), 1U);
  EXPECT_FALSE(advisory->parts[0].of_estate);
  EXPECT_TRUE(part(*advisory, "advisories"));
}

TEST(Trend, WhatAnotherVersionFindsInWhatDidNotChangeIsItsOwn) {
  const Sample one = sample(4, 1);
  std::vector<Finding> more = one.findings;
  Finding finding;
  finding.signal.rule = "endpoint-without-authentication";
  finding.signal.asset = one.estate.assets().front().id;
  finding.id = FindingId::of({"new"});
  more.push_back(finding);
  const auto other = trend({&one.estate, one.findings, "1"}, {&one.estate, more, "2"}, rules(), quick()), same = trend({&one.estate, one.findings, "2"}, {&one.estate, more, "2"}, rules(), quick());
  ASSERT_TRUE(other && same);
  ASSERT_EQ(other->parts.size(), 1U);
  EXPECT_TRUE(part(*other, "the scanner's rules"));
  EXPECT_FALSE(other->parts[0].of_estate);
  ASSERT_EQ(same->parts.size(), 1U);
  EXPECT_TRUE(same->parts[0].of_estate);
}

TEST(Trend, NothingRisesOrFallsWithinTwoStandardErrors) {
  EXPECT_EQ(trend_word({0, 0}, {1, 0}), "new");
  EXPECT_EQ(trend_word({1, 0}, {1, 0}), "steady");
  EXPECT_EQ(trend_word({1, 0}, {1.1, 0}), "steady");
  EXPECT_EQ(trend_word({1, 0}, {1.3, 0}), "rising");
  EXPECT_EQ(trend_word({1, 0}, {2, 0}), "rising fast");
  EXPECT_EQ(trend_word({1, 0}, {0.5, 0}), "falling");
  EXPECT_EQ(trend_word({1, 0.3}, {2, 0.3}), "rising fast");
  EXPECT_EQ(trend_word({1, 0.3}, {1.5, 0.3}), "steady (within the error)");
  EXPECT_EQ(trend_word({1, 0.3}, {0.5, 0}), "steady (within the error)");
  EXPECT_EQ(trend_word({0, 0}, {0.1, 0.06}), "steady (within the error)");
  EXPECT_EQ(trend_word({1, 0.01}, {1.1, 0.01}), "steady");
}

TEST(Trend, TheErrorIsThatOfDrawingOtherWorlds) {
  // The spread of the estimate over seeds, its parameters' draws held, is what the stated error says, or less.
  const Sample one = sample(11, 2);
  ForecastOptions few = quick(), many = quick();
  many.worlds = 16 * few.worlds;
  const StandingForecast standing(one.estate, one.findings, rules(), few);
  const auto rough = standing.pressures(few), fine = standing.pressures(many);
  ASSERT_TRUE(rough && fine);
  const std::map<IncidentId, Pressure> exact(fine->begin(), fine->end());
  std::size_t sampled = 0, outside = 0;
  for (const auto& [id, estimate] : *rough) {
    const auto at = exact.find(id);
    if (at == exact.end() || estimate.error == 0) continue;
    ++sampled;
    EXPECT_NEAR(at->second.error, estimate.error / 4, estimate.error / 6);
    outside += std::abs(estimate.mean - at->second.mean) > 2 * std::hypot(estimate.error, at->second.error);
  }
  EXPECT_GT(sampled, 3U);
  EXPECT_LE(outside, sampled / 10);
}

}  // namespace
}  // namespace stormwatch::forecast
