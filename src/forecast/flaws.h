// SPDX-License-Identifier: Apache-2.0
// Published flaws as hazards: which packages' flaws act at an asset, and how often they are used by attackers.
//
// EPSS is mapped to confirmed exploitation by a two-parameter fit (docs/forecast.md, "Flaws"); an entry of CISA KEV counts at
// least 0.5 in 30 days. A flaw without a score counts as one at the low end.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "posture/posture.h"

namespace stormwatch::forecast {

enum class FlawUse : std::uint8_t { none, network, client };
/// How a flaw is used, by its CVSS vector (3.x or 4.0): over the network without help, or through a user. A flaw without a vector
/// counts as `network` if the finding is high or critical.
FlawUse use_of(const Finding& finding);
/// P(confirmed exploitation somewhere in 30 days).
double exploitation_chance(const VulnerabilityFacts& facts);
/// How much of that counts where the package stands: more where it listens, less where no code imports it, where only tests and
/// development need it, and where a VEX statement says that it cannot be used (docs/forecast.md, "Flaws"). 1 where nothing is known.
double weight_of_use(const Finding& finding, const Asset& package);
/// exploitation_chance with its weight, as a rate per 30 days.
double exploitation_rate(const Finding& finding, const Asset& package);

struct FlawedPackage {
  std::uint32_t asset = 0;  ///< where the findings sit
  std::vector<const Finding*> findings;
};

class Flaws {
 public:
  /// `to_index` by relation: position of its end in assets(); outlives this.
  Flaws(const Estate& estate, std::span<const Finding> findings, std::span<const std::uint32_t> to_index);
  [[nodiscard]] bool empty() const { return by_asset_.empty(); }
  /// Flaws at the asset and in what it depends on, runs on or serves, three relations deep.
  /// Remembered by asset: from one thread.
  [[nodiscard]] const std::vector<const FlawedPackage*>& at(std::size_t asset);
  [[nodiscard]] const FlawedPackage* own(std::size_t asset) const;

 private:
  const Estate& estate_;
  std::span<const std::uint32_t> to_index_;
  [[nodiscard]] std::vector<const FlawedPackage*> look(std::size_t asset);

  std::unordered_map<std::uint32_t, FlawedPackage> by_asset_;
  std::unordered_map<std::size_t, std::vector<const FlawedPackage*>> known_;
  std::vector<std::uint32_t> seen_at_;  ///< by asset: the last look that met it
  std::uint32_t looks_ = 0;
};

}  // namespace stormwatch::forecast
