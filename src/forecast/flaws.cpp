// SPDX-License-Identifier: Apache-2.0
#include "forecast/flaws.h"

#include <algorithm>
#include <cmath>

namespace stormwatch::forecast {

FlawUse use_of(const Finding& finding) {
  const VulnerabilityFacts& facts = *finding.signal.vulnerability;
  const std::string& vector = facts.cvss_vector;
  auto has = [&](std::string_view part) { return vector.find(part) != std::string::npos; };
  if (vector.empty()) return finding.signal.severity >= Severity::high ? FlawUse::network : FlawUse::none;
  const bool harm = has("/C:H") || has("/I:H") || has("/VC:H") || has("/VI:H");
  if (!has("AV:N") || !harm) return FlawUse::none;
  if (has("/UI:R") || has("/UI:A") || has("/UI:P")) return FlawUse::client;
  return has("/PR:N") ? FlawUse::network : FlawUse::none;
}

double exploitation_chance(const VulnerabilityFacts& facts) {
  const double epss = std::clamp(facts.epss.value_or(0.0005), 1e-5, 0.9999);
  const double in_90 = 1 / (1 + std::exp(3.81 - 0.494 * std::log(epss / (1 - epss))));
  const double in_30 = -std::expm1(std::log1p(-in_90) / 3);
  return facts.known_exploited ? std::max(0.5, in_30) : in_30;
}

double weight_of_use(const Finding& finding, const Asset& package) {
  const VulnerabilityFacts& flaw = *finding.signal.vulnerability;
  double weight = 1;
  if (const auto* facts = std::get_if<PackageFacts>(&package.facts)) weight = facts->reach == "listens" ? 1.5 : facts->reach == "not-imported" ? 0.3 : facts->reach == "deleted" ? 0.01 : 1;
  if (finding.signal.context == "test" || finding.signal.context == "documentation") weight *= 0.1;
  // What the target says of itself counts less than what its reader says.
  if (flaw.vex == "not_affected" || flaw.vex == "fixed") weight *= flaw.vex_given ? 0.05 : 0.2;
  if (flaw.vex == "under_investigation") weight *= 0.7;
  return weight;
}

double exploitation_rate(const Finding& finding, const Asset& package) { return -std::log1p(-exploitation_chance(*finding.signal.vulnerability)) * weight_of_use(finding, package); }

Flaws::Flaws(const Estate& estate, std::span<const Finding> findings, const Links& links) : links_(links) {
  for (const Finding& finding : findings) {
    if (!finding.signal.vulnerability || finding.state == FindingState::fixed) continue;
    const std::size_t asset = estate.index_of(finding.signal.asset);
    if (asset >= estate.assets().size()) continue;
    if (place_.empty()) place_.assign(estate.assets().size(), 0);
    std::uint32_t& place = place_[asset];
    if (place == 0) {
      packages_.push_back({.asset = static_cast<std::uint32_t>(asset)});
      place = static_cast<std::uint32_t>(packages_.size());
    }
    FlawedPackage& package = packages_[place - 1];
    package.findings.push_back(&finding);
    weigh(package, finding, estate.assets()[asset]);
  }
}

void Flaws::weigh(FlawedPackage& package, const Finding& finding, const Asset& asset) {
  const FlawUse use = use_of(finding);
  if (use == FlawUse::none) return;
  const double rate = exploitation_rate(finding, asset);
  if (use == FlawUse::network) package.network_chance = std::max(package.network_chance, -std::expm1(-rate));
  if (!finding.signal.vulnerability->malicious) (use == FlawUse::network ? package.network_rate : package.client_rate) += rate;
}

void Flaws::reread(const Estate& estate, std::uint32_t asset) {
  if (packages_.empty() || place_[asset] == 0) return;
  FlawedPackage& package = packages_[place_[asset] - 1];
  package.network_rate = package.client_rate = package.network_chance = 0;
  for (const Finding* finding : package.findings) weigh(package, *finding, estate.assets()[asset]);
}

void Flaws::at(std::uint32_t asset, std::vector<const FlawedPackage*>& into) const {
  into.clear();
  if (packages_.empty()) return;
  constexpr std::size_t kMostSeen = 20'000;
  // By asset the last look of this thread that met it: looks are many and small.
  thread_local std::vector<std::uint32_t> seen_at, seen;
  thread_local std::uint32_t looks = 0;
  if (seen_at.size() < links_.size()) seen_at.resize(links_.size(), 0);
  if (++looks == 0) {
    std::ranges::fill(seen_at, 0U);
    looks = 1;
  }
  seen.assign(1, asset);
  seen_at[asset] = looks;
  std::size_t begin = 0;
  for (unsigned depth = 0; depth <= kFlawDepth && seen.size() < kMostSeen; ++depth) {
    const std::size_t end = seen.size();
    for (std::size_t i = begin; i < end; ++i) {
      if (const FlawedPackage* package = own(seen[i])) into.push_back(package);
      if (depth == kFlawDepth) continue;
      for (const Link& link : links_.out(seen[i])) {
        if (seen_at[link.other] == looks || !carries(link, depth)) continue;
        seen_at[link.other] = looks;
        seen.push_back(link.other);
      }
    }
    begin = end;
  }
  std::ranges::sort(into, {}, &FlawedPackage::asset);
}

bool Flaws::carries(const Link& link, unsigned depth) const {
  switch (link.kind) {
    case RelationKind::depends_on: return true;
    case RelationKind::runs_on: return links_.kind(link.other) == AssetKind::image;
    case RelationKind::serves: return links_.kind(link.other) == AssetKind::application;
    case RelationKind::contains: return depth > 0 && links_.kind(link.other) == AssetKind::package;
    default: return false;
  }
}

}  // namespace stormwatch::forecast
