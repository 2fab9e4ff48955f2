// SPDX-License-Identifier: Apache-2.0
// What a text says, by word classes and their nearness: "an act of hiding, near the user, near a secret". The classes and rules are
// data (phrases/*.yaml); a rule carries sentences for which it holds and does not.
//
// Why not plain patterns: the same meaning is said in many ways, and the words alone are innocent. A rule holds within one sentence
// when each of its classes occurs within `within` words. Sentences end at . ! ? ; blank lines, list items and headings; a single
// line break does not end one. English only: text in other languages is simply not understood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "posture/words.h"

namespace stormwatch::collect {

struct PhraseHit {
  std::string_view subject;   ///< of the rule; lives as long as the Phrases
  Confidence confidence{};
  std::size_t begin = 0, end = 0;  ///< of the sentence, in the text that was read
};

class Phrases {
 public:
  /// Reads phrases/NAME.yaml; a typo (an unknown class, an empty rule) is an Error with file and line.
  static Result<Phrases> read(std::string_view yaml, std::string_view file);
  /// The embedded file of that name ("purpose.yaml"), read once; empty if it is broken (a test holds the embedded ones).
  static const Phrases& embedded(std::string_view name);

  /// All rules that hold, at most one hit a rule and sentence, in order of place. Linear in the text but for crowded sentences,
  /// of which the first 400 words count.
  [[nodiscard]] std::vector<PhraseHit> read_text(std::string_view text) const;

  struct Rule {
    std::string subject;
    std::vector<std::uint16_t> all, unless, not_before;
    std::uint16_t within = 12;
    bool in_order = false;  ///< the classes stand in the order of `all`
    Confidence confidence = Confidence::high;
    std::vector<std::string> fires, silent;
    std::uint32_t line = 0;
  };
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  struct Term {
    std::uint16_t word_class = 0;
    std::vector<std::string> words;
    bool open_end = false;  ///< the last word is a beginning: "exfiltrat*"
  };
  friend class SentenceReader;

  std::vector<std::string> classes_;
  std::vector<Term> terms_;
  std::vector<Term> raw_terms_;                     ///< substrings of the lower-cased sentence: paths, tags
  std::vector<std::vector<std::uint32_t>> by_start_;  ///< term indexes by a hash of the first two letters of their first word
  std::vector<Rule> rules_;
};

}  // namespace stormwatch::collect
