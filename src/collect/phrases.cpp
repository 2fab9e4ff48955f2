// SPDX-License-Identifier: Apache-2.0
#include "collect/phrases.h"

#include <algorithm>
#include <map>

#include "base/embedded.h"
#include "base/text.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile phrases[];
extern const std::size_t phrases_count;
}  // namespace stormwatch::embedded

namespace stormwatch::collect {
namespace {

constexpr std::size_t kBuckets = 4096;
constexpr std::size_t kWordsOfSentence = 400;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// Two letters start a bucket, so that terms of two letters ("c2") are found as well.
std::size_t bucket_of(std::string_view word) {
  std::size_t h = 7;
  for (std::size_t i = 0; i < 2; ++i) h = h * 61 + (i < word.size() ? static_cast<unsigned char>(word[i]) : 0);
  return h % kBuckets;
}

struct Word {
  std::string_view text;
  std::size_t at = 0;
};

/// Letters and digits make words; everything else parts them, so "don't" is two words with either apostrophe.
void split_words(std::string_view text, std::size_t offset, std::vector<Word>& words) {
  for (std::size_t i = 0; i < text.size() && words.size() < kWordsOfSentence;) {
    if (!is_letter(text[i])) {
      ++i;
      continue;
    }
    // What an address is made of is not said by the sentence: "https://attack.example" neither attacks nor gives an example.
    if (text[i] == 'h' && (text.substr(i).starts_with("https://") || text.substr(i).starts_with("http://"))) {
      i = std::min(text.find_first_of(" \t\n\"'`<>)]", i), text.size());
      continue;
    }
    if (i > 0 && text[i - 1] == '@') {  // nor does the host of a mail address
      while (i < text.size() && (is_letter(text[i]) || text[i] == '-' || (text[i] == '.' && i + 1 < text.size() && is_letter(text[i + 1])))) ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && is_letter(text[i])) ++i;
    words.push_back({text.substr(begin, i - begin), offset + begin});
  }
}

/// True if the line that starts here opens a list item, heading, table row or tag, or is blank.
bool opens_block(std::string_view rest) {
  std::size_t i = 0;
  while (i < rest.size() && (rest[i] == ' ' || rest[i] == '\t' || rest[i] == '\r')) ++i;
  if (i >= rest.size() || rest[i] == '\n') return true;
  if (rest[i] == '#' || rest[i] == '|' || rest[i] == '<' || rest[i] == '>') return true;
  if ((rest[i] == '-' || rest[i] == '*' || rest[i] == '+') && i + 1 < rest.size() && rest[i + 1] == ' ') return true;
  std::size_t digits = i;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
  return digits > i && digits < rest.size() && (rest[digits] == '.' || rest[digits] == ')');
}

std::size_t sentence_end(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    const bool before_space = i + 1 >= text.size() || text[i + 1] == ' ' || text[i + 1] == '\n' || text[i + 1] == '\r' ||
                              text[i + 1] == '"' || text[i + 1] == ')' || text[i + 1] == '<';
    if ((c == '.' || c == '!' || c == '?' || c == ';') && before_space) return i + 1;
    if (c == '\n' && opens_block(text.substr(i + 1))) return i + 1;
    if (c == '\n' && i > from && (text[i - 1] == '>' || text[i - 1] == ']')) return i + 1;
    if (i - from > 4000) return i + 1;
  }
  return text.size();
}

}  // namespace

/// One text against one set of rules.
class SentenceReader {
 public:
  explicit SentenceReader(const Phrases& phrases) : phrases_(phrases), found_(phrases.classes_.size()) {}

  void read(std::string_view lowered, std::size_t begin, std::size_t end, std::vector<PhraseHit>& hits) {
    words_.clear();
    split_words(lowered.substr(begin, end - begin), begin, words_);
    for (auto& positions : found_) positions.clear();
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (const std::uint32_t index : phrases_.by_start_[bucket_of(words_[i].text)])
        if (matches(phrases_.terms_[index], i)) found_[phrases_.terms_[index].word_class].push_back(static_cast<std::uint16_t>(i));
    find_raw(lowered.substr(begin, end - begin), begin);
    for (const Phrases::Rule& rule : phrases_.rules_)
      if (holds(rule)) hits.push_back({rule.subject, rule.confidence, begin, end});
  }

 private:
  bool matches(const Phrases::Term& term, std::size_t at) const {
    if (at + term.words.size() > words_.size()) return false;
    for (std::size_t k = 0; k < term.words.size(); ++k) {
      const std::string_view word = words_[at + k].text;
      const std::string& wanted = term.words[k];
      const bool last = k + 1 == term.words.size();
      if (last && term.open_end) {
        if (!word.starts_with(wanted)) return false;
      } else if (word != wanted && !(last && word.size() == wanted.size() + 1 && word.back() == 's' && word.starts_with(wanted))) {
        return false;
      }
    }
    return true;
  }

  void find_raw(std::string_view sentence, std::size_t begin) {
    for (const Phrases::Term& term : phrases_.raw_terms_) {
      const std::string& wanted = term.words.front();
      for (std::size_t at = sentence.find(wanted); at != std::string_view::npos; at = sentence.find(wanted, at + 1)) {
        const bool starts_clean = at == 0 || !is_letter(sentence[at - 1]) || !(is_letter(wanted.front()) || wanted.front() == '.');
        const std::size_t after = at + wanted.size();
        const bool ends_clean = after >= sentence.size() || !is_letter(sentence[after]) || !is_letter(wanted.back());
        if (!starts_clean || !ends_clean) continue;
        const auto word = std::ranges::lower_bound(words_, begin + at, {}, &Word::at);
        found_[term.word_class].push_back(static_cast<std::uint16_t>(word - words_.begin()));
      }
    }
    for (auto& positions : found_) std::ranges::sort(positions);
  }

  /// The rule's classes all occur within its window, seen from some place of its first class.
  bool holds(const Phrases::Rule& rule) const {
    for (const std::uint16_t word_class : rule.all)
      if (found_[word_class].empty()) return false;
    for (const std::uint16_t word_class : rule.unless)
      if (!found_[word_class].empty()) return false;
    for (const std::uint16_t start : found_[rule.all.front()]) {
      bool complete = true;
      std::uint16_t last = start;
      for (std::size_t k = 1; k < rule.all.size() && complete; ++k) {
        const auto& places = found_[rule.all[k]];
        const auto near = std::ranges::find_if(places, [&](std::uint16_t at) {
          return at != start && (at > start ? at - start : start - at) <= rule.within && (!rule.in_order || at > last);
        });
        complete = near != places.end();
        if (complete) last = *near;
      }
      if (complete && !excused(rule, start)) return true;
    }
    return false;
  }

  bool excused(const Phrases::Rule& rule, std::uint16_t start) const {
    for (const std::uint16_t word_class : rule.not_before)
      for (const std::uint16_t at : found_[word_class])
        if (at < start && start - at <= 5) return true;
    return false;
  }

  const Phrases& phrases_;
  std::vector<Word> words_;
  std::vector<std::vector<std::uint16_t>> found_;
};

std::vector<PhraseHit> Phrases::read_text(std::string_view text) const {
  std::vector<PhraseHit> hits;
  if (rules_.empty()) return hits;
  const std::string lowered = lower(text);
  SentenceReader reader(*this);
  for (std::size_t begin = 0; begin < lowered.size();) {
    const std::size_t end = sentence_end(lowered, begin);
    reader.read(lowered, begin, end, hits);
    begin = end;
  }
  return hits;
}

namespace {

std::string at_line(const Node& node) { return "line " + std::to_string(node.line); }

}  // namespace

Result<Phrases> Phrases::read(std::string_view yaml, std::string_view file) {
  const auto documents = format::read_content(yaml, file);
  if (!documents) return std::unexpected(documents.error());
  const std::string where(file);
  if (documents->size() != 1 || !documents->front().is_map()) return failure("not a phrase file", where, "line 1", "words and rules");
  const Node& root = documents->front();
  Phrases phrases;
  phrases.by_start_.resize(kBuckets);
  std::map<std::string, std::uint16_t, std::less<>> class_index;
  const Node* words = root.find("words");
  const Node* rules = root.find("rules");
  if (!words || !words->is_map() || !rules || !rules->is_list()) return failure("missing words or rules", where, "line 1", "both");
  for (const Node::Member& member : words->members) {
    const auto index = static_cast<std::uint16_t>(phrases.classes_.size());
    class_index[member.key] = index;
    phrases.classes_.push_back(member.key);
    for (const Node& item : member.value.items) {
      Term term;
      term.word_class = index;
      std::string text = lower(item.scalar);
      if (text.starts_with("=")) {
        if (text.size() < 2) return failure("an empty substring", where, at_line(item), "text after =");
        term.words.push_back(text.substr(1));
        phrases.raw_terms_.push_back(std::move(term));
        continue;
      }
      if (text.ends_with("*")) {
        term.open_end = true;
        text.pop_back();
      }
      std::vector<Word> parts;
      split_words(text, 0, parts);
      for (const Word& part : parts) term.words.emplace_back(part.text);
      if (term.words.empty()) return failure("an empty term", where, at_line(item), "letters");
      phrases.by_start_[bucket_of(term.words.front())].push_back(static_cast<std::uint32_t>(phrases.terms_.size()));
      phrases.terms_.push_back(std::move(term));
    }
  }
  for (const Node& item : rules->items) {
    Rule rule;
    rule.line = item.line;
    rule.subject = item.text("subject");
    const auto confidence = confidence_named(item.text("confidence", "high"));
    if (rule.subject.empty() || !confidence) return failure("broken rule", where, at_line(item), "subject, and a confidence of low, medium or high");
    rule.confidence = *confidence;
    if (const Node* order = item.find("in_order")) rule.in_order = order->as_bool().value_or(false);
    if (const Node* within = item.find("within")) rule.within = static_cast<std::uint16_t>(within->as_number().value_or(12));
    for (const auto& [key, into] : {std::pair{"all", &rule.all}, {"unless", &rule.unless}, {"not_before", &rule.not_before}}) {
      const Node* list = item.find(key);
      if (!list) continue;
      for (const Node& name : list->items) {
        const auto found = class_index.find(name.scalar);
        if (found == class_index.end()) return failure("unknown class of words '" + name.scalar + "'", where, at_line(name), "a name under words");
        into->push_back(found->second);
      }
    }
    if (rule.all.empty()) return failure("a rule without classes", where, at_line(item), "all: [...]");
    for (const auto& [key, into] : {std::pair{"fires", &rule.fires}, {"silent", &rule.silent}})
      if (const Node* list = item.find(key))
        for (const Node& text : list->items) into->push_back(text.scalar);
    phrases.rules_.push_back(std::move(rule));
  }
  return phrases;
}

const Phrases& Phrases::embedded(std::string_view name) {
  static const std::map<std::string, Phrases, std::less<>> all = [] {
    std::map<std::string, Phrases, std::less<>> read_files;
    for (std::size_t i = 0; i < stormwatch::embedded::phrases_count; ++i) {
      Result<Phrases> phrases = Phrases::read(stormwatch::embedded::phrases[i].text(), stormwatch::embedded::phrases[i].path);
      if (phrases) read_files.emplace(stormwatch::embedded::phrases[i].path, std::move(*phrases));
    }
    return read_files;
  }();
  static const Phrases none;
  const auto found = all.find(name);
  return found == all.end() ? none : found->second;
}

}  // namespace stormwatch::collect
