// SPDX-License-Identifier: Apache-2.0
#include "base/node.h"

#include <algorithm>
#include <charconv>

namespace stormwatch {

const Node* Node::find(std::string_view key) const {
  for (auto member = members.rbegin(); member != members.rend(); ++member)
    if (member->key == key) return &member->value;
  return nullptr;
}

const Node* Node::at_path(std::string_view dotted) const {
  const Node* here = this;
  while (!dotted.empty() && here) {
    const std::size_t dot = dotted.find('.');
    const std::string_view step = dotted.substr(0, dot);
    dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    if (here->is_list()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
      if (error != std::errc{} || end != step.data() + step.size() || index >= here->items.size()) return nullptr;
      here = &here->items[index];
    } else {
      here = here->find(step);
    }
  }
  return here;
}

std::string_view Node::text(std::string_view key, std::string_view otherwise) const {
  const Node* found = find(key);
  return found && found->is_scalar() ? std::string_view(found->scalar) : otherwise;
}

std::optional<bool> Node::as_bool() const {
  if (!is_scalar()) return std::nullopt;
  std::string lower(scalar);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::optional<double> Node::as_number() const {
  double value = 0;
  const auto [end, error] = std::from_chars(scalar.data(), scalar.data() + scalar.size(), value);
  if (!is_scalar() || error != std::errc{} || end != scalar.data() + scalar.size()) return std::nullopt;
  return value;
}

}  // namespace stormwatch
