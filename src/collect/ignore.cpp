// SPDX-License-Identifier: Apache-2.0
#include "collect/ignore.h"

#include <algorithm>

namespace stormwatch::collect {

namespace {
constexpr std::size_t kMostRules = 20'000;
constexpr int kMostSteps = 200'000;

/// Reads a bracket expression at pattern[at] == '['. On success moves `at` past it and says whether `c` is in it; false if it
/// is not closed (then '[' stands for nothing: git matches no path).
bool match_bracket(std::string_view pattern, std::size_t& at, char c, bool& inside) {
  std::size_t i = at + 1;
  const bool inverted = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (inverted) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    if (pattern.substr(i).starts_with("[:")) {
      const std::size_t end = pattern.find(":]", i + 2);
      if (end != std::string_view::npos) {
        const std::string_view name = pattern.substr(i + 2, end - i - 2);
        const bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        found |= (name == "digit" && digit) || (name == "upper" && upper) || (name == "lower" && lower) ||
                 (name == "alpha" && (upper || lower)) || (name == "alnum" && (digit || upper || lower)) ||
                 (name == "space" && (c == ' ' || (c >= '\t' && c <= '\r')));
        i = end + 2;
        continue;
      }
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const char low = pattern[i++];
    char high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      ++i;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      high = pattern[i++];
    }
    found |= static_cast<unsigned char>(low) <= static_cast<unsigned char>(c) && static_cast<unsigned char>(c) <= static_cast<unsigned char>(high);
  }
  if (i >= pattern.size()) return false;
  at = i + 1;
  inside = found != inverted && c != '/';
  return true;
}

bool glob(std::string_view pattern, std::string_view text, bool at_start, int& steps) {
  std::size_t p = 0, t = 0;
  while (p < pattern.size()) {
    if (--steps < 0) return false;
    const char c = pattern[p];
    if (c == '*') {
      std::size_t stars = p;
      while (stars < pattern.size() && pattern[stars] == '*') ++stars;
      const bool whole_part = (p == 0 ? at_start : pattern[p - 1] == '/') && (stars == pattern.size() || pattern[stars] == '/');
      if (stars - p == 2 && whole_part) {
        if (stars == pattern.size()) return true;  // "a/**": everything below
        const std::string_view rest = pattern.substr(stars + 1);
        for (std::size_t from = t;;) {  // "**/" stands for no folder or any number of them
          if (glob(rest, text.substr(from), true, steps)) return true;
          const std::size_t slash = text.find('/', from);
          if (slash == std::string_view::npos) return false;
          from = slash + 1;
        }
      }
      const std::string_view rest = pattern.substr(stars);
      for (std::size_t from = t; from <= text.size(); ++from) {
        if (glob(rest, text.substr(from), false, steps)) return true;
        if (from < text.size() && text[from] == '/') return false;
      }
      return false;
    }
    if (t >= text.size()) return false;
    if (c == '?') {
      if (text[t] == '/') return false;
      ++p;
    } else if (c == '[') {
      bool inside = false;
      if (!match_bracket(pattern, p, text[t], inside) || !inside) return false;
    } else {
      if (c == '\\' && p + 1 < pattern.size()) ++p;
      if (pattern[p] != text[t]) return false;
      ++p;
    }
    ++t;
  }
  return t == text.size();
}
}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text) {
  int steps = kMostSteps;
  return glob(pattern, text, true, steps);
}

std::vector<IgnoreRule> parse_ignore_file(std::string_view text) {
  std::vector<IgnoreRule> rules;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && rules.size() < kMostRules) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    // Spaces at the end go, unless the last is quoted with a backslash.
    while (line.ends_with(' ') && !(line.size() >= 2 && line[line.size() - 2] == '\\')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    IgnoreRule rule;
    if (line.starts_with('!')) {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty() || line.size() > 4096) continue;
    rule.pattern = line;
    rules.push_back(std::move(rule));
  }
  return rules;
}

IgnoreRules::IgnoreRules(std::shared_ptr<const IgnoreRules> above, std::string folder, std::vector<IgnoreRule> rules)
    : above_(std::move(above)), folder_(std::move(folder)), rules_(std::move(rules)) {}

bool IgnoreRules::ignores(std::string_view path, bool is_folder) const {
  for (const IgnoreRules* level = this; level; level = level->above_.get()) {
    const std::string_view inside = level->folder_.empty() ? path : path.substr(level->folder_.size() + 1);
    const std::string_view last = inside.substr(inside.rfind('/') + 1);
    for (auto rule = level->rules_.rbegin(); rule != level->rules_.rend(); ++rule) {
      if (rule->folders_only && !is_folder) continue;
      if (matches_glob(rule->pattern, rule->anchored ? inside : last)) return !rule->negated;
    }
  }
  return false;
}

}  // namespace stormwatch::collect
