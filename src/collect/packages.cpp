// SPDX-License-Identifier: Apache-2.0
#include "collect/packages.h"

#include "format/package_url.h"

namespace stormwatch::collect {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return result;
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

}  // namespace

std::string registry_spelling(std::string_view ecosystem, std::string_view name) {
  return ecosystem == "PyPI" ? format::normal_python_name(name) : ecosystem == "npm" ? lower(name) : std::string(name);
}

void add_packages(const Source& source, const format::Manifest& manifest, const ManifestTraits& traits, Observation& into) {
  const std::string folder = source.folder().empty() ? "." : std::string(source.folder());
  const AssetId application = Asset::id_of(AssetKind::application, folder), repository = Asset::id_of(AssetKind::repository, ".");
  for (const format::DeclaredPackage& declared : manifest.packages) {
    if (!is_sound(declared.name, 214) || !is_sound(declared.version, 128) || declared.name.empty()) continue;
    const std::string name = registry_spelling(declared.ecosystem, declared.name);
    PackageFacts facts;
    facts.ecosystem = declared.ecosystem;
    facts.version = declared.version;
    facts.requirement = excerpt_of(without_login(declared.requirement), 120);
    facts.manifest = source.path;
    facts.source = excerpt_of(without_login(declared.source), 200);
    facts.purl = format::package_url(declared.ecosystem, name, declared.version);
    if (!traits.installed) {
      facts.pinned = traits.pins || !declared.version.empty();
      facts.hashed = declared.hashed;
      facts.direct = declared.direct;
      facts.development = declared.development;
    }
    const Place place = source.place_of_line(declared.line);
    const AssetId id = into.add(make_asset(declared.ecosystem + "/" + name + "@" + declared.version, name, std::move(facts), place));
    into.relate(application, RelationKind::depends_on, id, place);
    into.relate(repository, RelationKind::depends_on, id, place);
  }
}

}  // namespace stormwatch::collect
