// SPDX-License-Identifier: Apache-2.0
// Small questions about short texts, asked everywhere. Letters are those of ASCII: other bytes are left as they are, and no locale changes an answer.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace stormwatch {

constexpr char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out) letter = lower(letter);
  return out;
}

inline bool one_of(std::string_view word, std::initializer_list<std::string_view> all) { return std::ranges::find(all, word) != all.end(); }

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
inline bool holds(std::string_view text, std::initializer_list<std::string_view> any) {
  return std::ranges::any_of(any, [text](std::string_view part) { return holds(text, part); });
}

/// The first 4,000 bytes: enough to know what a text is about, however long it is.
constexpr std::string_view first_part(std::string_view text) { return text.substr(0, 4000); }

/// What follows the last separator: the function's name of "module.Class.function", the file's of a path (with '/').
inline std::string_view last_of(std::string_view name, char separator = '.') { return name.substr(name.rfind(separator) + 1); }

}  // namespace stormwatch
