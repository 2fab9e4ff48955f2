// SPDX-License-Identifier: Apache-2.0
// The same seed gives the same bytes on any number of threads, and what is bound in part answers as what is bound whole.
#include <gtest/gtest.h>

#include <algorithm>

#include "forecast/bind.h"
#include "forecast/flatness.h"
#include "forecast/incidents.h"
#include "forecast/random_estate.h"

namespace stormwatch::forecast {
namespace {

TEST(Scale, AnyNumberOfThreadsGivesTheSameBytes) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const Sample one = sample(seed, 8);
    std::string first;
    for (unsigned jobs : {1U, 2U, 5U}) {
      ForecastOptions options;
      options.jobs = jobs;
      options.worlds = 1024;
      const auto forecast = forecast::forecast(one.estate, one.findings, rules(), options);
      ASSERT_TRUE(forecast);
      ASSERT_FALSE(forecast->incidents.empty());
      const std::string text = text_of(*forecast);
      if (first.empty()) first = text;
      EXPECT_EQ(text, first) << "seed " << seed << ", " << jobs << " threads";
    }
  }
}

TEST(Scale, OutlineKnowsTheBestChainsOfTheWholeNetwork) {
  for (std::uint64_t seed = 10; seed < 20; ++seed) {
    const Sample one = sample(seed, 10);
    const SiteReader reader(one.estate, one.findings, rules(), nullptr);
    const Outline outline(reader, 2);
    const Binding binding = forecast::bind(reader, outline, outline.reached_nodes());
    const Graph graph = graph_of(binding.network);
    const BestChains chains = best_chains(graph, binding.network.factors, 90);
    std::size_t compared = 0;
    for (std::uint32_t at = 0; at < outline.nodes(); ++at) {
      const std::uint32_t bound = binding.node_of[at];
      ASSERT_EQ(bound != kNone, std::isfinite(outline.cost()[at]));
      if (bound == kNone) continue;
      ++compared;
      EXPECT_NEAR(chains.cost[bound], outline.cost()[at], 1e-3) << rules().rules.size() << " at " << at;
    }
    EXPECT_GT(compared, 100U);
  }
}

TEST(Scale, WhatIsBoundInPartAnswersAsWhatIsBoundWhole) {
  for (std::uint64_t seed = 30; seed < 40; ++seed) {
    const Sample one = sample(seed, 10);
    const SiteReader reader(one.estate, one.findings, rules(), nullptr);
    const Outline outline(reader, 1);
    const Binding whole = forecast::bind(reader, outline, outline.reached_nodes());
    const Graph graph = graph_of(whole.network);
    const Worlds worlds(graph, 1, 16, 90);
    const std::vector<Threat> threats = threats_of(reader, outline);
    for (std::size_t t = 0; t < std::min<std::size_t>(threats.size(), 10); ++t) {
      std::vector<bool> kept(outline.nodes(), false);
      std::size_t count = 0;
      ASSERT_TRUE(outline.add_causes(threats[t].targets, 1'000'000, kept, count));
      EXPECT_EQ(count, static_cast<std::size_t>(std::ranges::count(kept, true)));
      const Binding part = forecast::bind(reader, outline, kept);
      const Graph small = graph_of(part.network);
      std::vector<std::uint32_t> in_whole, in_part;
      for (std::uint32_t target : threats[t].targets) {
        in_whole.push_back(whole.node_of[target]);
        in_part.push_back(part.node_of[target]);
      }
      const Estimate a = worlds.sample(cone_of(graph, in_whole), whole.network.factors);
      const Estimate b = Worlds(small, 1, 16, 90).sample(cone_of(small, in_part), part.network.factors);
      EXPECT_NEAR(a.at[2], b.at[2], 1e-12);
    }
  }
}

TEST(Scale, SeparatingEverywhereTakesOffMoreThanInAFewPlaces) {
  const Sample one = sample(50, 20);
  const SiteReader reader(one.estate, one.findings, rules(), nullptr);
  const Outline outline(reader, 1);
  const Separation few = separation_of(reader, outline, threats_of(reader, outline), 3);
  ASSERT_EQ(few.assets.size(), 3U);
  EXPECT_GT(few.cut_all, 0.005);
  EXPECT_LT(few.cut_all, 1);
  EXPECT_GT(few.cut_there, 0);
  EXPECT_LT(few.cut_there, few.cut_all);
  EXPECT_NE(told(few, one.estate).find("separating all networks"), std::string::npos);
  EXPECT_EQ(told(Separation{}, one.estate), "");
}

}  // namespace
}  // namespace stormwatch::forecast
