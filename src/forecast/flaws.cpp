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

Flaws::Flaws(const Estate& estate, std::span<const Finding> findings, std::span<const std::uint32_t> to_index) : estate_(estate), to_index_(to_index) {
  for (const Finding& finding : findings) {
    if (!finding.signal.vulnerability || finding.state == FindingState::fixed) continue;
    const std::size_t asset = estate.index_of(finding.signal.asset);
    if (asset >= estate.assets().size()) continue;
    FlawedPackage& package = by_asset_[static_cast<std::uint32_t>(asset)];
    package.asset = static_cast<std::uint32_t>(asset);
    package.findings.push_back(&finding);
  }
}

const FlawedPackage* Flaws::own(std::size_t asset) const {
  const auto found = by_asset_.find(static_cast<std::uint32_t>(asset));
  return found == by_asset_.end() ? nullptr : &found->second;
}

const std::vector<const FlawedPackage*>& Flaws::at(std::size_t asset) {
  const auto [found, is_new] = known_.try_emplace(asset);
  if (is_new && !by_asset_.empty()) found->second = look(asset);
  return found->second;
}

std::vector<const FlawedPackage*> Flaws::look(std::size_t asset) {
  std::vector<const FlawedPackage*> out;
  seen_at_.resize(estate_.assets().size(), 0);
  seen_at_[asset] = ++looks_;
  std::vector<std::size_t> seen{asset};
  std::size_t begin = 0;
  for (int depth = 0; depth <= 3 && seen.size() < 20'000; ++depth) {
    const std::size_t end = seen.size();
    for (std::size_t i = begin; i < end; ++i) {
      if (const FlawedPackage* package = own(seen[i])) out.push_back(package);
      if (depth == 3) continue;
      for (std::uint32_t r : estate_.out(seen[i])) {
        const Relation& relation = estate_.relations()[r];
        const std::size_t to = to_index_[r];
        if (to >= estate_.assets().size()) continue;
        const AssetKind kind = estate_.assets()[to].kind();
        const bool carries = relation.kind == RelationKind::depends_on ||
                             (relation.kind == RelationKind::runs_on && kind == AssetKind::image) ||
                             (relation.kind == RelationKind::serves && kind == AssetKind::application) ||
                             (relation.kind == RelationKind::contains && kind == AssetKind::package && depth > 0);
        if (!carries || seen_at_[to] == looks_) continue;
        seen_at_[to] = looks_;
        seen.push_back(to);
      }
    }
    begin = end;
  }
  std::ranges::sort(out, {}, &FlawedPackage::asset);
  return out;
}

}  // namespace stormwatch::forecast
