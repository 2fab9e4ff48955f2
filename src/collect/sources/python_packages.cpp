// SPDX-License-Identifier: Apache-2.0
// Python packages: requirements files, conda environments, and what is installed (dist-info, egg-info). Lock files: manifests.cpp.
#include "base/text.h"
#include "collect/collector.h"
#include "collect/packages.h"
#include "format/document.h"
#include "format/lines.h"
#include "format/requirements.h"

namespace stormwatch::collect {
namespace {

bool is_conda(std::string_view name) { return name == "environment.yml" || name == "environment.yaml" || name == "conda.yml" || name == "conda.yaml"; }

bool is_installed_metadata(const Source& source) {
  const std::string_view path = path_within(source);
  return path.ends_with(".dist-info/METADATA") || path.ends_with(".egg-info/PKG-INFO");
}

/// "deps.txt" is a requirements file if every line of it pins a package.
bool pins_on_every_line(const Source& source) {
  if (!source.name.ends_with(".txt") || source.text.empty() || source.text.size() > (256U << 10)) return false;
  std::size_t pins = 0;
  bool other = false;
  format::for_each_line(source.text, [&](std::string_view line, std::uint32_t) {
    line = format::trimmed_line(line);
    if (line.empty() || line.starts_with('#') || other) return;
    format::DeclaredPackage package;
    other = line.size() > 300 || line.find("==") == std::string_view::npos || !format::read_requirement(line, package);
    ++pins;
  });
  return pins >= 2 && !other;
}

bool is_requirements(const Source& source) {
  if (source.name.starts_with("constraint")) return false;  // they limit what others ask for and install nothing
  if (source.kind == format::ContentKind::requirements) return true;
  const std::string_view path = path_within(source);
  return (path.find("requirements/") != std::string_view::npos && (path.ends_with(".txt") || path.ends_with(".in")) && format::is_text(source.kind)) || source.name == "requires.txt" ||
         pins_on_every_line(source);
}

/// What installed packages asked for is not what is there: it lies in site-packages, dist-packages or NAME-VERSION.egg-info. NAME.egg-info
/// without a version lies in a source tree and says what the project asks for.
bool is_asked_by_installed(const Source& source) {
  const std::string_view path = path_within(source);
  if (holds(path, {"site-packages/", "dist-packages/"})) return true;
  const std::size_t end = path.rfind(".egg-info/");
  return end != std::string_view::npos && holds(last_of(path.substr(0, end), '/'), "-");
}

bool wants_source(const Source& source) {
  if (is_installed_metadata(source)) return true;
  if (is_asked_by_installed(source)) return false;
  return is_conda(source.name) || is_requirements(source);
}

/// The header of a core metadata file (PyPA "Core metadata specifications").
format::Manifest read_metadata(std::string_view text) {
  format::DeclaredPackage package{.ecosystem = "PyPI", .line = 1, .direct = false};
  for (int lines = 0; lines < 200 && !text.empty(); ++lines) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (line.starts_with("Name: ")) package.name = line.substr(6);
    else if (line.starts_with("Version: ")) package.version = line.substr(9);
  }
  format::Manifest manifest;
  if (!package.name.empty() && !package.version.empty()) manifest.packages.push_back(std::move(package));
  return manifest;
}

/// conda's "name=1.2=build" and the pip list within.
Result<format::Manifest> read_conda(std::string_view text, const Limits& limits) {
  auto documents = format::parse_yaml(text, limits);
  if (!documents) return std::unexpected(documents.error());
  format::Manifest manifest;
  for (const Node& root : *documents) {
    const Node* dependencies = root.find("dependencies");
    if (!dependencies || !dependencies->is_list()) continue;
    for (const Node& item : dependencies->items) {
      if (item.is_map()) {
        const Node* list = item.find("pip");
        if (!list || !list->is_list()) continue;
        for (const Node& entry : list->items) {
          if (!entry.is_scalar()) continue;
          format::Manifest one = format::parse_requirements(entry.scalar, limits);
          for (format::DeclaredPackage& package : one.packages) {
            package.line = entry.line;
            manifest.packages.push_back(std::move(package));
          }
        }
      } else if (item.is_string()) {
        std::string_view text_of = item.scalar;
        if (const std::size_t channel = text_of.find("::"); channel != std::string_view::npos) text_of.remove_prefix(channel + 2);
        const std::size_t end = text_of.find_first_of(" =<>!~");
        format::DeclaredPackage package{.ecosystem = "Conda", .name = std::string(text_of.substr(0, end)), .line = item.line};
        if (end != std::string_view::npos) {
          package.requirement = text_of.substr(end);
          std::string_view exact = text_of.substr(end);
          if (exact.starts_with("=") && exact.find_first_of("<>*|,") == std::string_view::npos) {
            while (exact.starts_with('=')) exact.remove_prefix(1);
            package.version = exact.substr(0, exact.find('='));
          }
        }
        manifest.packages.push_back(std::move(package));
      }
    }
  }
  return manifest;
}

Result<Observation> read_source(const Source& source) {
  Observation observation;
  const std::string_view text = source.text.empty() ? as_text(source.bytes) : source.text;
  if (is_installed_metadata(source)) {
    add_packages(source, read_metadata(text), {.installed = true}, observation);
    return observation;
  }
  if (is_conda(source.name)) {
    auto manifest = read_conda(text, *source.limits);
    if (!manifest) return std::unexpected(manifest.error());
    add_packages(source, *manifest, {}, observation);
    return observation;
  }
  // requires.txt of setuptools: what an extra wants stands under its [name] and is installed by nobody who does not ask for it.
  const std::string_view asked = source.name == "requires.txt" ? text.substr(0, text.starts_with('[') ? 0 : text.find("\n[")) : text;
  add_packages(source, format::parse_requirements(asked, *source.limits), {}, observation);
  return observation;
}

}  // namespace

extern const Collector python_packages;
const Collector python_packages{.name = "python-packages", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
