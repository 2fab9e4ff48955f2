// SPDX-License-Identifier: Apache-2.0
// Updates of chances and rates, scores of past forecasts, and the calibration by time split.
#include "forecast/learning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forecast/calibration.h"
#include "forecast/parameters.h"
#include "forecast/scoring.h"

namespace stormwatch::forecast {
namespace {

const StepRule& rule(const StepRules& rules, std::string_view id) { return *std::ranges::find(rules.rules, id, &StepRule::id); }

TEST(Learning, AttemptsAndEventsMoveTheMeanByTheirWeight) {
  const auto loaded = load_steps({});
  const StepRules& rules = **loaded;
  const Outcome attempts{.kind = Outcome::Kind::attempt, .rule = "R15", .tries = 20, .won = 2};
  const Outcome quiet{.kind = Outcome::Kind::quiet, .rule = "R12", .days = 120};
  const StepRules after = learn(rules, std::vector{attempts, quiet}, "");
  const StepRule &before15 = rule(rules, "R15"), &after15 = rule(after, "R15");
  const double s = strength_of(before15.tier);
  EXPECT_DOUBLE_EQ(after15.value, (s * before15.value + 2) / (s + 20));
  EXPECT_DOUBLE_EQ(after15.strength, s + 20);
  EXPECT_EQ(after15.cases[0].value, before15.cases[0].value) << "a defended agent is another case";
  const StepRule &before12 = rule(rules, "R12"), &after12 = rule(after, "R12");
  EXPECT_DOUBLE_EQ(after12.value, strength_of(before12.tier) * before12.value / (strength_of(before12.tier) + 4));
  EXPECT_NE(digest_of(rules), digest_of(after));
}

TEST(Learning, OtherTenantsCountAtMostFifty) {
  const auto loaded = load_steps({});
  const StepRules& rules = **loaded;
  const Outcome theirs{.kind = Outcome::Kind::attempt, .tenant = "them", .rule = "R15", .tries = 100'000, .won = 90'000};
  const Outcome own{.kind = Outcome::Kind::attempt, .tenant = "us", .rule = "R15", .tries = 50, .won = 0};
  const StepRules after = learn(rules, std::vector{theirs, own}, "us");
  EXPECT_NEAR(rule(after, "R15").value, 0.45, 0.01);
  EXPECT_DOUBLE_EQ(rule(after, "R15").strength, 100);
}

TEST(Learning, WhatDoesNotFitIsRefused) {
  const auto loaded = load_steps({});
  const StepRules& rules = **loaded;
  EXPECT_FALSE(check(rules, {.kind = Outcome::Kind::attempt, .rule = "R99", .tries = 1}));
  EXPECT_FALSE(check(rules, {.kind = Outcome::Kind::attempt, .rule = "R12", .tries = 1})) << "a rate is not tried";
  EXPECT_FALSE(check(rules, {.kind = Outcome::Kind::attempt, .rule = "R15", .tries = 1, .won = 2}));
  EXPECT_FALSE(check(rules, {.kind = Outcome::Kind::attempt, .rule = "R15/9", .tries = 1}));
  EXPECT_FALSE(check(rules, {.kind = Outcome::Kind::incident, .type = "I99", .asset = "x"}));
  EXPECT_FALSE(check(rules, {.kind = Outcome::Kind::quiet}));
  EXPECT_TRUE(check(rules, {.kind = Outcome::Kind::quiet, .days = 30}));
  EXPECT_TRUE(check(rules, {.kind = Outcome::Kind::attempt, .rule = "R15/1", .tries = 3}));
}

TEST(Scoring, DaysOfATime) {
  EXPECT_EQ(days_of("1970-01-01"), 0);
  EXPECT_EQ(days_of("2000-03-01") - days_of("2000-02-28"), 2);
  EXPECT_EQ(days_of("2026-08-16T12:00:00Z"), days_of("2026-08-16") + 0.5);
  EXPECT_TRUE(std::isnan(days_of("yesterday")));
  EXPECT_TRUE(std::isnan(days_of("")));
}

/// Forecasts every 30 days of 200 incidents whose outcome comes from `truth` of the chance that was said.
Scores simulate(double (*truth)(double)) {
  std::vector<PastForecast> forecasts;
  std::vector<CameTrue> events;
  for (int month = 0; month < 12; ++month) {
    PastForecast one{.at = month * 30.0 + 1, .incidents = {}};
    for (std::uint64_t i = 0; i < 200; ++i) {
      const double p = random_unit(i, 7) * random_unit(i, 8);
      const std::string id = std::to_string(i);
      one.incidents.push_back({id, "I2", "asset" + id, "", p > 0.5 ? Level::warning : Level::outlook, p / 4, p, p});
      if (random_unit(i, 100 + static_cast<std::uint64_t>(month)) < truth(p)) events.push_back({one.at + 20, "I2", "asset" + id});
    }
    forecasts.push_back(std::move(one));
  }
  return score(forecasts, events, 350);
}

TEST(Scoring, GoodChancesAreCalibratedAndBadOnesAreNot) {
  const Scores good = simulate([](double p) { return p; });
  const HorizonScore& month = good.horizons[1];
  EXPECT_EQ(month.count, 2400U - 200U) << "the last month is not over";
  EXPECT_EQ(month.open, 200U);
  EXPECT_GT(month.skill, 0.1);
  EXPECT_TRUE(month.calibrated());
  EXPECT_NEAR(month.expected, static_cast<double>(month.events), 0.1 * static_cast<double>(month.events));
  std::size_t rows = 0;
  for (const ReliabilityRow& row : month.reliability) rows += row.count;
  EXPECT_EQ(rows, month.count);
  const Scores boastful = simulate([](double p) { return p / 5; });
  EXPECT_LT(boastful.horizons[1].skill, 0);
  EXPECT_FALSE(boastful.horizons[1].calibrated());
}

TEST(Scoring, LevelsCountHitsMissesFalseAlarmsAndLead) {
  const PastIncident warned{"a", "I2", "x", "", Level::warning, 0, 0, 0}, calm{"b", "I2", "y", "", Level::none, 0, 0, 0};
  const std::vector<PastForecast> forecasts{{0, {warned, calm}}, {10, {warned, calm}}, {20, {warned, calm}}};
  const std::vector<CameTrue> events{{25, "I2", "x"}, {26, "I2", "y"}, {27, "I9", "z"}};
  const Scores scores = score(forecasts, events, 100);
  const LevelScore& warning = scores.levels[3];
  EXPECT_EQ(warning.level, Level::warning);
  EXPECT_EQ(warning.hits, 1U);
  EXPECT_EQ(warning.misses, 2U);
  EXPECT_EQ(warning.false_alarms, 0U);
  EXPECT_EQ(warning.median_lead_days, 25);
  EXPECT_EQ(scores.unforeseen, 1U);
}

TEST(Calibration, AMapFittedEarlierHasSkillLaterAndVersionsAreKeptApart) {
  // Truth: the chance within 30 days is a tenth of the EPSS score.
  std::vector<EpssSnapshot> snapshots;
  std::vector<KnownExploited> exploited;
  const std::vector<std::string> dates{"2025-05-04", "2025-07-06", "2025-09-07", "2026-07-05"};
  for (std::uint64_t s = 0; s < dates.size(); ++s) {
    snapshots.push_back({dates[s], {}});
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const std::string id = "CVE-2020-" + std::to_string(s * 100'000 + i);
      const double epss = std::pow(random_unit(i, s), 6);
      snapshots.back().flaws.push_back({id, epss});
      if (random_unit(i, s + 50) < epss / 10) exploited.push_back({id, "p" + std::to_string(i % 50), dates[s].substr(0, 8) + "28"});
    }
  }
  const auto rounds = calibrate(snapshots, exploited, "2026-12-01", 30);
  ASSERT_EQ(rounds.size(), 4U);
  EXPECT_TRUE(rounds[0].fitted_on.empty());
  EXPECT_EQ(rounds[2].fitted_on, "2025-05-04, 2025-07-06");
  EXPECT_GT(rounds[2].mapped.skill, 0);
  EXPECT_TRUE(rounds[2].mapped.calibrated());
  EXPECT_LT(rounds[2].raw.skill, 0);
  EXPECT_EQ(rounds[3].version, "v5");
  EXPECT_TRUE(rounds[3].fitted_on.empty()) << "a map of v4 says nothing of v5";
  const auto maps = fit_versions(snapshots, exploited, "2026-07-20", 30);
  ASSERT_EQ(maps.size(), 2U);
  EXPECT_EQ(maps[0].version, "v4");
  EXPECT_EQ(maps[0].snapshots, 3U);
  EXPECT_GT(maps[0].map.slope, 0.3);
  EXPECT_NEAR(maps[0].map.chance(0.5, false), 0.05, 0.03);
  EXPECT_EQ(maps[1].version, "v5");
  EXPECT_TRUE(maps[1].fitted_on.empty()) << "its horizon had not ended";
  EXPECT_EQ(epss_version("2021-06-01"), "v1");
  EXPECT_EQ(epss_version("2022-06-01"), "v2");
  EXPECT_EQ(epss_version("2024-06-01"), "v3");
  EXPECT_TRUE(calibrate(snapshots, exploited, "2025-05-20", 30).empty()) << "no horizon had ended";
}

}  // namespace
}  // namespace stormwatch::forecast
