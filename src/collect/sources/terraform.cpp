// SPDX-License-Identifier: Apache-2.0
// Terraform and OpenTofu configuration (*.tf, *.tofu, *.tf.json): each resource as an asset, relations by reference.
//
// One file at a time; values of variables and locals come from the other files of the module and its *.tfvars too, and so does
// what they say about this file's buckets. References to other files become relations that hold if the other file declares the
// resource. for_each and dynamic blocks over known elements are expanded. A module that others of the target call by path is read
// with the values that they give (terraform_calls.h).
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>

#include "collect/collector.h"
#include "collect/infrastructure/resource.h"
#include "collect/infrastructure/terraform_calls.h"
#include "collect/infrastructure/tree.h"
#include "format/document.h"
#include "format/hcl.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostSiblings = 12;             // files read beside one, so that a large folder is not read over and over
constexpr std::size_t kLargestSibling = 256U << 10;

bool is_json(std::string_view name) { return name.ends_with(".tf.json") || name.ends_with(".tofu.json"); }

bool wants(const Source& source) { return is_terraform(source.name) || is_json(source.name); }

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

void find_references(const Node& node, const std::string& attribute, std::vector<Reference>& into, const std::string& key = {}) {
  if (node.is_string()) {
    for (std::size_t open = node.scalar.find("${"); open != std::string::npos; open = node.scalar.find("${", open + 2)) {
      const std::size_t close = std::min(node.scalar.find('}', open), node.scalar.size());
      const std::string_view expression = std::string_view(node.scalar).substr(open + 2, close - open - 2);
      each_address(expression, [&](std::string address, bool data) {
        // aws_s3_bucket.this[each.key] within the copy for one key is that copy of the other.
        if (!key.empty() && expression.find(address + "[each.key]") != std::string_view::npos) address += "[\"" + key + "\"]";
        into.push_back({attribute, data ? "data." + address : address, node.line});
      });
    }
  }
  for (const Node& item : node.items) find_references(item, attribute, into, key);
  for (const Node::Member& member : node.members) find_references(member.value, attribute, into, key);
}

Resource resource_of(std::string type, std::string name, Node body, bool data, const std::string& key = {}) {
  Resource resource;
  resource.data = data;
  resource.address = (data ? "data." : "") + type + "." + name;
  resource.type = std::move(type);
  resource.name = std::move(name);
  for (const Node::Member& member : body.members) find_references(member.value, member.key, resource.references, key);
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
std::vector<std::string> neighbours_of(const Source& source) { return files_beside(source, {".tf", ".tofu", ".tf.json", ".tofu.json"}); }

void add_blocks(format::HclFile& file, const Limits& limits, std::vector<Resource>& into) {
  for (format::HclBlock& block : file.blocks) {
    if ((block.type != "resource" && block.type != "data") || block.labels.size() != 2) continue;
    const bool data = block.type == "data";
    const auto instances = format::instances_of(block.body, limits);
    for (const auto& [key, body] : instances) {
      into.push_back(resource_of(block.labels[0], block.labels[1], body, data, key));
      into.back().address += "[\"" + key + "\"]";
    }
    if (instances.empty()) into.push_back(resource_of(block.labels[0], block.labels[1], std::move(block.body), data));
  }
}

// Calls visit(name, file) for files of the folder that `wanted` says yes to by name and text.
template <class W, class V>
void each_sibling(const Source& source, W&& wanted, V&& visit) {
  if (!source.files || !source.open_file || !source.member.empty()) return;
  const std::string folder(source.folder());
  std::size_t read = 0;
  for (const std::string_view name : source.files->files_in(folder)) {
    if (name == source.name || (!is_terraform(name) && !is_terraform_values(name))) continue;
    const auto opened = (*source.open_file)(folder.empty() ? std::string(name) : folder + "/" + std::string(name));
    if (!opened || opened->bytes().size() > kLargestSibling) continue;
    const std::string_view text(reinterpret_cast<const char*>(opened->bytes().data()), opened->bytes().size());
    if (!wanted(name, text)) continue;
    if (auto file = format::parse_hcl(text, *source.limits)) visit(name, *file);
    if (++read == kMostSiblings) return;
  }
}

// Addresses that outputs and called modules hand on: who uses them stands elsewhere.
void mark_handed_on(const format::HclFile& file, std::set<std::string>& into) {
  for (const format::HclBlock& block : file.blocks) {
    if (block.type != "output" && block.type != "module") continue;
    std::vector<Reference> references;
    find_references(block.body, "", references);
    for (Reference& reference : references) into.insert(std::move(reference.target));
  }
}

void put_handed_on(const Source& source, const format::HclFile& own, std::vector<Resource>& resources) {
  if (source.text.find("\"aws_security_group\"") == std::string_view::npos) return;
  std::set<std::string> handed;
  mark_handed_on(own, handed);
  each_sibling(
      source, [](std::string_view, std::string_view text) { return text.find("aws_security_group.") != std::string_view::npos; },
      [&](std::string_view, const format::HclFile& file) {
        mark_handed_on(file, handed);
        for (const format::HclBlock& block : file.blocks) {
          std::vector<Reference> references;
          if (block.type == "resource") find_references(block.body, "", references);
          for (Reference& reference : references) handed.insert(std::move(reference.target));
        }
      });
  for (Resource& resource : resources) {
    if (resource.type != "aws_security_group" || !handed.contains(resource.address.substr(0, resource.address.find('[')))) continue;
    Node flag;
    flag.kind = Node::Kind::boolean;
    flag.scalar = "true";
    flag.line = resource.line;
    resource.body.members.push_back({"handed_on", std::move(flag), resource.line});
  }
}

// A bucket's versioning, encryption and access block often stand in another file of the module.
void add_bucket_parts(const Source& source, const format::HclValues& values, std::vector<Resource>& into) {
  if (source.text.find("\"aws_s3_bucket\"") == std::string_view::npos) return;
  each_sibling(
      source, [](std::string_view, std::string_view text) { return text.find("\"aws_s3_bucket_") != std::string_view::npos; },
      [&](std::string_view, format::HclFile& file) {
        format::resolve_references(file, *source.limits, values);
        std::vector<Resource> parts;
        add_blocks(file, *source.limits, parts);
        for (Resource& part : parts)
          if (!part.data && part.type.starts_with("aws_s3_bucket_")) {
            part.elsewhere = true;
            into.push_back(std::move(part));
          }
      });
}

// What all callers make alike stands once; what they make differently once for each of them, under "module.NAME.".
std::vector<Resource> united(const std::vector<TerraformCall>& calls, std::vector<std::vector<Resource>> by_call) {
  std::vector<Resource> all = std::move(by_call[0]);
  if (by_call.size() == 1) return all;
  std::map<std::string, std::vector<std::pair<std::size_t, Resource>>> others;
  for (std::size_t i = 1; i < by_call.size(); ++i)
    for (Resource& resource : by_call[i]) others[resource.address].emplace_back(i, std::move(resource));
  std::vector<Resource> more;
  for (Resource& first : all) {
    auto found = others.find(first.address);
    if (found == others.end()) continue;
    std::vector<const Node*> bodies{&first.body};
    bool differs = false;
    for (auto& [call, resource] : found->second) {
      if (std::ranges::any_of(bodies, [&](const Node* body) { return same_values(*body, resource.body); })) continue;
      differs = true;
      resource.address = "module." + calls[call].name + "." + resource.address;
      bodies.push_back(&resource.body);
    }
    for (auto& [call, resource] : found->second)
      if (resource.address.starts_with("module.")) more.push_back(std::move(resource));
    if (differs) first.address = "module." + calls[0].name + "." + first.address;
    others.erase(found);
  }
  std::ranges::move(more, std::back_inserter(all));
  for (auto& [address, rest] : others) all.push_back(std::move(rest.front().second));
  return all;
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
    const format::HclValues beside = terraform_values_beside(source);
    std::vector<TerraformCall> calls = calls_of_module(source, observation.gaps);
    if (calls.empty()) calls.emplace_back();
    std::vector<std::vector<Resource>> by_call;
    for (const TerraformCall& call : calls) {
      format::HclFile copy = *file;
      format::HclValues values = call.arguments;
      values.insert(beside.begin(), beside.end());
      format::resolve_references(copy, *source.limits, values);
      std::vector<Resource>& made = by_call.emplace_back();
      add_blocks(copy, *source.limits, made);
      // Only a caller's word makes none of it: a default is for whoever calls.
      if (!call.name.empty()) std::erase_if(made, [](const Resource& resource) { return resource.body.text("count") == "0"; });
      add_bucket_parts(source, values, made);
      put_handed_on(source, copy, made);
    }
    resources = united(calls, std::move(by_call));
  }
  observe_resources(source, std::move(resources), neighbours_of(source), observation);
  return observation;
}

}  // namespace

extern const Collector terraform;
const Collector terraform{.name = "terraform", .wants = wants, .read = read};

}  // namespace stormwatch::collect
