// SPDX-License-Identifier: Apache-2.0
#include "forecast/proposal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/parallel.h"
#include "forecast/groups.h"

namespace stormwatch::forecast {

namespace {

std::vector<Stair> stairs_of(std::span<const Worked> worked) {
  std::map<std::uint32_t, std::vector<const Worked*>> groups;
  for (const Worked& one : worked) groups[one.threat.group].push_back(&one);
  std::vector<Stair> out;
  for (auto& [group, members] : groups) {
    std::ranges::stable_sort(members, [](const Worked* a, const Worked* b) { return a->threat.mean > b->threat.mean; });
    std::vector<std::uint32_t> targets;
    double chance = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Threat& threat = members[i]->threat;
      targets.insert(targets.end(), threat.targets.begin(), threat.targets.end());
      chance = std::max(chance, members[i]->chance.p90);
      const double loss = threat.mean - (i + 1 < members.size() ? members[i + 1]->threat.mean : 0);
      if (loss > 0) out.push_back({targets, loss, loss * chance, {}});
    }
  }
  return out;
}

}  // namespace

constexpr double kNegligible = 0.01;  // of the expected loss
constexpr double kFewWorlds = 0.002;  // of all: fewer tell too little of what an action changes

Measure measure_of(const Worlds& worlds, const Cone& cone, const Factors& base, const Estimate& known) {
  const Estimate sampled = known.by_world.empty() ? worlds.sample(cone, base) : known;
  if (sampled.at[2] >= kFewWorlds) return {sampled.at[2], false};
  if (!known.exact && known.by_world.empty()) return {known.at[2], true};
  if (is_rare(sampled))
    if (const auto along = worlds.rare(cone, base, Span::ninety_days)) return {along->at[2], true};
  return {sampled.at[2], false};
}

double left_of(const Worlds& worlds, const Cone& cone, const Measure& measure, const Factors& with) {
  if (measure.before <= 0) return 1;
  if (!measure.along_ways) return worlds.sample(cone, with).at[2] / measure.before;
  const auto along = worlds.rare(cone, with, Span::ninety_days);
  return along ? along->at[2] / measure.before : 1;
}

void Proposal::fill(Forecast& out) {
  out.groups = groups_of(of_.worked, of_.graph, *of_.worlds, of_.base, of_.effort.work / of_.sweeps, of_.options.jobs);
  choose_candidates();
  choose_stairs();
  find_cuts(out.groups);
  rank_actions();
  out.expected_loss = ranking_.loss_before;
  if (options_.empty())
    for (const LossPart& part : parts_) out.expected_loss += part.loss * of_.worlds->sample(*part.cone, of_.base).at_horizon;
  out.loss_left_by_all = std::max(0.0, out.expected_loss - (ranking_.order.empty() ? 0 : ranking_.order.back().cumulative));
  add_bundles(out.bundles);
  add_actions(out.actions);
  // A bundle is shown when all its actions are.
  std::erase_if(out.bundles, [&](const Bundle& bundle) {
    return std::ranges::any_of(bundle.actions, [&](ActionId id) { return std::ranges::find(out.actions, id, &Action::id) == out.actions.end(); });
  });
}

void Proposal::choose_candidates() {
  const std::vector<double> weights = of_.explainer->weights(of_.worked);
  candidates_ = candidate_actions(of_.estate, of_.findings, of_.reader.rules(), of_.scope.binding, of_.options, [&](std::uint32_t site) { return weights[site]; });
  std::erase_if(candidates_, [&](const CandidateAction& candidate) { return of_.done.contains(candidate.id.text()); });
  if (candidates_.size() > 60) candidates_.resize(60);
}

/// The losses that actions are ranked by. Where that is too much for all: fewer actions, then fewer losses, the heaviest kept.
void Proposal::choose_stairs() {
  stairs_ = stairs_of(of_.worked);
  double widest = 64;
  for (const Worked& one : of_.worked) widest = std::max(widest, of_.cost_of(one.cone));
  const double evaluations = of_.effort.work / (widest + 4'000.0 * of_.words / kStripe);
  if (evaluations < static_cast<double>(stairs_.size() * (candidates_.size() + of_.options.top_actions))) {
    const std::size_t kept_actions = std::min<std::size_t>(candidates_.size(), 20);
    const auto kept_stairs = static_cast<std::size_t>(std::max(3.0, evaluations / 2 / static_cast<double>(kept_actions + of_.options.top_actions)));
    candidates_.resize(kept_actions);
    if (kept_stairs < stairs_.size()) {
      std::ranges::stable_sort(stairs_, [](const Stair& a, const Stair& b) { return a.weight > b.weight; });
      of_.notes.push_back(fmt::format("actions are ranked by the {} heaviest of {} losses", kept_stairs, stairs_.size()));
      stairs_.resize(kept_stairs);
    }
  }
  parallel_for(stairs_.size(), of_.options.jobs, [&](std::size_t i) { stairs_[i].cone = cone_of(of_.graph, stairs_[i].targets, of_.effort.nodes); });
  for (const Stair& stair : stairs_) parts_.push_back({&stair.cone, stair.loss});
  for (const CandidateAction& candidate : candidates_) options_.push_back(candidate.option);
  limits_.evaluations = static_cast<std::uint64_t>(std::clamp(evaluations, 50.0, 20'000.0));
}

/// The cheapest set that ends each of the first groups: what helps only together is looked at together.
void Proposal::find_cuts(const std::vector<IncidentGroup>& groups) {
  constexpr std::size_t kBundles = 6;
  const std::vector<Worked>& worked = of_.worked;
  for (std::size_t g = 0; g < groups.size() && cuts_.size() < kBundles; ++g) {
    const auto first = static_cast<std::size_t>(std::ranges::find(worked, groups[g].members.front(), [](const Worked& one) { return one.incident.id; }) - worked.begin());
    if (first >= worked.size() || worked[first].incident.level == Level::none || size_of(worked[first].cone) > 20'000) continue;
    if (Cut cut = cheapest_cut(of_.scope.binding.network, worked[first].cone, of_.base, options_); !cut.options.empty() && cut.options.size() <= 12) {
      limits_.bundles.push_back(cut.options);
      cuts_.emplace_back(first, std::move(cut));
    }
  }
}

void Proposal::rank_actions() {
  limits_.budget = of_.options.budget_hours;
  limits_.most = of_.options.top_actions;
  limits_.jobs = of_.options.jobs;
  ranking_ = plan(*of_.worlds, of_.scope.binding.network, of_.base, parts_, options_, limits_);
}

Bundle Proposal::bundle_of(const Worked& one, const Cut& cut) const {
  const Worlds& worlds = *of_.worlds;
  Bundle bundle{.incidents = {one.incident.id}, .effort_hours = cut.cost, .before = one.chance.p90};
  const Factors with = edited(of_.base, options_, cut.options);
  const auto changed = [&](const Cone& cone) { return std::ranges::any_of(cut.options, [&](std::uint32_t o) { return touches(of_.scope.binding.network, cone, options_[o]); }); };
  for (const LossPart& part : parts_)
    if (changed(*part.cone)) bundle.loss_reduction += part.loss * (worlds.sample(*part.cone, of_.base, true).at_horizon - worlds.sample(*part.cone, with, true).at_horizon);
  const Measure measure = measure_of(worlds, one.cone, of_.base, one.estimate);
  bundle.after = measure.before > 0 ? std::min(one.chance.p90, left_of(worlds, one.cone, measure, with) * one.chance.p90) : 0;
  for (std::uint32_t o : cut.options) bundle.actions.push_back(candidates_[o].id);
  return bundle;
}

void Proposal::add_bundles(std::vector<Bundle>& bundles) const {
  for (const auto& [at, cut] : cuts_) {
    Bundle bundle = bundle_of(of_.worked[at], cut);
    const auto same = std::ranges::find(bundles, bundle.actions, &Bundle::actions);
    if (same != bundles.end()) same->incidents.push_back(bundle.incidents.front());
    else bundles.push_back(std::move(bundle));
  }
}

/// Effects are shown for the first incidents as far as the work goes.
std::size_t Proposal::incidents_with_effects() const {
  std::size_t shown = 0;
  for (double work = 0; shown < of_.worked.size(); ++shown) {
    work += of_.cost_of(of_.worked[shown].cone) * static_cast<double>(ranking_.order.size());
    if (work > of_.effort.work && shown >= 1) break;
  }
  return shown;
}

void Proposal::add_actions(std::vector<Action>& out) const {
  std::vector<Measure> measures(incidents_with_effects());
  parallel_for(measures.size(), of_.options.jobs, [&](std::size_t k) { measures[k] = measure_of(*of_.worlds, of_.worked[k].cone, of_.base, of_.worked[k].estimate); });
  std::vector<Action> actions(ranking_.order.size());
  parallel_for(actions.size(), of_.options.jobs, [&](std::size_t i) {
    actions[i] = action_of(ranking_.order[i]);
    add_effects(actions[i], ranking_.order[i].option, measures);
  });
  for (Action& action : actions)
    if (action.loss_reduction > 0) out.push_back(std::move(action));
}

Action Proposal::action_of(const Ranked& ranked) const {
  const CandidateAction& candidate = candidates_[ranked.option];
  Action action;
  action.id = candidate.id;
  action.title = candidate.title;
  action.effort_hours = candidate.option.cost;
  action.loss_reduction = ranked.gain;
  action.loss_low = std::min(ranked.low, ranked.gain);
  action.loss_high = std::max(ranked.high, ranked.gain);
  action.cumulative_reduction = ranked.cumulative;
  action.findings = candidate.findings;
  action.how = candidate.how;
  action.patch = candidate.patch;
  action.verify = candidate.verify;
  if (of_.organisation && candidate.asset != kNone) action.owner = of_.organisation->owner_of(of_.estate.assets()[candidate.asset]);
  return action;
}

void Proposal::add_effects(Action& action, std::uint32_t option, std::span<const Measure> measures) const {
  const std::uint32_t self[1] = {option};
  const Factors with = edited(of_.base, options_, self);
  for (std::size_t k = 0; k < measures.size(); ++k) {
    const Worked& one = of_.worked[k];
    if (!touches(of_.scope.binding.network, one.cone, options_[option])) continue;
    // Worked out along its ways, one effect costs as much as the forecast of the incident: not for what no reader would act on.
    if (measures[k].along_ways && one.chance.p90 * one.threat.mean < kNegligible * ranking_.loss_before) continue;
    const double after = left_of(*of_.worlds, one.cone, measures[k], with) * one.chance.p90;
    if (std::abs(after - one.chance.p90) > std::min(1e-9, one.chance.p90 * 1e-3)) action.effects.push_back({one.incident.id, one.chance.p90, std::min(after, one.chance.p90)});
  }
  std::ranges::stable_sort(action.effects, [](const ActionEffect& a, const ActionEffect& b) { return a.before - a.after > b.before - b.after; });
}

}  // namespace stormwatch::forecast
