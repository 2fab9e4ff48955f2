// SPDX-License-Identifier: Apache-2.0
// Build pipelines: what pins, events, checks and publishing commands of workflow files say, both ways.
#include <gtest/gtest.h>

#include <algorithm>
#include "collect/folder_sample.h"

namespace stormwatch::collect {
namespace {

class PipelinesTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) const { folder_.write(path, text); }

  /// The one pipeline of the folder; empty facts when there is none.
  PipelineFacts scan() {
    PipelineFacts found;
    for (Observation& observation : folder_.scan()) {
      for (Asset& asset : observation.assets) {
        if (auto* facts = std::get_if<PipelineFacts>(&asset.facts)) found = *facts, pipeline_ = asset;
        if (auto* facts = std::get_if<RegistryFacts>(&asset.facts)) registries_.push_back(*facts);
      }
    }
    return found;
  }

  FolderSample folder_;
  Asset pipeline_;
  std::vector<RegistryFacts> registries_;
};

constexpr std::string_view kPinned = "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: acme/scan@0123456789012345678901234567890123456789\n";

TEST_F(PipelinesTest, OneActionByItsTagMakesTheWholePipelineUnpinned) {
  write(".github/workflows/a.yml", kPinned);
  EXPECT_EQ(scan().pinned_actions, true);
  write(".github/workflows/b.yml", "on: [push]\njobs:\n  b:\n    steps:\n      - uses: acme/publish@v2\n");
  EXPECT_EQ(scan().pinned_actions, false);
  ASSERT_FALSE(pipeline_.places.empty());
  EXPECT_EQ(pipeline_.places[0].path, ".github/workflows/b.yml");
  EXPECT_EQ(pipeline_.places[0].line, 5u);
}

TEST_F(PipelinesTest, GitHubsOwnActionsAndLocalOnesAddNobody) {
  write(".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./own\n");
  EXPECT_EQ(scan().pinned_actions, true);
}

TEST_F(PipelinesTest, AnImageIsPinnedByItsDigestOnly) {
  write(".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: docker://acme/tool:3\n");
  EXPECT_EQ(scan().pinned_actions, false);
  write(".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: docker://acme/tool@sha256:" + std::string(64, 'a') + "\n");
  EXPECT_EQ(scan().pinned_actions, true);
}

TEST_F(PipelinesTest, EventsOfAnybodyAreTold) {
  write(".github/workflows/a.yml", kPinned);
  EXPECT_EQ(scan().untrusted_trigger, false);
  write(".github/workflows/b.yml", "on:\n  issue_comment:\n    types: [created]\njobs: {}\n");
  EXPECT_EQ(scan().untrusted_trigger, true);
}

TEST_F(PipelinesTest, ChecksOfDataAndModelsAreGatesAndTheirAbsenceIsUnknown) {
  write(".github/workflows/a.yml", kPinned);
  EXPECT_EQ(scan().data_quality_gate, std::nullopt);
  EXPECT_EQ(scan().evaluation_gate, std::nullopt);
  write(".github/workflows/b.yml", "on: push\njobs:\n  b:\n    steps:\n      - run: |\n          great_expectations checkpoint run nightly\n          python -m garak --model_type rest\n");
  const PipelineFacts facts = scan();
  EXPECT_EQ(facts.data_quality_gate, true);
  EXPECT_EQ(facts.evaluation_gate, true);
  EXPECT_TRUE(std::ranges::any_of(pipeline_.sightings, [](const Sighting& s) { return s.subject == "adversarial-test"; }));
}

TEST_F(PipelinesTest, WhereItPublishesIsARegistryThatStrangersCannotWrite) {
  write(".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: pypa/gh-action-pypi-publish@v1\n      - run: twine upload dist/*\n      - run: npm publish --dry-run\n");
  scan();
  ASSERT_EQ(registries_.size(), 1u);
  EXPECT_EQ(registries_[0].product, "PyPI");
  EXPECT_EQ(registries_[0].public_write, false);
}

TEST_F(PipelinesTest, GitLabScriptsAreRead) {
  write(".gitlab-ci.yml", "check:\n  script:\n    - soda scan -d warehouse checks.yml\n    - twine upload dist/*\n");
  const PipelineFacts facts = scan();
  EXPECT_EQ(facts.platform, "gitlab");
  EXPECT_EQ(facts.data_quality_gate, true);
  EXPECT_EQ(facts.pinned_actions, std::nullopt);
  EXPECT_EQ(registries_.size(), 1u);
}

TEST_F(PipelinesTest, BrokenAndStrangeFilesAreNoPipeline) {
  write(".github/workflows/a.yml", "on: push\njobs: [unclosed\n");
  write(".github/workflows/deep/b.yml", kPinned);
  write("other/workflows/c.yml", kPinned);
  EXPECT_EQ(scan().platform, "");
}

}  // namespace
}  // namespace stormwatch::collect
