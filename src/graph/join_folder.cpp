// SPDX-License-Identifier: Apache-2.0
#include "graph/join_folder.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace stormwatch::graph {
namespace {

constexpr std::size_t kMostOfOneAddress = 64;

using Declared = std::unordered_map<AssetId, std::vector<AssetId>>;

// ".tf", ".tf.json", ".json".
std::string_view ending_of(std::string_view name) {
  for (const std::string_view whole : {".tf.json", ".tofu.json"})
    if (name.ends_with(whole)) return whole;
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

bool may_be_referred_to(AssetKind kind) { return kind == AssetKind::cloud_resource || kind == AssetKind::datastore || kind == AssetKind::identity || kind == AssetKind::network; }

// "live/a.json#aws_iam_role.x" -> the id of "live/*.json#aws_iam_role.x"; members of archives have no neighbours.
AssetId id_in_folder(const Asset& asset) {
  const std::string_view key = asset.key;
  const std::size_t mark = key.find('#');
  if (mark == std::string_view::npos || key.find("!/") < mark || !may_be_referred_to(asset.kind())) return {};
  const std::string_view path = key.substr(0, mark);
  const std::size_t name = path.rfind('/') + 1;
  return Asset::id_of(asset.kind(), std::string(path.substr(0, name)) + "*" + std::string(ending_of(path.substr(name))) + std::string(key.substr(mark)));
}

}  // namespace

void join_folder(const std::vector<Asset>& assets, std::vector<Relation>& relations, std::vector<Gap>& gaps) {
  Declared declared;
  for (const Asset& asset : assets)
    if (const AssetId id = id_in_folder(asset)) declared[id].push_back(asset.id);
  if (declared.empty()) return;
  std::vector<Relation> found;
  const auto ends_at = [&](AssetId id, const Relation& relation) {
    const auto at = declared.find(id);
    if (at == declared.end()) return std::vector<AssetId>{id};
    if (at->second.size() <= kMostOfOneAddress) return at->second;
    const Place place = relation.evidence.empty() ? Place{} : relation.evidence.front();
    gaps.push_back({place.path, place.member, "over-limit", "refers to what " + std::to_string(at->second.size()) + " files of the folder declare; relations to the first " + std::to_string(kMostOfOneAddress)});
    return std::vector<AssetId>(at->second.begin(), at->second.begin() + kMostOfOneAddress);
  };
  for (Relation& relation : relations) {
    if (!declared.contains(relation.from) && !declared.contains(relation.to)) continue;
    for (const AssetId from : ends_at(relation.from, relation))
      for (const AssetId to : ends_at(relation.to, relation)) {
        Relation resolved = relation;
        resolved.from = from;
        resolved.to = to;
        found.push_back(std::move(resolved));
      }
  }
  std::ranges::move(found, std::back_inserter(relations));
}

}  // namespace stormwatch::graph
