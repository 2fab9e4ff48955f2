// SPDX-License-Identifier: Apache-2.0
// A parsed document (JSON, YAML, TOML, HCL) as one tree of values that know their line and column.
//
// Parsers of the format room make it; rules, packs and collectors read it. Members keep their order; a key may stand twice
// (`find` gives the last, as most readers do). Lines and columns count from 1; 0 means unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch {

struct Node {
  enum class Kind : std::uint8_t { null, boolean, number, string, list, map };
  struct Member;

  Kind kind = Kind::null;
  std::string scalar;           ///< text of a boolean ("true"/"false"), number or string
  std::vector<Node> items;      ///< of a list
  std::vector<Member> members;  ///< of a map
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_scalar() const { return kind != Kind::map && kind != Kind::list && kind != Kind::null; }
  [[nodiscard]] bool is_string() const { return kind == Kind::string; }

  /// The member's value; nullptr if this is no map or has no such key.
  [[nodiscard]] const Node* find(std::string_view key) const;
  /// Follows "a.b.0.c"; a number indexes a list. nullptr where the path ends early.
  [[nodiscard]] const Node* at_path(std::string_view dotted) const;
  /// Text of a scalar member, or `otherwise`.
  [[nodiscard]] std::string_view text(std::string_view key, std::string_view otherwise = {}) const;
  [[nodiscard]] std::optional<bool> as_bool() const;     ///< true/false/yes/no/on/off, any case
  [[nodiscard]] std::optional<double> as_number() const;
};

struct Node::Member {
  std::string key;
  Node value;
  std::uint32_t line = 0;  ///< of the key
};

}  // namespace stormwatch
