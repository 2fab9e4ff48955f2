// SPDX-License-Identifier: Apache-2.0
#include "collect/prose.h"

#include <gtest/gtest.h>

namespace stormwatch::collect {
namespace {

std::vector<Observation> guesses(std::size_t count) {
  std::vector<Observation> observations(count);
  for (std::size_t i = 0; i < count; ++i) {
    Asset asset;
    asset.sightings.push_back({.what = "prompt-injection", .subject = std::string(kReadsLikeAnAttack), .confidence = Confidence::medium});
    observations[i].assets.push_back(std::move(asset));
  }
  return observations;
}

TEST(Prose, NamesOfTextsForReading) {
  for (const char* name : {"README", "docs/a.md", "mail.txt", "x.eml"}) EXPECT_TRUE(is_prose_name(name)) << name;
  for (const char* name : {"Modelfile", "a/Makefile", "x.py", "x.json", "a.txt/b.html"}) EXPECT_FALSE(is_prose_name(name)) << name;
}

TEST(Prose, FewGuessesAmongManyTextsSayLittle) {
  const auto confidence = [](std::size_t count, std::size_t texts) {
    auto observations = guesses(count);
    weigh_guesses(observations, texts);
    return observations[0].assets[0].sightings[0].confidence;
  };
  EXPECT_EQ(confidence(1, 1), Confidence::medium);
  EXPECT_EQ(confidence(1, 199), Confidence::medium);
  EXPECT_EQ(confidence(8, 2000), Confidence::low);
  EXPECT_EQ(confidence(60, 2000), Confidence::low);
  EXPECT_EQ(confidence(61, 2000), Confidence::medium);
}

}  // namespace
}  // namespace stormwatch::collect
