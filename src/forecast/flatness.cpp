// SPDX-License-Identifier: Apache-2.0
#include "forecast/flatness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace stormwatch::forecast {

namespace {

constexpr std::string_view kControl = "segmentation";

/// What the control leaves of a step, by rule; 1 for rules that it does not hinder.
std::vector<double> left_by_rule(const StepRules& rules) {
  std::vector<double> out(rules.rules.size(), 1);
  for (std::size_t r = 0; r < out.size(); ++r)
    for (const UsedControl& used : rules.rules[r].controls)
      if (rules.controls[used.control].name == kControl) out[r] = used.multiplier;
  return out;
}

double loss_of(std::span<const float> cost, const std::vector<Threat>& threats) {
  double sum = 0;
  for (const Threat& threat : threats) {
    float least = INFINITY;
    for (std::uint32_t target : threat.targets) least = std::min(least, cost[target]);
    sum += threat.mean * std::exp(-static_cast<double>(least));
  }
  return sum;
}

}  // namespace

Separation separation_of(const SiteReader& reader, const Outline& outline, const std::vector<Threat>& threats, std::size_t most) {
  Separation out;
  const std::vector<double> left = left_by_rule(reader.rules());
  const auto hindered = [&](std::uint32_t site) { return left[outline.sites()[site].rule] < 1; };
  const Outline::Search& found = outline.best();
  const double before = loss_of(found.cost, threats);
  if (before <= 0) return out;
  // Each best way once: the first asset on it, from its start, where separating would have hindered a move.
  std::map<std::uint32_t, double> through;
  for (const Threat& threat : threats) {
    const std::uint32_t target = *std::ranges::min_element(threat.targets, {}, [&](std::uint32_t at) { return found.cost[at]; });
    const double loss = threat.mean * std::exp(-static_cast<double>(found.cost[target]));
    std::uint32_t first = kNone;
    std::size_t steps = 0;
    for (std::uint32_t at = target; at != kNone && found.site[at] != kNone && ++steps <= outline.nodes(); at = found.source[at])
      if (hindered(found.site[at])) first = outline.sites()[found.site[at]].asset;
    if (first == kNone) continue;
    through[first] += loss;
  }
  std::vector<std::pair<double, std::uint32_t>> order;
  for (const auto& [asset, loss] : through) order.emplace_back(-loss, asset);
  std::ranges::sort(order);
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) out.assets.push_back(order[i].second);
  const auto cut = [&](auto&& separated) {
    const auto with = outline.search([&](std::uint32_t site) { return separated(outline.sites()[site].asset) ? left[outline.sites()[site].rule] : 1.0; });
    return 1 - loss_of(with.cost, threats) / before;
  };
  out.cut_there = cut([&](std::uint32_t asset) { return std::ranges::find(out.assets, asset) != out.assets.end(); });
  out.cut_all = cut([](std::uint32_t) { return true; });
  return out;
}

std::string told(const Separation& separation, const Estate& estate) {
  if (separation.assets.empty() || separation.cut_all < 0.005) return {};
  std::string names;
  for (std::uint32_t asset : separation.assets) {
    const Asset& one = estate.assets()[asset];
    names += fmt::format("{}{}", names.empty() ? "" : ", ", excerpt_of(one.name.empty() ? one.key : one.name, 40));
  }
  return fmt::format("separating all networks takes {:.0f} % off the loss summed over the best way to each incident; most of what moves over the network "
                     "comes first to {}, where separating takes off {:.2g} %",
                     separation.cut_all * 100, names, separation.cut_there * 100);
}

}  // namespace stormwatch::forecast
