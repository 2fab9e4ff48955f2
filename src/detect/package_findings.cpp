// SPDX-License-Identifier: Apache-2.0
#include "detect/package_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stormwatch::detect {

std::optional<advisory::ImagePackage> package_of(const Asset& image, const Estate& estate) {
  const auto* facts = std::get_if<ImageFacts>(&image.facts);
  if (!facts) return std::nullopt;
  auto package = advisory::package_of_image(image.key);
  // Where a collector already saw the package that the image runs, that asset carries the findings.
  if (package && estate.find(Asset::id_of(AssetKind::package, package->ecosystem + "/" + package->name + "@" + package->version))) return std::nullopt;
  return package;
}

std::string_view registry_name(const Asset& package) {
  // The key is "ecosystem/name@version"; the name may hold '@' and '/' itself.
  const std::string& ecosystem = std::get<PackageFacts>(package.facts).ecosystem;
  std::string_view name = package.key;
  if (name.size() > ecosystem.size() && name.starts_with(ecosystem) && name[ecosystem.size()] == '/') name.remove_prefix(ecosystem.size() + 1);
  const std::size_t version = name.rfind('@');
  return name.substr(0, version == 0 ? name.size() : version);
}

std::vector<advisory::Match> advisories_of(const Asset& asset, const Context& context) {
  const auto* facts = std::get_if<PackageFacts>(&asset.facts);
  if (!facts || !context.advisories || facts->ecosystem.empty()) return {};
  return context.advisories->look_up(facts->ecosystem, registry_name(asset), facts->version);
}

std::string manifest_context(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kFolders{{{"test", "test"}, {"tests", "test"}, {"testdata", "test"}, {"fixtures", "test"}, {"example", "example"},
                                                                                         {"examples", "example"}, {"samples", "example"}, {"docs", "documentation"}, {"doc", "documentation"},
                                                                                         {"vendor", "vendored"}, {"third_party", "vendored"}, {"cookbook", "example"}}};
  while (true) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return {};
    for (const auto& [folder, context] : kFolders)
      if (path.substr(0, slash) == folder) return std::string(context);
    path.remove_prefix(slash + 1);
  }
}

Severity severity_of(const advisory::Match& match) {
  Severity severity = !match.cvss ? Severity::medium
                      : *match.cvss >= 9 ? Severity::critical
                      : *match.cvss >= 7 ? Severity::high
                      : *match.cvss >= 4 ? Severity::medium
                                         : Severity::low;
  const bool likely = match.known_exploited || match.epss.value_or(0) >= 0.5;
  if (likely && severity < Severity::critical) severity = static_cast<Severity>(static_cast<int>(severity) + 1);
  if (match.known_exploited) severity = std::max(severity, Severity::high);
  return severity;
}

std::string use_of(const Asset& package) {
  const auto* facts = std::get_if<PackageFacts>(&package.facts);
  if (!facts) return {};
  if (facts->reach == "listens") return "it is what a workload or image starts";
  if (facts->reach == "deleted") return "a later layer of the image deletes it: its bytes are in the image, it is not in the container";
  if (facts->reach == "not-imported") return "no code that was read imports it";
  const auto import = std::ranges::find(package.sightings, "import", &Sighting::what);
  if (import == package.sightings.end()) return {};
  // Sightings stand by place; one of the product's own code says more than one of a test.
  const auto own = std::ranges::find_if(package.sightings, [](const Sighting& one) { return one.what == "import" && one.context.empty(); });
  return (own == package.sightings.end() ? "only tests and examples import it: " + import->place.text() : "imported at " + own->place.text());
}

std::string shown_id(const advisory::Match& match) {
  if (match.id.starts_with("CVE-")) return match.id;
  for (const std::string& alias : match.aliases)
    if (alias.starts_with("CVE-")) return alias;
  return match.id;
}

void describe(const advisory::Match& match, Signal& signal) {
  signal.identifiers = match.aliases;
  signal.identifiers.insert(signal.identifiers.begin(), match.id);
  signal.vulnerability = VulnerabilityFacts{.epss = match.epss,
                                            .known_exploited = match.known_exploited,
                                            .cvss_vector = match.cvss_vector,
                                            .cvss = match.cvss,
                                            .fixed_version = match.fixed_version,
                                            .malicious = match.malicious};
}

}  // namespace stormwatch::detect
