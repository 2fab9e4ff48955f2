// SPDX-License-Identifier: Apache-2.0
#include "graph/merge.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "graph/allowed.h"
#include "graph/join.h"
#include "graph/join_facts.h"
#include "graph/join_folder.h"
#include "graph/join_packages.h"
#include "graph/join_scopes.h"

namespace stormwatch::graph {

namespace {

void unite_places(std::vector<Place>& places) {
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
}

// Two sightings of one asset from two observations come in an order that does not depend on the threads.
void settle(Asset& asset) {
  unite_places(asset.places);
  std::ranges::sort(asset.sightings, [](const Sighting& a, const Sighting& b) {
    return std::tie(a.place, a.what, a.subject, a.detail) < std::tie(b.place, b.what, b.subject, b.detail);
  });
  asset.sightings.erase(std::unique(asset.sightings.begin(), asset.sightings.end()), asset.sightings.end());
}

void unite(Asset& into, Asset&& from) {
  merge_facts(into.facts, from.facts);
  if (into.name.empty()) into.name = std::move(from.name);
  if (into.weights && from.weights) {
    // Parts of one sharded model.
    auto whole = std::make_shared<WeightsSketch>(*into.weights);
    whole->tensors.insert(whole->tensors.end(), from.weights->tensors.begin(), from.weights->tensors.end());
    into.weights = std::move(whole);
  } else if (from.weights) {
    into.weights = std::move(from.weights);
  }
  if (!into.rows) into.rows = std::move(from.rows);
  into.confidence = std::max(into.confidence, from.confidence);
  std::ranges::move(from.places, std::back_inserter(into.places));
  std::ranges::move(from.sightings, std::back_inserter(into.sightings));
}

}  // namespace

Estate merge(std::vector<Observation> observations) {
  // Facts are filled first come, first served, so the order of observations must not be an accident: it is the order of the
  // sorted paths, which the collectors' runner guarantees.
  std::vector<Asset> assets;
  std::unordered_map<AssetId, std::size_t> at;
  std::vector<Relation> relations;
  std::vector<Gap> gaps;
  std::vector<PackageRemark> remarks;
  for (Observation& observation : observations) {
    for (Asset& asset : observation.assets) {
      const auto [found, is_new] = at.emplace(asset.id, assets.size());
      if (is_new) assets.push_back(std::move(asset));
      else unite(assets[found->second], std::move(asset));
    }
    std::ranges::move(observation.relations, std::back_inserter(relations));
    std::ranges::move(observation.gaps, std::back_inserter(gaps));
    std::ranges::move(observation.remarks, std::back_inserter(remarks));
    observation = {};
  }
  join_packages(assets, relations, remarks, gaps);
  for (Asset& asset : assets) settle(asset);
  join_folder(assets, relations, gaps);
  join_scopes(assets, relations, gaps);
  join(assets, relations);
  join_facts(assets, relations);
  std::unordered_map<AssetId, AssetKind> kinds;
  for (Asset& asset : assets) {
    kinds.emplace(asset.id, asset.kind());
  }
  std::ranges::sort(assets, {}, &Asset::id);

  std::erase_if(relations, [&](const Relation& relation) {
    const auto from = kinds.find(relation.from), to = kinds.find(relation.to);
    if (from == kinds.end() || to == kinds.end()) return true;  // points at something that nobody observed
    if (is_allowed(from->second, relation.kind, to->second)) return false;
    const Place place = relation.evidence.empty() ? Place{} : relation.evidence.front();
    gaps.push_back({place.path, place.member, "unsupported",
                    "relation " + std::string(name_of(from->second)) + " " + std::string(name_of(relation.kind)) + " " +
                        std::string(name_of(to->second)) + " is not one the graph knows"});
    return true;
  });
  std::ranges::stable_sort(relations, [](const Relation& a, const Relation& b) {
    return std::tie(a.from, a.kind, a.to) < std::tie(b.from, b.kind, b.to);
  });
  std::vector<Relation> merged;
  for (Relation& relation : relations) {
    if (!merged.empty() && std::tie(merged.back().from, merged.back().kind, merged.back().to) ==
                               std::tie(relation.from, relation.kind, relation.to)) {
      merged.back().confidence = std::max(merged.back().confidence, relation.confidence);
      std::ranges::move(relation.evidence, std::back_inserter(merged.back().evidence));
    } else {
      merged.push_back(std::move(relation));
    }
  }
  for (Relation& relation : merged) unite_places(relation.evidence);
  std::ranges::sort(gaps);
  gaps.erase(std::unique(gaps.begin(), gaps.end()), gaps.end());
  return {std::move(assets), std::move(merged), std::move(gaps)};
}

}  // namespace stormwatch::graph
