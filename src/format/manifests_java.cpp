// SPDX-License-Identifier: Apache-2.0
// Java's project and lock files: Maven's pom.xml, Gradle's lock file, dependency verification and version catalogue.
#include <map>
#include <set>

#include "format/document.h"
#include "format/lines.h"
#include "format/lockfiles.h"
#include "format/xml_tree.h"

namespace stormwatch::format {
namespace {

class Project {
 public:
  explicit Project(const XmlElement& root) {
    if (const XmlElement* properties = root.child("properties"))
      for (const XmlElement& property : properties->children) values_.emplace(property.name, property.text);
    const XmlElement* parent = root.child("parent");
    for (const char* key : {"groupId", "artifactId", "version"}) {
      std::string_view value = root.child_text(key);
      if (value.empty() && parent) value = parent->child_text(key);
      values_[std::string("project.") + key] = value;
      values_[std::string("pom.") + key] = value;
      if (parent) values_[std::string("project.parent.") + key] = parent->child_text(key);
    }
    if (const XmlElement* management = root.child("dependencyManagement"))
      if (const XmlElement* list = management->child("dependencies"))
        for (const XmlElement& dependency : list->children) managed_.emplace(name_of(dependency), resolved(dependency.child_text("version")));
  }

  /// ${name} by the project's own properties; empty if one stays unknown.
  [[nodiscard]] std::string resolved(std::string_view text, int depth = 0) const {
    std::string result;
    while (!text.empty()) {
      const std::size_t start = text.find("${");
      result += text.substr(0, start);
      if (start == std::string_view::npos) break;
      const std::size_t end = text.find('}', start);
      if (end == std::string_view::npos || depth > 8 || result.size() > 512) return {};
      const auto found = values_.find(std::string(text.substr(start + 2, end - start - 2)));
      if (found == values_.end()) return {};
      result += resolved(found->second, depth + 1);
      text.remove_prefix(end + 1);
    }
    return result.size() > 512 ? std::string() : result;
  }

  void add(const XmlElement* list, Manifest& manifest) {
    if (!list) return;
    for (const XmlElement& dependency : list->children) {
      if (dependency.name != "dependency") continue;
      const std::string name = name_of(dependency);
      if (name.starts_with(':') || name.ends_with(':') || !seen_.insert(name).second) continue;
      DeclaredPackage package{.ecosystem = "Maven", .name = name, .line = dependency.line};
      const std::string_view written = dependency.child_text("version");
      std::string version = resolved(written);
      if (written.empty())
        if (const auto found = managed_.find(name); found != managed_.end()) version = found->second;
      package.requirement = version.empty() ? std::string(written) : version;
      if (!version.empty() && version.find_first_of("[]()") == std::string::npos && version != "LATEST" && version != "RELEASE") package.version = version;
      package.development = dependency.child_text("scope") == "test";
      manifest.packages.push_back(std::move(package));
    }
  }

 private:
  [[nodiscard]] std::string name_of(const XmlElement& dependency) const { return resolved(dependency.child_text("groupId")) + ":" + resolved(dependency.child_text("artifactId")); }

  std::map<std::string, std::string> values_;
  std::map<std::string, std::string> managed_;
  std::set<std::string> seen_;
};

std::string_view version_of(const Node& value, const Node* versions) {
  const Node* version = value.find("version");
  if (!version) return {};
  if (version->is_string()) return version->scalar;
  if (const std::string_view ref = version->text("ref"); !ref.empty()) {
    const Node* named = versions ? versions->find(ref) : nullptr;
    if (!named) return {};
    version = named;
    if (version->is_string()) return version->scalar;
  }
  for (const char* key : {"strictly", "require", "prefer"})
    if (const std::string_view text = version->text(key); !text.empty()) return text;
  return {};
}

bool is_exact_version(std::string_view version) { return !version.empty() && version.find_first_of("[]()+,") == std::string_view::npos && !version.starts_with("latest."); }

}  // namespace

Result<Manifest> parse_pom(std::string_view text, const Limits& limits) {
  auto root = parse_xml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  if (root->name != "project") return failure("pom.xml", "line 1", "", "<project>");
  Project project(*root);
  project.add(root->child("dependencies"), manifest);
  if (const XmlElement* profiles = root->child("profiles"))
    for (const XmlElement& profile : profiles->children) project.add(profile.child("dependencies"), manifest);
  if (const XmlElement* build = root->child("build"))
    if (const XmlElement* plugins = build->child("plugins"))
      for (const XmlElement& plugin : plugins->children) {
        const std::size_t before = manifest.packages.size();
        project.add(plugin.child("dependencies"), manifest);
        for (std::size_t i = before; i < manifest.packages.size(); ++i) manifest.packages[i].development = true;
      }
  return manifest;
}

Result<Manifest> parse_gradle_lock(std::string_view text, const Limits& limits) {
  Manifest manifest;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    if (line.empty() || line[0] == '#' || line.starts_with("empty=")) return;
    const std::size_t equals = line.find('=');
    const std::string_view coordinates = line.substr(0, equals);
    const std::size_t first = coordinates.find(':'), second = first == std::string_view::npos ? first : coordinates.find(':', first + 1);
    if (second == std::string_view::npos || second + 1 >= coordinates.size() || first == 0 || second == first + 1) return;
    DeclaredPackage package{.ecosystem = "Maven", .name = std::string(coordinates.substr(0, second)), .version = std::string(coordinates.substr(second + 1)), .line = number, .direct = false};
    if (equals != std::string_view::npos) {
      const std::string_view configurations = line.substr(equals + 1);
      package.development = configurations.starts_with("test") && configurations.find(",compile") == std::string_view::npos && configurations.find(",runtime") == std::string_view::npos;
    }
    manifest.packages.push_back(std::move(package));
  });
  return manifest;
}

Result<Manifest> parse_gradle_verification(std::string_view text, const Limits& limits) {
  auto root = parse_xml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const XmlElement* components = root->child("components");
  if (!components) return manifest;
  for (const XmlElement& component : components->children) {
    const std::string_view group = component.attribute("group"), name = component.attribute("name"), version = component.attribute("version");
    if (group.empty() || name.empty() || version.empty()) continue;
    manifest.packages.push_back({.ecosystem = "Maven", .name = std::string(group) + ":" + std::string(name), .version = std::string(version), .line = component.line, .hashed = true, .direct = false});
  }
  return manifest;
}

Result<Manifest> parse_gradle_catalogue(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* versions = root->find("versions");
  const auto add = [&](std::string name, std::string_view requirement, const Node::Member& member, bool development) {
    if (name.find(':') == std::string::npos) return;
    DeclaredPackage package{.ecosystem = "Maven", .name = std::move(name), .requirement = std::string(requirement), .line = member.line ? member.line : member.value.line, .development = development};
    if (is_exact_version(package.requirement)) package.version = package.requirement;
    manifest.packages.push_back(std::move(package));
  };
  const auto marker = [](std::string_view id) { return std::string(id) + ":" + std::string(id) + ".gradle.plugin"; };
  if (const Node* libraries = root->find("libraries"); libraries && libraries->is_map())
    for (const Node::Member& member : libraries->members) {
      if (member.value.is_string()) {
        const std::string& all = member.value.scalar;
        const std::size_t first = all.find(':'), second = first == std::string::npos ? first : all.find(':', first + 1);
        add(all.substr(0, second), second == std::string::npos ? std::string_view() : std::string_view(all).substr(second + 1), member, false);
      } else {
        std::string name(member.value.text("module"));
        if (name.empty() && !member.value.text("group").empty()) name = std::string(member.value.text("group")) + ":" + std::string(member.value.text("name"));
        add(std::move(name), version_of(member.value, versions), member, false);
      }
    }
  // A plugin is fetched by its marker, "ID:ID.gradle.plugin", whose pom names the real one.
  if (const Node* plugins = root->find("plugins"); plugins && plugins->is_map())
    for (const Node::Member& member : plugins->members) {
      if (member.value.is_string()) {
        const std::string_view all = member.value.scalar, id = all.substr(0, all.find(':'));
        if (id.size() < all.size()) add(marker(id), all.substr(id.size() + 1), member, true);
      } else if (const std::string_view id = member.value.text("id"); !id.empty()) {
        add(marker(id), version_of(member.value, versions), member, true);
      }
    }
  return manifest;
}

}  // namespace stormwatch::format
