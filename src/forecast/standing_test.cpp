// SPDX-License-Identifier: Apache-2.0
// A forecast that stands while its estate changes answers as one made anew, to the last bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "forecast/outline.h"
#include "forecast/random_estate.h"

namespace stormwatch::forecast {
namespace {

/// Another value for one of the asset's facts.
Facts varied_facts(const Asset& asset, Random& random) {
  const auto flag = [&]() -> Flag { return random.chance(0.2) ? Flag{} : Flag{random.chance(0.5)}; };
  Facts out = asset.facts;
  std::visit(
      [&](auto& facts) {
        using T = std::remove_cvref_t<decltype(facts)>;
        if constexpr (std::is_same_v<T, WorkloadFacts>) random.chance(0.5) ? facts.privileged = flag() : facts.egress_open = flag();
        if constexpr (std::is_same_v<T, EndpointFacts>) {
          if (random.chance(0.5)) facts.exposure = random.chance(0.3) ? "" : random.chance(0.5) ? "internet" : "internal";
          else facts.authentication = random.chance(0.3) ? "" : random.chance(0.5) ? "none" : "token";
        }
        if constexpr (std::is_same_v<T, ApplicationFacts>) random.chance(0.5) ? facts.public_access = flag() : facts.output_filter = flag();
        if constexpr (std::is_same_v<T, AgentFacts>) random.chance(0.5) ? facts.reads_untrusted = flag() : facts.human_approval = flag();
        if constexpr (std::is_same_v<T, ToolFacts>) facts.capabilities = {random.chance(0.5) ? "code-exec" : "message-send"};
        if constexpr (std::is_same_v<T, IdentityFacts>) facts.can_escalate = flag();
        if constexpr (std::is_same_v<T, DatastoreFacts>) facts.sensitivity = random.chance(0.5) ? "confidential" : "internal";
        if constexpr (std::is_same_v<T, PackageFacts>) facts.reach = random.chance(0.3) ? "" : random.chance(0.5) ? "listens" : "not-imported";
      },
      out);
  return out;
}

/// Changes one thing; the assets it touches.
std::vector<AssetId> change(Estate& estate, Random& random) {
  const auto pick_asset = [&]() -> const Asset& { return estate.assets()[random.below(estate.assets().size())]; };
  const std::size_t what = random.below(3);
  if (what == 0) {
    const Asset& asset = pick_asset();
    const AssetId id = asset.id;
    EXPECT_TRUE(estate.set_facts(id, varied_facts(asset, random)));
    return {id};
  }
  const Relation& like = estate.relations()[random.below(estate.relations().size())];
  if (what == 1) {
    const Relation gone = like;
    EXPECT_TRUE(estate.remove_relation(gone.from, gone.kind, gone.to));
    return {gone.from, gone.to};
  }
  // A new relation between kinds that one like it joins.
  const AssetKind from = estate.find(like.from)->kind(), to = estate.find(like.to)->kind();
  const RelationKind kind = like.kind;
  for (int tries = 0; tries < 1000; ++tries) {
    const Asset &a = pick_asset(), &b = pick_asset();
    if (a.kind() != from || b.kind() != to || a.id == b.id) continue;
    const std::vector<AssetId> ends{a.id, b.id};
    if (estate.add_relation({ends[0], kind, ends[1], Confidence::high, {}})) return ends;
  }
  return {};
}

std::map<std::pair<std::uint32_t, std::uint8_t>, float> costs_of(const Outline& outline) {
  std::map<std::pair<std::uint32_t, std::uint8_t>, float> out;
  for (std::uint32_t at = 0; at < outline.nodes(); ++at) {
    const auto [state, asset] = outline.state_of(at);
    if (std::isfinite(outline.cost()[at])) out[{asset, state}] = outline.cost()[at];
  }
  return out;
}

TEST(Standing, AnUpdatedOutlineIsOneMadeAnew) {
  std::size_t changes = 0, moved = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Sample one = sample(seed, 3);
    Random random{std::mt19937_64(seed + 1000)};
    SiteReader reader(one.estate, one.findings, rules(), nullptr);
    Outline outline(reader, 1);
    for (int round = 0; round < 8; ++round) {
      std::vector<std::uint32_t> at;
      for (AssetId id : change(one.estate, random)) at.push_back(static_cast<std::uint32_t>(one.estate.index_of(id)));
      const auto before = costs_of(outline);
      reader.reread(at);
      outline.update(reader, reader.near(at, reader.farthest_reach()));
      const SiteReader fresh(one.estate, one.findings, rules(), nullptr);
      const Outline anew(fresh, 1);
      const auto now = costs_of(outline);
      ASSERT_EQ(now, costs_of(anew)) << "seed " << seed << " round " << round;
      ASSERT_EQ(outline.reached(), anew.reached());
      ASSERT_EQ(outline.sites_of_rule(), anew.sites_of_rule());
      ASSERT_EQ(outline.capped(), anew.capped());
      ASSERT_GE(outline.loop_at_most(), anew.loop_at_most());
      ++changes;
      moved += now != before;
    }
  }
  std::printf("[ figures  ] %zu changes, %zu of them moved the cost of a state\n", changes, moved);
  EXPECT_GT(moved, changes / 10);
}

TEST(Standing, AnswersAsAForecastMadeAnew) {
  std::size_t differ = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Sample one = sample(seed + 5000, 1);
    Random random{std::mt19937_64(seed)};
    ForecastOptions options;
    options.jobs = 1 + static_cast<unsigned>(seed % 2);
    options.worlds = 1024;
    options.top_incidents = 10;
    options.chances_only = seed % 8 != 0;
    StandingForecast standing(one.estate, one.findings, rules(), options);
    const auto before = standing.forecast(options);
    ASSERT_TRUE(before);
    for (std::size_t round = 0; round <= seed % 4; ++round) standing.changed(change(one.estate, random));
    if (seed % 16 == 0 && !before->actions.empty()) options.what_if = {before->actions.front().id.text()};
    const auto now = standing.forecast(options), anew = forecast(one.estate, one.findings, rules(), options);
    ASSERT_EQ(now.has_value(), anew.has_value());
    if (!now) continue;  // the change did away with the action
    ASSERT_EQ(text_of(*now), text_of(*anew)) << "seed " << seed;
    differ += text_of(*now) != text_of(*before);
  }
  EXPECT_GT(differ, 40U);
}

}  // namespace
}  // namespace stormwatch::forecast
