// SPDX-License-Identifier: Apache-2.0
// Packages of npm, Go and Rust: package.json, package-lock.json, yarn.lock, pnpm-lock.yaml, go.mod, Cargo.lock, and installed
// node modules.
#include <algorithm>

#include "collect/collector.h"
#include "collect/packages.h"
#include "format/document.h"
#include "format/lockfiles.h"

namespace stormwatch::collect {
namespace {

std::string_view path_of(const Source& source) { return source.member.empty() ? std::string_view(source.path) : std::string_view(source.member); }

/// "x/node_modules/@scope/name/package.json": an installed package's own file.
bool is_installed(const Source& source) {
  std::string_view path = path_of(source);
  if (!path.ends_with("/package.json")) return false;
  const std::size_t at = path.rfind("node_modules/");
  if (at == std::string_view::npos) return false;
  path = path.substr(at + 13, path.size() - at - 13 - 13);
  const auto slashes = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
  return slashes == (path.starts_with('@') ? 1U : 0U);
}

bool wants_source(const Source& source) {
  if (path_of(source).find("node_modules/") != std::string_view::npos) return is_installed(source);
  const format::LockfileReader reader = format::lockfile_reader(source.name);
  return reader == format::parse_package_json || reader == format::parse_package_lock || reader == format::parse_yarn_lock || reader == format::parse_pnpm_lock ||
         reader == format::parse_go_mod || reader == format::parse_cargo_lock;
}

bool has_lock_beside(const Source& source) {
  if (!source.files || !source.member.empty()) return false;
  for (std::string_view name : source.files->files_in(source.folder()))
    if (name == "package-lock.json" || name == "yarn.lock" || name == "pnpm-lock.yaml" || name == "npm-shrinkwrap.json" || name == "bun.lock" || name == "bun.lockb") return true;
  return false;
}

Result<Observation> read_source(const Source& source) {
  Observation observation;
  if (is_installed(source)) {
    auto root = format::parse_json(source.text, *source.limits);
    if (!root) return std::unexpected(root.error());
    format::Manifest manifest;
    format::DeclaredPackage package{.ecosystem = "npm", .name = std::string(root->text("name")), .version = std::string(root->text("version")), .line = 1, .direct = false};
    if (!package.name.empty() && !package.version.empty()) manifest.packages.push_back(std::move(package));
    add_packages(source, manifest, {.installed = true}, observation);
    return observation;
  }
  const format::LockfileReader reader = format::lockfile_reader(source.name);
  auto manifest = reader(source.text, *source.limits);
  if (!manifest) return std::unexpected(manifest.error());
  add_packages(source, *manifest, {.pins = reader != format::parse_package_json || has_lock_beside(source)}, observation);
  return observation;
}

}  // namespace

extern const Collector node_packages;
const Collector node_packages{.name = "node-packages", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
