// SPDX-License-Identifier: Apache-2.0
#include "detect/rule_attributes.h"

#include "base/embedded.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile rules[];
extern const std::size_t rules_count;
}  // namespace stormwatch::embedded

namespace stormwatch::detect {
namespace {

constexpr std::string_view kPrefix = "configuration.";

// `within`: the path of the item that `item.x` speaks of.
void find(const Node& node, std::string within, std::set<std::string>& types, std::set<std::string>& paths) {
  const auto absolute = [&](std::string_view path) -> std::string {
    if (path.starts_with(kPrefix)) return std::string(path.substr(kPrefix.size()));
    return path.starts_with("item.") && !within.empty() ? within + std::string(path.substr(4)) : std::string();
  };
  if (const std::string_view field = node.text("field"); field == "type" || field == "product" || field == "configuration.resource_type") {
    if (const Node* is = node.find("is")) types.insert(is->scalar);
    if (const Node* in = node.find("in"))
      for (const Node& one : in->items) types.insert(one.scalar);
  } else if (std::string path = absolute(field); !path.empty()) paths.insert(std::move(path));
  if (const std::string item = absolute(node.text("item")); !item.empty()) within = item;
  for (const Node& item : node.items) find(item, within, types, paths);
  for (const Node::Member& member : node.members) find(member.value, within, types, paths);
}

RuleAttributes read_all() {
  RuleAttributes attributes;
  for (std::size_t i = 0; i < embedded::rules_count; ++i) {
    const auto documents = format::read_content(embedded::rules[i].text(), embedded::rules[i].path);
    if (!documents) continue;
    for (const Node& document : *documents) {
      const Node* match = document.find("match");
      if (!match) continue;
      std::set<std::string> types, paths;
      find(*match, {}, types, paths);
      if (types.empty()) types.insert("");
      for (const std::string& type : types) attributes[type].insert(paths.begin(), paths.end());
    }
  }
  return attributes;
}

}  // namespace

const RuleAttributes& rule_attributes() {
  static const RuleAttributes attributes = read_all();
  return attributes;
}

}  // namespace stormwatch::detect
