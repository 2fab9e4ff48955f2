// SPDX-License-Identifier: Apache-2.0
// The packs that the executable carries: every entry's examples hold, and no entry takes another's examples for its own.
#include <gtest/gtest.h>

#include <set>

#include "collect/collect.h"
#include "match/example.h"
#include "posture/evidence.h"

namespace stormwatch::collect {
namespace {

const match::Database& packs() {
  static const match::Database database = [] {
    auto patterns = load_packs({});
    EXPECT_TRUE(patterns.has_value()) << (patterns ? "" : patterns.error().message());
    auto built = match::Database::build(std::move(*patterns), "");
    EXPECT_TRUE(built.has_value()) << (built ? "" : built.error().message());
    return std::move(*built);
  }();
  return database;
}

// The secret collector prefers a vendor's format to a general one, so a general entry may hit too; a vendor may have several.
bool may_share(const match::Pattern& own, const match::Pattern& other) {
  const auto vendor = [](const match::Pattern& pattern) { return pattern.subject.substr(0, pattern.subject.find('/')); };
  return own.topic != "secret" || other.topic != own.topic || other.subject.starts_with('-') || own.subject.starts_with('-') || vendor(own) == vendor(other) ||
         other.confidence != "high" || own.confidence != "high";
}

TEST(Packs, EveryExampleHolds) {
  for (std::uint32_t i = 0; i < packs().patterns().size(); ++i) {
    const match::Pattern& pattern = packs().patterns()[i];
    EXPECT_FALSE(pattern.topic == "secret" && pattern.fires.empty()) << pattern.id << " has no example that fires";
    for (const std::string& example : pattern.fires)
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const std::string text = match::example_of(example, seed);
        bool fired = false;
        for (const match::Hit& hit : packs().scan(text)) {
          fired |= hit.pattern == i;
          EXPECT_TRUE(hit.pattern == i || may_share(pattern, packs().patterns()[hit.pattern]))
              << packs().patterns()[hit.pattern].id << " takes the example of " << pattern.id << ": " << example;
        }
        EXPECT_TRUE(fired) << pattern.id << " does not fire: " << example << " (seed " << seed << ")";
      }
    for (const std::string& example : pattern.silent)
      for (const match::Hit& hit : packs().scan(match::example_of(example)))
        EXPECT_NE(hit.pattern, i) << pattern.id << " fires, but should not: " << example;
  }
}

TEST(Packs, WordsAreKnown) {
  static const std::set<std::string, std::less<>> types{"provider-key", "cloud-key", "private-key", "token", "password", "password-hash", "secret"};
  for (const match::Pattern& pattern : packs().patterns()) {
    EXPECT_TRUE(pattern.what.empty() || is_sighting(pattern.what)) << pattern.id;
    if (pattern.topic != "secret") continue;
    EXPECT_TRUE(types.contains(pattern.subject.substr(pattern.subject.find('/') + 1))) << pattern.id << ": " << pattern.subject;
  }
}

}  // namespace
}  // namespace stormwatch::collect
