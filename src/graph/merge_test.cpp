// SPDX-License-Identifier: Apache-2.0
#include "graph/merge.h"

#include <gtest/gtest.h>

#include "graph/allowed.h"

namespace stormwatch::graph {
namespace {

Place at(std::string path, std::uint32_t line = 0) { return Place{.path = std::move(path), .line = line}; }

TEST(Merge, the_same_thing_seen_twice_is_one_asset) {
  Observation first, second;
  first.add(make_asset("openai", "OpenAI", ProviderFacts{.vendor = "openai"}, at("a.py", 1)));
  second.add(make_asset("openai", "OpenAI", ProviderFacts{.base_url = "https://api.openai.com"}, at("b.py", 2)));
  const Estate estate = merge({first, second});
  ASSERT_EQ(estate.assets().size(), 1U);
  const Asset& provider = estate.assets()[0];
  EXPECT_EQ(provider.places.size(), 2U);
  EXPECT_EQ(std::get<ProviderFacts>(provider.facts).vendor, "openai");
  EXPECT_EQ(std::get<ProviderFacts>(provider.facts).base_url, "https://api.openai.com");
}

TEST(Merge, relations_of_one_kind_are_united_with_their_evidence) {
  Observation first, second;
  const AssetId agent = first.add(make_asset("a.py#a", "a", AgentFacts{}));
  const AssetId tool = first.add(make_asset("a.py#t", "t", ToolFacts{}));
  first.relate(agent, RelationKind::has_tool, tool, at("a.py", 1));
  second.relate(agent, RelationKind::has_tool, tool, at("a.py", 9));
  const Estate estate = merge({first, second});
  ASSERT_EQ(estate.relations().size(), 1U);
  EXPECT_EQ(estate.relations()[0].evidence.size(), 2U);
}

TEST(Merge, a_relation_the_table_forbids_becomes_a_gap) {
  Observation one;
  const AssetId agent = one.add(make_asset("a", "a", AgentFacts{}));
  const AssetId model = one.add(make_asset("m", "m", ModelFacts{}));
  one.relate(agent, RelationKind::has_tool, model, at("a.py"));
  const Estate estate = merge({one});
  EXPECT_TRUE(estate.relations().empty());
  ASSERT_EQ(estate.gaps().size(), 1U);
  EXPECT_EQ(estate.gaps()[0].path, "a.py");
}

TEST(Merge, a_relation_to_nothing_is_dropped) {
  Observation one;
  const AssetId agent = one.add(make_asset("a", "a", AgentFacts{}));
  one.relate(agent, RelationKind::has_tool, Asset::id_of(AssetKind::tool, "never seen"));
  EXPECT_TRUE(merge({one}).relations().empty());
}

TEST(Allowed, an_unlisted_relation_joins_anything) {
  EXPECT_TRUE(is_allowed(AssetKind::repository, RelationKind::contains, AssetKind::model));
  EXPECT_FALSE(is_allowed(AssetKind::package, RelationKind::authenticates_as, AssetKind::identity));
}

}  // namespace
}  // namespace stormwatch::graph
