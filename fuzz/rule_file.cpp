// SPDX-License-Identifier: Apache-2.0
// A rule file of others, its condition and expressions included, on an estate of one asset of each kind.
#include <cstdint>

#include "detect/rules/rule_file.h"
#include "posture/asset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  if (size > 16384) return 0;
  static const Estate estate = [] {
    std::vector<Asset> assets;
    for (std::size_t k = 0; k < kAssetKindNames.size(); ++k) {
      Asset asset;
      asset.id = AssetId{k + 1};
      asset.key = asset.name = std::string(kAssetKindNames[k]);
      asset.facts = facts_of_kind(static_cast<AssetKind>(k));
      assets.push_back(std::move(asset));
    }
    return Estate(std::move(assets), {}, {});
  }();
  Limits limits;
  limits.document_nodes = 5'000;
  const auto rules = detect::read_rules({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", limits);
  if (!rules) return 0;
  for (const detect::Detector& rule : *rules) {
    detect::Signals signals(rule.advisory);
    rule.look(estate, {}, signals);
  }
  return 0;
}
