// SPDX-License-Identifier: Apache-2.0
#include "app/text_edits.h"

#include <fmt/format.h>

#include <algorithm>

namespace stormwatch::app {

namespace {

constexpr std::size_t kContext = 3;  // lines around a change

/// Lines without their '\n'; a text that ends in '\n' has no empty line after it.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool shows_plainly(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\r') || c == 0x7F; });
}

/// Changed lines with what stands around them, as [begin, end); those that touch are one.
std::vector<std::pair<std::size_t, std::size_t>> hunks_of(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    const std::size_t begin = i < kContext ? 0 : i - kContext, end = std::min(before.size(), i + kContext + 1);
    if (!out.empty() && begin <= out.back().second) out.back().second = end;
    else out.emplace_back(begin, end);
  }
  return out;
}

}  // namespace

std::string edited_text(std::string_view text, std::vector<TextEdit> edits) {
  std::ranges::stable_sort(edits, {}, &TextEdit::begin);
  std::string out;
  std::size_t at = 0;
  bool first = true;
  for (const TextEdit& edit : edits) {
    if (edit.begin < at || edit.end < edit.begin || edit.end > text.size() || (!first && edit.begin == at && edit.end == at)) continue;
    out += text.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
    first = false;
  }
  out += text.substr(at);
  return out;
}

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after || !shows_plainly(path) || path.find_first_of("\t\r\"\\") != std::string_view::npos) return "";
  const auto old_lines = lines_of(before), new_lines = lines_of(after);
  if (old_lines.size() != new_lines.size()) return "";
  std::string out = fmt::format("--- a/{}\n+++ b/{}\n", path, path);
  const auto put = [&](char sign, std::string_view line, bool last) {
    out += fmt::format("{}{}\n", sign, line);
    if (last && !before.ends_with('\n')) out += "\\ No newline at end of file\n";
  };
  for (const auto& [begin, end] : hunks_of(old_lines, new_lines)) {
    out += fmt::format("@@ -{},{} +{},{} @@\n", begin + 1, end - begin, begin + 1, end - begin);
    for (std::size_t i = begin; i < end;) {
      if (!shows_plainly(old_lines[i]) || !shows_plainly(new_lines[i])) return "";
      if (old_lines[i] == new_lines[i]) {
        put(' ', old_lines[i], i + 1 == old_lines.size());
        ++i;
        continue;
      }
      std::size_t next = i;
      while (next < end && old_lines[next] != new_lines[next]) ++next;
      for (std::size_t k = i; k < next; ++k) put('-', old_lines[k], k + 1 == old_lines.size());
      for (std::size_t k = i; k < next; ++k) put('+', new_lines[k], k + 1 == new_lines.size());
      i = next;
    }
  }
  return out;
}

}  // namespace stormwatch::app
