// SPDX-License-Identifier: Apache-2.0
// Azure Resource Manager templates (deploymentTemplate.json, and what Bicep compiles to) in Terraform's names, so that the same
// rules judge both.
//
// Parameters stand for their defaults, variables for their values; expressions are worked out as far as these are known, the rest
// stays unresolved. A nested deployment is read with the parameters it is given. Linked templates are not fetched. Of a copy loop whose
// count is known each round is read, up to 32; of another one round, with copyIndex() open.
#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/infrastructure/azure_forms.h"
#include "collect/infrastructure/resource.h"
#include "format/document.h"
#include "format/expression.h"

namespace stormwatch::collect {
namespace {

constexpr int kDeepest = 8;
constexpr std::size_t kMostResources = 10'000;
constexpr std::size_t kMostRounds = 32;

bool wants(const Source& source) {
  return source.kind == format::ContentKind::json && source.text.substr(0, 4096).find("eploymentTemplate.json") != std::string_view::npos;
}

// copyIndex(), copyIndex('name'), copyIndex(1), copyIndex('name', 1): its number in round `index`.
std::string with_round(std::string text, std::size_t index) {
  constexpr std::string_view call = "copyindex(";
  for (std::size_t at = lower(text).find(call); at != std::string::npos; at = lower(text).find(call, at + 1)) {
    const std::size_t end = text.find(')', at);
    if (end == std::string::npos) break;
    std::string_view inside = std::string_view(text).substr(at + call.size(), end - at - call.size());
    inside = inside.substr(inside.rfind(',') == std::string_view::npos ? 0 : inside.rfind(',') + 1);
    std::size_t offset = 0;
    for (const char c : inside)
      if (c >= '0' && c <= '9') offset = std::min<std::size_t>(offset * 10 + static_cast<std::size_t>(c - '0'), 1'000'000);
    if (inside.find('\'') != std::string_view::npos) offset = 0;  // a name alone, with a digit in it
    text.replace(at, end - at + 1, std::to_string(index + offset));
  }
  return text;
}

class Template {
 public:
  Template(const Node& root, const Limits& limits) : root_(root), limits_(limits), left_(limits.document_nodes) {}

  std::vector<Resource> resources;
  std::vector<std::string> left_open;  ///< resources of which nothing is known
  bool full = false;
  bool rounds_left = false;  ///< a loop of more rounds than were read

  /// `given` are the values of a nested deployment's parameters.
  void read_all(const Node* given, int depth) {
    if (const Node* parameters = root_.find("parameters"))
      for (const Node::Member& member : parameters->members)
        if (const Node* value = member.value.find("defaultValue"); value && !(value->is_string() && value->scalar.empty())) names_["parameters." + lower(member.key)] = resolved(*value);
    if (given)
      for (const Node::Member& member : given->members)
        if (const Node* value = member.value.find("value")) names_["parameters." + lower(member.key)] = *value;
    if (const Node* variables = root_.find("variables"))
      for (int round = 0; round < 3; ++round)  // variables are made of each other
        for (const Node::Member& member : variables->members) names_["variables." + lower(member.key)] = resolved(member.value);
    if (const Node* list = root_.find("resources")) read_list(*list, "", "", depth);
  }

 private:
  Node resolved(const Node& node) {
    if (left_ == 0) {
      full = true;
      return {};
    }
    --left_;
    if (node.is_string() && node.scalar.size() > 2 && node.scalar.front() == '[' && node.scalar.back() == ']' && node.scalar[1] != '[') {
      const std::string inside = node.scalar.substr(1, node.scalar.size() - 2);
      auto value = format::evaluate_expression(round_ ? with_round(inside, *round_) : inside, format::Dialect::arm, names_, budget_, node.line);
      if (value) {
        value->line = node.line;
        value->column = node.column;
        return std::move(*value);
      }
      Node open = node;
      open.scalar = "${" + node.scalar.substr(1, node.scalar.size() - 2) + "}";
      return open;
    }
    Node copy;
    copy.kind = node.kind;
    copy.scalar = node.scalar;
    copy.line = node.line;
    copy.column = node.column;
    for (const Node& item : node.items) copy.items.push_back(resolved(item));
    for (const Node::Member& member : node.members) {
      if (member.key == "copy" && member.value.is_list()) add_property_loops(member.value, copy);
      else if (member.key != "resources" && member.key != "template") copy.members.push_back({member.key, resolved(member.value), member.line});
    }
    return copy;
  }

  // How many rounds a loop has; one where that is not known.
  std::size_t rounds_of(const Node& loop) {
    const Node* count = loop.find("count");
    const auto number = count ? resolved(*count).as_number() : std::nullopt;
    if (!number) return 1;
    if (*number > static_cast<double>(kMostRounds)) rounds_left = true;
    return static_cast<std::size_t>(std::clamp(*number, 0.0, static_cast<double>(kMostRounds)));
  }
  [[nodiscard]] bool counts(const Node& loop) {
    const Node* count = loop.find("count");
    return count && resolved(*count).as_number().has_value();
  }

  // copy: [{name: dataDisks, count: 2, input: {...}}] is dataDisks: [{...}, {...}]
  void add_property_loops(const Node& loops, Node& into) {
    for (const Node& loop : loops.items) {
      const Node* input = loop.find("input");
      if (!input || !loop.find("name")) continue;
      Node list;
      list.kind = Node::Kind::list;
      list.line = loop.line;
      const auto outer = round_;
      const bool known = counts(loop);
      for (std::size_t i = 0, rounds = rounds_of(loop); i < rounds && !full; ++i) {
        round_ = known ? std::optional(i) : std::nullopt;
        list.items.push_back(resolved(*input));
      }
      round_ = outer;
      into.members.push_back({std::string(loop.text("name")), std::move(list), loop.line});
    }
  }

  // A list, or by symbolic name a map.
  void read_list(const Node& list, const std::string& outer_type, const std::string& outer_name, int depth) {
    if (depth > kDeepest) {
      full = true;
      return;
    }
    for (const Node& entry : list.items) read_one(entry, outer_type, outer_name, depth);
    for (const Node::Member& member : list.members) read_one(member.value, outer_type, outer_name, depth);
  }

  void read_one(const Node& entry, const std::string& outer_type, const std::string& outer_name, int depth) {
    const Node* loop = entry.find("copy");
    if (!loop || !loop->is_map() || !counts(*loop)) return read_round(entry, outer_type, outer_name, depth);
    const auto outer = round_;
    for (std::size_t i = 0, rounds = rounds_of(*loop); i < rounds; ++i) {
      round_ = i;
      read_round(entry, outer_type, outer_name, depth);
    }
    round_ = outer;
  }

  void read_round(const Node& entry, const std::string& outer_type, const std::string& outer_name, int depth) {
    if (!entry.is_map() || full) return;
    const std::string own(entry.text("type"));
    if (own.empty() || entry.find("existing")) return;
    const std::string type = outer_type.empty() || own.find('.') != std::string::npos ? own : outer_type + "/" + own;
    const Node* name_node = entry.find("name");
    const std::string name = name_node ? resolved(*name_node).scalar : std::string();
    const std::string whole = outer_name.empty() ? name : outer_name + "/" + name;
    if (resources.size() == kMostResources) {
      full = true;
      return;
    }
    const Node known = resolved(entry);
    if (auto resource = azure_resource(type, whole, known)) {
      // Properties that a function makes of what is not known say nothing, not even what is absent.
      if (const Node* properties = known.find("properties"); properties && properties->is_string()) left_open.push_back(resource->address + " at line " + std::to_string(entry.line));
      else resources.push_back(std::move(*resource));
    }
    if (const Node* inner = entry.find("resources")) read_list(*inner, type, whole, depth + 1);
    const Node* nested = entry.at_path("properties.template");
    if (!nested || lower(type) != "microsoft.resources/deployments") return;
    if (depth >= kDeepest) {
      full = true;
      return;
    }
    Template within(*nested, limits_);
    within.left_ = left_ / 2;
    left_ -= within.left_;
    Node given;
    if (const Node* parameters = entry.at_path("properties.parameters")) given = resolved(*parameters);
    within.read_all(&given, depth + 1);
    full |= within.full;
    rounds_left |= within.rounds_left;
    std::ranges::move(within.left_open, std::back_inserter(left_open));
    std::ranges::move(within.resources, std::back_inserter(resources));
  }

  const Node& root_;
  const Limits& limits_;
  std::size_t left_;
  std::optional<std::size_t> round_;  // of the loop that is being read
  format::Names names_;
  format::ExpressionBudget budget_;
};

Result<Observation> read(const Source& source) {
  Observation observation;
  const auto root = format::parse_json(source.text, *source.limits);
  if (!root) return std::unexpected(root.error());
  Template arm(*root, *source.limits);
  arm.read_all(nullptr, 0);
  if (arm.full) observation.gaps.push_back({source.path, source.member, "over-limit", "nested deeper than " + std::to_string(kDeepest) + " or more than " + std::to_string(kMostResources) + " resources; the rest was not read"});
  if (arm.rounds_left) observation.gaps.push_back({source.path, source.member, "over-limit", "a loop of more than " + std::to_string(kMostRounds) + " rounds; the rest was not read"});
  for (const std::string& one : arm.left_open) observation.gaps.push_back({source.path, source.member, "unresolved", "the properties of " + one + " are made by a function of what is set elsewhere"});
  observe_resources(source, std::move(arm.resources), {}, observation);
  return observation;
}

}  // namespace

extern const Collector azure_template;
const Collector azure_template{.name = "azure_template", .wants = wants, .read = read};

}  // namespace stormwatch::collect
