// SPDX-License-Identifier: Apache-2.0
// pixi.lock (versions 3 to 7, prefix-dev/rattler), conda-lock.yml (conda/conda-lock): packages of Conda and PyPI for several platforms; and the
// explicit list for one platform (`conda list --explicit`, conda-lock's conda-PLATFORM.lock).
//
// A package that several platforms have in one version is one. Paths within the project are no packages.
#include <set>

#include "format/document.h"
#include "format/lines.h"
#include "format/lockfiles.h"

namespace stormwatch::format {
namespace {

class Packages {
 public:
  void add(DeclaredPackage package) {
    if (package.name.empty() || package.version.empty()) return;
    if (seen_.insert(package.ecosystem + "/" + package.name + "@" + package.version).second) manifest_.packages.push_back(std::move(package));
  }
  Manifest take() { return std::move(manifest_); }

 private:
  Manifest manifest_;
  std::set<std::string> seen_;
};

bool is_hashed(const Node& entry) { return !entry.text("sha256").empty() || !entry.text("md5").empty() || entry.find("hash"); }

/// ".../linux-64/numpy-base-2.1.0-py312h1_0.conda": the last two parts are the version and the build.
void read_name_of_archive(std::string_view url, DeclaredPackage& package) {
  std::string_view file = url.substr(url.rfind('/') + 1);
  const std::size_t build = file.rfind('-');
  if (build == std::string_view::npos || build == 0) return;
  const std::size_t version = file.rfind('-', build - 1);
  if (version == std::string_view::npos) return;
  package.name = file.substr(0, version);
  package.version = file.substr(version + 1, build - version - 1);
}

DeclaredPackage pixi_package(const Node& entry) {
  const std::string_view kind = entry.text("kind");
  const std::string_view conda = kind == "conda" ? entry.text("url") : entry.text("conda"), pypi = kind == "pypi" ? entry.text("url") : entry.text("pypi");
  const bool is_conda = !conda.empty();
  DeclaredPackage package{.ecosystem = is_conda ? "Conda" : "PyPI", .name = std::string(entry.text("name")), .version = std::string(entry.text("version")), .line = entry.line, .direct = false};
  if ((is_conda ? conda : pypi).find("://") == std::string_view::npos) return {};
  if (is_conda && (package.name.empty() || package.version.empty())) read_name_of_archive(conda, package);
  package.hashed = is_hashed(entry);
  return package;
}

DeclaredPackage conda_lock_package(const Node& entry) {
  DeclaredPackage package{.ecosystem = entry.text("manager") == "pip" ? "PyPI" : "Conda", .name = std::string(entry.text("name")), .version = std::string(entry.text("version")), .line = entry.line, .direct = false};
  package.hashed = is_hashed(entry);
  package.development = entry.text("category") == "dev";
  return package;
}

Result<Manifest> parse_list(std::string_view text, const Limits& limits, std::string_view key, DeclaredPackage (*read)(const Node&)) {
  auto documents = parse_yaml(text, limits);
  if (!documents) return std::unexpected(documents.error());
  Packages packages;
  for (const Node& root : *documents)
    if (const Node* list = root.find(key); list && list->is_list())
      for (const Node& entry : list->items) packages.add(read(entry));
  return packages.take();
}

}  // namespace

Result<Manifest> parse_conda_explicit(std::string_view text, const Limits& limits) {
  Packages packages;
  bool listed = false;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    line = trimmed_line(line);
    if (line == "@EXPLICIT") listed = true;
    if (!listed || line.find("://") == std::string_view::npos) return;
    const std::string_view url = line.substr(0, line.find('#'));
    DeclaredPackage package{.ecosystem = "Conda", .line = number, .hashed = line.size() > url.size() + 1, .direct = false};
    if (line.starts_with("# pip ")) {  // "# pip name @ https://.../name-1.2-py3-none-any.whl --hash=..."
      package.ecosystem = "PyPI";
      std::string_view file = line.substr(line.find("://"));
      package.hashed = file.find("--hash=") != std::string_view::npos;
      file = file.substr(0, file.find_first_of(" #"));
      if (!read_archive_name(file.substr(file.rfind('/') + 1), package.name, package.version)) return;
    } else if (url.empty()) {
      return;
    } else {
      read_name_of_archive(url, package);
    }
    packages.add(std::move(package));
  });
  return packages.take();
}

Result<Manifest> parse_pixi_lock(std::string_view text, const Limits& limits) { return parse_list(text, limits, "packages", pixi_package); }
Result<Manifest> parse_conda_lock(std::string_view text, const Limits& limits) { return parse_list(text, limits, "package", conda_lock_package); }

}  // namespace stormwatch::format
