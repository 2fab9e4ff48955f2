// SPDX-License-Identifier: Apache-2.0
#include "detect/code_rule.h"

#include <algorithm>

#include "detect/sighting_rule.h"

namespace stormwatch::detect {

std::function<void(const Estate&, const Context&, Signals&)> look_at_code(CodeRule rule) {
  return [rule = std::move(rule)](const Estate& estate, const Context&, Signals& signals) {
    for (const Asset& asset : estate.assets()) {
      if (!rule.kinds.empty() && std::ranges::find(rule.kinds, asset.kind()) == rule.kinds.end()) continue;
      for (const Sighting& sighting : asset.sightings) {
        if (sighting.what != rule.what) continue;
        const auto subject = rule.subjects.find(sighting.subject);
        if (subject == rule.subjects.end()) continue;
        if (!rule.detail_has.empty() && sighting.detail.find(rule.detail_has) == std::string::npos) continue;
        Signal& signal = signals.raise(asset, sighting.place, sighting.excerpt);
        signal.confidence = sighting.confidence;
        int steps = sighting.confidence == Confidence::low ? 2 : 0;
        if (!rule.attack && !sighting.context.empty()) steps += 1;
        signal.severity = lowered(subject->second, steps);
        // A test is run by those who wrote it, on what they wrote.
        if (!rule.attack && sighting.context == "test") signal.severity = std::min(signal.severity, Severity::low);
        signal.context = sighting.context;
        signal.explanation = std::string(name_of(asset.kind())) + " " + asset.name + ": " + sighting.detail;
        signal.identity = sighting.subject + "|" + sighting.excerpt;
      }
    }
  };
}

}  // namespace stormwatch::detect
