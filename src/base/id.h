// SPDX-License-Identifier: Apache-2.0
// Ids made from content: the same thing has the same id in every run. 64 bits of XXH3, shown as 16 hex digits.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace stormwatch {

template <class Tag>
struct Id {
  std::uint64_t value = 0;

  /// Hashes the parts with their lengths, so that ("ab","c") and ("a","bc") differ.
  static Id of(std::initializer_list<std::string_view> parts) {
    std::uint64_t h = 0;
    for (std::string_view part : parts) h = hash64(part, h * 31 + part.size() + 1);
    return Id{h};
  }
  [[nodiscard]] std::string text() const { return hex(value); }
  [[nodiscard]] explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace stormwatch

template <class Tag>
struct std::hash<stormwatch::Id<Tag>> {
  std::size_t operator()(const stormwatch::Id<Tag>& id) const noexcept { return static_cast<std::size_t>(id.value); }
};
