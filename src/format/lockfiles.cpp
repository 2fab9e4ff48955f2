// SPDX-License-Identifier: Apache-2.0
// Which reader a path asks for; go.mod, Cargo.lock and Cargo.toml.
#include "format/lockfiles.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "format/document.h"

namespace stormwatch::format {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    while (!line.empty() && (line[0] == ' ' || line[0] == '\t' || line[0] == '\r')) line.remove_prefix(1);
    if (line.empty()) return words;
    std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    if (word.size() >= 2 && word.front() == '"' && word.back() == '"') word = word.substr(1, word.size() - 2);
    words.push_back(word);
  }
}

std::string go_version(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  return std::string(version);
}

/// One part of a path against a pattern with at most one '*'.
bool part_matches(std::string_view part, std::string_view pattern) {
  const auto same = [](char a, char b) { return lower(a) == b; };
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return std::equal(part.begin(), part.end(), pattern.begin(), pattern.end(), same);
  const std::string_view head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return part.size() > head.size() + tail.size() && std::equal(head.begin(), head.end(), part.begin(), same) &&
         std::equal(tail.begin(), tail.end(), part.end() - static_cast<std::ptrdiff_t>(tail.size()), same);
}

bool ends_as(std::string_view path, std::string_view pattern) {
  while (true) {
    const std::size_t p = path.rfind('/'), q = pattern.rfind('/');
    if (!part_matches(p == std::string_view::npos ? path : path.substr(p + 1), q == std::string_view::npos ? pattern : pattern.substr(q + 1))) return false;
    if (q == std::string_view::npos) return true;
    if (p == std::string_view::npos) return false;
    path = path.substr(0, p);
    pattern = pattern.substr(0, q);
  }
}

struct GoReader {
  Manifest manifest;
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> replacements;  ///< by name or name@version; an empty name: a path

  void directive(std::string_view verb, const std::vector<std::string_view>& words, bool indirect, std::uint32_t line) {
    if ((verb == "go" || verb == "toolchain") && !words.empty()) {
      // Both lines tell the least toolchain, whose standard library is compiled in; a later one will do.
      std::string_view version = words[0].starts_with("go") ? words[0].substr(2) : words[0];
      version = version.substr(0, version.find('-'));
      std::erase_if(manifest.packages, [](const DeclaredPackage& package) { return package.name == "stdlib"; });
      manifest.packages.push_back({.ecosystem = "Go", .name = "stdlib", .requirement = ">=" + std::string(version), .line = line});
    } else if (verb == "require" && words.size() >= 2) {
      manifest.packages.push_back({.ecosystem = "Go", .name = std::string(words[0]), .version = go_version(words[1]), .line = line, .direct = !indirect});
    } else if (verb == "replace") {
      auto arrow = std::find(words.begin(), words.end(), "=>");
      if (arrow == words.begin() || arrow == words.end() || arrow + 1 == words.end()) return;
      std::string from(words[0]);
      if (arrow - words.begin() >= 2) from += "@" + go_version(words[1]);
      std::string_view to = *(arrow + 1);
      bool path = to.starts_with('.') || to.starts_with('/') || arrow + 2 == words.end();
      replacements[from] = path ? std::pair<std::string, std::string>{} : std::pair{std::string(to), go_version(*(arrow + 2))};
    }
  }
  void replace() {
    for (DeclaredPackage& package : manifest.packages) {
      auto found = replacements.find(package.name + "@" + package.version);
      if (found == replacements.end()) found = replacements.find(package.name);
      if (found == replacements.end()) continue;
      package.name = found->second.first;
      package.version = found->second.second;
    }
    std::erase_if(manifest.packages, [](const DeclaredPackage& package) { return package.name.empty(); });
  }
};

}  // namespace

Result<Manifest> parse_go_mod(std::string_view text, const Limits& limits) {
  GoReader reader;
  text = text.substr(0, limits.text_bytes);
  std::string block;
  std::uint32_t number = 0;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    std::size_t comment = line.find("//");
    bool indirect = comment != std::string_view::npos && line.find("indirect", comment) != std::string_view::npos;
    std::vector<std::string_view> words = words_of(line.substr(0, comment));
    if (words.empty()) continue;
    if (!block.empty()) {
      if (words[0] == ")") block.clear();
      else reader.directive(block, words, indirect, number);
    } else if (words.size() >= 2 && words[1] == "(") {
      block = words[0];
    } else {
      reader.directive(words[0], {words.begin() + 1, words.end()}, indirect, number);
    }
  }
  reader.replace();
  return std::move(reader.manifest);
}

Result<Manifest> parse_cargo_lock(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("package");
  if (!packages || !packages->is_list()) return manifest;
  for (const Node& entry : packages->items) {
    std::string_view source = entry.text("source");
    if (source.empty() || entry.text("name").empty()) continue;  // a member of the workspace
    DeclaredPackage package{.ecosystem = "crates.io", .name = std::string(entry.text("name")), .version = std::string(entry.text("version")), .line = entry.line, .direct = false};
    if (!source.starts_with("registry+") && !source.starts_with("sparse+")) package.source = source;
    package.hashed = !entry.text("checksum").empty();
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_cargo_toml(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const auto add_table = [&](const Node* table, bool development) {
    if (!table || !table->is_map()) return;
    for (const Node::Member& member : table->members) {
      DeclaredPackage package{.ecosystem = "crates.io", .name = std::string(member.value.text("package", member.key)), .line = member.line ? member.line : member.value.line, .development = development};
      package.requirement = member.value.is_map() ? member.value.text("version") : std::string_view(member.value.scalar);
      if (member.value.is_map() && (member.value.find("path") || member.value.text("workspace") == "true")) continue;
      if (const std::string_view git = member.value.text("git"); !git.empty()) {
        package.source = git;
        for (const char* key : {"rev", "tag", "branch"})
          if (package.requirement.empty()) package.requirement = member.value.text(key);
      }
      if (package.requirement.starts_with('=')) {
        package.version = package.requirement.substr(1);
        while (package.version.starts_with(' ')) package.version.erase(0, 1);
      }
      manifest.packages.push_back(std::move(package));
    }
  };
  const auto add_all = [&](const Node& from) {
    add_table(from.find("dependencies"), false);
    add_table(from.find("dev-dependencies"), true);
    add_table(from.find("build-dependencies"), true);
  };
  add_all(*root);
  if (const Node* workspace = root->find("workspace")) add_all(*workspace);
  if (const Node* targets = root->find("target"); targets && targets->is_map())
    for (const Node::Member& target : targets->members) add_all(target.value);
  return manifest;
}

std::span<const LockfileFormat> lockfile_formats() {
  using Says = LockfileFormat::Says;
  static constexpr LockfileFormat kFormats[] = {
    {"uv.lock", "PyPI", parse_uv_lock, Says::locked},
    {"poetry.lock", "PyPI", parse_poetry_lock, Says::locked},
    {"pdm.lock", "PyPI", parse_poetry_lock, Says::locked},
    {"pylock.toml", "PyPI", parse_pylock, Says::locked},
    {"pylock.*.toml", "PyPI", parse_pylock, Says::locked},
    {"pipfile.lock", "PyPI", parse_pipfile_lock, Says::locked},
    {"pyproject.toml", "PyPI", parse_pyproject, Says::asked},
    {"setup.py", "PyPI", parse_setup_py, Says::asked},
    {"conda-meta/*.json", "Conda", parse_conda_meta, Says::installed},
    {"pixi.lock", "Conda", parse_pixi_lock, Says::locked},
    {"conda-lock.yml", "Conda", parse_conda_lock, Says::locked},
    {"*.conda-lock.yml", "Conda", parse_conda_lock, Says::locked},
    {"package-lock.json", "npm", parse_package_lock, Says::locked},
    {"npm-shrinkwrap.json", "npm", parse_package_lock, Says::locked},
    {".package-lock.json", "npm", parse_package_lock, Says::locked},
    {"yarn.lock", "npm", parse_yarn_lock, Says::locked},
    {"pnpm-lock.yaml", "npm", parse_pnpm_lock, Says::locked},
    {"bun.lock", "npm", parse_bun_lock, Says::locked},
    {"package.json", "npm", parse_package_json, Says::asked},
    {"go.mod", "Go", parse_go_mod, Says::locked},
    {"cargo.lock", "crates.io", parse_cargo_lock, Says::locked},
    {"cargo.toml", "crates.io", parse_cargo_toml, Says::asked},
    {"pom.xml", "Maven", parse_pom, Says::locked},
    {"gradle.lockfile", "Maven", parse_gradle_lock, Says::locked},
    {"buildscript-gradle.lockfile", "Maven", parse_gradle_lock, Says::locked},
    {"verification-metadata.xml", "Maven", parse_gradle_verification, Says::locked},
    {"*.versions.toml", "Maven", parse_gradle_catalogue, Says::asked},
    {"packages.lock.json", "NuGet", parse_nuget_lock, Says::locked},
    {"*.deps.json", "NuGet", parse_dotnet_deps, Says::installed},
    {"packages.config", "NuGet", parse_nuget_config, Says::locked},
    {"*.csproj", "NuGet", parse_msbuild_project, Says::asked},
    {"*.fsproj", "NuGet", parse_msbuild_project, Says::asked},
    {"*.vbproj", "NuGet", parse_msbuild_project, Says::asked},
    {"directory.packages.props", "NuGet", parse_msbuild_project, Says::asked},
    {"gemfile.lock", "RubyGems", parse_gemfile_lock, Says::locked},
    {"gems.locked", "RubyGems", parse_gemfile_lock, Says::locked},
    {"composer.lock", "Packagist", parse_composer_lock, Says::locked},
    {"pubspec.lock", "Pub", parse_pubspec_lock, Says::locked},
    {"mix.lock", "Hex", parse_mix_lock, Says::locked},
    {"cabal.project.freeze", "Hackage", parse_cabal_freeze, Says::locked},
    {"stack.yaml.lock", "Hackage", parse_stack_lock, Says::locked},
    {"renv.lock", "CRAN", parse_renv_lock, Says::locked},
    {"conan.lock", "ConanCenter", parse_conan_lock, Says::locked},
    {"package.resolved", "SwiftURL", parse_swift_resolved, Says::locked},
    {"podfile.lock", "CocoaPods", parse_podfile_lock, Says::locked},
    {"dpkg/status", "Debian", parse_dpkg_status, Says::installed},
    {"dpkg/status.d/*", "Debian", parse_dpkg_status, Says::installed},
    {"opkg/status", "Debian", parse_dpkg_status, Says::installed},
    {"apk/db/installed", "Alpine", parse_apk_installed, Says::installed},
    {"pacman/local/*/desc", "Arch", parse_pacman_desc, Says::installed},
    {".github/workflows/*.yml", "GitHub Actions", parse_github_workflow, Says::asked},
    {".github/workflows/*.yaml", "GitHub Actions", parse_github_workflow, Says::asked},
    {"action.yml", "GitHub Actions", parse_github_workflow, Says::asked},
    {"action.yaml", "GitHub Actions", parse_github_workflow, Says::asked},
    {"extensions/extensions.json", "VSCode", parse_editor_extensions, Says::installed},
    {".vscode/extensions.json", "VSCode", parse_recommended_extensions, Says::asked},
    {"*.code-workspace", "VSCode", parse_recommended_extensions, Says::asked},
    {"devcontainer.json", "VSCode", parse_recommended_extensions, Says::asked},
    {".tool-versions", "runtime", parse_tool_versions, Says::asked},
    {"mise.toml", "runtime", parse_mise, Says::asked},
    {".mise.toml", "runtime", parse_mise, Says::asked},
    {".node-version", "runtime", parse_node_version, Says::asked},
    {".nvmrc", "runtime", parse_node_version, Says::asked},
    {"bom.json", "SBOM", parse_sbom, Says::installed},
    {"bom.xml", "SBOM", parse_sbom, Says::installed},
    {"*.bom.json", "SBOM", parse_sbom, Says::installed},
    {"*.bom.xml", "SBOM", parse_sbom, Says::installed},
    {"*.cdx.json", "SBOM", parse_sbom, Says::installed},
    {"*.cdx.xml", "SBOM", parse_sbom, Says::installed},
    {"sbom.json", "SBOM", parse_sbom, Says::installed},
    {"sbom.xml", "SBOM", parse_sbom, Says::installed},
    {"*.spdx.json", "SBOM", parse_sbom, Says::installed},
    {"*.spdx", "SBOM", parse_sbom, Says::installed},
    {"*.spdx.yml", "SBOM", parse_sbom, Says::installed},
    {"*.spdx.yaml", "SBOM", parse_sbom, Says::installed},
    {"*.spdx.rdf", "SBOM", parse_sbom, Says::installed},
    {"*.spdx3.json", "SBOM", parse_sbom, Says::installed},
    {"deno.lock", "npm", parse_deno_lock, Says::locked},
    {"conda-*.lock", "Conda", parse_conda_explicit, Says::locked},
  };
  return kFormats;
}

const LockfileFormat* lockfile_format(std::string_view path) {
  for (const LockfileFormat& format : lockfile_formats())
    if (ends_as(path, format.pattern)) return &format;
  return nullptr;
}

LockfileReader lockfile_reader(std::string_view path) {
  const LockfileFormat* format = lockfile_format(path);
  return format ? format->read : nullptr;
}

}  // namespace stormwatch::format
