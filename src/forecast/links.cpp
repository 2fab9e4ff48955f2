// SPDX-License-Identifier: Apache-2.0
#include "forecast/links.h"

#include <algorithm>

namespace stormwatch::forecast {

Links::Links(const Estate& estate) {
  const auto count = static_cast<std::uint32_t>(estate.assets().size());
  constexpr std::uint32_t kAbsent = ~0U;
  std::vector<std::uint32_t> from(estate.relations().size(), kAbsent), to(estate.relations().size(), kAbsent);
  for (std::uint32_t asset = 0; asset < count; ++asset) {
    for (std::uint32_t r : estate.out(asset)) from[r] = asset;
    for (std::uint32_t r : estate.in(asset)) to[r] = asset;
  }
  kind_.reserve(count);
  for (const Asset& asset : estate.assets()) kind_.push_back(asset.kind());
  out_start_.reserve(count + 1);
  in_start_.reserve(count + 1);
  out_.reserve(from.size());
  in_.reserve(to.size());
  for (std::uint32_t asset = 0; asset < count; ++asset) {
    out_start_.push_back(static_cast<std::uint32_t>(out_.size()));
    in_start_.push_back(static_cast<std::uint32_t>(in_.size()));
    for (std::uint32_t r : estate.out(asset))
      if (to[r] != kAbsent) out_.push_back({to[r], estate.relations()[r].kind});
    for (std::uint32_t r : estate.in(asset))
      if (from[r] != kAbsent) in_.push_back({from[r], estate.relations()[r].kind});
  }
  out_start_.push_back(static_cast<std::uint32_t>(out_.size()));
  in_start_.push_back(static_cast<std::uint32_t>(in_.size()));
}

namespace {
void replace_row(std::vector<std::uint32_t>& start, std::vector<Link>& links, std::uint32_t asset, std::span<const Link> row) {
  const auto begin = links.begin() + start[asset];
  const std::size_t before = start[asset + 1] - start[asset], kept = std::min(before, row.size());
  std::ranges::copy(row.first(kept), begin);
  if (row.size() > before) links.insert(begin + static_cast<std::ptrdiff_t>(before), row.begin() + static_cast<std::ptrdiff_t>(before), row.end());
  else links.erase(begin + static_cast<std::ptrdiff_t>(row.size()), begin + static_cast<std::ptrdiff_t>(before));
  if (row.size() != before)
    for (std::size_t i = asset + 1; i < start.size(); ++i) start[i] += static_cast<std::uint32_t>(row.size() - before);
}
}  // namespace

void Links::reread(const Estate& estate, std::uint32_t asset) {
  std::vector<Link> row;
  const auto take = [&](AssetId other, RelationKind kind) {
    if (const std::size_t at = estate.index_of(other); at < estate.assets().size()) row.push_back({static_cast<std::uint32_t>(at), kind});
  };
  for (std::uint32_t r : estate.out(asset)) take(estate.relations()[r].to, estate.relations()[r].kind);
  replace_row(out_start_, out_, asset, row);
  row.clear();
  for (std::uint32_t r : estate.in(asset)) take(estate.relations()[r].from, estate.relations()[r].kind);
  replace_row(in_start_, in_, asset, row);
}

}  // namespace stormwatch::forecast
