// SPDX-License-Identifier: Apache-2.0
#include "forecast/incidents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace stormwatch::forecast {

namespace {

constexpr double kQuantile90 = 1.2815515655446004;  // of the standard normal

class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t of(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = of(a), b = of(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

bool is_program(AssetKind kind) {
  return kind == AssetKind::application || kind == AssetKind::agent || kind == AssetKind::endpoint || kind == AssetKind::workload ||
         kind == AssetKind::mcp_server || kind == AssetKind::tool;
}

/// `whole`: all parts of a program; otherwise only what acts as one (an agent with its tools, a server with its tools).
Groups groups_of(const Links& links, bool whole) {
  Groups groups(links.size());
  for (std::uint32_t from = 0; from < links.size(); ++from) {
    const AssetKind a = links.kind(from);
    if (!is_program(a)) continue;
    for (const Link& link : links.out(from)) {
      const bool owned_tool = link.kind == RelationKind::has_tool && (a == AssetKind::agent || a == AssetKind::mcp_server);
      const bool part = is_program(links.kind(link.other)) &&
                        (link.kind == RelationKind::serves || link.kind == RelationKind::exposes || link.kind == RelationKind::contains);
      if (owned_tool || (whole && part)) groups.join(from, link.other);
    }
  }
  return groups;
}

/// What packets can go between: a network that is taken over is taken over once, whichever of its machines are reached.
Groups networks_of(const Links& links) {
  Groups groups(links.size());
  for (std::uint32_t from = 0; from < links.size(); ++from)
    for (const Link& link : links.out(from))
      if (link.kind == RelationKind::network_reach) groups.join(from, link.other);
  return groups;
}

/// The mean of a lognormal up to its 90th percentile: beyond it the mean hangs on losses nobody has seen.
double mean_loss(double median, double p90) {
  const double sigma = std::log(p90 / median) / kQuantile90;
  const double below = 0.5 * std::erfc((sigma - kQuantile90) / std::numbers::sqrt2);
  return std::clamp(median * std::exp(sigma * sigma / 2) * below / 0.9, 0.9 * median, p90);
}

void set_impact(Threat& threat, const IncidentType& type, const Asset& asset, const Organisation* organisation) {
  threat.median = type.median;
  threat.p90 = type.p90;
  if (type.per_record > 0)
    if (const auto* data = std::get_if<DatasetFacts>(&asset.facts); data && data->rows && *data->rows > 0) {
      threat.median = std::max(type.median, static_cast<double>(*data->rows) * type.per_record);
      threat.p90 = threat.median * type.p90 / type.median;
    }
  if (organisation) {
    if (const auto stated = organisation->incidents.find(type.id); stated != organisation->incidents.end()) std::tie(threat.median, threat.p90) = stated->second;
    if (const auto value = organisation->value_of(asset)) {
      threat.median = *value * threat.median / threat.p90;
      threat.p90 = *value;
    }
    threat.crown = organisation->is_crown_jewel(asset);
  }
}

/// Every incident that is possible, by type and then by where it first comes; targets are filled in for those that are asked for.
class Screening {
 public:
  using StateOf = std::function<std::pair<std::uint8_t, std::uint32_t>(std::uint32_t)>;

  Screening(const Estate& estate, const Links& links, const StepRules& rules, StateOf state_of, std::span<const float> cost, const Organisation* organisation)
      : rules_(rules), state_of_(std::move(state_of)), members_(rules.incidents.size()) {
    gather(links, cost);
    for (std::uint32_t type = 0; type < members_.size(); ++type) screen(type, links.size(), cost);
    std::uint32_t type = kNone;
    double median = 0, p90 = 0, mean = 0;
    for (Threat& threat : threats_) {
      set_impact(threat, rules.incidents[threat.type], estate.assets()[threat.asset], organisation);
      if (std::exchange(type, threat.type) != threat.type || median != threat.median || p90 != threat.p90) mean = mean_loss(median = threat.median, p90 = threat.p90);
      threat.mean = mean;
    }
  }

  [[nodiscard]] std::size_t found() const { return threats_.size(); }

  /// By screened chance times mean loss, the largest first.
  [[nodiscard]] std::vector<std::uint32_t> order() const {
    std::vector<std::tuple<double, std::uint32_t, std::uint32_t, std::uint32_t>> keys;
    keys.reserve(threats_.size());
    for (std::uint32_t i = 0; i < threats_.size(); ++i) keys.emplace_back(-threats_[i].screened * threats_[i].mean, threats_[i].type, actor_[i], i);
    std::ranges::sort(keys);
    std::vector<std::uint32_t> out;
    out.reserve(keys.size());
    for (const auto& key : keys) out.push_back(std::get<3>(key));
    return out;
  }

  [[nodiscard]] const Threat& at(std::uint32_t i) const { return threats_[i]; }

  /// These, with their targets.
  [[nodiscard]] std::vector<Threat> take(std::span<const std::uint32_t> chosen) const {
    std::vector<Threat> out;
    std::vector<std::unordered_map<std::uint32_t, std::uint32_t>> place(members_.size());  // by type: actor -> place in `out`
    for (std::uint32_t i : chosen) {
      place[threats_[i].type].emplace(actor_[i], static_cast<std::uint32_t>(out.size()));
      out.push_back(threats_[i]);
    }
    for (std::uint32_t type = 0; type < members_.size(); ++type) {
      if (place[type].empty()) continue;
      for (const auto& [actor, node] : members_[type])
        if (const auto found = place[type].find(actor); found != place[type].end()) out[found->second].targets.push_back(node);
    }
    const auto by_state = [&](std::uint32_t node) {
      const auto [state, asset] = state_of_(node);
      return std::pair(asset, state);
    };
    for (Threat& threat : out) std::ranges::sort(threat.targets, {}, by_state);
    return out;
  }

 private:
  void gather(const Links& links, std::span<const float> cost) {
    Groups whole = groups_of(links, true), acting = groups_of(links, false);
    std::vector<std::vector<std::uint32_t>> types_of_state(kStateCount);
    for (std::uint32_t type = 0; type < rules_.incidents.size(); ++type)
      for (std::uint8_t state : rules_.incidents[type].states) types_of_state[state].push_back(type);
    for (std::uint32_t node = 0; node < cost.size(); ++node) {
      const auto [state, asset] = state_of_(node);
      if (asset == kNone || !std::isfinite(cost[node])) continue;
      for (std::uint32_t type : types_of_state[state]) members_[type].emplace_back((rules_.incidents[type].id == "I2" ? whole : acting).of(asset), node);
    }
    program_.reserve(links.size());
    for (std::uint32_t asset = 0; asset < links.size(); ++asset) program_.push_back(whole.of(asset));
    Groups networks = networks_of(links);
    for (std::uint32_t asset = 0; asset < links.size(); ++asset) network_.push_back(static_cast<std::uint32_t>(links.size()) + networks.of(asset));
  }

  void screen(std::uint32_t type, std::size_t assets, std::span<const float> cost) {
    if (members_[type].empty()) return;
    std::vector<std::uint32_t> place(assets, kNone);
    const std::uint8_t moved = *state_named("LAT");
    for (const auto& [actor, node] : members_[type]) {
      const double chance = std::exp(-static_cast<double>(cost[node]));
      const std::uint32_t asset = state_of_(node).second;
      const bool first = place[actor] == kNone;
      if (first) {
        place[actor] = static_cast<std::uint32_t>(threats_.size());
        threats_.push_back({.type = type});
        actor_.push_back(actor);
      }
      Threat& threat = threats_[place[actor]];
      if (!first && (chance < threat.screened || (chance == threat.screened && asset >= threat.asset))) continue;
      threat.asset = asset;
      threat.group = state_of_(node).first == moved ? network_[asset] : program_[asset];
      threat.screened = chance;
    }
  }

  const StepRules& rules_;
  StateOf state_of_;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> members_;  ///< by type: group of assets that acts as one, and node
  std::vector<std::uint32_t> program_, network_, actor_;  ///< by asset, numbers of networks behind those of assets; by threat
  std::vector<Threat> threats_;
};

Screening screening_of(const SiteReader& reader, const Outline& outline, const Organisation* organisation) {
  return {reader.estate(), reader.links(), reader.rules(), [&](std::uint32_t node) { return outline.state_of(node); }, outline.cost(), organisation};
}

}  // namespace

std::vector<Threat> threats_of(const Estate& estate, const StepRules& rules, const Binding& binding, const Graph&, const BestChains& chains, const Organisation* organisation) {
  const Screening all(estate, Links(estate), rules, [&](std::uint32_t node) { return binding.state_of_node[node]; }, chains.cost, organisation);
  return all.take(all.order());
}

std::vector<Threat> threats_of(const SiteReader& reader, const Outline& outline, const Organisation* organisation) {
  const Screening all = screening_of(reader, outline, organisation);
  return all.take(all.order());
}

std::vector<Threat> promising_threats(const SiteReader& reader, const Outline& outline, const Organisation* organisation, std::size_t most, std::size_t& found) {
  const Screening all = screening_of(reader, outline, organisation);
  found = all.found();
  return all.take(varied(all.order(), most, [&](std::uint32_t i) { return std::pair{all.at(i).promise(), all.at(i).type}; }));
}

void screen_again(std::vector<Threat>& threats, std::span<const float> cost, std::size_t most) {
  for (Threat& threat : threats) {
    float least = INFINITY;
    for (std::uint32_t target : threat.targets) least = std::min(least, cost[target]);
    threat.screened = std::exp(-static_cast<double>(least));
  }
  std::erase_if(threats, [](const Threat& threat) { return threat.screened <= 0; });
  std::ranges::stable_sort(threats, [](const Threat& a, const Threat& b) { return a.screened * a.mean > b.screened * b.mean; });
  std::vector<std::uint32_t> all(threats.size());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<Threat> kept;
  for (std::uint32_t i : varied(std::move(all), most, [&](std::uint32_t t) { return std::pair{threats[t].promise(), threats[t].type}; })) kept.push_back(std::move(threats[i]));
  threats = std::move(kept);
}

Level level_of(const Chance& chance, const Judgement& judgement) {
  const bool major = judgement.crown || judgement.bad_loss >= 2 * judgement.appetite;
  if (judgement.direct >= 0.3 && chance.p30 >= 0.3 && major && !judgement.follows) return Level::emergency;
  const bool sure = judgement.exploited || judgement.direct >= 0.3;
  const bool warning = (chance.p30 >= 0.20 && major) || chance.p7 >= 0.05 || (judgement.exploited && chance.p90 >= 0.02 && (judgement.crown || !judgement.jewels_known));
  if (warning) return judgement.weak && !sure ? Level::watch : Level::warning;
  if (chance.p30 >= 0.05 && major) return Level::watch;
  if (chance.p30 >= 0.10) return Level::advisory;
  if (chance.p90 >= 0.05 && chance.p90 * judgement.mean_loss >= 0.02 * judgement.appetite) return Level::outlook;
  return Level::none;
}

namespace {

constexpr double kHolds = 0.7;   // of the threshold
constexpr int kForecastsToFall = 2;
constexpr std::array<double, 6> kExpiresAfterDays{0, 90, 30, 30, 7, 3};  // by level

Chance scaled(const Chance& chance, double by) {
  const auto at_most_one = [&](double value) { return std::min(1.0, value * by); };
  return {at_most_one(chance.p7), at_most_one(chance.p30), at_most_one(chance.p90), chance.low, chance.high};
}

}  // namespace

ShownLevel shown_level(const Chance& chance, const Judgement& judgement, const HeldLevel* before) {
  ShownLevel out;
  out.judged = out.shown = level_of(chance, judgement);
  if (judgement.weak && out.judged == Level::watch) {
    Judgement sure = judgement;
    sure.weak = false;
    if (level_of(chance, sure) == Level::warning) out.note = "A warning is withheld: most of its evidence is weak or rests on facts nobody observed.";
  }
  if (!before || before->level <= out.judged) return out;
  if (before->days_ago > kExpiresAfterDays[static_cast<std::size_t>(before->level)]) {
    out.note = fmt::format("The {} of {:.0f} days ago has expired.", name_of(before->level), before->days_ago);
    return out;
  }
  const bool holds = level_of(scaled(chance, 1 / kHolds), judgement) >= before->level;
  out.below = holds ? 0 : before->below + 1;
  if (out.below >= kForecastsToFall) {
    out.note = fmt::format("Down from {}: below it in {} forecasts in a row.", name_of(before->level), out.below);
    out.below = 0;
    return out;
  }
  out.shown = before->level;
  out.note = holds ? fmt::format("Held: by itself {}, but near what made it {}.", name_of(out.judged), name_of(before->level))
                   : fmt::format("Held: by itself {}; it falls if the next forecast says so too.", name_of(out.judged));
  return out;
}

}  // namespace stormwatch::forecast
