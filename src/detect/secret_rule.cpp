// SPDX-License-Identifier: Apache-2.0
#include "detect/secret_rule.h"

#include <algorithm>
#include <map>
#include <set>

#include "detect/sighting_rule.h"

namespace stormwatch::detect {

namespace {

std::map<std::string_view, Severity> severities_of(const Context& context) {
  std::map<std::string_view, Severity> severities;
  if (context.patterns)
    for (const match::Pattern& pattern : context.patterns->patterns())
      if (const auto severity = severity_named(pattern.severity)) severities.emplace(pattern.id, *severity);
  return severities;
}

// A vendor's format with its length and alphabet is real wherever it stands; what only looks random is often made up in tests, and so are
// private keys: every test of TLS brings its own.
Severity in_context(Severity severity, const Sighting& sighting, std::string_view type) {
  if (sighting.context.empty()) return severity;
  const bool made_for_it = type == "private-key" && sighting.context != "documentation";
  const int steps = sighting.confidence == Confidence::high && sighting.context != "vendored" && !made_for_it ? 1 : 2;
  return std::max(lowered(severity, steps), Severity::low);
}

// What the vendor said outweighs where the key stands. A refused key is still told: it says how keys get there.
void judge_answer(std::string_view answer, Signal& signal) {
  if (answer == "accepted") {
    signal.severity = Severity::critical;
    signal.confidence = Confidence::high;
    signal.explanation += "; its vendor accepts it: the key works";
  } else if (answer == "refused") {
    signal.severity = Severity::low;
    signal.explanation += "; its vendor refused it: revoked, expired or never real";
  } else if (answer == "unknown") {
    signal.explanation += "; its vendor was asked and gave no clear answer";
  }
}

}  // namespace

std::function<void(const Estate&, const Context&, Signals&)> look_for_secrets(std::vector<std::string_view> types) {
  return [types = std::move(types)](const Estate& estate, const Context& context, Signals& signals) {
    const auto severities = severities_of(context);
    for (const Asset& asset : estate.assets()) {
      const auto* facts = std::get_if<SecretFacts>(&asset.facts);
      if (!facts || facts->test_value.value_or(false) || std::ranges::find(types, facts->type) == types.end()) continue;
      std::set<std::pair<std::string, std::string>> files;
      for (const Sighting& sighting : asset.sightings) {
        if (sighting.what != "secret" || !files.emplace(sighting.place.path, sighting.place.member).second) continue;
        Signal& signal = signals.raise(asset, sighting.place, sighting.detail + " " + sighting.excerpt);
        const auto own = severities.find(sighting.subject);
        signal.severity = in_context(own == severities.end() ? signal.severity : own->second, sighting, facts->type);
        signal.confidence = sighting.confidence;
        signal.context = sighting.context;
        signal.explanation = "matches " + sighting.subject + (sighting.context.empty() ? "" : "; the file is " + sighting.context);
        if (facts->short_lived == true) signal.explanation += "; of a kind that ends within hours or days by itself";
        judge_answer(facts->verified, signal);
        signal.identity = asset.key;
      }
    }
  };
}

}  // namespace stormwatch::detect
