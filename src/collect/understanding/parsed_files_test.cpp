// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/parsed_files.h"

#include <gtest/gtest.h>

namespace stormwatch::collect {
namespace {

std::shared_ptr<const ParsedFile> file_of(std::size_t bytes) { return std::make_shared<const ParsedFile>(code::Module{}, std::string(bytes, '#')); }

TEST(ParsedFiles, ForgetsWhatWasUsedLongestAgo) {
  ParsedFiles files;
  const std::size_t third = ParsedFiles::kMostBytes / 3;
  files.keep("a.py", file_of(third));
  files.keep("b.py", file_of(third));
  files.keep("c.py", file_of(third));
  const auto held = files.find("a.py");
  ASSERT_TRUE(held);
  files.keep("d.py", file_of(third));
  EXPECT_TRUE(files.find("a.py"));
  EXPECT_FALSE(files.find("b.py"));
  files.keep("all.py", file_of(ParsedFiles::kMostBytes + 1));
  EXPECT_FALSE(files.find("all.py"));
  files.keep("whole.py", file_of(ParsedFiles::kMostBytes));
  EXPECT_FALSE(files.find("a.py"));
  EXPECT_EQ(held->text.size(), third);  // who has it keeps it
}

TEST(ParsedFiles, LanguageByEnding) {
  const Limits limits;
  const auto family = [&](std::string_view path, std::string_view text, bool script = false) { return parse_code(path, text, limits, script)->family; };
  EXPECT_EQ(family("a.ts", "const a: number = 1"), code::Family::javascript);
  EXPECT_EQ(family("a.go", "package a"), code::Family::go);
  EXPECT_EQ(family("run", "const a = 1", true), code::Family::javascript);
  EXPECT_EQ(family("run", "a = 1"), code::Family::python);
}

}  // namespace
}  // namespace stormwatch::collect
