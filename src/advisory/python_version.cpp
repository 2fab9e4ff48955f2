// SPDX-License-Identifier: Apache-2.0
// PEP 440: the version grammar (appendix B, normalisation rules included) and its order; and the order of legacy versions.
#include <algorithm>
#include <limits>

#include "advisory/version.h"

namespace stormwatch::advisory {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_separator(char c) { return c == '.' || c == '-' || c == '_'; }

std::string lower_trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char c) { return peek() == c && !at_end() ? (++at_, true) : false; }
  bool take(std::string_view word) { return text_.substr(at_).starts_with(word) ? (at_ += word.size(), true) : false; }
  bool take_separator() { return is_separator(peek()) ? (++at_, true) : false; }
  std::optional<std::uint64_t> number() {
    if (!is_digit(peek())) return std::nullopt;
    std::uint64_t value = 0;
    for (; is_digit(peek()); ++at_) {
      auto digit = static_cast<std::uint64_t>(peek() - '0');
      constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
      value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
    }
    return value;
  }
  [[nodiscard]] std::size_t mark() const { return at_; }
  void rewind(std::size_t mark) { at_ = mark; }
  std::string_view segment() {
    std::size_t start = at_;
    while (is_digit(peek()) || is_letter(peek())) ++at_;
    return text_.substr(start, at_ - start);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// `words` longest first; on success the reader stands behind the optional number.
std::optional<std::pair<std::size_t, std::uint64_t>> labelled(Reader& in, std::initializer_list<std::string_view> words) {
  std::size_t mark = in.mark();
  in.take_separator();
  std::size_t index = 0;
  for (std::string_view word : words) {
    if (in.take(word)) {
      std::size_t after_word = in.mark();
      bool separated = in.take_separator();
      auto value = in.number();
      if (!value && separated) in.rewind(after_word);
      return std::pair{index, value.value_or(0)};
    }
    ++index;
  }
  in.rewind(mark);
  return std::nullopt;
}

int order(std::uint64_t left, std::uint64_t right) { return left < right ? -1 : left > right ? 1 : 0; }

int order_local(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    bool left_number = is_digit(left[i][0]) && left[i].find_first_not_of("0123456789") == std::string::npos;
    bool right_number = is_digit(right[i][0]) && right[i].find_first_not_of("0123456789") == std::string::npos;
    if (left_number != right_number) return left_number ? 1 : -1;
    if (left_number && left[i].size() != right[i].size()) return left[i].size() < right[i].size() ? -1 : 1;
    if (int by_text = left[i].compare(right[i])) return by_text < 0 ? -1 : 1;
  }
  return order(left.size(), right.size());
}

}  // namespace

std::optional<PythonVersion> PythonVersion::parse(std::string_view text) {
  std::string lower = lower_trimmed(text);
  Reader in(lower);
  PythonVersion version;
  in.take('v');
  auto first = in.number();
  if (!first) return std::nullopt;
  if (in.take('!')) {
    version.epoch = *first;
    first = in.number();
    if (!first) return std::nullopt;
  }
  version.release.push_back(*first);
  while (in.peek() == '.' && is_digit(in.peek(1))) {
    in.take('.');
    version.release.push_back(*in.number());
  }
  while (!version.release.empty() && version.release.back() == 0) version.release.pop_back();
  if (auto pre = labelled(in, {"alpha", "a", "beta", "b", "preview", "pre", "rc", "c"})) {
    version.pre = pre->first < 2 ? Pre::alpha : pre->first < 4 ? Pre::beta : Pre::candidate;
    version.pre_number = pre->second;
  }
  if (in.peek() == '-' && is_digit(in.peek(1))) {
    in.take('-');
    version.post = in.number();
  } else if (auto post = labelled(in, {"post", "rev", "r"})) {
    version.post = post->second;
  }
  if (auto development = labelled(in, {"dev"})) version.development = development->second;
  if (in.take('+')) {
    do {
      std::string_view segment = in.segment();
      if (segment.empty()) return std::nullopt;
      if (segment.find_first_not_of("0123456789") == std::string_view::npos)
        while (segment.size() > 1 && segment[0] == '0') segment.remove_prefix(1);
      version.local.emplace_back(segment);
    } while (in.take_separator());
  }
  if (!in.at_end()) return std::nullopt;
  if (version.pre == Pre::none && !version.post && version.development) version.pre = Pre::below_all;
  return version;
}

PythonVersion PythonVersion::parse_legacy(std::string_view text) {
  std::string lower = lower_trimmed(text);
  PythonVersion version;
  std::vector<std::string>& parts = version.legacy;
  auto add = [&](std::string part) {
    if (part == "pre" || part == "preview" || part == "rc") part = "c";
    else if (part == "-") part = "final-";
    else if (part == "dev") part = "@";
    if (part.empty() || part == ".") return;
    if (is_digit(part[0])) {
      if (part.size() < 8) part.insert(0, 8 - part.size(), '0');
    } else {
      part.insert(0, 1, '*');
    }
    if (part[0] == '*') {
      if (part < "*final")
        while (!parts.empty() && parts.back() == "*final-") parts.pop_back();
      while (!parts.empty() && parts.back() == "00000000") parts.pop_back();
    }
    parts.push_back(std::move(part));
  };
  for (std::size_t i = 0; i < lower.size();) {
    std::size_t end = i + 1;
    auto same = [&](bool (*kind)(char)) {
      while (end < lower.size() && kind(lower[end])) ++end;
    };
    if (is_digit(lower[i])) same(is_digit);
    else if (is_letter(lower[i])) same(is_letter);
    else if (lower[i] != '.' && lower[i] != '-') same([](char c) { return !is_digit(c) && !is_letter(c) && c != '.' && c != '-'; });
    add(lower.substr(i, end - i));
    i = end;
  }
  add("final");
  return version;
}

int compare(const PythonVersion& left, const PythonVersion& right) {
  if (left.is_legacy() != right.is_legacy()) return left.is_legacy() ? -1 : 1;
  if (left.is_legacy()) return left.legacy < right.legacy ? -1 : left.legacy == right.legacy ? 0 : 1;
  if (int by = order(left.epoch, right.epoch)) return by;
  for (std::size_t i = 0; i < std::max(left.release.size(), right.release.size()); ++i)
    if (int by = order(i < left.release.size() ? left.release[i] : 0, i < right.release.size() ? right.release[i] : 0)) return by;
  if (left.pre != right.pre) return left.pre < right.pre ? -1 : 1;
  if (int by = order(left.pre_number, right.pre_number)) return by;
  if (left.post.has_value() != right.post.has_value()) return left.post ? 1 : -1;
  if (left.post)
    if (int by = order(*left.post, *right.post)) return by;
  if (left.development.has_value() != right.development.has_value()) return left.development ? -1 : 1;
  if (left.development)
    if (int by = order(*left.development, *right.development)) return by;
  if (left.local.empty() != right.local.empty()) return left.local.empty() ? -1 : 1;
  return order_local(left.local, right.local);
}

}  // namespace stormwatch::advisory
