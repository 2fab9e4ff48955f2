// SPDX-License-Identifier: Apache-2.0
// Every rule of phrases/*.yaml carries sentences that prove it; they are walked here.
#include "collect/phrases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/file.h"

namespace stormwatch::collect {
namespace {

bool says(const Phrases& phrases, std::string_view text, std::string_view subject, Confidence confidence) {
  return std::ranges::any_of(phrases.read_text(text), [&](const PhraseHit& hit) { return hit.subject == subject && hit.confidence == confidence; });
}

TEST(Phrases, EveryRuleHoldsForItsExamples) {
  for (const char* name : {"purpose.yaml", "instruction.yaml", "capability.yaml", "answered_order.yaml", "tool_text.yaml", "tool_parameter.yaml"}) {
    const auto text_of_file = read_text(std::string(STORMWATCH_SOURCE_DIR "/phrases/") + name);
    ASSERT_TRUE(text_of_file);
    const auto direct = Phrases::read(*text_of_file, name);
    ASSERT_TRUE(direct) << direct.error().message();
    const Phrases& phrases = Phrases::embedded(name);
    ASSERT_FALSE(phrases.rules().empty()) << name << " is broken";
    for (const Phrases::Rule& rule : phrases.rules()) {
      EXPECT_FALSE(rule.fires.empty() || rule.silent.empty()) << name << ":" << rule.line << " has no examples";
      for (const std::string& text : rule.fires) EXPECT_TRUE(says(phrases, text, rule.subject, rule.confidence)) << name << ":" << rule.line << ": " << text;
      for (const std::string& text : rule.silent) EXPECT_FALSE(says(phrases, text, rule.subject, rule.confidence)) << name << ":" << rule.line << ": " << text;
    }
  }
}

TEST(Phrases, SentencesAreWhatPeopleMean) {
  const auto phrases = Phrases::read("words: {a: [alpha], b: [beta, \"=.rc\"]}\nrules: [{subject: s, all: [a, b], within: 9}]\n", "t");
  ASSERT_TRUE(phrases) << phrases.error().message();
  EXPECT_EQ(phrases->read_text("alpha wraps\n  to beta").size(), 1u);
  EXPECT_EQ(phrases->read_text("alpha ends. beta starts").size(), 0u);
  EXPECT_EQ(phrases->read_text("- alpha\n- beta").size(), 0u);
  EXPECT_EQ(phrases->read_text("ALPHA in ~/.rc").size(), 1u);
  EXPECT_EQ(phrases->read_text("alpha process.rc").size(), 0u);
  EXPECT_EQ(phrases->read_text("alpha 1 2 3 4 5 6 7 8 9 beta").size(), 0u);
}

TEST(Phrases, TyposAreErrorsWithALine) {
  for (const char* text : {"", "words: {a: [xx]}\nrules: [{subject: s, all: [b]}]", "rules: []", "words: {a: [xx]}\nrules: [{all: [a]}]"})
    EXPECT_FALSE(Phrases::read(text, "t")) << text;
  EXPECT_NE(Phrases::read("words: {a: [xx]}\nrules:\n  - subject: s\n    all: [b]\n", "t").error().position.find("line 4"), std::string::npos);
}

}  // namespace
}  // namespace stormwatch::collect
