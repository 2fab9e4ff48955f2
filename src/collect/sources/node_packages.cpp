// SPDX-License-Identifier: Apache-2.0
// Node modules and editor extensions that are installed: the package.json of each.
#include <algorithm>
#include <array>

#include "collect/collector.h"
#include "collect/packages.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

/// "x/node_modules/@scope/name/package.json": an installed package's own file.
bool is_installed(const Source& source) {
  std::string_view path = path_within(source);
  if (!path.ends_with("/package.json")) return false;
  const std::size_t at = path.rfind("node_modules/");
  if (at == std::string_view::npos) return false;
  path = path.substr(at + 13, path.size() - at - 13 - 13);
  const auto slashes = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
  return slashes == (path.starts_with('@') ? 1U : 0U);
}

/// ".vscode/extensions/publisher.name-1.2.3/package.json", of this editor and its kin.
bool is_extension(const Source& source) {
  const std::string_view path = path_within(source);
  const std::size_t at = path.find("/extensions/");
  if (!path.ends_with("/package.json") || at == std::string_view::npos || path.find("node_modules/") != std::string_view::npos) return false;
  const std::string_view home = path.substr(0, at), editor = home.substr(home.rfind('/') + 1), rest = path.substr(at + 12);
  static constexpr std::array<std::string_view, 7> kEditors{".vscode", ".vscode-server", ".vscode-insiders", ".vscode-oss", ".cursor", ".cursor-server", ".windsurf"};
  return std::ranges::find(kEditors, editor) != kEditors.end() && std::ranges::count(rest, '/') == 1;
}

bool wants_source(const Source& source) { return is_installed(source) || is_extension(source); }

Result<Observation> read_source(const Source& source) {
  Observation observation;
  auto root = format::parse_json(source.text, *source.limits);
  if (!root) return std::unexpected(root.error());
  format::Manifest manifest;
  if (is_extension(source)) {
    if (!root->text("publisher").empty() && !root->text("name").empty() && !root->text("version").empty())
      manifest.packages.push_back({.ecosystem = "VSCode", .name = std::string(root->text("publisher")) + "." + std::string(root->text("name")), .version = std::string(root->text("version")), .line = 1});
    add_packages(source, manifest, {.installed = true}, observation);
    return observation;
  }
  format::DeclaredPackage package{.ecosystem = "npm", .name = std::string(root->text("name")), .version = std::string(root->text("version")), .line = 1, .direct = false};
  if (!package.name.empty() && !package.version.empty()) manifest.packages.push_back(std::move(package));
  add_packages(source, manifest, {.installed = true}, observation);
  return observation;
}

}  // namespace

extern const Collector node_packages;
const Collector node_packages{.name = "node-packages", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
