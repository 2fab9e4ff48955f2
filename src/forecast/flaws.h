// SPDX-License-Identifier: Apache-2.0
// Published flaws as hazards: which packages' flaws act at an asset, and how often they are used by attackers.
//
// EPSS is mapped to confirmed exploitation by a two-parameter fit (docs/forecast.md, "Flaws"); an entry of CISA KEV counts at
// least 0.5 in 30 days. A flaw without a score counts as one at the low end.
#pragma once

#include <span>
#include <vector>

#include "forecast/links.h"
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

inline constexpr unsigned kFlawDepth = 3;  ///< relations from an asset to the packages whose flaws act at it

struct FlawedPackage {
  std::uint32_t asset = 0;  ///< where the findings sit
  std::vector<const Finding*> findings;
  double network_rate = 0, client_rate = 0;  ///< of its flaws that act so and were not put there on purpose, per 30 days, summed
  double network_chance = 0;                 ///< of the one most used, 30 days
};

class Flaws {
 public:
  /// `links` outlives this.
  Flaws(const Estate& estate, std::span<const Finding> findings, const Links& links);
  [[nodiscard]] bool empty() const { return packages_.empty(); }
  /// What is known of the asset changed, and with it how much its flaws weigh.
  void reread(const Estate& estate, std::uint32_t asset);
  /// Flaws at the asset and in what it depends on, runs on or serves, three relations deep; in the order of their assets.
  void at(std::uint32_t asset, std::vector<const FlawedPackage*>& into) const;
  [[nodiscard]] const FlawedPackage* own(std::uint32_t asset) const {
    return packages_.empty() || place_[asset] == 0 ? nullptr : &packages_[place_[asset] - 1];
  }

 private:
  /// Whether the flaws of what the link leads to act at where it starts, `depth` relations from the asset asked of.
  [[nodiscard]] bool carries(const Link& link, unsigned depth) const;
  static void weigh(FlawedPackage& package, const Finding& finding, const Asset& asset);

  const Links& links_;
  std::vector<FlawedPackage> packages_;
  std::vector<std::uint32_t> place_;  ///< by asset: its place in packages_ + 1
};

}  // namespace stormwatch::forecast
