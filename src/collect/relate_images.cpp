// SPDX-License-Identifier: Apache-2.0
#include "collect/relate_images.h"

#include <set>
#include <string>

namespace stormwatch::collect {

namespace {
struct SavedImage {
  AssetId id;
  Place place;             // of its index or manifest
  std::string layers;      // paths of layers start so; only for a folder
};

bool lies_in(const SavedImage& image, const Place& place) {
  if (!image.place.member.empty()) return place.path == image.place.path && place.member.find("!/") != std::string::npos;
  return place.path.starts_with(image.layers) && !place.member.empty();
}

/// Kinds that stand in a file system; a provider or a hosted model is only named there.
bool stands_in_files(AssetKind kind) {
  switch (kind) {
    case AssetKind::image:
    case AssetKind::provider:
    case AssetKind::repository:
    case AssetKind::network:
    case AssetKind::registry:
    case AssetKind::identity: return false;
    default: return true;
  }
}
}  // namespace

void relate_images(std::vector<Observation>& observations) {
  std::vector<SavedImage> images;
  for (const Observation& said : observations)
    for (const Asset& asset : said.assets) {
      if (asset.kind() != AssetKind::image || asset.places.empty()) continue;
      const Place& place = asset.places.front();
      const bool in_tar = place.member == "index.json" || place.member == "manifest.json";
      const bool in_folder = place.member.empty() && (place.path == "index.json" || place.path.ends_with("/index.json"));
      if (in_tar || in_folder) images.push_back({asset.id, place, place.path.substr(0, place.path.rfind('/') + 1) + "blobs/"});
    }
  if (images.empty()) return;
  Observation relations;
  std::set<std::pair<AssetId, AssetId>> related;
  for (const Observation& said : observations)
    for (const Asset& asset : said.assets) {
      if (!stands_in_files(asset.kind()) || asset.places.empty()) continue;
      for (const SavedImage& image : images)
        if (lies_in(image, asset.places.front()) && related.emplace(image.id, asset.id).second) relations.relate(image.id, RelationKind::contains, asset.id, asset.places.front());
    }
  if (!relations.relations.empty()) observations.push_back(std::move(relations));
}

}  // namespace stormwatch::collect
