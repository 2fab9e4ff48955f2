// SPDX-License-Identifier: Apache-2.0
// Terraform and OpenTofu configuration (*.tf, *.tofu, *.tf.json): each resource as an asset, relations by reference.
//
// One file at a time: variables and locals are resolved within the file, references to other files of the module as relations
// that hold if the other file declares the resource. Modules that are called are not expanded.
#include <algorithm>
#include <array>
#include <cctype>

#include "collect/collector.h"
#include "collect/infrastructure/resource.h"
#include "format/document.h"
#include "format/hcl.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostNeighbours = 64;

bool is_native(std::string_view name) { return name.ends_with(".tf") || name.ends_with(".tofu"); }
bool is_json(std::string_view name) { return name.ends_with(".tf.json") || name.ends_with(".tofu.json"); }

bool wants(const Source& source) { return is_native(source.name) || is_json(source.name); }

bool is_word(unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; }

// Addresses in an expression: "aws_iam_role.x", "data.aws_iam_policy_document.y".
template <class V>
void each_address(std::string_view text, V&& visit) {
  for (std::size_t at = 0; at < text.size();) {
    if (!std::isalpha(static_cast<unsigned char>(text[at])) || (at > 0 && (is_word(static_cast<unsigned char>(text[at - 1])) || text[at - 1] == '.'))) {
      ++at;
      continue;
    }
    std::size_t end = at;
    std::array<std::string_view, 4> parts{};
    std::size_t count = 0;
    while (count < parts.size()) {
      const std::size_t begin = end;
      while (end < text.size() && is_word(static_cast<unsigned char>(text[end]))) ++end;
      if (end == begin) break;
      parts[count++] = text.substr(begin, end - begin);
      if (end < text.size() && text[end] == '.') ++end;
      else break;
    }
    const bool is_data = parts[0] == "data";
    if (is_data && count >= 3) visit(std::string(parts[1]) + "." + std::string(parts[2]), true);
    else if (!is_data && count >= 2 && parts[0].find('_') != std::string_view::npos) visit(std::string(parts[0]) + "." + std::string(parts[1]), false);
    at = std::max(end, at + 1);
  }
}

void find_references(const Node& node, const std::string& attribute, std::vector<Reference>& into) {
  if (node.is_string()) {
    for (std::size_t open = node.scalar.find("${"); open != std::string::npos; open = node.scalar.find("${", open + 2)) {
      const std::size_t close = std::min(node.scalar.find('}', open), node.scalar.size());
      each_address(std::string_view(node.scalar).substr(open + 2, close - open - 2), [&](std::string address, bool data) {
        into.push_back({attribute, data ? "data." + address : address, node.line});
      });
    }
  }
  for (const Node& item : node.items) find_references(item, attribute, into);
  for (const Node::Member& member : node.members) find_references(member.value, attribute, into);
}

Resource resource_of(std::string type, std::string name, Node body, bool data) {
  Resource resource;
  resource.data = data;
  resource.address = (data ? "data." : "") + type + "." + name;
  resource.type = std::move(type);
  resource.name = std::move(name);
  for (const Node::Member& member : body.members) find_references(member.value, member.key, resource.references);
  resource.line = body.line;
  resource.column = body.column;
  resource.body = std::move(body);
  return resource;
}

// {"resource": {"TYPE": {"NAME": {...}}}}; each level may also be a list of such maps.
void from_json(const Node& section, bool data, std::vector<Resource>& into) {
  if (section.is_list())
    for (const Node& part : section.items) from_json(part, data, into);
  for (const Node::Member& type : section.members)
    for (const Node::Member& name : type.value.members) {
      const Node& body = name.value.is_list() && name.value.items.size() == 1 ? name.value.items.front() : name.value;
      if (body.is_map()) into.push_back(resource_of(type.key, name.key, body, data));
    }
}

// Other files of the module: Terraform reads a folder as one.
std::vector<std::string> neighbours_of(const Source& source) {
  std::vector<std::string> paths;
  if (!source.files || !source.member.empty()) return paths;
  const std::string folder(source.folder());
  for (const std::string_view name : source.files->files_in(folder)) {
    if (!is_native(name) && !is_json(name)) continue;
    std::string path = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
    if (path != source.path) paths.push_back(std::move(path));
    if (paths.size() == kMostNeighbours) break;
  }
  return paths;
}

Result<Observation> read(const Source& source) {
  Observation observation;
  std::vector<Resource> resources;
  if (is_json(source.name)) {
    auto root = format::parse_json(source.text, *source.limits);
    if (!root) return std::unexpected(root.error());
    for (const std::string_view section : {"data", "resource"})
      if (const Node* found = root->find(section)) from_json(*found, section == "data", resources);
  } else {
    auto file = format::parse_hcl(source.text, *source.limits);
    if (!file) return std::unexpected(file.error());
    if (file->broken_line)
      observation.gaps.push_back({source.path, source.member, "malformed", "syntax error at line " + std::to_string(file->broken_line) + "; what stands beside it was read"});
    format::resolve_references(*file, *source.limits);
    for (format::HclBlock& block : file->blocks)
      if ((block.type == "resource" || block.type == "data") && block.labels.size() == 2)
        resources.push_back(resource_of(block.labels[0], block.labels[1], std::move(block.body), block.type == "data"));
  }
  observe_resources(source, std::move(resources), neighbours_of(source), observation);
  return observation;
}

}  // namespace

extern const Collector terraform;
const Collector terraform{.name = "terraform", .wants = wants, .read = read};

}  // namespace stormwatch::collect
