// SPDX-License-Identifier: Apache-2.0
// Project and lock files of .NET, Ruby, PHP, Dart, Elixir, Haskell, R, C++ (Conan) and Swift.
#include <algorithm>
#include <functional>

#include "format/document.h"
#include "format/lines.h"
#include "format/lockfiles.h"
#include "format/xml_tree.h"

namespace stormwatch::format {
namespace {

/// "name (1.2.3)" or "name (1.2.3-x86_64-linux)".
bool read_in_brackets(std::string_view text, std::string_view& name, std::string_view& version) {
  const std::size_t open = text.find(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) return false;
  name = text.substr(0, open);
  version = text.substr(open + 2, text.size() - open - 3);
  return !name.empty() && starts_with_digit(version);
}

/// "zlib/1.2.11@user/channel#revision%time".
void add_conan(std::string_view reference, bool development, std::uint32_t line, Manifest& manifest) {
  reference = reference.substr(0, reference.find('#'));
  reference = reference.substr(0, reference.find('%'));
  reference = reference.substr(0, reference.find('@'));
  reference = reference.substr(0, reference.find(':'));
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos || slash == 0) return;
  manifest.packages.push_back({.ecosystem = "ConanCenter", .name = std::string(reference.substr(0, slash)), .version = std::string(reference.substr(slash + 1)), .line = line, .direct = false, .development = development});
}

}  // namespace

Result<Manifest> parse_nuget_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* frameworks = root->find("dependencies");
  if (!frameworks || !frameworks->is_map()) return manifest;
  for (const Node::Member& framework : frameworks->members)
    for (const Node::Member& member : framework.value.members) {
      if (member.value.text("type") == "Project" || member.value.text("resolved").empty()) continue;
      manifest.packages.push_back({.ecosystem = "NuGet", .name = member.key, .version = std::string(member.value.text("resolved")), .line = member.line,
                                   .hashed = !member.value.text("contentHash").empty(), .direct = member.value.text("type") == "Direct"});
    }
  return manifest;
}

Result<Manifest> parse_dotnet_deps(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* libraries = root->find("libraries");
  if (!libraries || !libraries->is_map()) return manifest;
  for (const Node::Member& member : libraries->members) {
    const std::size_t slash = member.key.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == member.key.size()) continue;
    // "project" is what was built here: no package of a registry, and its version stands for nothing there.
    if (member.value.text("type") == "project") continue;
    manifest.packages.push_back({.ecosystem = "NuGet", .name = member.key.substr(0, slash), .version = member.key.substr(slash + 1), .line = member.line, .hashed = !member.value.text("sha512").empty(), .direct = false});
  }
  return manifest;
}

Result<Manifest> parse_nuget_config(std::string_view text, const Limits& limits) {
  auto root = parse_xml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  for (const XmlElement& entry : root->children) {
    const std::string_view name = entry.attribute("id"), version = entry.attribute("version");
    if (entry.name != "package" || name.empty() || version.empty()) continue;
    manifest.packages.push_back({.ecosystem = "NuGet", .name = std::string(name), .version = std::string(version), .line = entry.line, .development = entry.attribute("developmentDependency") == "true"});
  }
  return manifest;
}

Result<Manifest> parse_msbuild_project(std::string_view text, const Limits& limits) {
  auto root = parse_xml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  for (const XmlElement& group : root->children) {
    if (group.name != "ItemGroup") continue;
    for (const XmlElement& item : group.children) {
      if (item.name != "PackageReference" && item.name != "PackageVersion" && item.name != "GlobalPackageReference") continue;
      DeclaredPackage package{.ecosystem = "NuGet", .name = std::string(item.attribute("Include")), .line = item.line};
      if (package.name.empty()) package.name = item.attribute("Update");
      std::string_view version = item.attribute("Version");
      if (version.empty()) version = item.child_text("Version");
      if (package.name.empty() || package.name.find("$(") != std::string::npos) continue;
      package.requirement = version;
      // "1.2" asks for 1.2 or above and NuGet takes the lowest there is; "[1.2]" is exactly that.
      std::string_view exact = version;
      if (exact.starts_with('[') && exact.ends_with(']') && exact.find(',') == std::string_view::npos) exact = exact.substr(1, exact.size() - 2);
      if (starts_with_digit(exact) && exact.find_first_of("[](),*$") == std::string_view::npos) package.version = exact;
      package.development = item.attribute("PrivateAssets") == "all" || item.child_text("PrivateAssets") == "all";
      manifest.packages.push_back(std::move(package));
    }
  }
  return manifest;
}

Result<Manifest> parse_gemfile_lock(std::string_view text, const Limits& limits) {
  Manifest manifest;
  std::string_view section, remote;
  std::vector<std::string> direct;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    if (line.empty()) return;
    if (line[0] != ' ') {
      section = line;
      remote = {};
      return;
    }
    std::string_view name, version;
    if (line.starts_with("  remote: ")) remote = line.substr(10);
    else if (section == "DEPENDENCIES" && line.starts_with("  ")) direct.emplace_back(line.substr(2, line.find_first_of(" !(", 2) - 2));
    else if ((section == "GEM" || section == "GIT") && line.starts_with("    ") && line[4] != ' ' && read_in_brackets(line.substr(4), name, version)) {
      DeclaredPackage package{.ecosystem = "RubyGems", .name = std::string(name), .version = std::string(version.substr(0, version.find('-'))), .line = number};
      if (section == "GIT") package.source = remote;
      manifest.packages.push_back(std::move(package));
    }
  });
  for (DeclaredPackage& package : manifest.packages) package.direct = std::find(direct.begin(), direct.end(), package.name) != direct.end();
  return manifest;
}

Result<Manifest> parse_composer_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  for (const char* section : {"packages", "packages-dev"}) {
    const Node* list = root->find(section);
    if (!list || !list->is_list()) continue;
    for (const Node& entry : list->items) {
      std::string_view version = entry.text("version");
      // Drupal's own server counts by another scheme and tells the version of Packagist beside it.
      if (const Node* drupal = entry.at_path("extra.drupal"); drupal && entry.text("name") != "drupal/core")
        if (const std::string_view other = drupal->text("version"); !other.empty()) version = other.starts_with("8.x-") ? version : other;
      if (version.starts_with('v') && starts_with_digit(version.substr(1))) version.remove_prefix(1);
      if (entry.text("name").empty()) continue;
      manifest.packages.push_back({.ecosystem = "Packagist", .name = std::string(entry.text("name")), .version = std::string(version), .line = entry.line,
                                   .hashed = entry.at_path("dist.shasum") != nullptr, .direct = false, .development = std::string_view(section) == "packages-dev"});
    }
  }
  return manifest;
}

Result<Manifest> parse_pubspec_lock(std::string_view text, const Limits& limits) {
  auto documents = parse_yaml(text, limits);
  if (!documents) return std::unexpected(documents.error());
  Manifest manifest;
  for (const Node& root : *documents) {
    const Node* packages = root.find("packages");
    if (!packages || !packages->is_map()) continue;
    for (const Node::Member& member : packages->members) {
      if (member.value.text("source") == "path" || member.value.text("source") == "sdk" || member.value.text("version").empty()) continue;
      DeclaredPackage package{.ecosystem = "Pub", .name = member.key, .version = std::string(member.value.text("version")), .line = member.line,
                              .direct = member.value.text("dependency").starts_with("direct"), .development = member.value.text("dependency") == "direct dev"};
      if (member.value.text("source") == "git")
        if (const Node* from = member.value.find("description")) package.source = from->text("url");
      manifest.packages.push_back(std::move(package));
    }
  }
  return manifest;
}

Result<Manifest> parse_mix_lock(std::string_view text, const Limits& limits) {
  // An Elixir map, one entry a line: "name": {:hex, :name, "1.0.0", "checksum", ...} or {:git, "url", "commit", ...}.
  Manifest manifest;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    std::vector<std::string_view> quoted;
    std::string_view rest = line;
    for (std::size_t open = rest.find('"'); open != std::string_view::npos && quoted.size() < 4; open = rest.find('"')) {
      const std::size_t close = rest.find('"', open + 1);
      if (close == std::string_view::npos) break;
      quoted.push_back(rest.substr(open + 1, close - open - 1));
      rest.remove_prefix(close + 1);
    }
    if (quoted.size() < 3) return;
    DeclaredPackage package{.ecosystem = "Hex", .name = std::string(quoted[0]), .line = number, .direct = false};
    if (line.find("{:hex,") != std::string_view::npos) {
      // The key is the application's name, the atom the package's: "eini": {:hex, :eini_beam, ...}.
      std::string_view atom = line.substr(line.find("{:hex,") + 6);
      if (const std::size_t colon = atom.find(':'); colon != std::string_view::npos && colon < atom.find('"')) package.name = trimmed_line(atom.substr(colon + 1, atom.find(',') - colon - 1));
      package.version = quoted[1];
      package.hashed = true;
    } else if (line.find("{:git,") != std::string_view::npos) {
      package.source = quoted[1];
      package.requirement = quoted[2];
    } else {
      return;
    }
    manifest.packages.push_back(std::move(package));
  });
  return manifest;
}

Result<Manifest> parse_cabal_freeze(std::string_view text, const Limits& limits) {
  // "constraints: any.name ==1.0," one a line; a name with a flag but no "any." binds nothing but that build.
  Manifest manifest;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    const std::size_t at = line.find("any.");
    if (at == std::string_view::npos || trimmed_line(line).starts_with("--")) return;
    const std::size_t equals = line.find("==", at);
    if (equals == std::string_view::npos) return;
    const std::string_view name = trimmed_line(line.substr(at + 4, equals - at - 4)), version = line.substr(equals + 2, line.find_first_of(", \t", equals + 2) - equals - 2);
    if (!name.empty() && starts_with_digit(version)) manifest.packages.push_back({.ecosystem = "Hackage", .name = std::string(name), .version = std::string(version), .line = number, .direct = false});
  });
  return manifest;
}

Result<Manifest> parse_stack_lock(std::string_view text, const Limits& limits) {
  auto documents = parse_yaml(text, limits);
  if (!documents) return std::unexpected(documents.error());
  Manifest manifest;
  for (const Node& root : *documents) {
    const Node* packages = root.find("packages");
    if (!packages || !packages->is_list()) continue;
    for (const Node& entry : packages->items) {
      const Node* completed = entry.find("completed");
      if (!completed) continue;
      std::string_view text_of = completed->text("hackage");  // "fuzzyset-0.2.4@sha256:...,1618"
      text_of = text_of.substr(0, text_of.find('@'));
      const std::size_t dash = text_of.rfind('-');
      if (dash == std::string_view::npos || !starts_with_digit(text_of.substr(dash + 1))) continue;
      manifest.packages.push_back({.ecosystem = "Hackage", .name = std::string(text_of.substr(0, dash)), .version = std::string(text_of.substr(dash + 1)), .line = completed->line, .hashed = true, .direct = false});
    }
  }
  return manifest;
}

Result<Manifest> parse_renv_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("Packages");
  if (!packages || !packages->is_map()) return manifest;
  for (const Node::Member& member : packages->members) {
    const std::string_view repository = member.value.text("Repository"), from = member.value.text("Source");
    DeclaredPackage package{.ecosystem = "CRAN", .name = std::string(member.value.text("Package", member.key)), .version = std::string(member.value.text("Version")), .line = member.line,
                            .hashed = !member.value.text("Hash").empty(), .direct = false};
    if (from == "Bioconductor") package.ecosystem = "Bioconductor";
    else if (repository.empty() && from.starts_with("Git")) package.source = std::string(member.value.text("RemoteUsername")) + "/" + std::string(member.value.text("RemoteRepo"));
    else if (repository.empty()) continue;  // installed from nowhere that could be asked
    if (!package.source.empty()) {
      package.ecosystem = from;
      package.name = package.source;
    }
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_conan_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  if (const Node* nodes = root->at_path("graph_lock.nodes"); nodes && nodes->is_map()) {  // version 1
    for (const Node::Member& member : nodes->members) {
      // The project itself has a path to its recipe.
      if (member.value.find("path")) continue;
      const std::string_view reference = member.value.text("ref", member.value.text("pref"));
      add_conan(reference, member.value.text("context") == "build", member.line, manifest);
    }
    return manifest;
  }
  for (const char* section : {"requires", "build_requires", "python_requires"})
    if (const Node* list = root->find(section); list && list->is_list())
      for (const Node& item : list->items) add_conan(item.scalar, std::string_view(section) != "requires", item.line, manifest);
  return manifest;
}

Result<Manifest> parse_swift_resolved(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* pins = root->find("pins");  // version 2 and 3
  if (!pins) pins = root->at_path("object.pins");
  if (!pins || !pins->is_list()) return manifest;
  for (const Node& pin : pins->items) {
    std::string_view location = pin.text("location", pin.text("repositoryURL"));
    if (const std::size_t scheme = location.find("://"); scheme != std::string_view::npos) location.remove_prefix(scheme + 3);
    if (location.ends_with(".git")) location.remove_suffix(4);
    const Node* state = pin.find("state");
    if (location.empty() || !state) continue;
    manifest.packages.push_back({.ecosystem = "SwiftURL", .name = std::string(location), .version = std::string(state->text("version")), .requirement = std::string(state->text("revision")), .line = pin.line, .direct = false});
  }
  return manifest;
}

Result<Manifest> parse_podfile_lock(std::string_view text, const Limits& limits) {
  auto documents = parse_yaml(text, limits);
  if (!documents) return std::unexpected(documents.error());
  Manifest manifest;
  for (const Node& root : *documents) {
    const Node* pods = root.find("PODS");
    if (!pods || !pods->is_list()) continue;
    for (const Node& entry : pods->items) {
      const std::string& item = entry.is_map() && !entry.members.empty() ? entry.members[0].key : entry.scalar;
      std::string_view name, version;
      if (read_in_brackets(item, name, version)) manifest.packages.push_back({.ecosystem = "CocoaPods", .name = std::string(name), .version = std::string(version), .line = entry.line, .direct = false});
    }
  }
  return manifest;
}

}  // namespace stormwatch::format
