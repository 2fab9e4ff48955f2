// SPDX-License-Identifier: Apache-2.0
// Assets, the relations between them, and the estate they make.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "posture/evidence.h"
#include "posture/facts.h"
#include "posture/row_sketch.h"
#include "posture/weights.h"

namespace stormwatch {

using AssetId = Id<struct AssetTag>;

/// Something that is there. The identity is (kind, key): two collectors that see the same thing give it the same key, and
/// the graph merges them. Key conventions (keep them, or the same thing becomes two):
///   model file "file:PATH" (the container, not the member) · hub model "hf:org/name" · provider "vendor" ·
///   hosted model "vendor/model-name" (facts.source is the vendor) · package "ecosystem/name@version" (version may be empty) ·
///   image "registry/repository" + ":tag" or "@digest" · MCP server "PATH#name" · tool "SERVER OR PATH#name" ·
///   secret "VENDOR:FINGERPRINT" · agent "PATH#variable or name" · skill "FOLDER" · dataset file "file:PATH" ·
///   endpoint, workload, cloud resource "PATH#address" · application "FOLDER" · repository "." (the target's root)
struct Asset {
  AssetId id;             ///< set by `identify`
  std::string key;
  std::string name;       ///< for people
  Facts facts;
  Confidence confidence = Confidence::high;
  std::vector<Place> places;
  std::vector<Sighting> sightings;
  std::shared_ptr<const WeightsSketch> weights;  ///< of a model, with --weights; null otherwise; not reported
  std::shared_ptr<const RowSketch> rows;         ///< of a data set whose rows belong to a split; null otherwise; not reported

  [[nodiscard]] AssetKind kind() const { return kind_of(facts); }
  [[nodiscard]] static AssetId id_of(AssetKind kind, std::string_view key) { return AssetId::of({name_of(kind), key}); }
};

/// Makes an asset of a kind with its identity set.
template <class F>
Asset make_asset(std::string key, std::string name, F facts, Place place = {}) {
  Asset asset;
  asset.facts = std::move(facts);
  asset.id = Asset::id_of(asset.kind(), key);
  asset.key = std::move(key);
  asset.name = std::move(name);
  if (!place.path.empty()) asset.places.push_back(std::move(place));
  return asset;
}

struct Relation {
  AssetId from;
  RelationKind kind{};
  AssetId to;
  Confidence confidence = Confidence::high;
  std::vector<Place> evidence;
};

/// What a source says of packages it does not see itself: code that imports them, a statement on whether a flaw of them can be used.
/// The graph puts the sighting on the packages that are there (graph/join_packages.h) and drops it if there are none.
struct PackageRemark {
  std::string ecosystem, package, version;  ///< empty package: the sighting's subject is a module; empty version: all of them
  Sighting sighting;
};

/// The value of a secret, held only until its vendor was asked whether it still works (`--verify-secrets`): it goes into no estate and no report.
struct HeldSecret {
  AssetId asset;
  std::string pattern;  ///< id of the pattern that told it
  std::string value;
};

/// What one source said.
struct Observation {
  std::vector<Asset> assets;
  std::vector<Relation> relations;
  std::vector<Gap> gaps;
  std::vector<PackageRemark> remarks;
  std::vector<HeldSecret> held;  ///< empty unless the user asked for secrets to be verified

  AssetId add(Asset asset);  ///< returns its id
  void relate(AssetId from, RelationKind kind, AssetId to, Place evidence = {}, Confidence confidence = Confidence::high);
};

/// All observations merged: one asset a thing, sorted by id, frozen before detectors look. Built by graph/merge.
class Estate {
 public:
  Estate() = default;
  /// `assets` sorted by id without repeats; relations sorted by (from, kind, to), ends present in `assets`.
  Estate(std::vector<Asset> assets, std::vector<Relation> relations, std::vector<Gap> gaps);

  [[nodiscard]] std::span<const Asset> assets() const { return assets_; }
  [[nodiscard]] std::span<const Relation> relations() const { return relations_; }
  [[nodiscard]] std::span<const Gap> gaps() const { return gaps_; }
  [[nodiscard]] const Asset* find(AssetId id) const;
  /// Position in `assets()`; assets().size() if absent.
  [[nodiscard]] std::size_t index_of(AssetId id) const;
  /// Relations that leave or enter the asset, as positions in `relations()`.
  [[nodiscard]] std::span<const std::uint32_t> out(std::size_t asset_index) const;
  [[nodiscard]] std::span<const std::uint32_t> in(std::size_t asset_index) const;

  /// One change of a graph that stands: afterwards it is as if it had been made so. False, and nothing changes, where an asset is not
  /// there or facts of another kind are given, and where a relation is there already or is none to remove. Positions of relations move.
  bool set_facts(AssetId asset, Facts facts);
  bool add_relation(Relation relation);
  bool remove_relation(AssetId from, RelationKind kind, AssetId to);

 private:
  std::vector<Asset> assets_;
  std::vector<Relation> relations_;
  std::vector<Gap> gaps_;
  std::unordered_map<AssetId, std::uint32_t> index_;
  std::vector<std::uint32_t> out_start_, out_, in_start_, in_;
};

}  // namespace stormwatch
