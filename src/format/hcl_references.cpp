// SPDX-License-Identifier: Apache-2.0
// resolve_references: variables' defaults and locals put in place of the expressions that name them.
#include <algorithm>
#include <cctype>
#include <map>

#include "format/hcl.h"

namespace stormwatch::format {
namespace {

constexpr int kDeepestReference = 8;

bool is_nothing(const Node& node) {
  return node.kind == Node::Kind::null || (node.is_string() && node.scalar.empty()) || (node.is_list() && node.items.empty()) ||
         (node.is_map() && node.members.empty());
}

bool is_path(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
}

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_nodes(item);
  for (const Node::Member& member : node.members) count += count_nodes(member.value);
  return count;
}

class Resolver {
 public:
  Resolver(const HclFile& file, const Limits& limits) : left_(limits.document_nodes / 4) {
    for (const HclBlock& block : file.blocks) {
      if (block.type == "variable" && block.labels.size() == 1) {
        if (const Node* value = block.body.find("default"); value && !is_nothing(*value)) known_["var." + block.labels[0]] = *value;
      } else if (block.type == "locals") {
        for (const Node::Member& member : block.body.members) known_["local." + member.key] = member.value;
      }
    }
    // Locals are made of variables and of each other: two rounds cover what people write; the rest stays expressions.
    for (int round = 0; round < 2; ++round)
      for (auto& [name, value] : known_) {
        Node resolved = value;
        resolve(resolved, kDeepestReference - 1);
        value = std::move(resolved);
      }
  }
  [[nodiscard]] bool empty() const { return known_.empty(); }

  void resolve(Node& node, int depth) {
    for (Node& item : node.items) resolve(item, depth);
    for (Node::Member& member : node.members) resolve(member.value, depth);
    if (!node.is_string() || depth > kDeepestReference) return;
    std::size_t open = node.scalar.find("${");
    if (open == std::string::npos) return;
    if (open == 0 && node.scalar.find('}') == node.scalar.size() - 1) {
      if (const Node* found = lookup(std::string_view(node.scalar).substr(2, node.scalar.size() - 3))) replace(node, *found, depth);
      return;
    }
    std::string text;
    std::size_t at = 0;
    while (open != std::string::npos) {
      const std::size_t close = node.scalar.find('}', open);
      if (close == std::string::npos) break;
      text.append(node.scalar, at, open - at);
      const Node* found = lookup(std::string_view(node.scalar).substr(open + 2, close - open - 2));
      if (found && found->is_scalar() && found->scalar.find("${") == std::string::npos && found->scalar.size() < 4096) text += found->scalar;
      else text.append(node.scalar, open, close + 1 - open);
      at = close + 1;
      open = node.scalar.find("${", at);
    }
    if (at == 0 || text.size() > (1U << 20)) return;
    text.append(node.scalar, at);
    node.scalar = std::move(text);
  }

 private:
  // "var.x", "local.x" or a path into it.
  [[nodiscard]] const Node* lookup(std::string_view expression) const {
    while (!expression.empty() && expression.front() == ' ') expression.remove_prefix(1);
    while (!expression.empty() && expression.back() == ' ') expression.remove_suffix(1);
    if (!is_path(expression)) return nullptr;
    const std::size_t first = expression.find('.');
    if (first == std::string_view::npos) return nullptr;
    const std::size_t second = expression.find('.', first + 1);
    const auto found = known_.find(std::string(expression.substr(0, second)));
    if (found == known_.end()) return nullptr;
    return second == std::string_view::npos ? &found->second : found->second.at_path(expression.substr(second + 1));
  }

  void replace(Node& node, const Node& by, int depth) {
    const std::size_t size = count_nodes(by);
    if (size > left_) return;
    left_ -= size;
    const std::uint32_t line = node.line, column = node.column;
    Node copy = by;
    copy.line = line;  // the place that people change is where the value is used
    copy.column = column;
    resolve(copy, depth + 1);
    node = std::move(copy);
  }

  std::map<std::string, Node> known_;
  std::size_t left_;
};

}  // namespace

void resolve_references(HclFile& file, const Limits& limits) {
  Resolver resolver(file, limits);
  if (resolver.empty()) return;
  for (HclBlock& block : file.blocks)
    if (block.type != "variable") resolver.resolve(block.body, 0);
}

}  // namespace stormwatch::format
