// SPDX-License-Identifier: Apache-2.0
#include "graph/fold_live.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace stormwatch::graph {

namespace {

/// Models, data sets and their like are derived from others that are there as well.
bool is_one_thing_twice(const Estate& estate, const Relation& relation) {
  if (relation.kind != RelationKind::derived_from) return false;
  const Asset *live = estate.find(relation.from), *declared = estate.find(relation.to);
  const AssetKind kind = live->kind();
  return kind == declared->kind() && (kind == AssetKind::cloud_resource || kind == AssetKind::datastore || kind == AssetKind::workload || kind == AssetKind::identity || kind == AssetKind::network || kind == AssetKind::endpoint);
}

Asset united(const Asset& declared, const Asset& live) {
  Asset one = declared;
  one.facts = live.facts;
  merge_facts(one.facts, declared.facts);
  one.confidence = std::max(declared.confidence, live.confidence);
  one.places.insert(one.places.end(), live.places.begin(), live.places.end());
  one.sightings.insert(one.sightings.end(), live.sightings.begin(), live.sightings.end());
  return one;
}

}  // namespace

std::optional<Folded> fold_live(const Estate& estate, const std::vector<Finding>& findings) {
  std::unordered_map<AssetId, AssetId> declared_of, live_of;
  std::unordered_map<AssetId, int> forms;  // of one declaration: an overlay for each stage makes several things of it
  for (const Relation& relation : estate.relations())
    if (is_one_thing_twice(estate, relation)) ++forms[relation.to];
  for (const Relation& relation : estate.relations())
    if (is_one_thing_twice(estate, relation) && forms[relation.to] == 1 && !forms.contains(relation.from)) declared_of[relation.from] = relation.to, live_of[relation.to] = relation.from;
  if (declared_of.empty()) return std::nullopt;
  const auto declared = [&](AssetId id) {
    const auto found = declared_of.find(id);
    return found == declared_of.end() ? id : found->second;
  };

  std::vector<Asset> assets;
  for (const Asset& asset : estate.assets()) {
    if (declared_of.contains(asset.id)) continue;
    const auto live = live_of.find(asset.id);
    assets.push_back(live == live_of.end() ? asset : united(asset, *estate.find(live->second)));
  }
  std::vector<Relation> relations(estate.relations().begin(), estate.relations().end());
  for (Relation& relation : relations) relation.from = declared(relation.from), relation.to = declared(relation.to);
  std::erase_if(relations, [](const Relation& r) { return r.from == r.to; });
  const auto ends = [](const Relation& r) { return std::tuple(r.from, r.kind, r.to); };
  std::ranges::stable_sort(relations, {}, ends);
  const auto repeats = std::ranges::unique(relations, {}, ends);
  relations.erase(repeats.begin(), repeats.end());

  Folded folded{Estate(std::move(assets), std::move(relations), {estate.gaps().begin(), estate.gaps().end()}), findings};
  for (Finding& finding : folded.findings) finding.signal.asset = declared(finding.signal.asset);
  return folded;
}

}  // namespace stormwatch::graph
