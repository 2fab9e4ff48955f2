// SPDX-License-Identifier: Apache-2.0
#include "forecast/inquiry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "forecast/flatness.h"
#include "forecast/step_rules.h"

namespace stormwatch::forecast {

namespace {

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
      constexpr std::size_t kNamed = 6;
      for (std::size_t i = 0; i < std::min(candidates.size(), kNamed); ++i)
        known += fmt::format("{}{} ({})", i ? "; " : "", candidates[i].id.text(), candidates[i].title);
      return failure(fits.empty() ? "unknown action " + text : "more than one action fits " + text, "--what-if", "", known.empty() ? "no actions are known" : "one that `stormwatch plan` lists, such as " + known);
    }
    out.push_back(fits.front());
  }
  return out;
}

}  // namespace

Inquiry::Inquiry(const SiteReader& read, const Outline& outlined, std::span<const Finding> found, const Organisation* stated, const ForecastOptions& asked)
    : reader(read), outline(outlined), estate(read.estate()), findings(found), organisation(stated), options(asked), effort(effort_for(outlined)),
      scope(scope_of(read, outlined, asked, stated)), graph(graph_of(scope.binding.network)), base(scope.binding.network.factors) {
  if (organisation && organisation->appetite) options.risk_appetite = *organisation->appetite;
}

Result<void> Inquiry::run() {
  if (Result<void> taken = take_as_done(); !taken) return taken;
  chains = best_chains(graph, base, 90);
  if (!options.what_if.empty()) screen_again(scope.threats, chains.cost, options.top_incidents * 2);
  gather_causes();
  choose_words();
  note_limits();
  worlds.emplace(graph, options.seed, words, options.horizon_days);
  estimate_chances();
  explain();
  return {};
}

Result<void> Inquiry::take_as_done() {
  if (options.what_if.empty()) return {};
  const auto all = candidate_actions(estate, findings, reader.rules(), scope.binding, options, [](std::uint32_t) { return 1.0; });
  auto chosen = chosen_actions(all, options.what_if);
  if (!chosen) return std::unexpected(chosen.error());
  std::vector<Option> as_options;
  for (const CandidateAction& candidate : all) as_options.push_back(candidate.option);
  base = edited(base, as_options, *chosen);
  for (std::uint32_t c : *chosen) done.insert(all[c].id.text());
  notes.push_back(fmt::format("with {} action{} taken as done", done.size(), done.size() == 1 ? "" : "s"));
  return {};
}

/// The cones of as many incidents as can be held at once.
void Inquiry::gather_causes() {
  std::vector<Threat>& threats = scope.threats;
  worked.resize(threats.size());
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
}

/// How many worlds, and of how many incidents, the work allows.
void Inquiry::choose_words() {
  sweeps = sweeps_of(graph, worked, base, options);
  words = std::max<std::uint32_t>(kStripe, options.worlds / 64 / kStripe * kStripe);
  double all = 0;
  for (const Worked& one : worked) all += size_of(one.cone) * sweeps;
  if (all * words / kStripe > effort.work) words = kStripe;
  std::size_t affordable = 0;
  for (double work = 0; affordable < worked.size(); ++affordable) {
    work += cost_of(worked[affordable].cone);
    if (work > effort.work && affordable >= 3) break;
  }
  worked.resize(affordable);
}

void Inquiry::note_limits() {
  if (worked.size() < std::min(scope.found, options.top_incidents * 2))
    notes.push_back(fmt::format("worked out the {} most promising of {} possible incidents: the paths of the others are too many", worked.size(), scope.found));
  if (words * 64 < options.worlds) notes.push_back("fewer worlds than asked: the paths are many");
  if (outline.is_flat()) {
    notes.push_back(fmt::format("{}the estate is flat: {} of {} attack states reach one another; separate its networks first", effort.nodes < Effort{}.nodes ? "degraded: " : "", outline.loop_at_most(), outline.reached()));
    if (!options.chances_only)
      if (const std::string advice = told(separation_of(reader, outline, threats_of(reader, outline, organisation), 3), estate); !advice.empty()) notes.push_back(advice);
  }
  if (std::ranges::any_of(worked, [](const Worked& one) { return !one.cone.complete; }))
    notes.push_back("some incidents have more causes than were followed; their chances are lower bounds");
  if (outline.capped() > 0) notes.push_back(fmt::format("{} steps start from more places than were followed", outline.capped()));
}

void Inquiry::estimate_chances() {
  std::vector<std::uint32_t> used;
  for (const Worked& one : worked)
    for (const Cone::LocalStep& step : one.cone.steps) used.push_back(step.step);
  worlds->remember(used, base, options.jobs);
  double enumeration = kEnumerationBudget;
  for (Worked& one : worked) {
    const std::size_t m = worlds->undecided(one.cone, base);
    const double cost = std::ldexp(64.0 + static_cast<double>(one.cone.steps.size()), static_cast<int>(std::min<std::size_t>(m, 40)));
    one.exact = one.cone.complete && m <= 20 && cost <= enumeration / 4;
    if (one.exact) enumeration -= cost;
  }
  parallel_for(worked.size(), options.jobs, [&](std::size_t i) {
    Worked& one = worked[i];
    one.estimate = one.exact ? worlds->enumerate(one.cone, base) : worlds->sample(one.cone, base);
    if (!one.exact && is_rare(one.estimate))
      if (auto along_ways = worlds->rare(one.cone, base)) one.estimate = std::move(*along_ways);
    one.chance = chance_of(one.estimate, graph, base, chains, one.threat);
  });
  std::erase_if(worked, [](const Worked& one) { return one.chance.p90 <= 1e-6; });
}

/// Reasons, levels and order; drivers for the first as far as the work goes.
void Inquiry::explain() {
  explainer.emplace(estate, findings, reader.rules(), scope.binding, graph, *worlds, base, chains, options);
  parallel_for(worked.size(), options.jobs, [&](std::size_t i) { explainer->trace(worked[i]); });
  rank(worked, reader.rules());
  worked = varied(std::move(worked), options.top_incidents, [](const Worked& one) {
    const double loss = one.chance.p90 * one.threat.mean;
    return std::pair{one.incident.level >= Level::warning ? 1e12 + loss : one.incident.level == Level::none ? loss / 10 : loss, one.threat.type};
  });
  rank(worked, reader.rules());
  if (options.chances_only) return;
  constexpr double kQuestions = 20;  // asked of an incident to weigh its reasons
  std::vector<bool> weighed(worked.size(), false);
  double weighing = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(worked.size(), 20); ++i) {
    weighing += kQuestions * cost_of(worked[i].cone);
    weighed[i] = weighing <= effort.work;
  }
  parallel_for(worked.size(), options.jobs, [&](std::size_t i) {
    if (weighed[i]) explainer->weigh(worked[i]);
  });
}

}  // namespace stormwatch::forecast
