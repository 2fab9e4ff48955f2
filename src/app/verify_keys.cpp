// SPDX-License-Identifier: Apache-2.0
#include "app/verify_keys.h"

#include <iterator>
#include <map>

namespace stormwatch::app {

void verify_keys(std::vector<Observation>& observations, const std::vector<live::KeyCheck>& checks) {
  std::vector<HeldSecret> held;
  for (Observation& observation : observations) {
    std::ranges::move(observation.held, std::back_inserter(held));
    observation.held.clear();
  }
  std::map<AssetId, live::Verified> answers;
  for (live::Verified& answer : live::verify_secrets(held, checks, {})) answers.emplace(answer.asset, std::move(answer));
  std::map<std::string, Gap> gaps;  // by what was not learned, so that a hundred keys of one kind are one line
  for (Observation& observation : observations)
    for (Asset& asset : observation.assets) {
      const auto answer = answers.find(asset.id);
      auto* facts = std::get_if<SecretFacts>(&asset.facts);
      if (!facts || answer == answers.end()) continue;
      facts->verified = answer->second.answer;
      const Place place = asset.places.empty() ? Place{} : asset.places.front();
      if (!answer->second.why.empty() && facts->verified != "accepted" && facts->verified != "refused")
        gaps.emplace(answer->second.why, Gap{place.path, place.member, "unresolved", "whether the key still works: " + answer->second.why});
    }
  Observation said;
  for (auto& [why, gap] : gaps) said.gaps.push_back(std::move(gap));
  if (!said.gaps.empty()) observations.push_back(std::move(said));
}

}  // namespace stormwatch::app
