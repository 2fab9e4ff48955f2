// SPDX-License-Identifier: Apache-2.0
#include "detect/sighting_rule.h"

#include <algorithm>

namespace stormwatch::detect {

Severity lowered(Severity severity, int steps) {
  return static_cast<Severity>(std::max(0, static_cast<int>(severity) - steps));
}

std::function<void(const Estate&, const Context&, Signals&)> look_for(SightingRule rule) {
  return [rule = std::move(rule)](const Estate& estate, const Context&, Signals& signals) {
    for (const Asset& asset : estate.assets()) {
      if (!rule.kinds.empty() && std::ranges::find(rule.kinds, asset.kind()) == rule.kinds.end()) continue;
      for (const Sighting& sighting : asset.sightings) {
        if (sighting.what != rule.what || (rule.when && !rule.when(asset, sighting))) continue;
        Signal& signal = signals.raise(asset, sighting.place, sighting.excerpt);
        signal.confidence = sighting.confidence;
        signal.context = sighting.context;
        signal.severity = rule.severity ? rule.severity(asset, sighting)
                                        : lowered(signal.severity, 2 - static_cast<int>(sighting.confidence));
        signal.explanation = std::string(name_of(asset.kind())) + " " + asset.name + ": " + sighting.subject +
                             (sighting.detail.empty() ? "" : " (" + sighting.detail + ")");
        signal.identity = sighting.subject + "|" + sighting.excerpt;
      }
    }
  };
}

}  // namespace stormwatch::detect
