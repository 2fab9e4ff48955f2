// SPDX-License-Identifier: Apache-2.0
// Python's lock files and pyproject.toml.
#include <algorithm>

#include "format/document.h"
#include "format/lockfiles.h"

namespace stormwatch::format {
namespace {

bool is_development_group(std::string_view name) {
  for (std::string_view word : {"dev", "test", "tests", "lint", "docs", "doc", "typing", "development", "testing", "ci"})
    if (name == word) return true;
  return false;
}

std::uint32_t line_of(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found && found->line ? found->line : node.line;
}

void add_requirement(const Node& text, bool development, Manifest& manifest) {
  DeclaredPackage package{.ecosystem = "PyPI", .line = text.line, .development = development};
  if (text.is_string() && read_requirement(text.scalar, package)) manifest.packages.push_back(std::move(package));
}

/// poetry: "^1.2", "1.2.3" (exact), {version = ..., git = ...}, or a list of those.
void add_poetry(const std::string& name, const Node& value, std::uint32_t line, bool development, Manifest& manifest) {
  if (value.is_list()) {
    if (!value.items.empty()) add_poetry(name, value.items.front(), line, development, manifest);
    return;
  }
  if (name == "python" || value.find("path")) return;
  DeclaredPackage package{.ecosystem = "PyPI", .name = name, .line = line, .development = development};
  package.requirement = value.is_map() ? value.text("version") : std::string_view(value.scalar);
  for (const char* key : {"git", "url"})
    if (!value.text(key).empty()) package.source = value.text(key);
  std::string_view exact = package.requirement;
  while (exact.starts_with('=')) exact.remove_prefix(1);
  if (!exact.empty() && exact[0] >= '0' && exact[0] <= '9' && exact.find_first_of("*,<>|^~ ") == std::string_view::npos) package.version = exact;
  manifest.packages.push_back(std::move(package));
}

void add_poetry_table(const Node* table, bool development, Manifest& manifest) {
  if (!table || !table->is_map()) return;
  for (const Node::Member& member : table->members)
    add_poetry(member.key, member.value, member.line ? member.line : member.value.line, development, manifest);
}

}  // namespace

Result<Manifest> parse_uv_lock(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("package");
  if (!packages || !packages->is_list()) return manifest;
  std::vector<std::string> direct, development;
  bool roots = false;
  for (const Node& entry : packages->items) {
    const Node* source = entry.find("source");
    if (!source || (source->text("editable").empty() && source->text("virtual").empty())) continue;
    roots = true;
    if (const Node* list = entry.find("dependencies"); list && list->is_list())
      for (const Node& item : list->items) direct.emplace_back(item.text("name"));
    for (const char* groups : {"dev-dependencies", "optional-dependencies"})
      if (const Node* table = entry.find(groups); table && table->is_map())
        for (const Node::Member& group : table->members)
          for (const Node& item : group.value.items) {
            bool is_development = std::string_view(groups) == "dev-dependencies";
            (is_development ? development : direct).emplace_back(item.text("name"));
          }
  }
  auto has = [](const std::vector<std::string>& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); };
  for (const Node& entry : packages->items) {
    const Node* source = entry.find("source");
    if (source && (source->find("editable") || source->find("virtual") || source->find("directory"))) continue;
    DeclaredPackage package{.ecosystem = "PyPI", .name = std::string(entry.text("name")), .version = std::string(entry.text("version")), .line = line_of(entry, "name")};
    if (package.name.empty()) continue;
    if (source)
      for (const char* key : {"git", "url", "path"})
        if (!source->text(key).empty()) package.source = source->text(key);
    const Node *wheels = entry.find("wheels"), *archive = entry.find("sdist");
    package.hashed = (wheels && wheels->is_list() && !wheels->items.empty() && !wheels->items[0].text("hash").empty()) || (archive && !archive->text("hash").empty());
    package.development = has(development, package.name) && !has(direct, package.name);
    package.direct = !roots || package.development || has(direct, package.name);
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_poetry_lock(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("package");
  if (!packages || !packages->is_list()) return manifest;
  for (const Node& entry : packages->items) {
    if (entry.find("path")) continue;
    DeclaredPackage package{.ecosystem = "PyPI", .name = std::string(entry.text("name")), .version = std::string(entry.text("version")), .line = line_of(entry, "name"), .direct = false};
    if (package.name.empty()) continue;
    if (const Node* source = entry.find("source")) {
      if (source->text("type") == "directory") continue;
      if (source->text("type") != "legacy") package.source = source->text("url");
    }
    if (!entry.text("git").empty()) package.source = entry.text("git");
    const Node* files = entry.find("files");
    package.hashed = files && files->is_list() && !files->items.empty();
    if (const Node* groups = entry.find("groups"); groups && groups->is_list() && !groups->items.empty())
      package.development = std::all_of(groups->items.begin(), groups->items.end(), [](const Node& group) { return is_development_group(group.scalar); });
    else if (entry.text("category") == "dev") package.development = true;
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_pylock(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* packages = root->find("packages");
  if (!packages || !packages->is_list()) return manifest;
  for (const Node& entry : packages->items) {
    if (entry.find("directory")) continue;
    DeclaredPackage package{.ecosystem = "PyPI", .name = std::string(entry.text("name")), .version = std::string(entry.text("version")), .line = line_of(entry, "name"), .direct = false};
    if (package.name.empty()) continue;
    if (const Node* repository = entry.find("vcs")) package.source = repository->text("url");
    package.hashed = entry.find("wheels") || entry.find("sdist") || entry.find("archive");
    manifest.packages.push_back(std::move(package));
  }
  return manifest;
}

Result<Manifest> parse_pipfile_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  for (const char* section : {"default", "develop"}) {
    const Node* table = root->find(section);
    if (!table || !table->is_map()) continue;
    for (const Node::Member& member : table->members) {
      // In 2017 an entry was its version alone.
      if ((!member.value.is_map() && !member.value.is_string()) || member.value.find("path") || !member.value.text("file").empty()) continue;
      DeclaredPackage package{.ecosystem = "PyPI", .name = member.key, .line = member.line, .direct = !member.value.text("index").empty()};
      package.requirement = member.value.is_string() ? std::string_view(member.value.scalar) : member.value.text("version");
      if (std::string_view(package.requirement).starts_with("==")) package.version = package.requirement.substr(package.requirement.starts_with("===") ? 3 : 2);
      if (!member.value.text("git").empty()) package.source = member.value.text("git");
      const Node* hashes = member.value.find("hashes");
      package.hashed = hashes && hashes->is_list() && !hashes->items.empty();
      package.development = std::string_view(section) == "develop";
      manifest.packages.push_back(std::move(package));
    }
  }
  return manifest;
}

Result<Manifest> parse_setup_py(std::string_view text, const Limits& limits) {
  // Every text within the brackets that follow one of the words; what is computed stays unknown.
  Manifest manifest;
  text = text.substr(0, limits.text_bytes);
  for (const std::string_view word : {"install_requires", "extras_require", "setup_requires", "tests_require"}) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) {
      std::size_t i = text.find_first_not_of(" \t\r\n=:'\"", at + word.size());
      if (i == std::string_view::npos || (text[i] != '[' && text[i] != '{' && text[i] != '(')) continue;
      std::uint32_t line = static_cast<std::uint32_t>(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n'));
      for (int depth = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        else if (c == '[' || c == '{' || c == '(') ++depth;
        else if (c == ']' || c == '}' || c == ')') {
          if (--depth == 0) break;
        } else if (c == '#') {
          i = std::min(text.find('\n', i), text.size());
          ++line;
        } else if (c == '\'' || c == '"') {
          const std::size_t end = text.find_first_of(c == '"' ? "\"\n" : "'\n", i + 1);
          if (end == std::string_view::npos || text[end] == '\n') break;
          const std::size_t next = text.find_first_not_of(" \t", end + 1);
          const bool is_key = next != std::string_view::npos && text[next] == ':';
          DeclaredPackage package{.ecosystem = "PyPI", .line = line, .development = word != "install_requires"};
          if (!is_key && read_requirement(text.substr(i + 1, end - i - 1), package)) manifest.packages.push_back(std::move(package));
          i = end;
        }
      }
    }
  }
  return manifest;
}

Result<Manifest> parse_pyproject(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  auto add_list = [&](const Node* list, bool development) {
    if (list && list->is_list())
      for (const Node& item : list->items) add_requirement(item, development, manifest);
  };
  auto add_groups = [&](const Node* groups, bool all_development) {
    if (groups && groups->is_map())
      for (const Node::Member& group : groups->members) add_list(&group.value, all_development || is_development_group(group.key));
  };
  add_list(root->at_path("project.dependencies"), false);
  add_groups(root->at_path("project.optional-dependencies"), false);
  add_groups(root->find("dependency-groups"), true);
  add_groups(root->at_path("tool.pdm.dev-dependencies"), true);
  add_list(root->at_path("tool.uv.dev-dependencies"), true);
  add_list(root->at_path("build-system.requires"), true);
  add_poetry_table(root->at_path("tool.poetry.dependencies"), false, manifest);
  add_poetry_table(root->at_path("tool.poetry.dev-dependencies"), true, manifest);
  if (const Node* groups = root->at_path("tool.poetry.group"); groups && groups->is_map())
    for (const Node::Member& group : groups->members) add_poetry_table(group.value.find("dependencies"), is_development_group(group.key), manifest);
  return manifest;
}

}  // namespace stormwatch::format
