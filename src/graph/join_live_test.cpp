// SPDX-License-Identifier: Apache-2.0
#include "graph/join_live.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stormwatch::graph {
namespace {

Node text_of(std::string text) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = std::move(text);
  return node;
}

struct Made {
  std::string key, type, name, region;
  bool live = false;
};

Asset cloud(const Made& made) {
  Node body;
  body.kind = Node::Kind::map;
  body.members.push_back({"name", text_of(made.name), 1});
  if (!made.region.empty()) body.members.push_back({"region", text_of(made.region), 1});
  if (made.live) body.members.push_back({std::string(kObservedLive), text_of("true"), 1});
  CloudResourceFacts facts;
  facts.type = made.type;
  facts.configuration = std::make_shared<const Node>(std::move(body));
  return make_asset(made.key, made.key, std::move(facts), {.path = made.key});
}

std::vector<std::pair<std::string, std::string>> joined(const std::vector<Made>& all) {
  std::vector<Asset> assets;
  std::vector<Relation> relations;
  for (const Made& made : all) assets.push_back(cloud(made));
  join_live(assets, relations);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Relation& relation : relations) {
    const auto key = [&](AssetId id) { return std::ranges::find(assets, id, &Asset::id)->key; };
    EXPECT_EQ(relation.kind, RelationKind::derived_from);
    pairs.emplace_back(key(relation.from), key(relation.to));
  }
  return pairs;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(JoinLive, type_and_name_tell_the_declared_one) {
  EXPECT_EQ(joined({{"code", "aws_sagemaker_model", "m"}, {"live", "aws_sagemaker_model", "m", "", true}}), (Pairs{{"live", "code"}}));
  EXPECT_EQ(joined({{"code", "aws_sagemaker_model", "other"}, {"live", "aws_sagemaker_model", "m", "", true}}), Pairs{});
  EXPECT_EQ(joined({{"code", "aws_lambda_function", "m"}, {"live", "aws_sagemaker_model", "m", "", true}}), Pairs{});
}

TEST(JoinLive, regions_that_both_say_must_agree) {
  EXPECT_EQ(joined({{"code", "aws_x", "m", "eu-west-1"}, {"a", "aws_x", "m", "eu-west-1", true}, {"b", "aws_x", "m", "us-east-1", true}}), (Pairs{{"a", "code"}}));
}

TEST(JoinLive, two_of_a_name_are_nobodys) {
  EXPECT_EQ(joined({{"dev", "aws_x", "m"}, {"prod", "aws_x", "m"}, {"live", "aws_x", "m", "", true}}), Pairs{});
  EXPECT_EQ(joined({{"code", "aws_x", "m"}, {"a", "aws_x", "m", "eu-west-1", true}, {"b", "aws_x", "m", "us-east-1", true}}), Pairs{});
}

TEST(JoinLive, a_name_that_was_not_worked_out_matches_nothing) {
  EXPECT_EQ(joined({{"code", "aws_x", "${var.name}"}, {"live", "aws_x", "${var.name}", "", true}}), Pairs{});
}

}  // namespace
}  // namespace stormwatch::graph
