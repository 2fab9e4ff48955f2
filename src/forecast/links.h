// SPDX-License-Identifier: Apache-2.0
// The relations of an estate in compact rows: for each asset what it relates to and what relates to it, without look-ups by id.
//
// Eight bytes an end. Both rows are in the order of the estate's own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "posture/asset.h"

namespace stormwatch::forecast {

struct Link {
  std::uint32_t other = 0;  ///< position of the other asset
  RelationKind kind{};
};

class Links {
 public:
  explicit Links(const Estate& estate);
  /// The asset's relations, either way, changed.
  void reread(const Estate& estate, std::uint32_t asset);
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(kind_.size()); }
  [[nodiscard]] AssetKind kind(std::uint32_t asset) const { return kind_[asset]; }
  [[nodiscard]] std::span<const Link> out(std::uint32_t asset) const { return row(out_start_, out_, asset); }
  [[nodiscard]] std::span<const Link> in(std::uint32_t asset) const { return row(in_start_, in_, asset); }

 private:
  static std::span<const Link> row(const std::vector<std::uint32_t>& start, const std::vector<Link>& links, std::uint32_t asset) {
    return std::span(links).subspan(start[asset], start[asset + 1] - start[asset]);
  }
  std::vector<AssetKind> kind_;
  std::vector<std::uint32_t> out_start_, in_start_;
  std::vector<Link> out_, in_;
};

}  // namespace stormwatch::forecast
