// SPDX-License-Identifier: Apache-2.0
#include "forecast/links.h"

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

}  // namespace stormwatch::forecast
