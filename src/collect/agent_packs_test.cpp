// SPDX-License-Identifier: Apache-2.0
// The examples of the packs that agent collectors rely on.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "format/document.h"
#include "match/database.h"

namespace stormwatch::collect {
namespace {

TEST(AgentPacks, EveryPatternHoldsForItsExamples) {
  std::vector<match::Pattern> patterns;
  for (const char* name : {"commands.yaml", "instructions.yaml"}) {
    const auto text = read_text(std::string(STORMWATCH_SOURCE_DIR "/packs/") + name);
    ASSERT_TRUE(text);
    const auto documents = format::parse_yaml(*text, Limits{});
    ASSERT_TRUE(documents) << name << ": " << documents.error().message();
    auto read = match::read_pack(documents->front(), name);
    ASSERT_TRUE(read) << read.error().message();
    std::ranges::move(*read, std::back_inserter(patterns));
  }
  auto database = match::Database::build(patterns, "");
  ASSERT_TRUE(database) << database.error().message();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const auto fires = [&](const std::string& text) { return std::ranges::any_of(database->scan(text), [&](const match::Hit& hit) { return database->patterns()[hit.pattern].id == patterns[i].id; }); };
    for (const std::string& text : patterns[i].fires) EXPECT_TRUE(fires(text)) << patterns[i].id << ": " << text;
    for (const std::string& text : patterns[i].silent) EXPECT_FALSE(fires(text)) << patterns[i].id << ": " << text;
  }
}

}  // namespace
}  // namespace stormwatch::collect
