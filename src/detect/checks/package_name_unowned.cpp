// SPDX-License-Identifier: Apache-2.0
// Manifests that ask PyPI for a name it does not have: a module's name for its package's, or one that language models make up. Names stand in
// known/unowned_names.txt, or are a well-known package's with an ordinary word behind it; which of those are registered,
// known/package_neighbours.txt says.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "detect/known.h"
#include "detect/package_findings.h"
#include "format/lockfiles.h"

namespace stormwatch::detect {
namespace {

using Says = format::LockfileFormat::Says;

/// The well-known package that the name is composed of, where nobody had registered it; empty if it is not made so.
std::string_view composed_of(std::string_view name) {
  // Each of these behind each name of known/packages.txt was looked for among all names of PyPI: no others may stand here.
  static constexpr std::array<std::string_view, 12> kWords{"-utils", "-util", "-tools", "-client", "-helper", "-helpers", "-sdk", "-wrapper", "-api", "-lib", "-python", "-connector"};
  const KnownPackages& known = Known::embedded().packages.at("PyPI");
  const auto is_known = [&](std::string_view package) {
    const auto found = std::ranges::lower_bound(known.names, package, {}, &KnownPackage::name);
    return found != known.names.end() && found->name == package;
  };
  for (std::string_view word : kWords)
    if (name.ends_with(word) && is_known(name.substr(0, name.size() - word.size()))) return is_known(name) || known.neighbours.contains(name) ? std::string_view{} : name.substr(0, name.size() - word.size());
  return {};
}

/// Names of PyPI that a lock file or an installation has: some registry had them.
std::set<std::string_view> resolved_names(const Estate& estate) {
  std::set<std::string_view> names;
  for (const Asset& asset : estate.assets()) {
    const auto* facts = std::get_if<PackageFacts>(&asset.facts);
    if (!facts || facts->ecosystem != "PyPI") continue;
    for (const Place& place : asset.places)
      if (const auto* format = format::lockfile_format(place.path); format && (format->says == Says::locked || format->says == Says::installed)) names.insert(registry_name(asset));
  }
  return names;
}

bool has_own_index(const Asset& package) {
  return std::ranges::any_of(package.sightings, [](const Sighting& sighting) { return sighting.what == "package-index"; });
}

void look_for_composed(const Asset& asset, const PackageFacts& facts, const std::set<std::string_view>& resolved, Signals& signals) {
  const std::string_view name = registry_name(asset), product = facts.ecosystem == "PyPI" ? composed_of(name) : std::string_view{};
  if (product.empty() || resolved.contains(name)) return;
  Signal& signal = signals.raise(asset, asset.places.front(), fmt::format("{} was no package of PyPI", asset.name));
  signal.context = manifest_context(asset.places.front().path);
  signal.severity = facts.reach == "imported" && !has_own_index(asset) ? Severity::low : Severity::info;
  signal.confidence = Confidence::low;
  signal.explanation = fmt::format("it is {} with an ordinary word behind it, as language models make names up, and PyPI had no such name in November 2026; a private package may be called so", product);
  signal.remediation = fmt::format("See who publishes {} before the next install. If {} was meant, write that; if it is a private package, take it from an index of your own alone.", asset.name, product);
  signal.identity = name;
}

void look(const Estate& estate, const Context& context, Signals& signals) {
  const Known& known = context.known ? *context.known : Known::embedded();
  const std::set<std::string_view> resolved = resolved_names(estate);
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::package || asset.places.empty()) continue;
    const auto& facts = std::get<PackageFacts>(asset.facts);
    // What is installed is there; what comes from a place of its own is asked of no registry.
    if (!facts.direct.value_or(false) || !facts.source.empty() || facts.hashed.value_or(false)) continue;
    const auto packages = known.packages.find(facts.ecosystem);
    if (packages == known.packages.end()) continue;
    const auto name = packages->second.unowned.find(registry_name(asset));
    if (name == packages->second.unowned.end()) {
      look_for_composed(asset, facts, resolved, signals);
      continue;
    }
    Signal& signal = signals.raise(asset, asset.places.front(), fmt::format("{} is not {}'s name of it: {}", asset.name, facts.ecosystem, name->second));
    signal.context = manifest_context(asset.places.front().path);
    signal.confidence = Confidence::medium;
    signal.explanation = fmt::format("no package of {} had this name in November 2026", facts.ecosystem);
    signal.remediation = fmt::format("Write {} where {} stands.", name->second, asset.name);
    signal.identity = name->first;
  }
}

}  // namespace

extern const Detector package_name_unowned;
const Detector package_name_unowned{
    .advisory = {.id = "package-name-unowned",
                 .title = "A manifest asks for a package that nobody has registered",
                 .why = "The install fails until somebody registers the name; then everybody who asks for it runs that person's code. Language models make up such names again and again, so they are worth registering (slopsquatting).",
                 .fix = "Write the package that is meant, and check names that a model wrote before they are installed.",
                 .severity = Severity::medium,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM03", "owasp-llm-2025:LLM09", "mitre-atlas:AML.T0010.001", "cwe:1357", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 0.25},
    .look = look,
    .examples = [] {
      return std::vector<Example>{{"a name that models make up", {{"requirements.txt", "huggingface-cli\n"}}, true},
                                  {"a module's name", {{"Dockerfile", "FROM python:3.12\nRUN pip install cv2 numpy\n"}}, true},
                                  {"the package", {{"requirements.txt", "huggingface-hub[cli]==0.24.0\nopencv-python==4.10.0.84\n"}}, false},
                                  {"a product with an ordinary word, in nobody's hands", {{"requirements.txt", "chromadb-wrapper==1.0\n"}}, true},
                                  {"a product with an ordinary word, registered", {{"requirements.txt", "chromadb-client==1.0\nfastapi-utils\n"}}, false},
                                  {"resolved by a lock file", {{"pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"chromadb-wrapper\"]\n"}, {"uv.lock", "version = 1\n[[package]]\nname = \"chromadb-wrapper\"\nversion = \"1.0\"\n"}}, false},
                                  {"another registry has it", {{"environment.yml", "name: x\ndependencies:\n  - opencv=4.9\n"}}, false},
                                  {"from a place of its own", {{"requirements.txt", "git+https://github.com/acme/cv2\n"}}, false}};
    }};

}  // namespace stormwatch::detect
