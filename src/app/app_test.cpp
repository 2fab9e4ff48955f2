// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "app/accepted.h"
#include "app/arguments.h"
#include "collect/collect.h"
#include "live/verify_secrets.h"

namespace stormwatch::app {
namespace {

TEST(Glob, stars_stay_in_their_part_unless_doubled) {
  EXPECT_TRUE(glob_matches("src/*.py", "src/a.py"));
  EXPECT_FALSE(glob_matches("src/*.py", "src/a/b.py"));
  EXPECT_TRUE(glob_matches("src/**", "src/a/b.py"));
  EXPECT_TRUE(glob_matches("**/b.py", "b.py"));
  EXPECT_TRUE(glob_matches("**/b.py", "src/a/b.py"));
  EXPECT_FALSE(glob_matches("**/b.py", "src/ab.py"));
  EXPECT_TRUE(glob_matches("a?c", "abc"));
}

TEST(Nearest, finds_the_command_that_was_meant) {
  EXPECT_EQ(nearest("scna", {"scan", "plan"}), "scan");
  EXPECT_EQ(nearest("entirely-different", {"scan", "plan"}), std::nullopt);
}

TEST(Arguments, words_after_two_dashes_are_left_alone) {
  const Command command{.name = "x", .options = {{"--name", "N", ""}, {"--flag", "", ""}}, .run = nullptr};
  const auto parsed = parse_arguments(command, {"a", "--name=v", "--flag", "--", "--name", "w"});
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->positional, std::vector<std::string>{"a"});
  EXPECT_EQ(parsed->value("--name"), "v");
  EXPECT_TRUE(parsed->has("--flag"));
  EXPECT_EQ(parsed->after_dashes, (std::vector<std::string>{"--name", "w"}));
  EXPECT_FALSE(parse_arguments(command, {"--name"}));
  EXPECT_FALSE(parse_arguments(command, {"--name", "a", "--name", "b"}));
}

TEST(KeyChecks, each_asks_about_a_pattern_that_there_is) {
  const auto patterns = collect::load_packs({});
  const auto checks = live::load_key_checks({});
  ASSERT_TRUE(patterns && checks);
  std::set<std::string> known, asked;
  for (const match::Pattern& pattern : *patterns) known.insert(pattern.id);
  for (const live::KeyCheck& check : *checks)
    for (const std::string& id : check.patterns) {
      EXPECT_TRUE(known.contains(id)) << id;
      EXPECT_TRUE(asked.insert(id).second) << id << " stands twice";
    }
}

TEST(Accepted, a_suppression_needs_a_reason_and_ends_with_its_date) {
  const std::string path = testing::TempDir() + "accepted.yaml";
  { std::ofstream(path) << "- rule: r\n  path: tests/**\n"; }
  const auto without = Accepted::load("", path);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().position, "line 1");
  { std::ofstream(path) << "- {rule: r, path: tests/**, reason: fixture}\n- {rule: s, reason: later, until: 2001-01-01}\n"; }
  const auto accepted = Accepted::load("", path);
  ASSERT_TRUE(accepted) << accepted.error().message();
  std::vector<Finding> findings(3);
  findings[0].signal.rule = "r";
  findings[0].signal.place.path = "tests/a/b.py";
  findings[1].signal.rule = "r";
  findings[1].signal.place.path = "src/b.py";
  findings[2].signal.rule = "s";
  accepted->apply(findings);
  EXPECT_EQ(findings[0].state, FindingState::accepted);
  EXPECT_EQ(findings[1].state, FindingState::open);
  EXPECT_EQ(findings[2].state, FindingState::open);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace stormwatch::app
