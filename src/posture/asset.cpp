// SPDX-License-Identifier: Apache-2.0
#include "posture/asset.h"

namespace stormwatch {

AssetId Observation::add(Asset asset) {
  const AssetId id = asset.id;
  assets.push_back(std::move(asset));
  return id;
}

void Observation::relate(AssetId from, RelationKind kind, AssetId to, Place evidence, Confidence confidence) {
  if (from == to) return;
  Relation relation{from, kind, to, confidence, {}};
  if (!evidence.path.empty()) relation.evidence.push_back(std::move(evidence));
  relations.push_back(std::move(relation));
}

Estate::Estate(std::vector<Asset> assets, std::vector<Relation> relations, std::vector<Gap> gaps)
    : assets_(std::move(assets)), relations_(std::move(relations)), gaps_(std::move(gaps)) {
  index_.reserve(assets_.size());
  for (std::uint32_t i = 0; i < assets_.size(); ++i) index_.emplace(assets_[i].id, i);
  const std::size_t n = assets_.size();
  out_start_.assign(n + 1, 0);
  in_start_.assign(n + 1, 0);
  std::vector<std::pair<std::size_t, std::size_t>> ends(relations_.size());
  for (std::size_t r = 0; r < relations_.size(); ++r) {
    ends[r] = {index_of(relations_[r].from), index_of(relations_[r].to)};
    if (ends[r].first < n) ++out_start_[ends[r].first + 1];
    if (ends[r].second < n) ++in_start_[ends[r].second + 1];
  }
  for (std::size_t i = 0; i < n; ++i) {
    out_start_[i + 1] += out_start_[i];
    in_start_[i + 1] += in_start_[i];
  }
  out_.resize(out_start_[n]);
  in_.resize(in_start_[n]);
  std::vector<std::uint32_t> out_next(out_start_), in_next(in_start_);
  for (std::uint32_t r = 0; r < relations_.size(); ++r) {
    if (ends[r].first < n) out_[out_next[ends[r].first]++] = r;
    if (ends[r].second < n) in_[in_next[ends[r].second]++] = r;
  }
}

const Asset* Estate::find(AssetId id) const {
  const std::size_t i = index_of(id);
  return i < assets_.size() ? &assets_[i] : nullptr;
}

std::size_t Estate::index_of(AssetId id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? assets_.size() : found->second;
}

std::span<const std::uint32_t> Estate::out(std::size_t asset_index) const {
  return std::span(out_).subspan(out_start_[asset_index], out_start_[asset_index + 1] - out_start_[asset_index]);
}

std::span<const std::uint32_t> Estate::in(std::size_t asset_index) const {
  return std::span(in_).subspan(in_start_[asset_index], in_start_[asset_index + 1] - in_start_[asset_index]);
}

}  // namespace stormwatch
