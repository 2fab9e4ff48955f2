// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "posture/posture.h"

namespace stormwatch {
namespace {

TEST(Facts, index_is_the_kind) {
  for (std::size_t i = 0; i < kAssetKindNames.size(); ++i) {
    const auto kind = static_cast<AssetKind>(i);
    EXPECT_EQ(kind_of(facts_of_kind(kind)), kind);
    EXPECT_FALSE(field_names(kind).empty()) << name_of(kind);
    EXPECT_EQ(asset_kind_named(name_of(kind)), kind);
  }
}

TEST(Facts, unknown_is_not_false) {
  Facts facts = EndpointFacts{};
  EXPECT_FALSE(field_of(facts, "no_such_field"));
  ASSERT_TRUE(field_of(facts, "tls"));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*field_of(facts, "tls")));
  std::get<EndpointFacts>(facts).tls = false;
  EXPECT_EQ(std::get<bool>(*field_of(facts, "tls")), false);
}

TEST(Facts, merging_fills_gaps_and_unites_lists) {
  ToolFacts first{.description = "one", .capabilities = {"file-read"}};
  ToolFacts second{.description = "two", .capabilities = {"code-exec"}, .human_approval = false};
  Facts merged = first;
  merge_facts(merged, Facts{second});
  const auto& tool = std::get<ToolFacts>(merged);
  EXPECT_EQ(tool.description, "one");
  EXPECT_EQ(tool.capabilities, (Texts{"code-exec", "file-read"}));
  EXPECT_EQ(tool.human_approval, false);
  EXPECT_FALSE(tool.read_only.has_value());
}

TEST(Evidence, excerpt_is_always_valid_text) {
  EXPECT_EQ(excerpt_of("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(excerpt_of("\xff\xc0"), "\\xff\\xc0");
  EXPECT_EQ(excerpt_of("a\xe2\x80\x8b\x62"), "a<U+200B>b");
  EXPECT_LE(excerpt_of(std::string(10000, 'x')).size(), 210U);
}

TEST(Evidence, a_secret_shows_at_most_four_characters) {
  const std::string secret = "sk-" + std::string(40, 'q');
  const std::string shown = redacted(secret);
  EXPECT_EQ(shown.find("sk-qq"), std::string::npos);
  EXPECT_EQ(shown, redacted(secret));
  EXPECT_NE(shown, redacted(secret + "r"));
}

TEST(Estate, relations_are_found_from_both_ends) {
  Asset a = make_asset("a", "a", AgentFacts{}), b = make_asset("b", "b", ToolFacts{});
  std::vector<Asset> assets{a, b};
  std::ranges::sort(assets, {}, &Asset::id);
  const Estate estate(assets, {Relation{a.id, RelationKind::has_tool, b.id, Confidence::high, {}}}, {});
  EXPECT_EQ(estate.out(estate.index_of(a.id)).size(), 1U);
  EXPECT_EQ(estate.in(estate.index_of(b.id)).size(), 1U);
  EXPECT_EQ(estate.out(estate.index_of(b.id)).size(), 0U);
  EXPECT_EQ(estate.find(AssetId{1}), nullptr);
}

TEST(Estate, a_changed_one_is_as_if_made_so) {
  std::mt19937_64 random(5);
  std::vector<Asset> assets;
  for (int i = 0; i < 12; ++i) assets.push_back(make_asset("a" + std::to_string(i), "a", AgentFacts{}));
  std::ranges::sort(assets, {}, &Asset::id);
  Estate changed(assets, {}, {});
  const auto key = [](const Relation& r) { return std::tuple(r.from, r.kind, r.to); };
  std::map<std::tuple<AssetId, RelationKind, AssetId>, Relation> relations;
  for (int round = 0; round < 400; ++round) {
    const Relation one{assets[random() % 12].id, random() % 2 ? RelationKind::reads : RelationKind::calls_agent, assets[random() % 12].id, Confidence::high, {}};
    if (random() % 3) EXPECT_EQ(changed.add_relation(one), relations.emplace(key(one), one).second);
    else EXPECT_EQ(changed.remove_relation(one.from, one.kind, one.to), relations.erase(key(one)) == 1);
    std::vector<Relation> all;
    for (const auto& [at, relation] : relations) all.push_back(relation);
    const Estate made(assets, all, {});
    ASSERT_EQ(changed.relations().size(), made.relations().size());
    for (std::size_t r = 0; r < all.size(); ++r) ASSERT_EQ(key(changed.relations()[r]), key(made.relations()[r]));
    for (std::size_t i = 0; i < assets.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(changed.out(i), made.out(i)));
      ASSERT_TRUE(std::ranges::equal(changed.in(i), made.in(i)));
    }
  }
  EXPECT_FALSE(changed.add_relation({assets[0].id, RelationKind::reads, AssetId{1}, Confidence::high, {}}));
  EXPECT_FALSE(changed.set_facts(assets[0].id, ToolFacts{}));
  EXPECT_TRUE(changed.set_facts(assets[0].id, AgentFacts{.memory = true}));
  EXPECT_EQ(std::get<AgentFacts>(changed.assets()[0].facts).memory, true);
}

}  // namespace
}  // namespace stormwatch
