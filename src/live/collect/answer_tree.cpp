// SPDX-License-Identifier: Apache-2.0
#include "live/collect/answer_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/text.h"
#include "format/document.h"
#include "format/xml_tree.h"

namespace stormwatch::live {
namespace {

constexpr std::string_view kNotKept = "(not kept)";

Node scalar_of(const std::string& text) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = text;
  if (text == "true" || text == "false") node.kind = Node::Kind::boolean;
  const bool digits = !text.empty() && text.size() < 10 && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
  if (digits && (text.size() == 1 || text[0] != '0')) node.kind = Node::Kind::number;
  return node;
}

// A list by the names that AWS gives its elements: <member>, <item>, or <Buckets><Bucket>.
bool is_list(const format::XmlElement& element) {
  if (element.children.empty()) return false;
  const std::string& name = element.children.front().name;
  if (!std::ranges::all_of(element.children, [&](const format::XmlElement& child) { return child.name == name; })) return false;
  return name == "member" || name == "item" || element.name == name + "s" || element.children.size() > 1;
}

Node tree_of(const format::XmlElement& element) {
  if (element.children.empty()) return scalar_of(element.text);
  Node node;
  node.kind = is_list(element) ? Node::Kind::list : Node::Kind::map;
  for (const format::XmlElement& child : element.children) {
    if (node.is_list()) {
      node.items.push_back(tree_of(child));
      continue;
    }
    const auto same = std::ranges::find(node.members, child.name, &Node::Member::key);
    if (same == node.members.end()) {
      node.members.push_back({child.name, tree_of(child), 0});
      continue;
    }
    if (!same->value.is_list()) {
      Node list;
      list.kind = Node::Kind::list;
      list.items.push_back(std::move(same->value));
      same->value = std::move(list);
    }
    same->value.items.push_back(tree_of(child));
  }
  return node;
}

bool names_a_secret(std::string_view name) {
  const std::string word = lower(name);
  return std::ranges::any_of(std::array{"key", "token", "secret", "passw", "passphrase", "credential", "auth", "dsn", "connection"}, [&](const char* part) { return word.find(part) != std::string::npos; });
}
bool is_a_secret_member(std::string_view name) {
  const std::string word = lower(name);
  return std::ranges::any_of(std::array{"password", "secret", "secretkey", "accesskey", "connectionstring", "primarykey", "secondarykey", "apikey", "token"}, [&](const char* part) { return word.ends_with(part); });
}
void blank(Node& node) {
  if (node.is_scalar() && !node.scalar.empty()) node.kind = Node::Kind::string, node.scalar = kNotKept;
  for (Node& item : node.items) blank(item);
}

}  // namespace

Result<Node> answer_tree(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  Node empty;
  empty.kind = Node::Kind::map;
  if (first == std::string_view::npos) return empty;
  const Limits limits;
  if (body[first] != '<') return format::parse_json(body, limits);
  const auto root = format::parse_xml(body, limits);
  if (!root) return std::unexpected(root.error());
  Node tree = tree_of(*root);
  for (const Node::Member& member : tree.members)
    if (member.key.ends_with("Result") && member.value.is_map()) return Node(member.value);
  return tree.is_map() || tree.is_list() ? std::move(tree) : std::move(empty);
}

std::vector<const Node*> nodes_at(const Node& root, std::string_view way) {
  std::vector<const Node*> here{&root};
  while (!way.empty()) {
    const std::size_t dot = way.find('.');
    const std::string_view step = way.substr(0, dot);
    way = dot == std::string_view::npos ? std::string_view() : way.substr(dot + 1);
    std::vector<const Node*> next;
    for (const Node* node : here)
      if (step == "*")
        for (const Node& item : node->items) next.push_back(&item);
      else if (const Node* found = node->at_path(step)) next.push_back(found);
    here = std::move(next);
  }
  std::vector<const Node*> out;
  for (const Node* node : here) {
    if (!node->is_list()) {
      if (node->is_map()) out.push_back(node);
      continue;
    }
    for (const Node& item : node->items) out.push_back(&item);
  }
  return out;
}

std::string error_code_in(std::string_view body, std::string_view header) {
  std::string text(header.substr(0, header.find(':')));
  if (text.empty())
    if (const Result<Node> tree = answer_tree(body.substr(0, 64 << 10)))
      for (const std::string_view way : {"__type", "code", "Code", "Error.Code", "Errors.0.Code", "error.code", "error.status", "error", "reason"})
        if (const Node* node = tree->at_path(way); node && node->is_scalar() && text.empty()) text = node->scalar;
  text = text.substr(text.rfind('#') + 1);
  std::erase_if(text, [](unsigned char c) { return !std::isalnum(c) && c != '.' && c != '_' && c != '-'; });
  return text.substr(0, 80);
}

void drop_secret_values(Node& item) {
  std::erase_if(item.members, [](const Node::Member& member) { return member.key == "managedFields" || member.key == "kubectl.kubernetes.io/last-applied-configuration"; });
  Node* value = nullptr;
  bool secret = false;
  for (Node::Member& member : item.members) {
    const std::string name = lower(member.key);
    if (name == "value") value = &member.value;
    if (name == "name" && member.value.is_scalar()) secret = names_a_secret(member.value.scalar);
    if (name == "variables" || name == "environmentvariables" || name == "environment" || name == "appsettings")
      for (Node::Member& setting : member.value.members)
        if (names_a_secret(setting.key)) blank(setting.value);
    if (is_a_secret_member(member.key)) blank(member.value);
    drop_secret_values(member.value);
  }
  if (value && secret) blank(*value);
  for (Node& one : item.items) drop_secret_values(one);
}

}  // namespace stormwatch::live
