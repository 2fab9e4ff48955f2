// SPDX-License-Identifier: Apache-2.0
#include "forecast/incidents.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <tuple>

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
  const double sigma = std::log(threat.p90 / threat.median) / kQuantile90;
  // The mean of a lognormal this wide hangs on losses nobody has seen: the mean of what is up to the stated 90th percentile is used.
  const double below = 0.5 * std::erfc((sigma - kQuantile90) / std::numbers::sqrt2);
  threat.mean = std::clamp(threat.median * std::exp(sigma * sigma / 2) * below / 0.9, 0.9 * threat.median, threat.p90);
}

}  // namespace

namespace {

/// A state that some incident names, by the incident it belongs to.
struct Candidate {
  std::uint32_t group = 0, node = 0;
  std::uint32_t type = 0;
};

template <class StateOf>
std::vector<Threat> threats_over(const Estate& estate, const Links& links, const StepRules& rules, const StateOf& state_of, std::span<const float> cost, const Organisation* organisation) {
  Groups programs = groups_of(links, true), actors = groups_of(links, false);
  std::vector<std::vector<std::uint32_t>> types_of_state(kStateCount);
  for (std::uint32_t type = 0; type < rules.incidents.size(); ++type)
    for (std::uint8_t state : rules.incidents[type].states) types_of_state[state].push_back(type);
  std::vector<Candidate> found;
  for (std::uint32_t node = 0; node < cost.size(); ++node) {
    const auto [state, asset] = state_of(node);
    if (asset == kNone || !std::isfinite(cost[node])) continue;
    for (std::uint32_t type : types_of_state[state]) {
      const bool code = rules.incidents[type].id == "I2";
      found.push_back({code ? programs.of(asset) : actors.of(asset), node, type});
    }
  }
  std::ranges::sort(found, {}, [](const Candidate& one) { return std::tuple(one.type, one.group, one.node); });
  std::vector<Threat> out;
  for (std::size_t i = 0; i < found.size();) {
    Threat& threat = out.emplace_back();
    const Candidate& first = found[i];
    for (; i < found.size() && found[i].type == first.type && found[i].group == first.group; ++i) {
      const double chance = std::exp(-static_cast<double>(cost[found[i].node]));
      threat.targets.push_back(found[i].node);
      if (threat.targets.size() > 1 && chance <= threat.screened) continue;
      threat.type = first.type;
      threat.asset = state_of(found[i].node).second;
      threat.group = programs.of(threat.asset);
      threat.screened = chance;
    }
    set_impact(threat, rules.incidents[threat.type], estate.assets()[threat.asset], organisation);
  }
  std::ranges::stable_sort(out, [](const Threat& a, const Threat& b) { return a.screened * a.mean > b.screened * b.mean; });
  return out;
}

}  // namespace

std::vector<Threat> threats_of(const Estate& estate, const StepRules& rules, const Binding& binding, const Graph&, const BestChains& chains, const Organisation* organisation) {
  return threats_over(estate, Links(estate), rules, [&](std::uint32_t node) { return binding.state_of_node[node]; }, chains.cost, organisation);
}

std::vector<Threat> threats_of(const SiteReader& reader, const Outline& outline, const Organisation* organisation) {
  return threats_over(reader.estate(), reader.links(), reader.rules(), [&](std::uint32_t node) { return outline.state_of(node); }, outline.cost(), organisation);
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

}  // namespace stormwatch::forecast
