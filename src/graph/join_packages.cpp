// SPDX-License-Identifier: Apache-2.0
#include "graph/join_packages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "format/import_names.h"
#include "graph/folders.h"

namespace stormwatch::graph {
namespace {

constexpr std::size_t kMostImports = 5;  // places kept of one package
constexpr std::size_t kMostRemembered = 1000;

std::string file_of(const Place& place) { return place.member.empty() ? place.path : place.path + "!/" + place.member; }

/// The name in a package's key "ecosystem/name@version".
std::string_view name_of(const Asset& package, std::string_view ecosystem) {
  std::string_view name = std::string_view(package.key).substr(std::min(package.key.size(), ecosystem.size() + 1));
  const std::size_t version = name.rfind('@');
  return version == 0 || version == std::string_view::npos ? name : name.substr(0, version);
}

class PackageJoiner {
 public:
  PackageJoiner(std::vector<Asset>& assets, std::vector<Relation>& relations) : assets_(assets), relations_(relations) {
    for (std::size_t i = 0; i < assets.size(); ++i) {
      if (const auto* facts = std::get_if<PackageFacts>(&assets[i].facts)) by_name_[facts->ecosystem + "/" + std::string(name_of(assets[i], facts->ecosystem))].push_back(i);
      else if (assets[i].kind() == AssetKind::agent && !assets[i].places.empty()) agents_[file_of(assets[i].places.front())].push_back(i);
    }
  }

  void run(std::span<const PackageRemark> remarks, std::span<const Gap> gaps) {
    for (const PackageRemark& remark : remarks)
      if (remark.sighting.what == "import") file_imports(remark);
      else put_remark(remark);
    for (auto& [package, places] : imports_) settle_imports(package, places);
    evidence_of_use();
    say_what_is_not_imported(gaps);
    workloads_start_packages();
  }

 private:
  struct Import {
    Place place;
    std::string module;
    bool own = false;  ///< of the product, not of a test or an example
    auto operator<=>(const Import&) const = default;
  };

  std::vector<std::size_t> named(std::string_view ecosystem, std::string_view name) const {
    const auto found = by_name_.find(std::string(ecosystem) + "/" + std::string(name));
    return found == by_name_.end() ? std::vector<std::size_t>{} : found->second;
  }

  /// A package serves the files below one of the manifests that name it.
  bool serves(std::size_t package, std::string_view path) const {
    return std::ranges::any_of(assets_[package].places, [&](const Place& manifest) { return is_below(folder_of(path), folder_of(manifest.path)); });
  }

  void file_imports(const PackageRemark& remark) {
    std::string_view rest = remark.sighting.detail;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      const std::size_t colon = word.rfind(':');
      if (colon == std::string_view::npos) continue;
      Import import{remark.sighting.place, std::string(word.substr(0, colon)), remark.sighting.context.empty()};
      std::from_chars(word.data() + colon + 1, word.data() + word.size(), import.place.line);
      for (const std::string& name : format::packages_of_module(remark.ecosystem, import.module))
        for (const std::size_t package : named(remark.ecosystem, name)) {
          if (!serves(package, import.place.path)) {
            imported_elsewhere_.insert(package);
            continue;
          }
          if (std::set<Import>& known = imports_[package]; known.size() < kMostRemembered) known.insert(import);
          if (const auto agents = agents_.find(file_of(import.place)); agents != agents_.end())
            for (const std::size_t agent : agents->second) relations_.push_back({assets_[agent].id, RelationKind::depends_on, assets_[package].id, Confidence::high, {import.place}});
        }
    }
  }

  void put_remark(const PackageRemark& remark) {
    for (const std::size_t package : named(remark.ecosystem, remark.package))
      if (remark.version.empty() || std::get<PackageFacts>(assets_[package].facts).version == remark.version) assets_[package].sightings.push_back(remark.sighting);
  }

  void settle_imports(std::size_t package, const std::set<Import>& imports) {
    auto& facts = std::get<PackageFacts>(assets_[package].facts);
    std::size_t kept = 0;
    for (const bool own : {true, false})
      for (const Import& import : imports) {
        if (import.own != own || kept == kMostImports) continue;
        if (own && facts.reach.empty()) facts.reach = "imported";
        assets_[package].sightings.push_back({"import", import.module, "", "", import.place, Confidence::high, own ? "" : "test"});
        ++kept;
      }
  }

  /// "Application depends_on package" rests on the manifest, and now on the code that imports it.
  void evidence_of_use() {
    std::map<AssetId, std::size_t> imported;
    for (const auto& [package, imports] : imports_) imported.emplace(assets_[package].id, package);
    std::set<AssetId> applications;
    for (const Asset& asset : assets_)
      if (asset.kind() == AssetKind::application) applications.insert(asset.id);
    for (Relation& relation : relations_)
      if (const auto package = imported.find(relation.to); package != imported.end() && relation.kind == RelationKind::depends_on && applications.contains(relation.from))
        for (const Sighting& sighting : assets_[package->second].sightings)
          if (sighting.what == "import") {
            relation.evidence.push_back(sighting.place);
            break;
          }
  }

  void say_what_is_not_imported(std::span<const Gap> gaps) {
    if (std::ranges::any_of(gaps, [](const Gap& gap) { return gap.path.ends_with(".py") || gap.path.ends_with(".ipynb") || gap.reason == "too-deep"; })) return;
    std::set<std::string_view> manifests;  // whose packages the code that was read does use
    for (const auto& [package, imports] : imports_)
      for (const Place& place : assets_[package].places) manifests.insert(place.path);
    for (std::size_t i = 0; i < assets_.size(); ++i) {
      auto* facts = std::get_if<PackageFacts>(&assets_[i].facts);
      if (!facts || !facts->reach.empty() || imports_.contains(i) || imported_elsewhere_.contains(i) || !facts->direct.value_or(false) || !format::is_used_by_import(facts->ecosystem, name_of(assets_[i], facts->ecosystem))) continue;
      // A package that some manifest of an image or a script names without code beside it is used in ways that are not seen.
      if (!assets_[i].places.empty() && std::ranges::all_of(assets_[i].places, [&](const Place& place) { return manifests.contains(place.path); })) facts->reach = "not-imported";
    }
  }

  /// The package whose program a command line starts: "uvicorn app:app", "python -m vllm.entrypoints.openai.api_server", "npx -y a@1".
  void workloads_start_packages() {
    for (std::size_t i = 0; i < assets_.size(); ++i) {
      const auto* workload = std::get_if<WorkloadFacts>(&assets_[i].facts);
      if (!workload || workload->arguments.empty() || assets_[i].places.empty()) continue;
      const Place place = assets_[i].places.front();
      for (const std::string& name : started_by(workload->arguments))
        for (const std::string_view ecosystem : {"PyPI", "npm"})
          for (const std::size_t package : named(ecosystem, name)) {
            if (!serves(package, place.path) && !std::ranges::any_of(assets_[package].places, [&](const Place& manifest) { return is_below(folder_of(manifest.path), folder_of(place.path)); })) continue;
            std::get<PackageFacts>(assets_[package].facts).reach = "listens";
            relations_.push_back({assets_[i].id, RelationKind::depends_on, assets_[package].id, Confidence::medium, {place}});
          }
    }
  }

  static std::vector<std::string> started_by(const Texts& arguments) {
    std::vector<std::string> words;
    for (const std::string& argument : arguments)
      for (std::size_t at = 0; at < argument.size() && words.size() < 40;) {
        const std::size_t end = std::min(argument.find_first_of(" \t\n;&|", at), argument.size());
        if (end > at) words.push_back(argument.substr(at, end - at));
        at = end + 1;
      }
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string program = words[i].substr(words[i].rfind('/') + 1);
      if (is_interpreter(program)) {
        if (i + 2 < words.size() && words[i + 1] == "-m") return format::packages_of_module("PyPI", words[i + 2]);
        return {};
      }
      if (program.empty() || program.front() == '-' || is_wrapper(program) || program.find('=') != std::string::npos) continue;
      return packages_of_program(program.substr(0, program.find('@')));
    }
    return {};
  }

  static std::vector<std::string> packages_of_program(const std::string& program) {
    static const std::map<std::string_view, std::vector<std::string>> kPrograms{{"airflow", {"apache-airflow"}}, {"chroma", {"chromadb"}}, {"fastapi", {"fastapi", "uvicorn"}}, {"jupyter", {"notebook", "jupyterlab", "jupyter-server"}}, {"jupyter-lab", {"jupyterlab", "jupyter-server"}}, {"superset", {"apache-superset"}}};
    const auto known = kPrograms.find(program);
    return known == kPrograms.end() ? std::vector<std::string>{program} : known->second;
  }

  static bool is_interpreter(std::string_view word) { return word == "python" || word == "python3" || (word.starts_with("python3.") && word.size() < 12); }
  static bool is_wrapper(std::string_view word) {
    static constexpr std::array kWrappers = std::to_array<std::string_view>({"sh", "bash", "ash", "zsh", "exec", "env", "tini", "dumb-init", "sudo", "nohup", "uv", "uvx", "run", "poetry", "pdm", "npx", "bunx", "pnpm", "yarn", "npm", "dlx", "tool", "pipx", "time", "nice", "cmd", "/c", "--"});
    return std::ranges::find(kWrappers, word) != kWrappers.end();
  }

  std::vector<Asset>& assets_;
  std::vector<Relation>& relations_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> agents_;  ///< by file
  std::map<std::size_t, std::set<Import>> imports_;
  std::set<std::size_t> imported_elsewhere_;
};

}  // namespace

void join_packages(std::vector<Asset>& assets, std::vector<Relation>& relations, std::span<const PackageRemark> remarks, std::span<const Gap> gaps) {
  PackageJoiner(assets, relations).run(remarks, gaps);
}

}  // namespace stormwatch::graph
