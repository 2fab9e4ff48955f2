// SPDX-License-Identifier: Apache-2.0
#include "detect/run.h"

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <tuple>

#include "base/parallel.h"
#include "detect/rules/rule_engine.h"

namespace stormwatch::detect {

Signal& Signals::raise(const Asset& asset, Place place, std::string evidence) {
  Signal signal;
  signal.rule = advisory_.id;
  signal.asset = asset.id;
  signal.place = std::move(place);
  signal.evidence = std::move(evidence);
  signal.severity = advisory_.severity;
  signal.confidence = asset.confidence;
  signals_.push_back(std::move(signal));
  return signals_.back();
}

Result<std::vector<Detector>> load_detectors(const std::vector<std::string>& extra_folders) {
  std::vector<Detector> detectors;
  for (std::size_t i = 0; i < checks_table_count; ++i) detectors.push_back(*checks_table[i]);
  Result<std::vector<Detector>> rules = load_rules(extra_folders);
  if (!rules) return std::unexpected(rules.error());
  std::ranges::move(*rules, std::back_inserter(detectors));
  std::ranges::sort(detectors, {}, [](const Detector& d) -> const std::string& { return d.advisory.id; });
  const auto twin = std::ranges::adjacent_find(detectors, {}, [](const Detector& d) -> const std::string& { return d.advisory.id; });
  if (twin != detectors.end()) return failure("two rules have the id " + twin->advisory.id, "", "", "ids that differ");
  return detectors;
}

Detected run(const Estate& estate, std::span<const Detector> detectors, const Context& context, unsigned jobs) {
  std::vector<std::vector<Signal>> by_detector(detectors.size());
  std::vector<std::string> failed(detectors.size());
  parallel_for(detectors.size(), jobs, [&](std::size_t i) {
    Signals signals(detectors[i].advisory);
    try {
      detectors[i].look(estate, context, signals);
    } catch (const std::exception& problem) {  // the second of the three doors: a library inside a detector threw
      failed[i] = problem.what();
    }
    by_detector[i] = signals.take();
  });
  Detected detected;
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    std::ranges::move(by_detector[i], std::back_inserter(detected.signals));
    if (!failed[i].empty()) detected.gaps.push_back({"", "", "unsupported", "rule " + detectors[i].advisory.id + " failed: " + failed[i]});
  }
  const auto key = [](const Signal& s) { return std::tie(s.place, s.rule, s.asset, s.evidence, s.identity); };
  std::ranges::stable_sort(detected.signals, [&](const Signal& a, const Signal& b) { return key(a) < key(b); });
  const auto repeats = std::ranges::unique(detected.signals, [&](const Signal& a, const Signal& b) { return key(a) == key(b); });
  detected.signals.erase(repeats.begin(), repeats.end());
  return detected;
}

std::vector<Finding> findings_of(std::span<const Signal> signals, std::span<const Detector> detectors) {
  std::map<std::string_view, const Advisory*> advisories;
  for (const Detector& detector : detectors) advisories.emplace(detector.advisory.id, &detector.advisory);
  std::vector<Finding> findings;
  std::map<FindingId, unsigned> seen;
  for (const Signal& signal : signals) {
    const auto found = advisories.find(signal.rule);
    if (found == advisories.end()) continue;
    const Advisory& advisory = *found->second;
    Finding finding;
    finding.signal = signal;
    finding.title = advisory.title;
    finding.vector = advisory.vector;
    finding.controls = advisory.controls;
    finding.effort_hours = advisory.effort_hours;
    finding.remediation = signal.remediation.empty() ? advisory.fix : signal.remediation;
    // The id must not move with unrelated lines: rule, asset, place without line, and what tells twins apart.
    const std::string& told_by = signal.identity.empty() ? signal.evidence : signal.identity;
    finding.id = FindingId::of({signal.rule, signal.asset.text(), signal.place.path, signal.place.member, signal.place.resource, told_by});
    if (const unsigned repeat = seen[finding.id]++)
      finding.id = FindingId::of({finding.id.text(), std::to_string(repeat)});
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace stormwatch::detect
