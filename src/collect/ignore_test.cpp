// SPDX-License-Identifier: Apache-2.0
#include "collect/ignore.h"

#include <gtest/gtest.h>

namespace stormwatch::collect {
namespace {

bool ignored(std::string_view file, std::string_view path, bool folder = false) {
  return IgnoreRules(nullptr, "", parse_ignore_file(file)).ignores(path, folder);
}

TEST(Ignore, follows_gitignore) {
  EXPECT_TRUE(ignored("*.log", "a.log"));
  EXPECT_TRUE(ignored("*.log", "deep/er/a.log"));
  EXPECT_FALSE(ignored("/*.log", "deep/a.log"));
  EXPECT_TRUE(ignored("/*.log", "a.log"));
  EXPECT_FALSE(ignored("doc/*.txt", "doc/server/a.txt"));
  EXPECT_TRUE(ignored("doc/*.txt", "doc/a.txt"));
  EXPECT_TRUE(ignored("foo/", "foo", true));
  EXPECT_FALSE(ignored("foo/", "foo", false));
  EXPECT_TRUE(ignored("foo/", "a/foo", true));
  EXPECT_FALSE(ignored("a/foo/", "b/a/foo", true));
  EXPECT_TRUE(ignored("**/foo", "foo"));
  EXPECT_TRUE(ignored("**/foo", "a/b/foo"));
  EXPECT_TRUE(ignored("**/foo/bar", "a/foo/bar"));
  EXPECT_TRUE(ignored("abc/**", "abc/x/y"));
  EXPECT_FALSE(ignored("abc/**", "abc", true));
  EXPECT_TRUE(ignored("a/**/b", "a/b"));
  EXPECT_TRUE(ignored("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(ignored("a/**/b", "a/xb"));
  EXPECT_TRUE(ignored("foo**bar", "foo_x_bar"));
  EXPECT_TRUE(ignored("a?c", "abc"));
  EXPECT_FALSE(ignored("a?c", "a/c"));
  EXPECT_TRUE(ignored("*.[oa]", "x.o"));
  EXPECT_FALSE(ignored("*.[!oa]", "x.o"));
  EXPECT_TRUE(ignored("[[:digit:]]x", "7x"));
  EXPECT_TRUE(ignored("[a-c-]x", "-x"));
  EXPECT_FALSE(ignored("[", "["));
}

TEST(Ignore, reads_lines_as_git_does) {
  EXPECT_FALSE(ignored("# *.log\n", "# a.log"));
  EXPECT_TRUE(ignored("\\#x", "#x"));
  EXPECT_TRUE(ignored("\\!x", "!x"));
  EXPECT_TRUE(ignored("x  \n", "x"));
  EXPECT_TRUE(ignored("x\\ \n", "x "));
  EXPECT_TRUE(ignored("x\r\n", "x"));
  EXPECT_TRUE(ignored("*.log\n!keep.log", "a.log"));
  EXPECT_FALSE(ignored("*.log\n!keep.log", "keep.log"));
  EXPECT_TRUE(ignored("!keep.log\n*.log", "keep.log"));
  EXPECT_FALSE(ignored("\n/\n  \n", "x"));
}

TEST(Ignore, the_deeper_file_decides) {
  const auto top = std::make_shared<const IgnoreRules>(nullptr, "", parse_ignore_file("*.txt\n/sub/only.md"));
  const IgnoreRules sub(top, "sub", parse_ignore_file("!keep.txt\n/anchored"));
  EXPECT_FALSE(sub.ignores("sub/keep.txt", false));
  EXPECT_TRUE(sub.ignores("sub/other.txt", false));
  EXPECT_TRUE(sub.ignores("sub/anchored", false));
  EXPECT_FALSE(sub.ignores("sub/deep/anchored", false));
  EXPECT_TRUE(sub.ignores("sub/only.md", false));
}

TEST(Ignore, is_bounded_against_patterns_made_to_explode) {
  std::string pattern, text(200, 'a');
  for (int i = 0; i < 40; ++i) pattern += "a*";
  EXPECT_FALSE(ignored(pattern + "b", text));
  std::string folders, path;
  for (int i = 0; i < 30; ++i) folders += "**/a/", path += "a/a/";
  EXPECT_FALSE(ignored(folders + "b", path + "c"));
}

}  // namespace
}  // namespace stormwatch::collect
