// SPDX-License-Identifier: Apache-2.0
// Characters and digit runs of versions, shared by the orders of all ecosystems.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"

namespace stormwatch::advisory {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
inline bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }
inline int sign(int value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

inline std::string_view without_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return digits;
}

/// Two runs of digits by value, of any length; an empty one is 0.
inline int compare_digits(std::string_view left, std::string_view right) {
  left = left.empty() ? "0" : without_zeros(left);
  right = right.empty() ? "0" : without_zeros(right);
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return sign(left.compare(right));
}

/// Takes the characters that `belongs` accepts from the front of `text`.
template <class Belongs>
std::string_view take(std::string_view& text, Belongs belongs) {
  std::size_t end = 0;
  while (end < text.size() && belongs(text[end])) ++end;
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

}  // namespace stormwatch::advisory
