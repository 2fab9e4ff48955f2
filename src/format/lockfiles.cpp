// SPDX-License-Identifier: Apache-2.0
// Which reader a file name asks for; go.mod and Cargo.lock.
#include "format/lockfiles.h"

#include <algorithm>
#include <map>

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

struct GoReader {
  Manifest manifest;
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> replacements;  ///< by name or name@version; an empty name: a path

  void directive(std::string_view verb, const std::vector<std::string_view>& words, bool indirect, std::uint32_t line) {
    if (verb == "require" && words.size() >= 2) {
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

LockfileReader lockfile_reader(std::string_view file_name) {
  std::string name;
  for (char c : file_name) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (name == "uv.lock") return parse_uv_lock;
  if (name == "poetry.lock" || name == "pdm.lock") return parse_poetry_lock;
  if (name == "pylock.toml" || (name.starts_with("pylock.") && name.ends_with(".toml"))) return parse_pylock;
  if (name == "pipfile.lock") return parse_pipfile_lock;
  if (name == "pyproject.toml") return parse_pyproject;
  if (name == "package.json") return parse_package_json;
  if (name == "package-lock.json" || name == "npm-shrinkwrap.json" || name == ".package-lock.json") return parse_package_lock;
  if (name == "yarn.lock") return parse_yarn_lock;
  if (name == "pnpm-lock.yaml") return parse_pnpm_lock;
  if (name == "go.mod") return parse_go_mod;
  if (name == "cargo.lock") return parse_cargo_lock;
  return nullptr;
}

}  // namespace stormwatch::format
