// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/kustomization.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "collect/infrastructure/manifest_patch.h"
#include "collect/infrastructure/tree.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr int kDeepest = 12;
constexpr std::size_t kMostResources = 5000;
constexpr std::size_t kMostFiles = 1000;
constexpr std::array<std::string_view, 3> kNames{"kustomization.yaml", "kustomization.yml", "Kustomization"};

std::string below(std::string_view folder, std::string_view name) { return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name); }
std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'))); }

// "../base" seen from the folder; nullopt where it leaves the target.
std::optional<std::string> joined(std::string at, std::string_view relative) {
  for (std::size_t begin = 0; begin <= relative.size();) {
    const std::size_t slash = std::min(relative.find('/', begin), relative.size());
    const std::string_view step = relative.substr(begin, slash - begin);
    begin = slash + 1;
    if (step.empty() || step == ".") continue;
    if (step != "..") at = below(at, step);
    else if (at.empty()) return std::nullopt;
    else at = folder_of(at);
  }
  return at;
}

bool lies_elsewhere(std::string_view entry) { return entry.find("://") != std::string_view::npos || entry.find("?ref=") != std::string_view::npos || entry.starts_with("git@") || entry.starts_with("github.com/"); }

struct Resource {
  Node root;
  std::string path;           // of the file that it was observed in before this kustomization
  Node before;                // as it was there
  std::set<std::string> by;   // files of this kustomization that changed it
  std::uint32_t line = 0;     // where the first of them, or the entry that names it, says so
  std::uint32_t entry = 0;    // line in the kustomization
  std::set<std::string> names;  // that it had before and after prefixes
};

struct Patch {
  Node content;               // a map, or a list of operations
  std::string path;           // of the file that it stands in
  std::uint32_t line = 0, entry = 0;
  const Node* target = nullptr;
};

std::string name_of(const Node& root) { return std::string(root.find("metadata") ? root.find("metadata")->text("name") : std::string_view{}); }

Node* member_of(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  return found == map.members.end() ? nullptr : &found->value;
}

void shift_lines(Node& node, std::uint32_t by) {
  if (node.line) node.line += by;
  for (Node& item : node.items) shift_lines(item, by);
  for (Node::Member& member : node.members) {
    if (member.line) member.line += by;
    shift_lines(member.value, by);
  }
}

bool fits(const Node* target, const Resource& resource) {
  if (!target) return false;
  const auto matches = [](std::string_view wanted, std::string_view found) {
    if (wanted.empty() || wanted == ".*" || wanted == found) return true;
    if (wanted.starts_with('^')) wanted.remove_prefix(1);
    if (wanted.ends_with('$')) wanted.remove_suffix(1);
    if (wanted.ends_with(".*")) return found.starts_with(wanted.substr(0, wanted.size() - 2));
    return wanted == found;
  };
  const std::string_view version = resource.root.text("apiVersion");
  const std::size_t slash = version.find('/');
  const std::string_view group = slash == std::string_view::npos ? std::string_view{} : version.substr(0, slash);
  if (!matches(target->text("kind"), resource.root.text("kind")) || (!target->text("group").empty() && target->text("group") != group)) return false;
  if (!target->text("labelSelector").empty() || !target->text("annotationSelector").empty()) {
    const std::string_view selector = target->text("labelSelector", target->text("annotationSelector"));
    const Node* labels = resource.root.at_path(target->text("labelSelector").empty() ? "metadata.annotations" : "metadata.labels");
    const std::size_t equals = selector.find('=');
    if (!labels || equals == std::string_view::npos || labels->text(selector.substr(0, equals)) != selector.substr(equals + 1)) return false;
  }
  return target->text("name").empty() || std::ranges::any_of(resource.names, [&](const std::string& name) { return matches(target->text("name"), name); });
}

class Renderer {
 public:
  explicit Renderer(const Source& source) : source_(source) {}

  RenderedKustomization render() {
    const auto documents = format::parse_yaml(source_.text, *source_.limits);
    if (!documents || documents->empty()) return std::move(result_);
    std::vector<Resource> resources = resources_of(source_.path, documents->front(), 0);
    for (Resource& resource : resources) {
      const std::string_view kind = resource.root.text("kind");
      if (kind == "Service" || kind == "Ingress") {
        Node copy = resource.root;
        forget_lines(copy);
        result_.beside.push_back(std::move(copy));
      } else if (!resource.by.empty()) result_.changed.push_back(variant_of(std::move(resource)));
    }
    return std::move(result_);
  }

 private:
  void gap(std::string_view path, std::string_view reason, std::string detail) {
    if (!quiet_) result_.gaps.push_back({std::string(path), source_.member, std::string(reason), std::move(detail)});
  }

  // One file says all: its lines are exact. Several: the entry in the kustomization.
  ManifestVariant variant_of(Resource resource) const {
    ManifestVariant variant{*resource.by.begin(), resource.line, std::move(resource.root), std::move(resource.path), std::move(resource.before)};
    if (resource.by.size() > 1) {
      variant.path = source_.path;
      variant.line = resource.entry;
      forget_lines(variant.root);
    }
    return variant;
  }

  std::optional<std::vector<Node>> documents(const std::string& path) {
    if (++files_ > kMostFiles) {
      if (files_ == kMostFiles + 1) gap(source_.path, "over-limit", "a kustomization of more than " + std::to_string(kMostFiles) + " files; the rest was not read");
      return std::nullopt;
    }
    if (!source_.files->contains(path)) return std::nullopt;
    const auto opened = (*source_.open_file)(path);
    if (!opened || opened->bytes().size() > source_.limits->document_bytes) return std::nullopt;
    auto parsed = format::parse_yaml(as_text(opened->bytes()), *source_.limits);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
  }

  std::optional<std::string> kustomization_in(const std::string& folder) const {
    for (const std::string_view name : kNames)
      if (source_.files->contains(below(folder, name))) return below(folder, name);
    return std::nullopt;
  }

  void add_file(const std::string& path, std::uint32_t entry, std::vector<Resource>& into) {
    auto read = documents(path);
    if (!read) return gap(source_.path, "unsupported", "the resource " + path + " could not be read: line " + std::to_string(entry));
    for (Node& root : *read) {
      if (!root.find("kind") || into.size() >= kMostResources) continue;
      Resource resource;
      resource.before = root;
      resource.path = path;
      resource.entry = entry;
      resource.names.insert(name_of(root));
      resource.root = std::move(root);
      into.push_back(std::move(resource));
    }
  }

  // What a base gives is the beginning for who stands on it: its changes are the base's own to tell.
  void add_base(const std::string& path, std::uint32_t entry, int depth, std::vector<Resource>& into) {
    const auto read = documents(path);
    if (!read || read->empty()) return;
    const bool quiet = std::exchange(quiet_, true);
    std::vector<Resource> found = resources_of(path, read->front(), depth + 1);
    quiet_ = quiet;
    for (Resource& resource : found) {
      if (into.size() >= kMostResources) break;
      if (!resource.by.empty()) {  // observed there, as the base changed it
        resource.path = resource.by.size() == 1 ? *resource.by.begin() : path;
        resource.before = resource.root;
        resource.by.clear();
      }
      resource.entry = entry;
      into.push_back(std::move(resource));
    }
  }

  void add_entries(const std::string& folder, const Node* list, int depth, std::vector<Resource>& into) {
    if (!list) return;
    for (const Node& entry : list->items) {
      if (lies_elsewhere(entry.scalar)) {
        gap(source_.path, "unsupported", "resources from elsewhere were not read: " + excerpt_of(entry.scalar, 120) + " at line " + std::to_string(entry.line));
        continue;
      }
      const auto path = joined(folder, entry.scalar);
      if (!path) continue;
      if (const auto inner = kustomization_in(*path)) add_base(*inner, entry.line, depth, into);
      else add_file(*path, entry.line, into);
    }
  }

  std::vector<Resource> resources_of(const std::string& path, const Node& root, int depth) {
    std::vector<Resource> resources;
    if (depth > kDeepest || std::ranges::find(open_, path) != open_.end()) {
      gap(path, "too-deep", "kustomizations that name each other, or too many levels of them");
      return resources;
    }
    open_.push_back(path);
    const std::string folder = folder_of(path);
    add_entries(folder, root.find("resources"), depth, resources);
    add_entries(folder, root.find("bases"), depth, resources);
    lay_over(path, root, resources);
    if (const Node* components = root.find("components"))
      for (const Node& entry : components->items)
        if (const auto at = joined(folder, entry.scalar))
          if (const auto inner = kustomization_in(*at)) add_component(*inner, depth, resources);
    for (const std::string_view word : {"helmCharts", "generators", "transformers", "replacements", "vars"})
      if (const Node* used = root.find(word); used && !used->items.empty()) gap(path, "unsupported", std::string(word) + " of a kustomization were not worked out: line " + std::to_string(used->line));
    open_.pop_back();
    return resources;
  }

  void add_component(const std::string& path, int depth, std::vector<Resource>& resources) {
    const auto read = documents(path);
    if (!read || read->empty() || depth > kDeepest) return;
    add_entries(folder_of(path), read->front().find("resources"), depth + 1, resources);
    lay_over(path, read->front(), resources);
  }

  void lay_over(const std::string& path, const Node& root, std::vector<Resource>& resources) {
    for (const Patch& patch : patches_of(path, root)) apply(patch, path, resources);
    put_images(path, root.find("images"), resources);
    put_literals(path, root.find("configMapGenerator"), resources);
    put_names(root, resources);
  }

  static void changed(Resource& resource, const std::string& by, std::uint32_t line, std::uint32_t entry) {
    if (resource.by.empty()) {
      resource.line = line;
      resource.entry = entry;
      forget_lines(resource.root);  // what is seen from here on is what was changed
    }
    resource.by.insert(by);
  }

  // --- patches ---------------------------------------------------------------------------------------------------------------

  void add_patch_text(const std::string& path, const Node& text, const Node* target, std::vector<Patch>& into) {
    auto parsed = format::parse_yaml(text.scalar, *source_.limits);
    if (!parsed) return gap(path, "malformed", "a patch that is no YAML: line " + std::to_string(text.line));
    for (Node& content : *parsed) {
      if (text.line) shift_lines(content, text.line - 1);  // the scalar's line is that of its first words
      into.push_back({std::move(content), path, text.line, text.line, target});
    }
  }
  void add_patch_file(const std::string& path, const Node& name, const Node* target, std::vector<Patch>& into) {
    const auto at = joined(folder_of(path), name.scalar);
    auto read = at ? documents(*at) : std::nullopt;
    if (!read) return gap(path, "unsupported", "the patch " + excerpt_of(name.scalar, 120) + " could not be read: line " + std::to_string(name.line));
    for (Node& content : *read) {
      const std::uint32_t line = content.line ? content.line : 1;
      into.push_back({std::move(content), *at, line, name.line, target});
    }
  }

  std::vector<Patch> patches_of(const std::string& path, const Node& root) {
    std::vector<Patch> patches;
    for (const std::string_view word : {"patches", "patchesJson6902"})
      if (const Node* list = root.find(word))
        for (const Node& entry : list->items) {
          if (const Node* text = entry.find("patch")) add_patch_text(path, *text, entry.find("target"), patches);
          else if (const Node* name = entry.find("path")) add_patch_file(path, *name, entry.find("target"), patches);
        }
    if (const Node* list = root.find("patchesStrategicMerge"))
      for (const Node& entry : list->items) {
        if (entry.scalar.find('\n') != std::string::npos) add_patch_text(path, entry, nullptr, patches);
        else add_patch_file(path, entry, nullptr, patches);
      }
    return patches;
  }

  void apply(const Patch& patch, const std::string& path, std::vector<Resource>& resources) {
    Node named = map_node(0);  // a merge patch without target is about the resource that it names
    if (!patch.target && patch.content.is_map()) {
      put(named, "kind", text_node(std::string(patch.content.text("kind")), 0));
      put(named, "name", text_node(name_of(patch.content), 0));
    }
    for (Resource& resource : resources) {
      if (!fits(patch.target ? patch.target : &named, resource)) continue;
      changed(resource, patch.path, patch.line, patch.entry);
      if (patch.content.is_list()) {
        if (!apply_json_patch(resource.root, patch.content)) gap(path, "malformed", "a patch that does not fit " + name_of(resource.root) + ": line " + std::to_string(patch.entry));
      } else {
        Node content = patch.content;
        // With a target its name and kind say nothing; the resource keeps its own.
        std::erase_if(content.members, [](const Node::Member& m) { return m.key == "kind" || m.key == "apiVersion"; });
        if (Node* metadata = member_of(content, "metadata")) std::erase_if(metadata->members, [](const Node::Member& m) { return m.key == "name"; });
        merge_strategically(resource.root, content);
      }
    }
  }

  // --- images, literals, names -------------------------------------------------------------------------------------------------

  struct Image {
    std::string name, to;
    std::uint32_t line = 0;
  };

  static bool put_image(Node& node, const Image& image, int depth) {
    bool any = false;
    if (depth > kDeepest * 2) return false;
    for (Node::Member& member : node.members) {
      if (member.key == "image" && member.value.is_string()) {
        const std::string& own = member.value.scalar;
        const std::string rest = own.starts_with(image.name) ? own.substr(image.name.size()) : "x";
        if (!rest.empty() && rest[0] != ':' && rest[0] != '@') continue;
        member.value.scalar = image.to + (image.to.find_first_of(":@", image.to.rfind('/') + 1) == std::string::npos ? rest : std::string());
        member.value.line = image.line;
        any = true;
      } else any |= put_image(member.value, image, depth + 1);
    }
    for (Node& item : node.items) any |= put_image(item, image, depth + 1);
    return any;
  }

  void put_images(const std::string& path, const Node* list, std::vector<Resource>& resources) {
    if (!list) return;
    for (const Node& entry : list->items) {
      Image image{std::string(entry.text("name")), std::string(entry.text("newName", entry.text("name"))), entry.line};
      if (const std::string_view tag = entry.text("newTag"); !tag.empty()) image.to += ":" + std::string(tag);
      if (const std::string_view digest = entry.text("digest"); !digest.empty()) image.to += "@" + std::string(digest);
      if (image.name.empty()) continue;
      for (Resource& resource : resources) {
        Node copy = resource.root;
        if (!put_image(copy, image, 0)) continue;
        changed(resource, path, entry.line, entry.line);
        put_image(resource.root, image, 0);
      }
    }
  }

  // envFrom of a generated map of literals becomes the variables that it stands for.
  void put_literals(const std::string& path, const Node* list, std::vector<Resource>& resources) {
    if (!list) return;
    for (const Node& generator : list->items) {
      const Node* literals = generator.find("literals");
      if (!literals || generator.find("envs") || generator.find("env") || generator.find("files")) continue;
      for (Resource& resource : resources)
        if (takes_from(resource.root, generator.text("name"), 0)) {
          changed(resource, path, literals->line, generator.line);
          put_variables(resource.root, generator.text("name"), *literals, 0);
        }
    }
  }
  static bool is_from(const Node& entry, std::string_view name) {
    const Node* map = entry.find("configMapRef");
    return map && map->text("name") == name;
  }
  static bool takes_from(const Node& node, std::string_view name, int depth) {
    if (depth > kDeepest * 2) return false;
    if (const Node* from = node.find("envFrom"); from && std::ranges::any_of(from->items, [&](const Node& entry) { return is_from(entry, name); })) return true;
    return std::ranges::any_of(node.items, [&](const Node& item) { return takes_from(item, name, depth + 1); }) ||
           std::ranges::any_of(node.members, [&](const Node::Member& member) { return takes_from(member.value, name, depth + 1); });
  }
  static void put_variables(Node& node, std::string_view name, const Node& literals, int depth) {
    if (depth > kDeepest * 2) return;
    for (Node& item : node.items) put_variables(item, name, literals, depth + 1);
    for (Node::Member& member : node.members) put_variables(member.value, name, literals, depth + 1);
    Node* from = member_of(node, "envFrom");
    if (!from || !std::erase_if(from->items, [&](const Node& entry) { return is_from(entry, name); })) return;
    if (from->items.empty()) std::erase_if(node.members, [](const Node::Member& member) { return member.key == "envFrom"; });
    if (!member_of(node, "env")) put(node, "env", list_node(literals.line));
    Node* variables = member_of(node, "env");
    for (const Node& literal : literals.items) {
      const std::size_t equals = literal.scalar.find('=');
      if (equals == std::string::npos) continue;
      Node variable = map_node(literal.line);
      put(variable, "name", text_node(literal.scalar.substr(0, equals), literal.line));
      put(variable, "value", text_node(literal.scalar.substr(equals + 1), literal.line));
      variables->items.push_back(std::move(variable));
    }
  }

  // Names and namespaces decide what later patches fit; by themselves they change nothing that a rule asks.
  static void put_names(const Node& root, std::vector<Resource>& resources) {
    const std::string_view prefix = root.text("namePrefix"), suffix = root.text("nameSuffix"), space = root.text("namespace");
    for (Resource& resource : resources) {
      const std::set<std::string> names = resource.names;
      if (!prefix.empty() || !suffix.empty())
        for (const std::string& name : names) resource.names.insert(std::string(prefix) + name + std::string(suffix));
      Node* metadata = space.empty() ? nullptr : member_of(resource.root, "metadata");
      if (!metadata) continue;
      if (Node* own = member_of(*metadata, "namespace")) own->scalar = space;
      else put(*metadata, "namespace", text_node(std::string(space), 0));
    }
  }

  const Source& source_;
  RenderedKustomization result_;
  std::vector<std::string> open_;
  std::size_t files_ = 0;
  bool quiet_ = false;  // a base tells its own gaps
};

}  // namespace

RenderedKustomization render_kustomization(const Source& source) {
  if (!source.files || !source.open_file) return {};
  return Renderer(source).render();
}

bool is_patch(const Source& source) {
  if (!source.files || !source.open_file || !source.member.empty()) return false;
  const auto folder = source.files->nearest_folder_with(source.path, kNames);
  if (!folder) return false;
  for (const std::string_view name : kNames) {
    if (!source.files->contains(below(*folder, name))) continue;
    const auto opened = (*source.open_file)(below(*folder, name));
    if (!opened || as_text(opened->bytes()).find(source.name) == std::string_view::npos) continue;
    const auto documents = format::parse_yaml(as_text(opened->bytes()), *source.limits);
    if (!documents || documents->empty()) continue;
    const auto is_this = [&](std::string_view entry) { return joined(*folder, entry) == source.path; };
    for (const std::string_view word : {"patches", "patchesJson6902", "patchesStrategicMerge"})
      if (const Node* list = documents->front().find(word))
        if (std::ranges::any_of(list->items, [&](const Node& entry) { return is_this(entry.is_map() ? entry.text("path") : std::string_view(entry.scalar)); })) return true;
  }
  return false;
}

bool is_kustomization(std::string_view file_name) { return std::ranges::find(kNames, file_name) != kNames.end(); }

}  // namespace stormwatch::collect
