// SPDX-License-Identifier: Apache-2.0
#include "posture/asset.h"

#include <algorithm>
#include <tuple>

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

bool Estate::set_facts(AssetId asset, Facts facts) {
  const std::size_t at = index_of(asset);
  if (at >= assets_.size() || assets_[at].kind() != kind_of(facts)) return false;
  assets_[at].facts = std::move(facts);
  return true;
}

namespace {

bool comes_before(const Relation& a, const Relation& b) { return std::tie(a.from, a.kind, a.to) < std::tie(b.from, b.kind, b.to); }

/// A relation came to (`by` 1) or went from (`by` -1) position `at`: positions after it move.
void shift(std::vector<std::uint32_t>& positions, std::uint32_t at, int by) {
  for (std::uint32_t& position : positions)
    if (position >= at) position += static_cast<std::uint32_t>(by);
}

void add_to_row(std::vector<std::uint32_t>& start, std::vector<std::uint32_t>& positions, std::size_t asset, std::uint32_t position) {
  const auto row = positions.begin() + start[asset], end = positions.begin() + start[asset + 1];
  positions.insert(std::lower_bound(row, end, position), position);
  for (std::size_t i = asset + 1; i < start.size(); ++i) ++start[i];
}

void take_from_row(std::vector<std::uint32_t>& start, std::vector<std::uint32_t>& positions, std::size_t asset, std::uint32_t position) {
  const auto row = positions.begin() + start[asset], end = positions.begin() + start[asset + 1];
  positions.erase(std::lower_bound(row, end, position));
  for (std::size_t i = asset + 1; i < start.size(); ++i) --start[i];
}

}  // namespace

bool Estate::add_relation(Relation relation) {
  const std::size_t from = index_of(relation.from), to = index_of(relation.to);
  if (from >= assets_.size() || to >= assets_.size()) return false;
  const auto place = std::ranges::lower_bound(relations_, relation, comes_before);
  if (place != relations_.end() && !comes_before(relation, *place)) return false;
  const auto at = static_cast<std::uint32_t>(place - relations_.begin());
  relations_.insert(place, std::move(relation));
  shift(out_, at, 1);
  shift(in_, at, 1);
  add_to_row(out_start_, out_, from, at);
  add_to_row(in_start_, in_, to, at);
  return true;
}

bool Estate::remove_relation(AssetId from, RelationKind kind, AssetId to) {
  const Relation wanted{from, kind, to, {}, {}};
  const auto place = std::ranges::lower_bound(relations_, wanted, comes_before);
  if (place == relations_.end() || comes_before(wanted, *place)) return false;
  const auto at = static_cast<std::uint32_t>(place - relations_.begin());
  relations_.erase(place);
  take_from_row(out_start_, out_, index_of(from), at);
  take_from_row(in_start_, in_, index_of(to), at);
  shift(out_, at, -1);
  shift(in_, at, -1);
  return true;
}

std::span<const std::uint32_t> Estate::in(std::size_t asset_index) const {
  return std::span(in_).subspan(in_start_[asset_index], in_start_[asset_index + 1] - in_start_[asset_index]);
}

}  // namespace stormwatch
