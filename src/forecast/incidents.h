// SPDX-License-Identifier: Apache-2.0
// Which incidents the network can come to, at which asset, and what each may cost.
//
// Parts of one program (a service, what it serves, its agents and their tools) share an incident, so that one break-in is not
// counted once a part. Losses: the largest within one group of assets, summed across groups (docs/forecast.md, "Losses").
#pragma once

#include <map>
#include <vector>

#include "forecast/bind.h"
#include "forecast/worlds.h"

namespace stormwatch::forecast {

struct Threat {
  std::uint32_t type = 0;              ///< in StepRules::incidents
  std::uint32_t asset = 0;             ///< where it is most likely, to name it by
  std::uint32_t group = 0;             ///< losses within a group are not added
  std::vector<std::uint32_t> targets;  ///< nodes of the network, or of the outline before it is bound
  double median = 0, p90 = 0, mean = 0;
  double screened = 0;                 ///< rough chance, for choosing which to work out
  bool followed = true;                ///< all that leads to it was bound
  bool crown = false;                  ///< at what the organisation calls a crown jewel

  /// For choosing which to work out.
  [[nodiscard]] double promise() const { return screened * mean * (crown ? 10 : 1); }
};

/// At most `most` of `all`, where the n-th of a type counts an n-th, so that no type crowds out the others. All, in their order,
/// if they are no more than that.
template <class T, class ScoreAndType>
std::vector<T> varied(std::vector<T> all, std::size_t most, const ScoreAndType& of) {
  if (all.size() <= most) return all;
  std::map<std::uint32_t, int> before;
  std::vector<std::pair<double, std::size_t>> order;
  order.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto [score, type] = of(all[i]);
    order.emplace_back(-score / ++before[type], i);
  }
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(most));
  order.resize(most);
  std::vector<T> kept;
  kept.reserve(most);
  for (const auto& [score, i] : order) kept.push_back(std::move(all[i]));
  return kept;
}

/// Sorted by screened chance times mean loss, the largest first.
std::vector<Threat> threats_of(const Estate& estate, const StepRules& rules, const Binding& binding, const Graph& graph, const BestChains& chains,
                               const Organisation* organisation = nullptr);
/// The same over an outline.
std::vector<Threat> threats_of(const SiteReader& reader, const Outline& outline, const Organisation* organisation = nullptr);

/// At most `most` of them, `varied`; `found`: how many there are.
std::vector<Threat> promising_threats(const SiteReader& reader, const Outline& outline, const Organisation* organisation, std::size_t most, std::size_t& found);
/// Screens them anew by what each node of the network now costs, and leaves at most `most`, `varied`.
void screen_again(std::vector<Threat>& threats, std::span<const float> cost, std::size_t most);

struct Trajectory {
  std::uint32_t trigger = kNone;
  std::vector<std::uint32_t> steps;  ///< network steps, first to last
  double share = 0;
};
/// Up to `most` distinct ways by which the targets are reached, by their share of the worlds where they are.
std::vector<Trajectory> trajectories(const Graph& graph, const Cone& cone, const Worlds& worlds, const Factors& with, double days,
                                     std::uint64_t seed, std::size_t most);

struct Judgement {
  double mean_loss = 0, bad_loss = 0, appetite = 0;  ///< bad_loss: the 90th percentile
  double direct = 0;        ///< chance within 30 days of the best short path from an attack step that was observed
  bool exploited = false;   ///< a flaw known to be exploited can start it
  bool weak = false;        ///< most evidence is of tier C or rests on facts nobody observed
  bool crown = false;       ///< at a crown jewel: major whatever it costs
  bool jewels_known = false;  ///< crown jewels are stated: only there does a known exploit alone make a warning
  bool follows = false;     ///< cause or consequence of another incident
};
Level level_of(const Chance& chance, const Judgement& judgement);

/// A level as it is shown: what the figures say, held up by an earlier forecast, with the reason where the two differ.
struct ShownLevel {
  Level judged = Level::none, shown = Level::none;
  int below = 0;
  std::string note;
};
/// A level rises at once and falls only after two forecasts below 0.7 of what holds it. An earlier level expires: the sooner, the higher.
ShownLevel shown_level(const Chance& chance, const Judgement& judgement, const HeldLevel* before);

}  // namespace stormwatch::forecast
