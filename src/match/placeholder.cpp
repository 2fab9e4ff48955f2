// SPDX-License-Identifier: Apache-2.0
#include "match/placeholder.h"

#include <algorithm>
#include <array>
#include <string>

namespace stormwatch::match {

namespace {

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

// Values that are computed or filled in elsewhere: ${X}, $(x), {{x}}, <x>, %(x)s, %s, #{x}.
bool is_template(std::string_view value) {
  static constexpr std::array<std::string_view, 8> markers{"${", "{{", "$(", "%(", "#{", "<%", "%{", "%s"};
  if (std::ranges::any_of(markers, [&](std::string_view marker) { return value.find(marker) != std::string_view::npos; })) return true;
  const std::size_t open = value.find('<');
  if (open != std::string_view::npos && value.find('>', open) != std::string_view::npos) return true;
  return value.starts_with('$') || (value.starts_with('{') && value.ends_with('}'));
}

bool has_word(const std::string& lower) {
  static constexpr std::array<std::string_view, 38> words{
      "example", "placeholder", "changeme", "change-me", "change_me", "replaceme", "replace-me", "replace_me", "replace-with",
      "replace_with", "your-", "your_", "yourkey", "yourtoken", "yoursecret", "yourpassword", "yourapi", "my-secret", "my_secret",
      "-here", "_here", "insert-", "insert_", "enter-", "enter_", "redacted", "dummy", "notreal", "not-real", "not_real", "sample",
      "fake", "todo", "fixme", "abcdefghij", "foobar", "deadbeef", "removed"};
  return std::ranges::any_of(words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// One character over and over ("xxxxxxxx", "********", "0000"), or a longer run inside than chance gives.
bool is_repetitive(std::string_view value) {
  std::array<bool, 256> seen{};
  std::size_t distinct = 0, run = 1, longest = 1;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (!seen[c]) seen[c] = true, ++distinct;
    run = i > 0 && value[i] == value[i - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return (value.size() >= 8 && distinct <= 3) || longest >= 6 || (longest >= 4 && longest * 2 >= value.size());
}

// "1234567890", "abcdefgh": most steps to the next character are +1.
bool is_sequential(const std::string& lower) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < lower.size(); ++i)
    if (lower[i] == lower[i - 1] + 1 || (lower[i - 1] == '9' && (lower[i] == '0' || lower[i] == 'a'))) ++steps;
  return lower.size() >= 6 && steps * 3 >= lower.size() * 2;
}

}  // namespace

bool is_placeholder(std::string_view value) {
  if (value.find("...") != std::string_view::npos || value.find("\xE2\x80\xA6") != std::string_view::npos) return true;
  if (is_template(value) || is_repetitive(value)) return true;
  const std::string lower = lowered(value);
  return is_sequential(lower) || has_word(lower);
}

}  // namespace stormwatch::match
