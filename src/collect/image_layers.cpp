// SPDX-License-Identifier: Apache-2.0
#include "collect/image_layers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace stormwatch::collect {
namespace {

constexpr std::string_view kBlobs = "blobs/sha256/", kWhiteout = ".wh.", kOpaque = ".wh..wh..opq";

/// A file within a layer: of the tar or layout folder `image`, in the layer `layer`, at `path`.
struct InLayer {
  std::string image, layer, path;
};

std::optional<InLayer> in_layer(const Place& place) {
  if (place.member.empty()) return std::nullopt;
  if (const std::size_t blobs = place.path.find(kBlobs); blobs != std::string::npos) return InLayer{place.path.substr(0, blobs), place.path.substr(blobs + kBlobs.size(), 12), place.member};
  const std::size_t cut = place.member.find("!/");
  if (cut == std::string::npos) return std::nullopt;
  return InLayer{place.path, place.member.substr(0, cut), place.member.substr(cut + 2)};
}

/// The image that a manifest at this place speaks of.
std::string image_of(const Place& manifest) {
  if (!manifest.member.empty()) return manifest.path;
  const std::size_t blobs = manifest.path.find(kBlobs);
  return manifest.path.substr(0, blobs != std::string::npos ? blobs : manifest.path.rfind('/') + 1);
}

class Layers {
 public:
  void add_order(const PackageRemark& remark) {
    std::vector<std::string> order;
    std::string_view rest = remark.sighting.detail;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      if (!word.empty()) order.emplace_back(word);
    }
    orders_[image_of(remark.sighting.place)].push_back(std::move(order));
  }
  void add_whiteout(const Place& place) {
    const auto at = in_layer(place);
    if (!at) return;
    const std::size_t name = at->path.rfind('/') + 1;  // npos + 1 is 0
    const std::string folder = at->path.substr(0, name);
    Removed& removed = removed_[{at->image, at->layer}];
    if (at->path.substr(name) == kOpaque) removed.opaque.insert(folder);
    else removed.paths.insert(folder + at->path.substr(name + kWhiteout.size()));
  }
  void add_list(const InLayer& at) { lists_.insert({at.image, at.layer, at.path}); }
  [[nodiscard]] bool empty() const { return orders_.empty(); }

  /// A later layer of every image with this layer removes the file, or (for lists of packages) has another in its place.
  [[nodiscard]] bool is_gone(const InLayer& at, bool is_list) const {
    const auto orders = orders_.find(at.image);
    if (orders == orders_.end()) return false;
    bool stands_in_one = false, gone = true;
    for (const std::vector<std::string>& order : orders->second) {
      const auto own = std::ranges::find(order, at.layer);
      if (own == order.end()) continue;
      stands_in_one = true;
      gone = gone && std::any_of(own + 1, order.end(), [&](const std::string& later) { return removes(at, later) || (is_list && lists_.contains({at.image, later, at.path})); });
    }
    return stands_in_one && gone;
  }

 private:
  struct Removed {
    std::set<std::string, std::less<>> paths, opaque;
  };
  [[nodiscard]] bool removes(const InLayer& at, const std::string& later) const {
    const auto found = removed_.find({at.image, later});
    if (found == removed_.end()) return false;
    const std::string_view path = at.path;
    if (found->second.paths.contains(path) || found->second.opaque.contains("")) return true;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
      if (found->second.paths.contains(path.substr(0, slash)) || found->second.opaque.contains(path.substr(0, slash + 1))) return true;
    return false;
  }

  std::map<std::string, std::vector<std::vector<std::string>>> orders_;
  std::map<std::pair<std::string, std::string>, Removed> removed_;
  std::set<std::tuple<std::string, std::string, std::string>> lists_;
};

}  // namespace

void settle_layers(std::vector<Observation>& observations, std::span<const Place> whiteouts) {
  Layers layers;
  for (const Observation& said : observations)
    for (const PackageRemark& remark : said.remarks)
      if (remark.ecosystem == kImageLayers) layers.add_order(remark);
  if (layers.empty()) return;
  for (const Place& place : whiteouts) layers.add_whiteout(place);
  const auto place_of = [](const Asset& asset) { return asset.places.empty() ? std::nullopt : in_layer(asset.places.front()); };
  for (const Observation& said : observations)
    for (const Asset& asset : said.assets)
      if (asset.kind() == AssetKind::package)
        if (const auto at = place_of(asset)) layers.add_list(*at);
  std::set<AssetId> alive;
  std::vector<Asset*> gone;
  for (Observation& said : observations)
    for (Asset& asset : said.assets) {
      for (Sighting& sighting : asset.sightings)
        if (const auto at = in_layer(sighting.place); at && sighting.what == "secret" && layers.is_gone(*at, false)) sighting.detail += (sighting.detail.empty() ? "" : "; ") + std::string("a later layer deletes the file, which the image still carries");
      if (asset.kind() != AssetKind::package) continue;
      if (const auto at = place_of(asset); at && layers.is_gone(*at, true)) gone.push_back(&asset);
      else alive.insert(asset.id);
    }
  for (Asset* asset : gone) {
    if (!alive.contains(asset->id)) std::get<PackageFacts>(asset->facts).reach = "deleted";
    else asset->places.clear();
  }
}

}  // namespace stormwatch::collect
