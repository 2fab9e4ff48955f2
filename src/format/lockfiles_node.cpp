// SPDX-License-Identifier: Apache-2.0
// npm's package.json and package-lock.json, yarn.lock (1 and berry), pnpm-lock.yaml, bun.lock.
#include <algorithm>

#include "format/document.h"
#include "format/lockfiles.h"

namespace stormwatch::format {
namespace {

constexpr std::size_t kDepth = 64;

bool is_exact(std::string_view version) {
  if (version.starts_with('=')) version.remove_prefix(1);
  if (version.starts_with('v')) version.remove_prefix(1);
  return !version.empty() && version[0] >= '0' && version[0] <= '9' && std::count(version.begin(), version.end(), '.') >= 2 &&
         version.find_first_of(" ^~<>|*/:") == std::string_view::npos && version.find(".x") == std::string_view::npos && version.find(".X") == std::string_view::npos;
}

/// "npm:openai@4.20.0" -> openai, 4.20.0.
void resolve_alias(DeclaredPackage& package, std::string_view text) {
  if (!text.starts_with("npm:")) return;
  text.remove_prefix(4);
  std::size_t at = text.rfind('@');
  if (at == 0 || at == std::string_view::npos) {
    package.name = text;
  } else {
    package.name = text.substr(0, at);
    package.requirement = text.substr(at + 1);
  }
}

bool is_local(std::string_view text) {
  return text.starts_with("file:") || text.starts_with("link:") || text.starts_with("workspace:") || text.starts_with("portal:") || text.starts_with("../") || text.starts_with("./");
}

/// "node_modules/a/node_modules/@scope/b" -> "@scope/b".
std::string_view name_of_path(std::string_view path) {
  std::size_t at = path.rfind("node_modules/");
  return at == std::string_view::npos ? std::string_view{} : path.substr(at + 13);
}

void add_version1(const Node& dependencies, std::size_t depth, Manifest& manifest) {
  if (depth > kDepth || !dependencies.is_map()) return;
  for (const Node::Member& member : dependencies.members) {
    DeclaredPackage package{.ecosystem = "npm", .name = member.key, .line = member.line, .direct = depth == 0};
    std::string_view version = member.value.text("version");
    if (!is_local(version)) {
      package.requirement = version;
      resolve_alias(package, version);
      if (is_exact(package.requirement)) package.version = package.requirement;
      else package.source = package.requirement;
      package.hashed = !member.value.text("integrity").empty();
      package.development = member.value.text("dev") == "true";
      manifest.packages.push_back(std::move(package));
    }
    if (const Node* nested = member.value.find("dependencies")) add_version1(*nested, depth + 1, manifest);
  }
}

/// "/@scope/name/1.2.3_peer@4" (version 5 and before), "/@scope/name@1.2.3(peer@4)" (6), "@scope/name@1.2.3" (9).
void read_pnpm_key(std::string_view key, DeclaredPackage& package) {
  key = key.substr(0, key.find('('));
  // "registry.npmjs.org/foo/1.1.0": versions 5 and before name a registry that is not the default one.
  if (const std::size_t first = key.find('/'); !key.starts_with('/') && first != std::string_view::npos && key.find('@') > first && key.substr(0, first).find('.') != std::string_view::npos &&
                                               key.rfind('/') > first) key.remove_prefix(first);
  bool slash = key.starts_with('/');
  if (slash) key.remove_prefix(1);
  std::size_t at = key.find('@', 1);
  if (slash)
    for (std::size_t i = 1; i + 1 < key.size() && i < at; ++i)
      if (key[i] == '/' && key[i + 1] >= '0' && key[i + 1] <= '9' && (at == std::string_view::npos || key.substr(0, at).find('_', i) != std::string_view::npos)) at = i;
  if (at == std::string_view::npos || at == 0) return;
  package.name = key.substr(0, at);
  std::string_view version = key.substr(at + 1);
  package.version = version.substr(0, version.find('_'));
}

std::string_view unquoted(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == ':')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

Result<Manifest> parse_package_json(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  for (const char* section : {"dependencies", "optionalDependencies", "devDependencies"}) {
    const Node* table = root->find(section);
    if (!table || !table->is_map()) continue;
    for (const Node::Member& member : table->members) {
      if (!member.value.is_string() || is_local(member.value.scalar)) continue;
      DeclaredPackage package{.ecosystem = "npm", .name = member.key, .requirement = member.value.scalar, .line = member.line};
      resolve_alias(package, member.value.scalar);
      if (is_exact(package.requirement)) package.version = package.requirement;
      else if (package.requirement.find("://") != std::string::npos || package.requirement.find('/') != std::string::npos) package.source = package.requirement;
      package.development = std::string_view(section) == "devDependencies";
      manifest.packages.push_back(std::move(package));
    }
  }
  return manifest;
}

Result<Manifest> parse_package_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("packages");
  if (!packages || !packages->is_map()) {
    if (const Node* dependencies = root->find("dependencies")) add_version1(*dependencies, 0, manifest);
    return manifest;
  }
  const Node* project = packages->find("");
  auto is_direct = [&](std::string_view name) {
    if (!project) return false;
    for (const char* section : {"dependencies", "devDependencies", "optionalDependencies"})
      if (const Node* table = project->find(section); table && table->find(name)) return true;
    return false;
  };
  for (const Node::Member& member : packages->members) {
    std::string_view installed = name_of_path(member.key);
    if (installed.empty() || !member.value.is_map() || member.value.text("link") == "true") continue;
    DeclaredPackage package{.ecosystem = "npm", .name = std::string(member.value.text("name", installed)), .version = std::string(member.value.text("version")), .line = member.line};
    std::string_view resolved = member.value.text("resolved");
    if (is_local(resolved)) continue;
    if (resolved.starts_with("git")) package.source = resolved;
    package.hashed = !member.value.text("integrity").empty();
    package.install_script = member.value.text("hasInstallScript") == "true";
    package.development = member.value.text("dev") == "true" || member.value.text("devOptional") == "true";
    package.direct = member.key == "node_modules/" + std::string(installed) && is_direct(installed);
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_bun_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("packages");
  if (!packages || !packages->is_map()) return manifest;
  const Node* workspaces = root->find("workspaces");
  const auto asked_in = [&](const char* section, std::string_view name) {
    if (workspaces && workspaces->is_map())
      for (const Node::Member& workspace : workspaces->members)
        if (const Node* table = workspace.value.find(section); table && table->find(name)) return true;
    return false;
  };
  for (const Node::Member& member : packages->members) {
    // "key": ["name@version", "registry", {...}, "sha512-..."]; the key is the way to it among node_modules.
    if (!member.value.is_list() || member.value.items.empty() || !member.value.items[0].is_string()) continue;
    const std::string_view named = member.value.items[0].scalar;
    const std::size_t at = named.find('@', 1);
    if (at == std::string_view::npos || at == 0) continue;
    DeclaredPackage package{.ecosystem = "npm", .name = std::string(named.substr(0, at)), .requirement = std::string(named.substr(at + 1)), .line = member.line};
    if (is_local(package.requirement)) continue;
    if (is_exact(package.requirement)) package.version = package.requirement;
    else package.source = package.requirement;
    package.hashed = member.value.items.size() > 3 && member.value.items[3].scalar.starts_with("sha");
    package.development = asked_in("devDependencies", member.key);
    package.direct = package.development || asked_in("dependencies", member.key) || asked_in("optionalDependencies", member.key);
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_yarn_lock(std::string_view text, const Limits& limits) {
  // Both versions: a header of one or more "name@range" keys, then indented fields. Version 1 is no YAML; berry is, and reads alike.
  Manifest manifest;
  text = text.substr(0, limits.text_bytes);
  DeclaredPackage package;
  bool keep = false;
  auto finish = [&] {
    if (keep && !package.name.empty() && !package.version.empty()) manifest.packages.push_back(package);
    keep = false;
  };
  std::uint32_t number = 0;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line[0] == '#' || line[0] == '\r') continue;
    if (line[0] != ' ') {
      finish();
      package = DeclaredPackage{.ecosystem = "npm", .line = number, .direct = false};
      std::string_view key = unquoted(line.substr(0, line.find(',')));
      if (key.starts_with('"')) key.remove_prefix(1);
      if (key.ends_with('"')) key.remove_suffix(1);
      if (key.starts_with("__") || key.empty()) continue;
      std::size_t at = key.find('@', 1);
      if (at == std::string_view::npos) at = key.size();
      if (at == key.size()) {
        package.name = key;
        keep = true;
        continue;
      }
      package.name = key.substr(0, at);
      std::string_view range = key.substr(at + 1);
      keep = !is_local(range);
      if (range.starts_with("npm:") && range.find('@', 5) != std::string_view::npos) resolve_alias(package, range);
      package.requirement.clear();
    } else if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      std::string_view field = line.substr(2), value;
      if (field.starts_with('"')) field.remove_prefix(1);
      if (field.starts_with("version")) {
        value = field.substr(7);
        while (value.starts_with('"') || value.starts_with(':') || value.starts_with(' ')) value.remove_prefix(1);
        package.version = value.substr(0, value.find_first_of("\" \r"));
      } else if (field.starts_with("integrity") || field.starts_with("checksum")) {
        package.hashed = true;
      } else if (field.starts_with("resolution") && (field.find("@workspace:") != std::string_view::npos || field.find("@link:") != std::string_view::npos)) {
        keep = false;
      }
    }
  }
  finish();
  return manifest;
}

Result<Manifest> parse_pnpm_lock(std::string_view text, const Limits& limits) {
  Error incomplete;
  auto documents = parse_yaml(text, limits, &incomplete);
  if (!documents) return std::unexpected(documents.error());
  Manifest manifest;
  for (const Node& root : *documents) {
    const Node* packages = root.find("packages");
    if (!packages || !packages->is_map()) continue;
    for (const Node::Member& member : packages->members) {
      DeclaredPackage package{.ecosystem = "npm", .line = member.line, .direct = false};
      read_pnpm_key(member.key, package);
      // Packages that come from elsewhere say their name and version inside.
      if (!member.value.text("name").empty() && member.value.is_map()) {
        package.source = member.key;
        package.name = member.value.text("name");
        package.version = member.value.text("version");
      } else if (!is_exact(package.version)) {
        package.source = package.version;
        package.version = member.value.text("version");
      }
      if (package.name.empty() || is_local(package.source)) continue;
      const Node* resolution = member.value.find("resolution");
      package.hashed = resolution && !resolution->text("integrity").empty();
      package.development = member.value.text("dev") == "true";
      manifest.packages.push_back(std::move(package));
    }
  }
  return manifest;
}

}  // namespace stormwatch::format
