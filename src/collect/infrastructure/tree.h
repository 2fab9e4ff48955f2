// SPDX-License-Identifier: Apache-2.0
// Small pieces from which readers make the trees that rules see.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "base/node.h"

namespace stormwatch::collect {

inline Node text_node(std::string text, std::uint32_t line) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = std::move(text);
  node.line = line;
  return node;
}
inline Node flag_node(bool value, std::uint32_t line) {
  Node node = text_node(value ? "true" : "false", line);
  node.kind = Node::Kind::boolean;
  return node;
}
inline Node map_node(std::uint32_t line) {
  Node node;
  node.kind = Node::Kind::map;
  node.line = line;
  return node;
}
inline Node list_node(std::uint32_t line) {
  Node node;
  node.kind = Node::Kind::list;
  node.line = line;
  return node;
}
/// Adds a member at its value's line.
inline void put(Node& map, std::string key, Node value) {
  const std::uint32_t line = value.line;
  map.members.push_back({std::move(key), std::move(value), line});
}

/// The same values, wherever they stand.
inline bool same_values(const Node& a, const Node& b) {
  return a.kind == b.kind && a.scalar == b.scalar && std::ranges::equal(a.items, b.items, same_values) &&
         std::ranges::equal(a.members, b.members, [](const Node::Member& x, const Node::Member& y) { return x.key == y.key && same_values(x.value, y.value); });
}

}  // namespace stormwatch::collect
