// SPDX-License-Identifier: Apache-2.0
#include "detect/run.h"

#include <algorithm>
#include <exception>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/parallel.h"
#include "detect/group_signals.h"
#include "detect/rules/rule_engine.h"
#include "detect/type_index.h"

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

void Signals::leave_open(const Asset& asset, Place place, std::string unknown) { open_.push_back({&advisory_, &asset, std::move(place), std::move(unknown)}); }

namespace {

constexpr std::size_t kMostRulesNamed = 8, kFindingsAtOnce = 1024;

// One line a file: how many resources and rules, and by what each is left open.
std::vector<Gap> gaps_of(const std::vector<Signals::Open>& all) {
  std::map<std::pair<std::string, std::string>, std::vector<const Signals::Open*>> by_file;
  for (const Signals::Open& open : all) by_file[{open.place.path, open.place.member}].push_back(&open);
  std::vector<Gap> gaps;
  for (const auto& [file, opens] : by_file) {
    std::set<const Asset*> assets;
    std::map<std::string_view, std::pair<std::size_t, const Signals::Open*>> rules;
    for (const Signals::Open* open : opens) {
      assets.insert(open->asset);
      auto& [count, first] = rules[open->advisory->id];
      if (!count++) first = open;
    }
    const auto many = [](std::size_t n, std::string_view word) { return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s"); };
    std::string detail = many(rules.size(), "rule") + " not assessed for " + many(assets.size(), "resource") + ", whose values are set elsewhere: ";
    std::size_t named = 0;
    for (const auto& [rule, entry] : rules) {
      if (named++ == kMostRulesNamed) {
        detail += ", …";
        break;
      }
      detail += std::string(named == 1 ? "" : ", ") + std::string(rule) + " (" + entry.second->unknown;
      if (entry.second->place.line) detail += " at line " + std::to_string(entry.second->place.line);
      if (entry.first > 1) detail += ", " + std::to_string(entry.first) + " times";
      detail += ")";
    }
    gaps.push_back({file.first, file.second, "unresolved", std::move(detail)});
  }
  return gaps;
}

// A manifest that an overlay changes stands beside the original (collect/infrastructure/manifest_variant.h), and a resource that runs
// beside the code that declares it (graph/join_live.h): what holds of both is the original's to tell.
void drop_what_originals_say(std::vector<Signal>& signals, const Estate& estate) {
  const auto is_infrastructure = [](AssetKind kind) {
    using enum AssetKind;
    return kind == workload || kind == endpoint || kind == vector_store || kind == cloud_resource || kind == datastore || kind == identity || kind == network;
  };
  std::map<AssetId, AssetId> original_of;
  for (const Relation& relation : estate.relations()) {
    if (relation.kind != RelationKind::derived_from) continue;
    const Asset *from = estate.find(relation.from), *to = estate.find(relation.to);
    if (from && to && from->kind() == to->kind() && is_infrastructure(from->kind())) original_of.emplace(relation.from, relation.to);
  }
  if (original_of.empty()) return;
  std::set<std::pair<AssetId, std::string>> said;
  for (const Signal& signal : signals) said.emplace(signal.asset, signal.rule);
  std::erase_if(signals, [&](const Signal& signal) {
    // Overlays of overlays: some original on the way says it.
    AssetId at = signal.asset;
    for (int step = 0; step < 16; ++step) {
      const auto original = original_of.find(at);
      if (original == original_of.end()) return false;
      at = original->second;
      if (said.contains({at, signal.rule})) return true;
    }
    return false;
  });
}

Finding finding_of(Signal signal, const Advisory& advisory) {
  Finding finding;
  finding.title = advisory.title;
  finding.vector = advisory.vector;
  finding.controls = advisory.controls;
  finding.effort_hours = advisory.effort_hours;
  finding.remediation = signal.remediation.empty() ? advisory.fix : signal.remediation;
  // The user's own word that it cannot be used; what lies in the target only weighs in the forecast.
  if (const auto& flaw = signal.vulnerability; flaw && flaw->vex_given && (flaw->vex == "not_affected" || flaw->vex == "fixed")) finding.state = FindingState::accepted;
  // The id must not move with unrelated lines: rule, asset, place without line, and what tells twins apart.
  const std::string& told_by = signal.identity.empty() ? signal.evidence : signal.identity;
  finding.id = FindingId::of({signal.rule, signal.asset.text(), signal.place.path, signal.place.member, signal.place.resource, told_by});
  finding.signal = std::move(signal);
  return finding;
}

// By place, rule, asset; without repeats. Positions are sorted, since a signal is large to move.
std::vector<Signal> in_order(std::vector<Signal> signals) {
  const auto key = [&](std::uint32_t i) {
    const Signal& s = signals[i];
    return std::tie(s.place, s.rule, s.asset, s.evidence, s.identity);
  };
  std::vector<std::uint32_t> order(signals.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  const auto repeats = std::ranges::unique(order, [&](std::uint32_t a, std::uint32_t b) { return key(a) == key(b); });
  order.erase(repeats.begin(), repeats.end());
  std::vector<Signal> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t i : order) sorted.push_back(std::move(signals[i]));
  return sorted;
}

}  // namespace

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
  std::vector<std::vector<Signals::Open>> open_of(detectors.size());
  std::vector<std::string> failed(detectors.size());
  const TypeIndex types(estate);
  Context indexed = context;
  indexed.types = &types;
  parallel_for(detectors.size(), jobs, [&](std::size_t i) {
    Signals signals(detectors[i].advisory);
    try {
      detectors[i].look(estate, indexed, signals);
    } catch (const std::exception& problem) {  // the second of the three doors: a library inside a detector threw
      failed[i] = problem.what();
    }
    by_detector[i] = signals.take();
    open_of[i] = signals.take_open();
  });
  Detected detected;
  detected.signals.reserve(std::accumulate(by_detector.begin(), by_detector.end(), std::size_t{0}, [](std::size_t sum, const auto& part) { return sum + part.size(); }));
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    std::ranges::move(by_detector[i], std::back_inserter(detected.signals));
    if (!failed[i].empty()) detected.gaps.push_back({"", "", "unsupported", "rule " + detectors[i].advisory.id + " failed: " + failed[i]});
  }
  std::vector<Signals::Open> open;
  for (auto& part : open_of) std::ranges::move(part, std::back_inserter(open));
  std::ranges::move(gaps_of(open), std::back_inserter(detected.gaps));
  detected.signals = in_order(std::move(detected.signals));
  drop_what_originals_say(detected.signals, estate);
  group_hygiene(detected.signals, detectors);
  group_flaws_of_images(detected.signals);
  group_test_vectors(detected.signals, detectors);
  return detected;
}

std::vector<Finding> findings_of(std::vector<Signal> signals, std::span<const Detector> detectors, unsigned jobs) {
  std::map<std::string_view, const Advisory*> advisories;
  for (const Detector& detector : detectors) advisories.emplace(detector.advisory.id, &detector.advisory);
  std::erase_if(signals, [&](const Signal& signal) { return !advisories.contains(signal.rule); });
  std::vector<Finding> findings(signals.size());
  parallel_for((signals.size() + kFindingsAtOnce - 1) / kFindingsAtOnce, jobs, [&](std::size_t part) {
    for (std::size_t i = part * kFindingsAtOnce; i < std::min(signals.size(), (part + 1) * kFindingsAtOnce); ++i) {
      const Advisory& advisory = *advisories.find(signals[i].rule)->second;  // before the signal is moved: arguments have no order
      findings[i] = finding_of(std::move(signals[i]), advisory);
    }
  });
  std::unordered_map<FindingId, unsigned> seen;
  for (Finding& finding : findings)
    if (const unsigned repeat = seen[finding.id]++) finding.id = FindingId::of({finding.id.text(), std::to_string(repeat)});
  return findings;
}

}  // namespace stormwatch::detect
