// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/manifest_variant.h"

#include <algorithm>
#include <map>

#include "collect/infrastructure/manifest.h"

namespace stormwatch::collect {
namespace {

Observation observe(const Source& source, const std::string& path, const Node& root, const std::vector<Node>& beside) {
  Source written = source;
  written.path = path;
  written.name = path.substr(path.rfind('/') + 1);
  written.text = {};
  std::vector<ManifestDocument> documents{{root, {}}};
  for (const Node& other : beside) documents.push_back({other, {}});
  return observe_manifests(written, std::move(documents));
}

bool is_changed_itself(AssetKind kind) { return kind == AssetKind::workload || kind == AssetKind::endpoint || kind == AssetKind::vector_store || kind == AssetKind::cloud_resource; }

// Twins by kind and by their order among those of the kind.
std::map<std::pair<AssetKind, std::size_t>, AssetId> numbered(const Observation& observation) {
  std::map<AssetKind, std::size_t> count;
  std::map<std::pair<AssetKind, std::size_t>, AssetId> found;
  for (const Asset& asset : observation.assets)
    if (is_changed_itself(asset.kind())) found[{asset.kind(), count[asset.kind()]++}] = asset.id;
  return found;
}

void add_place(Asset& asset, const ManifestVariant& variant) {
  for (Place& place : asset.places)
    if (place.line == 0) place.line = variant.line;
}

}  // namespace

void forget_lines(Node& node) {
  node.line = node.column = 0;
  for (Node& item : node.items) forget_lines(item);
  for (Node::Member& member : node.members) {
    member.line = 0;
    forget_lines(member.value);
  }
}

void observe_variants(const Source& source, const std::vector<ManifestVariant>& variants, const std::vector<Node>& beside, Observation& into) {
  for (const ManifestVariant& variant : variants) {
    Observation changed = observe(source, variant.path, variant.root, beside);
    const Observation before = observe(source, variant.original_path, variant.original, beside);
    const auto originals = numbered(before);
    for (const auto& [place, id] : numbered(changed))
      if (const auto original = originals.find(place); original != originals.end() && original->second != id)
        into.relate(id, RelationKind::derived_from, original->second, Place{.path = variant.path, .line = variant.line});
    for (Asset& asset : changed.assets) {
      if (std::ranges::any_of(before.assets, [&](const Asset& own) { return own.id == asset.id; })) continue;  // an image or package that stays
      add_place(asset, variant);
      into.add(std::move(asset));
    }
    std::ranges::move(changed.relations, std::back_inserter(into.relations));
  }
}

}  // namespace stormwatch::collect
