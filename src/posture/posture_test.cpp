// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

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

}  // namespace
}  // namespace stormwatch
