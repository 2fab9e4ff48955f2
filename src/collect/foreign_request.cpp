// SPDX-License-Identifier: Apache-2.0
#include "collect/foreign_request.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace stormwatch::collect {
namespace {

constexpr std::size_t kReads = 256 << 10, kFewestRows = 3, kMostLines = 4096, kMostOthers = 3, kLongest = 400;

/// What people ask assistants to do.
constexpr std::array<std::string_view, 40> kOrders{"translate", "summarize", "summarise", "write",   "compose", "explain", "describe", "suggest",  "recommend", "generate",
                                                   "provide",   "give",      "tell",      "create",  "convert", "rewrite", "paraphrase", "calculate", "solve",     "answer",
                                                   "respond",   "reply",     "modify",    "replace", "insert",  "remove",  "use",      "include",  "incorporate", "identify",
                                                   "teach",     "help",      "draft",     "outline", "compare", "define",  "discuss",  "analyze",  "encourage", "promote"};
constexpr std::array<std::string_view, 9> kQuestions{"what", "who", "how", "where", "when", "why", "which", "can", "could"};
constexpr std::array<std::string_view, 8> kOfTheAnswer{"your response", "your answer", "your reply", "your output", "in the response", "the response", "your responses", "your message"};

struct Line {
  std::string_view text;  ///< without blanks at its ends
  std::size_t begin = 0;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at < text.size() && lines.size() < kMostLines;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::size_t first = at, last = end;
    while (first < last && static_cast<unsigned char>(text[first]) <= ' ') ++first;
    while (last > first && static_cast<unsigned char>(text[last - 1]) <= ' ') --last;
    if (last > first) lines.push_back({text.substr(first, last - first), first});
    at = end + 1;
  }
  return lines;
}

bool is_row(std::string_view line) { return line.size() > 4 && line.front() == '|' && line.back() == '|' && std::ranges::count(line, '|') >= 3; }

std::string_view first_word(std::string_view line) {
  const std::size_t end = std::ranges::find_if(line, [](char c) { return !((c >= 'a' && c <= 'z') || c == '\''); }) - line.begin();
  return line.substr(0, end);
}

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// A sentence that asks the reader for something, by its first word or by speaking of the reader's answer.
bool asks(std::string_view line, bool questions_too) {
  if (line.size() > kLongest || line.find(' ') == std::string_view::npos || line.ends_with(':')) return false;
  std::string text = lower(line);
  if (std::ranges::any_of(kOfTheAnswer, [&](std::string_view words) { return text.find(words) != std::string::npos; })) return true;
  if (text.starts_with("please ")) text.erase(0, 7);
  const std::string_view word = first_word(text);
  return is_one_of(kOrders, word) || (questions_too && text.ends_with('?') && is_one_of(kQuestions, word));
}

/// The other lines of a text that is a table throughout; none if it is not.
std::vector<Line> beside_table(const std::vector<Line>& lines) {
  std::vector<Line> others;
  std::size_t rows = 0, row_bytes = 0, other_bytes = 0;
  for (const Line& line : lines) {
    if (is_row(line.text)) {
      ++rows;
      row_bytes += line.text.size();
    } else {
      other_bytes += line.text.size();
      if (others.size() <= kMostOthers) others.push_back(line);
    }
  }
  if (rows < kFewestRows || others.size() > kMostOthers || other_bytes > row_bytes) return {};
  if (std::ranges::any_of(others, [](const Line& line) { return line.text.starts_with('#') || line.text.starts_with("```"); })) return {};
  return others;
}

/// Lines before the headers of a message: no mail begins so.
std::vector<Line> before_headers(const std::vector<Line>& lines) {
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), kMostOthers + 1); ++i) {
    const std::string text = lower(lines[i].text.substr(0, kLongest));
    const bool in_one = text.starts_with("subject:") && text.find("from:") != std::string::npos;
    const bool apart = i + 1 < lines.size() && ((text.starts_with("from:") && lower(lines[i + 1].text.substr(0, 8)) == "subject:") || (text.starts_with("subject:") && lower(lines[i + 1].text.substr(0, 5)) == "from:"));
    if (in_one || apart) return {lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i)};
  }
  return {};
}

}  // namespace

std::optional<Sighting> find_foreign_request(std::string_view text, const std::function<Place(std::size_t)>& place_at) {
  const std::vector<Line> lines = lines_of(text.substr(0, kReads));
  std::vector<Line> candidates = beside_table(lines);
  if (candidates.empty()) candidates = before_headers(lines);
  const auto found = std::ranges::find_if(candidates, [](const Line& line) { return asks(line.text, true); });
  if (found == candidates.end()) return std::nullopt;
  Sighting sighting{.what = "prompt-injection", .subject = "request-among-data"};
  sighting.detail = "stands among data and asks the reader for an answer";
  sighting.excerpt = excerpt_of(found->text);
  sighting.place = place_at(found->begin);
  sighting.confidence = Confidence::medium;
  return sighting;
}

}  // namespace stormwatch::collect
