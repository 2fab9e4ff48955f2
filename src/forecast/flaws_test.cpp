// SPDX-License-Identifier: Apache-2.0
#include "forecast/flaws.h"

#include <gtest/gtest.h>

#include <cmath>

namespace stormwatch::forecast {
namespace {

double weight(std::string reach, std::string context = "", std::string vex = "", bool given = false) {
  PackageFacts facts{.ecosystem = "PyPI"};
  facts.reach = std::move(reach);
  Finding finding;
  finding.signal.context = std::move(context);
  finding.signal.vulnerability = VulnerabilityFacts{.epss = 0.5, .vex = std::move(vex), .vex_given = given};
  return weight_of_use(finding, make_asset("PyPI/a@1", "a", facts));
}

TEST(Flaws, WhatIsKnownOfTheUseWeighs) {
  EXPECT_EQ(weight(""), 1);
  EXPECT_EQ(weight("imported"), 1);
  EXPECT_GT(weight("listens"), 1);
  EXPECT_LT(weight("not-imported"), 1);
  EXPECT_LT(weight("", "test"), weight("not-imported"));
  EXPECT_EQ(weight("", "example"), 1);
}
TEST(Flaws, AStatementLowersAndNeverRemoves) {
  EXPECT_LT(weight("", "", "not_affected", true), weight("", "", "not_affected", false));
  EXPECT_LT(weight("", "", "fixed"), weight("", "", "under_investigation"));
  EXPECT_LT(weight("", "", "under_investigation"), 1);
  EXPECT_EQ(weight("", "", "affected"), 1);
  EXPECT_GT(weight("not-imported", "test", "not_affected", true), 0);
}
TEST(Flaws, ARateStaysAChance) {
  Finding finding;
  finding.signal.vulnerability = VulnerabilityFacts{.epss = 0.9999, .known_exploited = true};
  PackageFacts facts;
  facts.reach = "listens";
  const double rate = exploitation_rate(finding, make_asset("PyPI/a@1", "a", facts));
  EXPECT_GT(rate, 0.69);
  EXPECT_TRUE(std::isfinite(rate));
}

}  // namespace
}  // namespace stormwatch::forecast
