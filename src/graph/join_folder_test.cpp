// SPDX-License-Identifier: Apache-2.0
#include "graph/join_folder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stormwatch::graph {
namespace {

Asset cloud(const std::string& key) { return make_asset(key, key, CloudResourceFacts{}, {.path = key.substr(0, key.find('#'))}); }

struct Joined {
  std::vector<Asset> assets;
  std::vector<Relation> relations;
  std::vector<Gap> gaps;
  [[nodiscard]] bool reaches(std::string_view to) const {
    return std::ranges::any_of(relations, [&](const Relation& relation) { return relation.to == Asset::id_of(AssetKind::cloud_resource, to); });
  }
};

Joined joined(const std::vector<std::string>& keys, const std::string& from, const std::string& to) {
  Joined all;
  for (const std::string& key : keys) all.assets.push_back(cloud(key));
  all.relations.push_back({Asset::id_of(AssetKind::cloud_resource, from), RelationKind::connects_to, Asset::id_of(AssetKind::cloud_resource, to), Confidence::high, {}});
  join_folder(all.assets, all.relations, all.gaps);
  return all;
}

TEST(JoinFolder, the_file_that_declares_it_is_found_in_a_folder_of_any_size) {
  std::vector<std::string> keys{"net/a.tf#aws_x.a"};
  for (int i = 0; i < 3000; ++i) keys.push_back("net/f" + std::to_string(i) + ".tf#aws_x.f" + std::to_string(i));
  EXPECT_TRUE(joined(keys, "net/a.tf#aws_x.a", "net/*.tf#aws_x.f2999").reaches("net/f2999.tf#aws_x.f2999"));
}

TEST(JoinFolder, other_folders_endings_and_archives_are_none) {
  EXPECT_FALSE(joined({"a.tf#aws_x.a", "sub/b.tf#aws_x.b"}, "a.tf#aws_x.a", "*.tf#aws_x.b").reaches("sub/b.tf#aws_x.b"));
  EXPECT_FALSE(joined({"a.tf#aws_x.a", "live.json#aws_x.b"}, "a.tf#aws_x.a", "*.tf#aws_x.b").reaches("live.json#aws_x.b"));
  EXPECT_FALSE(joined({"a.tf#aws_x.a", "z.zip!/b.tf#aws_x.b"}, "a.tf#aws_x.a", "*.tf#aws_x.b").reaches("z.zip!/b.tf#aws_x.b"));
  EXPECT_TRUE(joined({"a.tf#aws_x.a", "b.tf.json#aws_x.b"}, "a.tf#aws_x.a", "*.tf.json#aws_x.b").reaches("b.tf.json#aws_x.b"));
}

TEST(JoinFolder, both_ends_may_be_of_some_file) {
  const Joined all = joined({"b.tf#aws_x.b", "c.tf#aws_x.c"}, "*.tf#aws_x.b", "*.tf#aws_x.c");
  EXPECT_TRUE(std::ranges::any_of(all.relations, [](const Relation& relation) { return relation.from == Asset::id_of(AssetKind::cloud_resource, "b.tf#aws_x.b") && relation.to == Asset::id_of(AssetKind::cloud_resource, "c.tf#aws_x.c"); }));
}

TEST(JoinFolder, an_address_that_very_many_files_declare_is_a_gap) {
  std::vector<std::string> keys;
  for (int i = 0; i < 65; ++i) keys.push_back("f" + std::to_string(i) + ".json#aws_x.b");
  const Joined all = joined(keys, "a.json#aws_x.a", "*.json#aws_x.b");
  EXPECT_EQ(all.relations.size(), 1u + 64u);
  ASSERT_EQ(all.gaps.size(), 1u);
  EXPECT_EQ(all.gaps[0].reason, "over-limit");
}

}  // namespace
}  // namespace stormwatch::graph
