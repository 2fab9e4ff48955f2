// SPDX-License-Identifier: Apache-2.0
// The one error system: what may fail on input returns Result<T>; nothing is thrown across a room.
//
// An Error names the thing (path, member), where in it, what was found and what was expected, so that a person can act on it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace stormwatch {

struct Error {
  std::string what;      ///< one clause in lower case: "truncated pickle", "no such file"
  std::string where;     ///< path, member or URL; empty if the caller knows it
  std::string position;  ///< "line 3, column 5" or "offset 128"; empty if none
  std::string expected;  ///< what would have been right; empty if obvious

  /// One line for people: "WHERE: POSITION: WHAT (expected EXPECTED)".
  [[nodiscard]] std::string message() const;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand: `return failure("truncated header", "", "offset 12", "8 bytes of length");`
[[nodiscard]] inline std::unexpected<Error> failure(std::string what, std::string where = {}, std::string position = {},
                                                    std::string expected = {}) {
  return std::unexpected(Error{std::move(what), std::move(where), std::move(position), std::move(expected)});
}

}  // namespace stormwatch
