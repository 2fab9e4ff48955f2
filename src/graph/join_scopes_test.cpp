// SPDX-License-Identifier: Apache-2.0
#include "graph/join_scopes.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace stormwatch::graph {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

Asset azure(const std::string& type, const Members& members) {
  Node body;
  body.kind = Node::Kind::map;
  for (const auto& [key, text] : members) {
    Node value;
    value.kind = Node::Kind::string;
    value.scalar = text;
    body.members.push_back({key, value, 1});
  }
  CloudResourceFacts facts;
  facts.type = type;
  facts.configuration = std::make_shared<const Node>(std::move(body));
  const std::string key = "live.json#" + members.front().second;
  return make_asset(key, key, std::move(facts), {.path = "live.json"});
}

struct Joined {
  std::vector<Relation> relations;
  std::vector<Gap> gaps;
};

Joined joined(const std::string& scope, const std::string& role, const std::vector<std::string>& ids, const std::string& type = "azurerm_cognitive_account") {
  std::vector<Asset> assets{azure("azurerm_role_assignment", {{"id", "/subscriptions/s/r"}, {"scope", scope}, {"principal_id", "P"}, {"role_definition_name", role}})};
  for (const std::string& id : ids) assets.push_back(azure(type, {{"id", id}}));
  Joined found;
  join_scopes(assets, found.relations, found.gaps);
  return found;
}

TEST(JoinScopes, a_scope_holds_what_is_below_it_in_any_case) {
  EXPECT_EQ(joined("/subscriptions/s/resourceGroups/AI", "Owner", {"/subscriptions/s/resourcegroups/ai/providers/x/a", "/subscriptions/s/resourceGroups/ai-other/providers/x/b"}).relations.size(), 1u);
  EXPECT_EQ(joined("/subscriptions/s", "Owner", {"/subscriptions/s/a", "/subscriptions/s2/b"}).relations.size(), 1u);
}

TEST(JoinScopes, a_role_of_another_service_reaches_only_what_it_was_assigned_on) {
  EXPECT_EQ(joined("/subscriptions/s", "Storage Blob Data Contributor", {"/subscriptions/s/a"}).relations.size(), 0u);
  EXPECT_EQ(joined("/subscriptions/s/a", "Something Of Our Own", {"/subscriptions/s/a"}).relations.size(), 1u);
  EXPECT_EQ(joined("/subscriptions/s", "Reader", {"/subscriptions/s/a"}).relations.size(), 0u);
}

TEST(JoinScopes, very_many_resources_are_a_gap) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1001; ++i) ids.push_back("/subscriptions/s/r" + std::to_string(i));
  const Joined found = joined("/subscriptions/s", "Owner", ids);
  EXPECT_EQ(found.relations.size(), 1000u);
  ASSERT_EQ(found.gaps.size(), 1u);
  EXPECT_EQ(found.gaps[0].reason, "over-limit");
}

}  // namespace
}  // namespace stormwatch::graph
