// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/manifest_patch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace stormwatch::collect {
namespace {

constexpr int kDeepest = 40;
constexpr std::size_t kMostItems = 20'000;

// The member by which items of a list are told apart, as the API's schema says (patchMergeKey); other lists are replaced.
std::string_view merge_key(std::string_view list) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKeys{{{"containers", "name"}, {"initContainers", "name"}, {"volumes", "name"}, {"env", "name"}, {"ports", "containerPort"},
                                                                                {"volumeMounts", "mountPath"}, {"imagePullSecrets", "name"}, {"volumeDevices", "devicePath"}, {"hostAliases", "ip"}}};
  for (const auto& [name, key] : kKeys)
    if (name == list) return key;
  return {};
}

Node* member_of(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  return found == map.members.end() ? nullptr : &found->value;
}

Node without_directives(Node node) {
  std::erase_if(node.members, [](const Node::Member& member) { return member.key == "$patch" || member.value.kind == Node::Kind::null; });
  for (Node::Member& member : node.members) member.value = without_directives(std::move(member.value));
  return node;
}

void merge(Node& into, const Node& patch, std::string_view name, int depth);

void merge_lists(Node& into, const Node& patch, std::string_view key, int depth) {
  for (const Node& item : patch.items) {
    const std::string wanted(item.text(key));
    const auto same = std::ranges::find_if(into.items, [&](const Node& one) { return !wanted.empty() && one.text(key) == wanted; });
    if (item.text("$patch") == "delete") {
      if (same != into.items.end()) into.items.erase(same);
    } else if (same != into.items.end()) merge(*same, item, {}, depth + 1);
    else if (into.items.size() < kMostItems) into.items.push_back(without_directives(item));
  }
}

void merge(Node& into, const Node& patch, std::string_view name, int depth) {
  if (depth > kDeepest) return;
  const std::string_view key = merge_key(name);
  if (into.is_list() && patch.is_list() && !key.empty()) return merge_lists(into, patch, key, depth);
  if (!into.is_map() || !patch.is_map() || patch.text("$patch") == "replace") {
    into = without_directives(patch);
    return;
  }
  for (const Node::Member& member : patch.members) {
    if (member.key.starts_with("$")) continue;
    Node* own = member_of(into, member.key);
    if (member.value.kind == Node::Kind::null || member.value.text("$patch") == "delete") std::erase_if(into.members, [&](const Node::Member& m) { return m.key == member.key; });
    else if (own) merge(*own, member.value, member.key, depth + 1);
    else into.members.push_back({member.key, without_directives(member.value), member.line});
  }
}

std::vector<std::string> steps_of(std::string_view pointer) {
  std::vector<std::string> steps;
  while (!pointer.empty() && pointer.front() == '/' && steps.size() < kDeepest) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    std::string step(pointer.substr(1, end - 1));
    for (const auto& [from, to] : {std::pair<std::string_view, char>{"~1", '/'}, {"~0", '~'}})
      for (std::size_t at = step.find(from); at != std::string::npos; at = step.find(from, at + 1)) step.replace(at, 2, 1, to);
    steps.push_back(std::move(step));
    pointer.remove_prefix(end);
  }
  return steps;
}

std::optional<std::size_t> index_of(std::string_view step) {
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(step.data(), step.data() + step.size(), index);
  return problem == std::errc{} && end == step.data() + step.size() ? std::optional(index) : std::nullopt;
}

Node* child_of(Node& node, const std::string& step) {
  if (node.is_map()) return member_of(node, step);
  const auto index = node.is_list() ? index_of(step) : std::nullopt;
  return index && *index < node.items.size() ? &node.items[*index] : nullptr;
}

Node* parent_of(Node& root, const std::vector<std::string>& steps) {
  Node* at = &root;
  for (std::size_t i = 0; at && i + 1 < steps.size(); ++i) at = child_of(*at, steps[i]);
  return at;
}

bool add_at(Node& root, const std::vector<std::string>& steps, Node value) {
  if (steps.empty()) return false;
  Node* parent = parent_of(root, steps);
  if (!parent) return false;
  if (parent->is_list()) {
    const auto index = steps.back() == "-" ? std::optional(parent->items.size()) : index_of(steps.back());
    if (!index || *index > parent->items.size() || parent->items.size() >= kMostItems) return false;
    parent->items.insert(parent->items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return true;
  }
  if (!parent->is_map()) return false;
  const std::uint32_t line = value.line;
  if (Node* own = member_of(*parent, steps.back())) *own = std::move(value);
  else parent->members.push_back({steps.back(), std::move(value), line});
  return true;
}

bool remove_at(Node& root, const std::vector<std::string>& steps) {
  Node* parent = steps.empty() ? nullptr : parent_of(root, steps);
  if (!parent || !child_of(*parent, steps.back())) return false;
  if (parent->is_list()) parent->items.erase(parent->items.begin() + static_cast<std::ptrdiff_t>(*index_of(steps.back())));
  else std::erase_if(parent->members, [&](const Node::Member& member) { return member.key == steps.back(); });
  return true;
}

bool apply_operation(Node& manifest, const Node& operation) {
  const std::string_view what = operation.text("op");
  const std::vector<std::string> at = steps_of(operation.text("path"));
  const Node* value = operation.find("value");
  if (what == "test") return true;
  if (what == "remove") return remove_at(manifest, at);
  if (what == "add") return value && add_at(manifest, at, *value);
  if (what == "replace") {
    Node* parent = at.empty() ? nullptr : parent_of(manifest, at);
    Node* own = parent ? child_of(*parent, at.back()) : nullptr;
    if (own && value) *own = *value;
    return own && value;
  }
  if (what != "copy" && what != "move") return false;
  const std::vector<std::string> from = steps_of(operation.text("from"));
  Node* parent = from.empty() ? nullptr : parent_of(manifest, from);
  Node* source = parent ? child_of(*parent, from.back()) : nullptr;
  if (!source) return false;
  Node copy = *source;
  if (what == "move") remove_at(manifest, from);
  return add_at(manifest, at, std::move(copy));
}

}  // namespace

void merge_strategically(Node& manifest, const Node& patch) { merge(manifest, patch, {}, 0); }

bool apply_json_patch(Node& manifest, const Node& operations) {
  return std::ranges::all_of(operations.items, [&](const Node& operation) { return apply_operation(manifest, operation); });
}

}  // namespace stormwatch::collect
