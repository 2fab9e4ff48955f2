// SPDX-License-Identifier: Apache-2.0
#include "graph/fold_live.h"

#include <gtest/gtest.h>

#include "graph/merge.h"

namespace stormwatch::graph {
namespace {

/// An application of the code and a network seen live reach a bucket that is both.
struct Scene {
  Observation seen;
  AssetId application, declared, live, other;
  std::vector<Finding> findings;

  Scene() {
    DatastoreFacts code, running;
    code.product = running.product = "aws_s3_bucket";
    code.encrypted = true;
    code.public_access = false;
    running.public_access = true;
    application = seen.add(make_asset("app", "app", ApplicationFacts{}));
    declared = seen.add(make_asset("main.tf#aws_s3_bucket.data", "data", code, {.path = "main.tf", .line = 3}));
    live = seen.add(make_asset("buckets.json#data", "data", running, {.path = "buckets.json"}));
    other = seen.add(make_asset("role", "role", IdentityFacts{}));
    seen.relate(application, RelationKind::reads, declared);
    seen.relate(other, RelationKind::reads, live);
    seen.relate(other, RelationKind::reads, declared);
    Finding open;
    open.id = FindingId::of({"open"});
    open.signal.asset = live;
    findings.push_back(open);
  }
  void relate(AssetId from, AssetId to) { seen.relate(from, RelationKind::derived_from, to); }
  [[nodiscard]] Estate estate() const { return merge({seen}); }
};

TEST(FoldLive, TheDeclaredOneStaysWithWhatIsTrueOfTheLiveOne) {
  Scene scene;
  scene.relate(scene.live, scene.declared);
  const auto folded = fold_live(scene.estate(), scene.findings);
  ASSERT_TRUE(folded);
  EXPECT_EQ(folded->estate.assets().size(), 3U);
  EXPECT_EQ(folded->estate.find(scene.live), nullptr);
  const Asset* one = folded->estate.find(scene.declared);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->places.size(), 2U);
  EXPECT_EQ(std::get<DatastoreFacts>(one->facts).public_access, true) << "seen live";
  EXPECT_EQ(std::get<DatastoreFacts>(one->facts).encrypted, true) << "only declared";
  EXPECT_EQ(folded->estate.relations().size(), 2U) << "each reads the one store once";
  for (const Relation& relation : folded->estate.relations()) EXPECT_EQ(relation.to, scene.declared);
  EXPECT_EQ(folded->findings.at(0).signal.asset, scene.declared);
}

TEST(FoldLive, NothingIsCopiedWhereNothingIsBoth) {
  Scene scene;
  EXPECT_FALSE(fold_live(scene.estate(), scene.findings));
}

TEST(FoldLive, TwoStagesOfOneDeclarationAreTwoThings) {
  Scene scene;
  const AssetId second = scene.seen.add(make_asset("second.json#data", "data", DatastoreFacts{}));
  scene.relate(scene.live, scene.declared);
  scene.relate(second, scene.declared);
  EXPECT_FALSE(fold_live(scene.estate(), scene.findings));
}

}  // namespace
}  // namespace stormwatch::graph
