// SPDX-License-Identifier: Apache-2.0
// The way from an estate with findings to incidents and ranked actions; docs/forecast.md is its text.
#include "forecast/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/parallel.h"
#include "forecast/actions.h"
#include "forecast/cuts.h"
#include "forecast/explain.h"
#include "forecast/flatness.h"
#include "forecast/groups.h"
#include "forecast/incidents.h"
#include "forecast/step_rules.h"

namespace stormwatch::forecast {

namespace {

/// What is spent. Counted, never timed, so that the answer does not depend on the machine.
struct Effort {
  double work = 1e8;             ///< row operations (1,024 worlds each) of one round: chances, ranking, effects, reasons
  std::size_t nodes = 200'000;   ///< causes of one incident that are followed, the nearest first
};
constexpr double kEnumerationBudget = 8e6; // world-and-step operations spent on exact answers
constexpr double kConeBudget = 2e7;        // nodes and steps held at once
constexpr std::size_t kMostBound = 500'000;  // nodes that are bound in full, for as many incidents as that gives
constexpr std::size_t kMostUnfollowed = 16;  // incidents with more causes than are followed: where there are so many the estate is flat
constexpr std::size_t kConesAtOnce = 8;

/// Where all leads to all, in a large estate, more work finds little more: each incident has the same causes.
Effort effort_for(const Outline& outline) {
  constexpr std::uint32_t kLarge = 300'000;
  return outline.is_flat() && outline.nodes() > kLarge ? Effort{2e7, 50'000} : Effort{};
}

double size_of(const Cone& cone) { return static_cast<double>(cone.nodes.size() + cone.steps.size() + cone.sources.size()) + 64; }

/// Row operations that one pass over a cone takes for each of its parts: 1 without loops, many where all reaches all. Measured on
/// the largest cone, so that work is bounded by counting and the answer does not depend on the machine.
double sweeps_of(const Graph& graph, std::span<const Worked> worked, const Factors& base, const ForecastOptions& options) {
  if (graph.components.largest <= 10 || worked.empty()) return 1;
  const Worked& largest = *std::ranges::max_element(worked, {}, [](const Worked& one) { return size_of(one.cone); });
  const Worlds pilot(graph, options.seed, kStripe, options.horizon_days);
  return std::max(1.0, static_cast<double>(pilot.sample(largest.cone, base, true).work) / size_of(largest.cone));
}

/// Whether so few worlds reach the targets that their share says little.
bool is_rare(const Estimate& estimate) {
  constexpr double kFew = 0.02;
  return std::ranges::all_of(estimate.reach, [](double share) { return share < kFew; });
}

void bound(Chance& chance, const Estimate& estimate) {
  std::array<double, kBlocks> sorted = estimate.blocks;
  std::ranges::sort(sorted);
  chance.low = 0.25 * sorted[0] + 0.75 * sorted[1];
  chance.high = 0.75 * sorted[kBlocks - 2] + 0.25 * sorted[kBlocks - 1];
  const double error = sampling_error(estimate);
  chance.low = std::min(chance.low, chance.p90 - error);
  chance.high = std::max(chance.high, chance.p90 + error);
  chance.low = std::clamp(std::min(chance.low, chance.p90), 0.0, 1.0);
  chance.high = std::clamp(std::max(chance.high, chance.p90), 0.0, 1.0);
}

Chance chance_of(const Estimate& estimate, const Graph& graph, const Factors& with, const BestChains& chains, const Threat& threat) {
  Chance chance{estimate.at[0], estimate.at[1], estimate.at[2], 0, 0};
  if (!estimate.exact) {
    // Never below the best single path, which holds for sure: it matters where sampling met no world.
    BestPath best;
    for (std::uint32_t target : threat.targets)
      if (BestPath path = best_path(graph, with, chains, target, 90); path.chance > best.chance) best = std::move(path);
    if (best.chance > chance.p90) {
      const double rate = graph.network->mean_rate(best.trigger, with), whole = -std::expm1(-rate * 3);
      chance.p90 = best.chance;
      chance.p30 = std::max(chance.p30, best.chance * -std::expm1(-rate) / whole);
      chance.p7 = std::max(chance.p7, best.chance * -std::expm1(-rate * 7 / 30) / whole);
    }
  }
  bound(chance, estimate);
  return chance;
}

/// Losses: within a group the largest counts, so each group is a staircase of unions.
struct Stair {
  std::vector<std::uint32_t> targets;
  double loss = 0, weight = 0;  ///< weight: about the expected loss
  Cone cone;
};

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

/// By level, then what others follow from before what follows, then expected loss; each further incident of a type counts half, so
/// that one type at many like assets does not fill the top.
void rank(std::vector<Worked>& worked, const StepRules& rules) {
  auto loss = [](const Worked& one) { return one.chance.p90 * one.threat.mean; };
  std::ranges::stable_sort(worked, [&](const Worked& a, const Worked& b) { return loss(a) > loss(b); });
  std::map<std::pair<Level, std::uint32_t>, int> before;
  std::vector<std::tuple<int, bool, double, std::size_t>> order;
  for (std::size_t i = 0; i < worked.size(); ++i) {
    const Worked& one = worked[i];
    const int same = before[{one.incident.level, one.threat.type}]++;
    order.emplace_back(-static_cast<int>(one.incident.level), rules.incidents[one.threat.type].follows, -std::ldexp(loss(one), -same), i);
  }
  std::ranges::sort(order);
  std::vector<Worked> out;
  out.reserve(worked.size());
  for (const auto& entry : order) out.push_back(std::move(worked[std::get<3>(entry)]));
  worked = std::move(out);
}

/// The incidents worth working out, and the part of the network that they hang on.
struct Scope {
  Binding binding;
  std::vector<Threat> threats;
  std::size_t found = 0;  ///< incidents that are possible at all
};

Scope scope_of(const SiteReader& reader, const Outline& outline, const ForecastOptions& options, const Organisation* organisation) {
  // What actions change decides which incidents come first: with some taken as done, more are looked at before they are chosen.
  const std::size_t most = options.top_incidents * (options.what_if.empty() ? 2 : 4);
  Scope out;
  out.threats = promising_threats(reader, outline, organisation, most, out.found);
  std::vector<bool> kept(outline.nodes(), false);
  std::size_t taken = 0, nodes = 0, unfollowed = 0;
  for (; taken < out.threats.size() && (taken < 3 || (nodes < kMostBound && unfollowed < kMostUnfollowed)); ++taken) {
    Threat& threat = out.threats[taken];
    threat.followed = outline.add_causes(threat.targets, effort_for(outline).nodes, kept, nodes);
    unfollowed += !threat.followed;
  }
  out.threats.resize(taken);
  out.binding = forecast::bind(reader, outline, kept);
  for (Threat& threat : out.threats)
    for (std::uint32_t& target : threat.targets) target = out.binding.node_of[target];
  return out;
}

Result<std::vector<std::uint32_t>> chosen_actions(const std::vector<CandidateAction>& candidates, const std::vector<std::string>& wanted) {
  std::vector<std::uint32_t> out;
  for (const std::string& text : wanted) {
    std::vector<std::uint32_t> fits;
    for (std::uint32_t i = 0; i < candidates.size(); ++i)
      if (candidates[i].title == text || (text.size() >= 4 && candidates[i].id.text().starts_with(text))) fits.push_back(i);
    if (fits.size() != 1) {
      std::string known;
      for (std::size_t i = 0; i < std::min<std::size_t>(candidates.size(), 30); ++i)
        known += fmt::format("{}{} ({})", i ? "; " : "", candidates[i].id.text(), candidates[i].title);
      return failure(fits.empty() ? "unknown action " + text : "more than one action fits " + text, "--what-if", "", known.empty() ? "no actions are known" : "one of: " + known);
    }
    out.push_back(fits.front());
  }
  return out;
}

}  // namespace

StandingForecast::StandingForecast(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const ForecastOptions& options)
    : estate_(estate), findings_(findings), rules_(rules), organisation_(options.organisation), jobs_(options.jobs) {
  read();
}

StandingForecast::~StandingForecast() = default;

void StandingForecast::read() {
  outline_.reset();
  reader_.reset();
  if (organisation_ && !organisation_->facts.empty()) with_facts_ = std::make_unique<Estate>(organisation_->with_facts(estate_));
  reader_ = std::make_unique<SiteReader>(with_facts_ ? *with_facts_ : estate_, findings_, rules_, organisation_.get());
  outline_ = std::make_unique<Outline>(*reader_, jobs_);
}

void StandingForecast::changed(std::span<const AssetId> assets) {
  // Facts that the organisation states stand in an estate of their own, which is made anew.
  if (with_facts_) return read();
  std::vector<std::uint32_t> at;
  for (AssetId asset : assets)
    if (const std::size_t i = estate_.index_of(asset); i < estate_.assets().size()) at.push_back(static_cast<std::uint32_t>(i));
  reader_->reread(at);
  const std::vector<Near> near = reader_->near(at, reader_->farthest_reach());
  // Where a change lies near very much, going through all in order is faster; and in a flat estate the loop must be counted exactly.
  if (near.size() <= std::max<std::size_t>(1000, estate_.assets().size() / 20)) outline_->update(*reader_, near);
  else outline_.reset();
  if (outline_ && outline_->is_flat()) outline_.reset();
  if (!outline_) outline_ = std::make_unique<Outline>(*reader_, jobs_);
}

Result<Forecast> StandingForecast::forecast(const ForecastOptions& options) const {
  const SiteReader& reader = *reader_;
  const Outline& outline = *outline_;
  const Estate& estate = reader.estate();
  const StepRules& rules = reader.rules();
  const std::span<const Finding> findings = findings_;
  const Organisation* organisation = organisation_.get();
  Forecast out;
  out.horizon_days = options.horizon_days;
  out.model = digest_of(rules);
  for (std::size_t r = 0; r < rules.rules.size(); ++r)
    if (outline.sites_of_rule()[r] == 0 && !rules.rules[r].bridge) out.unobserved.push_back({rules.rules[r].id, rules.rules[r].name, rules.rules[r].needs, rules.rules[r].told});
  Scope scope = scope_of(reader, outline, options, organisation);
  const Binding& binding = scope.binding;
  const Graph graph = graph_of(binding.network);
  Factors base = binding.network.factors;
  std::vector<std::string> notes;
  std::set<std::string> done;
  if (!options.what_if.empty()) {
    const auto all = candidate_actions(estate, findings, rules, binding, options, [](std::uint32_t) { return 1.0; });
    auto chosen = chosen_actions(all, options.what_if);
    if (!chosen) return std::unexpected(chosen.error());
    std::vector<Option> as_options;
    for (const CandidateAction& candidate : all) as_options.push_back(candidate.option);
    base = edited(base, as_options, *chosen);
    for (std::uint32_t c : *chosen) done.insert(all[c].id.text());
    notes.push_back(fmt::format("with {} action{} taken as done", done.size(), done.size() == 1 ? "" : "s"));
  }
  ForecastOptions stated = options;
  if (organisation && organisation->appetite) stated.risk_appetite = *organisation->appetite;
  const BestChains chains = best_chains(graph, base, 90);
  if (!options.what_if.empty()) screen_again(scope.threats, chains.cost, options.top_incidents * 2);
  std::vector<Threat>& threats = scope.threats;
  const std::size_t found = scope.found;

  const Effort effort = effort_for(outline);
  std::vector<Worked> worked(threats.size());
  std::size_t affordable = 0;
  for (double held = 0; affordable < threats.size() && (affordable < 3 || held <= kConeBudget);) {
    const std::size_t batch = std::min(kConesAtOnce, threats.size() - affordable);
    parallel_for(batch, options.jobs, [&](std::size_t i) {
      worked[affordable + i].threat = std::move(threats[affordable + i]);
      worked[affordable + i].cone = cone_of(graph, worked[affordable + i].threat.targets, effort.nodes);
      if (!worked[affordable + i].threat.followed) worked[affordable + i].cone.complete = false;
    });
    for (std::size_t i = 0; i < batch; ++i) held += size_of(worked[affordable + i].cone);
    affordable += batch;
  }
  worked.resize(affordable);
  const double sweeps = sweeps_of(graph, worked, base, options);
  std::uint32_t words = std::max<std::uint32_t>(kStripe, options.worlds / 64 / kStripe * kStripe);
  double all = 0;
  for (const Worked& one : worked) all += size_of(one.cone) * sweeps;
  if (all * words / kStripe > effort.work) words = kStripe;
  const auto cost_of = [&](const Cone& cone) { return size_of(cone) * sweeps * words / kStripe; };
  affordable = 0;
  for (double work = 0; affordable < worked.size(); ++affordable) {
    work += cost_of(worked[affordable].cone);
    if (work > effort.work && affordable >= 3) break;
  }
  worked.resize(affordable);
  if (affordable < std::min(found, options.top_incidents * 2))
    notes.push_back(fmt::format("worked out the {} most promising of {} possible incidents: the paths of the others are too many", affordable, found));
  if (words * 64 < options.worlds) notes.push_back("fewer worlds than asked: the paths are many");
  if (outline.is_flat()) {
    notes.push_back(fmt::format("{}the estate is flat: {} of {} attack states reach one another; separate its networks first", effort.nodes < Effort{}.nodes ? "degraded: " : "", outline.loop_at_most(), outline.reached()));
    if (!options.chances_only)
      if (const std::string advice = told(separation_of(reader, outline, threats_of(reader, outline, organisation), 3), estate); !advice.empty()) notes.push_back(advice);
  }
  if (std::ranges::any_of(worked, [](const Worked& one) { return !one.cone.complete; }))
    notes.push_back("some incidents have more causes than were followed; their chances are lower bounds");
  if (outline.capped() > 0) notes.push_back(fmt::format("{} steps start from more places than were followed", outline.capped()));

  Worlds worlds(graph, options.seed, words, options.horizon_days);
  std::vector<std::uint32_t> used;
  for (const Worked& one : worked)
    for (const Cone::LocalStep& step : one.cone.steps) used.push_back(step.step);
  worlds.remember(used, base, options.jobs);
  double enumeration = kEnumerationBudget;
  for (Worked& one : worked) {
    const std::size_t m = worlds.undecided(one.cone, base);
    const double cost = std::ldexp(64.0 + static_cast<double>(one.cone.steps.size()), static_cast<int>(std::min<std::size_t>(m, 40)));
    one.exact = one.cone.complete && m <= 20 && cost <= enumeration / 4;
    if (one.exact) enumeration -= cost;
  }
  parallel_for(worked.size(), options.jobs, [&](std::size_t i) {
    Worked& one = worked[i];
    one.estimate = one.exact ? worlds.enumerate(one.cone, base) : worlds.sample(one.cone, base);
    if (!one.exact && is_rare(one.estimate))
      if (auto along_ways = worlds.rare(one.cone, base)) one.estimate = std::move(*along_ways);
    one.chance = chance_of(one.estimate, graph, base, chains, one.threat);
  });
  std::erase_if(worked, [](const Worked& one) { return one.chance.p90 <= 1e-6; });

  const Explainer explainer(estate, findings, rules, binding, graph, worlds, base, chains, stated);
  parallel_for(worked.size(), options.jobs, [&](std::size_t i) { explainer.trace(worked[i]); });
  rank(worked, rules);
  worked = varied(std::move(worked), options.top_incidents, [](const Worked& one) {
    const double loss = one.chance.p90 * one.threat.mean;
    return std::pair{one.incident.level >= Level::warning ? 1e12 + loss : one.incident.level == Level::none ? loss / 10 : loss, one.threat.type};
  });
  rank(worked, rules);
  constexpr double kQuestions = 20;  // asked of an incident to weigh its reasons
  std::vector<bool> weighed(worked.size(), false);
  double weighing = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(worked.size(), 20); ++i) {
    weighing += kQuestions * cost_of(worked[i].cone);
    weighed[i] = weighing <= effort.work && !options.chances_only;
  }
  parallel_for(worked.size(), options.jobs, [&](std::size_t i) {
    if (weighed[i]) explainer.weigh(worked[i]);
  });

  if (options.chances_only) {
    for (Worked& one : worked) out.incidents.push_back(std::move(one.incident));
    return out;
  }
  out.groups = groups_of(worked, graph, worlds, base, effort.work / sweeps, options.jobs);
  std::vector<Stair> stairs = stairs_of(worked);
  const std::vector<double> weights = explainer.weights(worked);
  std::vector<CandidateAction> candidates = candidate_actions(estate, findings, rules, binding, options, [&](std::uint32_t site) { return weights[site]; });
  std::erase_if(candidates, [&](const CandidateAction& candidate) { return done.contains(candidate.id.text()); });
  if (candidates.size() > 60) candidates.resize(60);
  double widest = 64;
  for (const Worked& one : worked) widest = std::max(widest, cost_of(one.cone));
  const double evaluations = effort.work / (widest + 4'000.0 * words / kStripe);
  if (evaluations < static_cast<double>(stairs.size() * (candidates.size() + options.top_actions))) {
    // Too much for all: fewer actions, then fewer losses, the heaviest kept.
    const std::size_t kept_actions = std::min<std::size_t>(candidates.size(), 20);
    const auto kept_stairs = static_cast<std::size_t>(std::max(3.0, evaluations / 2 / static_cast<double>(kept_actions + options.top_actions)));
    candidates.resize(kept_actions);
    if (kept_stairs < stairs.size()) {
      std::ranges::stable_sort(stairs, [](const Stair& a, const Stair& b) { return a.weight > b.weight; });
      notes.push_back(fmt::format("actions are ranked by the {} heaviest of {} losses", kept_stairs, stairs.size()));
      stairs.resize(kept_stairs);
    }
  }
  parallel_for(stairs.size(), options.jobs, [&](std::size_t i) { stairs[i].cone = cone_of(graph, stairs[i].targets, effort.nodes); });
  std::vector<LossPart> parts;
  for (const Stair& stair : stairs) parts.push_back({&stair.cone, stair.loss});
  std::vector<Option> as_options;
  for (const CandidateAction& candidate : candidates) as_options.push_back(candidate.option);
  PlanLimits limits;
  limits.budget = options.budget_hours;
  limits.most = options.top_actions;
  limits.evaluations = static_cast<std::uint64_t>(std::clamp(evaluations, 50.0, 20'000.0));
  limits.jobs = options.jobs;
  // The cheapest set that ends each of the first groups: what helps only together is looked at together.
  constexpr std::size_t kBundles = 6;
  std::vector<std::pair<std::size_t, Cut>> cuts;
  for (std::size_t g = 0; g < out.groups.size() && cuts.size() < kBundles; ++g) {
    const auto first = static_cast<std::size_t>(std::ranges::find(worked, out.groups[g].members.front(), [](const Worked& one) { return one.incident.id; }) - worked.begin());
    if (first >= worked.size() || worked[first].incident.level == Level::none || size_of(worked[first].cone) > 20'000) continue;
    if (Cut cut = cheapest_cut(binding.network, worked[first].cone, base, as_options); !cut.options.empty() && cut.options.size() <= 12) {
      limits.bundles.push_back(cut.options);
      cuts.emplace_back(first, std::move(cut));
    }
  }
  const Plan ranking = plan(worlds, binding.network, base, parts, as_options, limits);
  out.expected_loss = ranking.loss_before;
  if (as_options.empty())
    for (const LossPart& part : parts) out.expected_loss += part.loss * worlds.sample(*part.cone, base).at_horizon;
  out.loss_left_by_all = std::max(0.0, out.expected_loss - (ranking.order.empty() ? 0 : ranking.order.back().cumulative));
  for (const auto& [at, cut] : cuts) {
    const Worked& one = worked[at];
    Bundle bundle{.incidents = {one.incident.id}, .effort_hours = cut.cost, .before = one.chance.p90};
    const Factors with = edited(base, as_options, cut.options);
    const auto changed = [&](const Cone& cone) { return std::ranges::any_of(cut.options, [&](std::uint32_t o) { return touches(binding.network, cone, as_options[o]); }); };
    for (const LossPart& part : parts)
      if (changed(*part.cone)) bundle.loss_reduction += part.loss * (worlds.sample(*part.cone, base, true).at_horizon - worlds.sample(*part.cone, with, true).at_horizon);
    const double before = worlds.sample(one.cone, base).at[2];
    bundle.after = before > 0 ? std::min(one.chance.p90, worlds.sample(one.cone, with).at[2] / before * one.chance.p90) : 0;
    for (std::uint32_t o : cut.options) bundle.actions.push_back(candidates[o].id);
    const auto same = std::ranges::find(out.bundles, bundle.actions, &Bundle::actions);
    if (same != out.bundles.end()) same->incidents.push_back(one.incident.id);
    else out.bundles.push_back(std::move(bundle));
  }
  for (Worked& one : worked) out.incidents.push_back(std::move(one.incident));

  // Effects are shown for the first incidents as far as the work goes.
  std::size_t shown = 0;
  for (double work = 0; shown < worked.size(); ++shown) {
    work += cost_of(worked[shown].cone) * static_cast<double>(ranking.order.size());
    if (work > effort.work && shown >= 1) break;
  }
  std::vector<Estimate> sampled(shown);
  parallel_for(shown, options.jobs, [&](std::size_t k) { sampled[k] = worked[k].estimate.by_world.empty() ? worlds.sample(worked[k].cone, base) : worked[k].estimate; });
  std::vector<Action> actions(ranking.order.size());
  parallel_for(ranking.order.size(), options.jobs, [&](std::size_t i) {
    const Ranked& ranked = ranking.order[i];
    const CandidateAction& candidate = candidates[ranked.option];
    Action& action = actions[i];
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
    if (organisation && candidate.asset != kNone) action.owner = organisation->owner_of(estate.assets()[candidate.asset]);
    const std::uint32_t self[1] = {ranked.option};
    const Factors with = edited(base, as_options, self);
    for (std::size_t k = 0; k < shown; ++k) {
      const Worked& one = worked[k];
      if (!touches(binding.network, one.cone, candidate.option)) continue;
      const double before = sampled[k].at[2];
      if (before <= 0) continue;
      const double after = worlds.sample(one.cone, with).at[2] / before * one.chance.p90;
      if (std::abs(after - one.chance.p90) > 1e-9) action.effects.push_back({out.incidents[k].id, one.chance.p90, std::min(after, one.chance.p90)});
    }
    std::ranges::stable_sort(action.effects, [](const ActionEffect& a, const ActionEffect& b) { return a.before - a.after > b.before - b.after; });
  });
  for (Action& action : actions)
    if (action.loss_reduction > 0) out.actions.push_back(std::move(action));
  // A bundle is shown when all its actions are.
  std::erase_if(out.bundles, [&](const Bundle& bundle) {
    return std::ranges::any_of(bundle.actions, [&](ActionId id) { return std::ranges::find(out.actions, id, &Action::id) == out.actions.end(); });
  });
  out.method = fmt::format("forecast 1: {} worlds in {} parameter blocks, seed {}; {} of {} incidents by enumeration", words * 64, kBlocks, options.seed,
                           std::ranges::count_if(out.incidents, [](const Incident& i) { return i.exact; }), out.incidents.size());
  for (const std::string& note : notes) out.method += "; " + note;
  return out;
}

Result<Forecast> forecast(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const ForecastOptions& options) {
  return StandingForecast(estate, findings, rules, options).forecast(options);
}

}  // namespace stormwatch::forecast
