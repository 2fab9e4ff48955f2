// SPDX-License-Identifier: Apache-2.0
#include "detect/group_signals.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "base/text.h"

namespace stormwatch::detect {
namespace {

constexpr std::string_view kFlaw = "vulnerable-package";
constexpr std::size_t kToldEach = 3, kVectorsToldEach = 10;

void drop_those(std::vector<Signal>& signals, const std::vector<bool>& drop) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < signals.size(); ++i)
    if (!drop[i]) {
      if (kept != i) signals[kept] = std::move(signals[i]);
      ++kept;
    }
  signals.resize(kept);
}

std::string_view part_of(std::string_view path) {
  const std::size_t slash = path.find('/');
  return path.substr(0, slash == std::string_view::npos ? 0 : slash);
}

}  // namespace

void group_hygiene(std::vector<Signal>& signals, std::span<const Detector> detectors) {
  std::set<std::string_view> remarks;
  for (const Detector& detector : detectors)
    if (detector.advisory.severity == Severity::info && detector.advisory.id.starts_with("pod-")) remarks.insert(detector.advisory.id);
  std::map<std::tuple<std::string, std::string, std::string>, std::pair<std::size_t, std::set<std::string>>> groups;  // rule, part, context
  std::vector<bool> drop(signals.size());
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const Signal& signal = signals[i];
    if (!remarks.contains(signal.rule) || !holds(signal.place.resource, "/") || signal.place.path.ends_with(".tf")) continue;
    const auto [at, fresh] = groups.try_emplace({signal.rule, std::string(part_of(signal.place.path)), signal.context}, i, std::set<std::string>{});
    at->second.second.insert(signal.place.path + " " + signal.place.resource);
    drop[i] = !fresh;
  }
  for (const auto& [key, group] : groups) {
    const auto& [first, places] = group;
    const std::string& part = std::get<1>(key);
    Signal& signal = signals[first];
    // Told by the part of the tree: one manifest more is no new finding.
    signal.identity = "group " + part;
    if (places.size() > 1) signal.evidence += "; so in " + std::to_string(places.size()) + " workloads" + (part.empty() ? std::string() : " below " + part);
  }
  drop_those(signals, drop);
}

void group_flaws_of_images(std::vector<Signal>& signals) {
  std::map<std::tuple<AssetId, std::string, std::string>, std::vector<std::size_t>> groups;  // package, flaw, context
  for (std::size_t i = 0; i < signals.size(); ++i)
    if (const Signal& signal = signals[i]; signal.rule == kFlaw && !signal.place.resource.empty()) groups[{signal.asset, signal.identity, signal.context}].push_back(i);
  std::vector<bool> drop(signals.size());
  for (const auto& [key, all] : groups) {
    std::set<std::string> files;
    for (const std::size_t i : all) files.insert(signals[i].place.path);
    if (files.size() <= kToldEach) continue;
    Signal& first = signals[all.front()];
    std::string named;
    std::size_t count = 0;
    for (const std::string& file : files)
      if (file != first.place.path && ++count <= kToldEach) named += (named.empty() ? "" : ", ") + file;
    first.evidence += "; in " + std::to_string(files.size()) + " files";
    first.explanation += "; beside this file in " + named + (count > kToldEach ? " and " + std::to_string(count - kToldEach) + " more" : "");
    for (const std::size_t i : all) drop[i] = i != all.front();
  }
  drop_those(signals, drop);
}

void group_test_vectors(std::vector<Signal>& signals, std::span<const Detector> detectors) {
  std::set<std::string_view> credentials;
  for (const Detector& detector : detectors)
    if (detector.advisory.vector == Vector::sensitive_data && detector.advisory.id.ends_with("-exposed")) credentials.insert(detector.advisory.id);
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<std::size_t>> groups;  // rule, file, kind
  for (std::size_t i = 0; i < signals.size(); ++i)
    if (const Signal& signal = signals[i]; signal.context == "test" && signal.severity <= Severity::low && credentials.contains(signal.rule)) groups[{signal.rule, signal.place.path, signal.explanation}].push_back(i);
  std::vector<bool> drop(signals.size());
  for (const auto& [key, all] : groups) {
    if (all.size() <= kVectorsToldEach) continue;
    signals[all.front()].evidence += "; and " + std::to_string(all.size() - 1) + " more of its kind in this file";
    for (const std::size_t i : all) drop[i] = i != all.front();
  }
  drop_those(signals, drop);
}

}  // namespace stormwatch::detect
