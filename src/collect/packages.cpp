// SPDX-License-Identifier: Apache-2.0
#include "collect/packages.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "format/package_url.h"

namespace stormwatch::collect {
namespace {

/// A name with letters of other alphabets, which no registry has: kept, since it is made to be read as another.
bool is_foreign_name(std::string_view text) {
  const bool has_letter = std::ranges::any_of(text, [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }), has_more = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 128; });
  return has_letter && has_more && text.size() <= 214 && std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; }) && excerpt_of(text, 300) == text;
}

/// Untrusted text as a name: nothing that is no visible ASCII, and not longer than any registry allows.
bool is_sound(std::string_view text, std::size_t most) {
  if (text.size() > most) return false;
  for (unsigned char c : text)
    if (c <= ' ' || c >= 127) return false;
  return true;
}

/// "git+https://TOKEN@host/x" without what stands before '@': a login, and often a key.
std::string without_login(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const std::size_t end = std::min(text.find('/', scheme + 3), text.size()), at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < scheme + 3) return std::string(text);
  return std::string(text.substr(0, scheme + 3)) + std::string(text.substr(at + 1));
}

/// The indexes that a manifest names, on its first package without a hash: which of them wins is then decided by the version alone.
void tell_indexes(const Source& source, const format::Manifest& manifest, Asset& package) {
  for (const auto& [indexes, how] : {std::pair{&manifest.indexes, "instead"}, {&manifest.extra_indexes, "beside"}})
    for (std::size_t i = 0; i < std::min<std::size_t>(indexes->size(), 10); ++i)
      package.sightings.push_back({"package-index", excerpt_of(without_login((*indexes)[i]), 120), how, "", source.place()});
}

}  // namespace

std::string registry_spelling(std::string_view ecosystem, std::string_view name) {
  return ecosystem == "PyPI" ? format::normal_python_name(name) : ecosystem == "npm" ? lower(name) : std::string(name);
}

std::optional<Asset> launched_package(const Source& source, const Launch& launch, const Place& place) {
  if (launch.ecosystem != "npm" && launch.ecosystem != "PyPI") return std::nullopt;
  if (!is_sound(launch.package, 214) || launch.package.empty() || launch.package.find_first_of("${}\\") != std::string::npos || launch.package.starts_with(".") || launch.package.starts_with("/")) return std::nullopt;
  const std::string name = registry_spelling(launch.ecosystem, launch.package);
  PackageFacts facts;
  facts.ecosystem = launch.ecosystem;
  facts.version = launch.pinned.value_or(false) ? excerpt_of(launch.version, 80) : "";
  facts.requirement = excerpt_of(launch.version, 80);
  facts.manifest = source.path;
  facts.pinned = launch.pinned;
  facts.direct = true;
  facts.purl = format::package_url(facts.ecosystem, name, facts.version);
  std::string key = facts.ecosystem + "/" + name + "@" + facts.version;
  return make_asset(std::move(key), name, std::move(facts), place);
}

void relate_launched(const Source& source, AssetId user, std::span<const std::string> words, const Place& place, Observation& into) {
  if (words.empty()) return;
  if (auto package = launched_package(source, read_launch(words.front(), words.subspan(1)), place)) into.relate(user, RelationKind::depends_on, into.add(std::move(*package)), place);
}

void add_packages(const Source& source, const format::Manifest& manifest, const ManifestTraits& traits, Observation& into) {
  const std::string folder = source.folder().empty() ? "." : std::string(source.folder());
  const AssetId application = Asset::id_of(AssetKind::application, folder), repository = Asset::id_of(AssetKind::repository, ".");
  bool indexes_are_told = false;
  for (const format::DeclaredPackage& declared : manifest.packages) {
    if ((!is_sound(declared.name, 214) && !is_foreign_name(declared.name)) || !is_sound(declared.version, 128) || declared.name.empty()) continue;
    const std::string name = registry_spelling(declared.ecosystem, declared.name);
    PackageFacts facts;
    facts.ecosystem = declared.ecosystem;
    facts.version = declared.version;
    facts.requirement = excerpt_of(without_login(declared.requirement), 120);
    facts.manifest = source.path;
    facts.source = excerpt_of(without_login(declared.source), 200);
    facts.purl = format::package_url(declared.ecosystem, name, declared.version);
    if (declared.install_script) facts.install_script = true;
    if (!traits.installed) {
      // A tag of an action can be moved; a commit cannot.
      facts.pinned = declared.ecosystem == "GitHub Actions" ? declared.hashed : traits.pins || !declared.version.empty();
      facts.hashed = declared.hashed;
      facts.direct = declared.direct;
      facts.development = declared.development;
    }
    const Place place = source.place_of_line(declared.line);
    Asset package = make_asset(declared.ecosystem + "/" + name + "@" + declared.version, name, std::move(facts), place);
    if (declared.ecosystem == "PyPI" && !declared.hashed && !std::exchange(indexes_are_told, true)) tell_indexes(source, manifest, package);
    const AssetId id = into.add(std::move(package));
    into.relate(application, RelationKind::depends_on, id, place);
    into.relate(repository, RelationKind::depends_on, id, place);
  }
}

bool is_startup_file(const Source& source) {
  if (!source.name.ends_with(".pth") || !is_text(source.kind) || source.text.size() > (1U << 20)) return false;
  std::string_view rest = source.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool code = line.starts_with("import ") || line.starts_with("import\t"), folder = line.find_first_of("(){};=\"'") == std::string_view::npos;
    if (!code && !folder && !line.starts_with("#")) return false;
  }
  return true;
}

}  // namespace stormwatch::collect
