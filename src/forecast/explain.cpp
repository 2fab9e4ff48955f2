// SPDX-License-Identifier: Apache-2.0
#include "forecast/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace stormwatch::forecast {

namespace {
constexpr std::size_t kWeighSteps = 1'000;  // larger cones are not asked what each site does

std::string name_for(const Asset& asset) { return excerpt_of(asset.name.empty() ? asset.key : asset.name, 80); }
double percent(double p) { return p * 100; }
}  // namespace

bool touches(const Network& network, const Cone& cone, const Option& option) {
  std::set<std::uint32_t> variables, triggers;
  for (const Edit& edit : option.edits) (edit.is_trigger ? triggers : variables).insert(edit.index);
  for (const auto& [node, trigger] : cone.triggers)
    if (triggers.contains(trigger)) return true;
  if (!variables.empty())
    for (const Cone::LocalStep& step : cone.steps)
      for (std::uint32_t v : network.variables_of(step.step))
        if (variables.contains(v)) return true;
  return false;
}

Explainer::Explainer(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Binding& binding, const Graph& graph,
                     const Worlds& worlds, const Factors& base, const BestChains& chains, const ForecastOptions& options)
    : estate_(estate), rules_(rules), binding_(binding), graph_(graph), worlds_(worlds), base_(base), chains_(chains), options_(options) {
  for (const Finding& finding : findings) {
    finding_.emplace(finding.id, &finding);
    if (finding.state != FindingState::fixed && finding.signal.severity >= Severity::high && finding.signal.context.empty()) proven_.insert(finding.signal.asset);
  }
}

std::string Explainer::reason(const Site& site, std::uint32_t package) const {
  std::string out;
  std::set<std::string, std::less<>> said;  // several findings of a rule give the same reason
  auto add = [&](std::string_view text) {
    if (said.emplace(text).second) out.append(out.empty() ? "" : "; ").append(text);
  };
  // What is assumed is said once, with its chance.
  const auto is_assumed = [&](std::string_view part) {
    constexpr std::string_view kUnknown = " is not known";
    return part.ends_with(kUnknown) && std::ranges::any_of(site.assumed, [&](const AssumedFact& assumed) { return assumed.fact.ends_with("." + std::string(part.substr(0, part.size() - kUnknown.size()))); });
  };
  for (std::string_view rest = site.because; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find("; "));
    rest.remove_prefix(std::min(part.size() + 2, rest.size()));
    if (!is_assumed(part) && (!part.ends_with(" is not set") || part.size() == site.because.size())) add(part);  // nor what is absent beside what is there
  }
  if (package != kNone) add("it carries " + name_for(estate_.assets()[package]));
  std::size_t shown = 0;
  for (FindingId id : site.findings) {
    const auto at = finding_.find(id);
    if (at == finding_.end() || (package != kNone && estate_.index_of(at->second->signal.asset) != package)) continue;
    if (++shown > 3) {
      add("and more");
      break;
    }
    const Finding& finding = *at->second;
    const bool exploited = finding.signal.vulnerability && finding.signal.vulnerability->known_exploited;
    add((finding.signal.identifiers.empty() ? finding.title : finding.signal.identifiers.front()) + (exploited ? " (exploited, CISA KEV)" : ""));
  }
  for (const AssumedFact& assumed : site.assumed)
    add(fmt::format("assumed, not observed: {} ({:.0f} %)", assumed.fact, percent(base_.variable[assumed.variable])));
  return out;
}

PathStep Explainer::path_step(std::uint32_t step, std::uint32_t trigger) const {
  const StepOrigin& origin = binding_.origin[step];
  const Site& site = binding_.sites[origin.site];
  const StepRule& rule = rules_.rules[site.rule];
  PathStep out;
  out.rule = rule.id;
  out.name = rule.name;
  out.asset = estate_.assets()[site.asset].id;
  out.state = state_name(rule.to);
  out.probability = binding_.network.mean_chance_of_step(step, base_);
  if (trigger != kNone) out.probability *= -std::expm1(-binding_.network.mean_rate(trigger, base_) * options_.horizon_days / 30);
  out.tier = std::string(1, rule.tier);
  out.because = reason(site, origin.package);
  for (FindingId id : site.findings) {
    const auto at = finding_.find(id);
    if (at != finding_.end() && (origin.package == kNone || estate_.index_of(at->second->signal.asset) == origin.package)) out.findings.push_back(id);
  }
  out.techniques = rule.techniques;
  out.assumed = !site.assumed.empty();
  // A finding's line shows more than where the asset is defined.
  if (!out.findings.empty()) out.place = finding_.at(out.findings.front())->signal.place;
  if (const Asset& asset = estate_.assets()[site.asset]; out.place.path.empty() && !asset.places.empty()) out.place = asset.places.front();
  return out;
}

double Explainer::direct_chance(const Trajectory& way) const {
  constexpr std::size_t kDirect = 2;  // after the observed one: what is loaded runs, what runs takes
  if (!rules_.rules[binding_.sites[binding_.site_of_trigger[way.trigger]].rule].observed) return 0;
  double chance = -std::expm1(-binding_.network.mean_rate(way.trigger, base_));
  std::size_t steps = 0;
  for (std::uint32_t step : way.steps) {
    chance *= binding_.network.mean_chance_of_step(step, base_);
    steps += !rules_.rules[binding_.sites[binding_.origin[step].site].rule].bridge;
  }
  // Code that goes on to run elsewhere is a second break-in, not the observed one.
  const bool moved_on = steps > kDirect && rules_.rules[binding_.sites[binding_.origin[way.steps.back()].site].rule].to == *state_named("CODE");
  return steps <= kDirect + 1 && !moved_on ? chance : 0;
}

IncidentId Explainer::group_of(const IncidentType& type, std::span<const Trajectory> ways) const {
  std::vector<std::string> words{"group", type.id};
  std::set<std::string> causes;
  if (!ways.empty())
    for (std::uint32_t step : ways.front().steps) {
      const StepOrigin& origin = binding_.origin[step];
      const Site& site = binding_.sites[origin.site];
      if (rules_.rules[site.rule].bridge) continue;
      if (words.back() != rules_.rules[site.rule].id) words.push_back(rules_.rules[site.rule].id);
      if (origin.package != kNone) causes.insert(estate_.assets()[origin.package].key);
      else
        for (FindingId id : site.findings)
          if (const auto at = finding_.find(id); at != finding_.end()) causes.insert(at->second->signal.rule);
    }
  words.insert(words.end(), causes.begin(), causes.end());
  std::string all;
  for (const std::string& word : words) all += word + "\n";
  return IncidentId::of({all});
}

void Explainer::trace(Worked& worked) const {
  const IncidentType& type = rules_.incidents[worked.threat.type];
  const Asset& asset = estate_.assets()[worked.threat.asset];
  Incident& incident = worked.incident;
  incident.id = IncidentId::of({"incident", type.id, asset.id.text()});
  incident.type = type.id;
  incident.title = type.title;
  incident.asset = asset.id;
  incident.chance = worked.chance;
  incident.impact_p50 = worked.threat.median;
  incident.impact_p90 = worked.threat.p90;
  incident.exact = worked.exact;
  worked.ways = trajectories(graph_, worked.cone, worlds_, base_, options_.horizon_days, options_.seed, 3);
  if (worked.ways.empty()) {
    // No sampled world came to it: the best single path stands for it.
    BestPath best;
    for (std::uint32_t target : worked.threat.targets)
      if (BestPath path = best_path(graph_, base_, chains_, target, options_.horizon_days); path.chance > best.chance) best = std::move(path);
    if (best.trigger != kNone) worked.ways.push_back({best.trigger, best.steps, 1});
  }
  std::array<double, 4> tiers{};
  bool proven = false;
  double all = 0, shares = 0, assumed = 0, direct = 0;
  for (const Trajectory& way : worked.ways) {
    Path path;
    path.share = way.share;
    bool rests_on_assumption = false;
    direct = std::max(direct, direct_chance(way));
    for (std::uint32_t step : way.steps) proven = proven || proven_.contains(estate_.assets()[binding_.sites[binding_.origin[step].site].asset].id);
    for (std::size_t i = 0; i < way.steps.size(); ++i) {
      PathStep step = path_step(way.steps[i], i == 0 ? way.trigger : kNone);
      rests_on_assumption = rests_on_assumption || step.assumed;
      if (step.rule[0] != 'X') {
        tiers[static_cast<std::size_t>(step.tier[0] - 'A')] += way.share;
        all += way.share;
      }
      path.steps.push_back(std::move(step));
    }
    shares += way.share;
    if (rests_on_assumption) assumed += way.share;
    incident.paths.push_back(std::move(path));
  }
  for (std::size_t t = 0; t < tiers.size(); ++t)
    if (all > 0 && tiers[t] / all >= 0.005)
      incident.evidence_tier += fmt::format("{}{} ({:.0f} %)", incident.evidence_tier.empty() ? "" : ", ", static_cast<char>('A' + t), percent(tiers[t] / all));
  if (options_.organisation) incident.owner = options_.organisation->owner_of(asset);
  incident.group = group_of(type, worked.ways);
  incident.pressure = worked.estimate.pressure * options_.horizon_days / 30;
  const bool weak = !proven || (all > 0 && (tiers[2] / all > 0.5 || assumed / shares > 0.5));

  Judgement judgement{worked.threat.mean, worked.threat.p90, options_.risk_appetite, direct, false, weak, worked.threat.crown, options_.organisation && !options_.organisation->crown_jewels.empty(), type.follows};
  for (std::size_t t = 0; t < worked.cone.triggers.size(); ++t) {
    const std::uint32_t trigger = worked.cone.triggers[t].second;
    const Site& site = binding_.sites[binding_.site_of_trigger[trigger]];
    if (binding_.network.mean_rate(trigger, base_) <= 0 || worked.estimate.reach[t] <= 0) continue;
    for (FindingId id : site.findings) {
      const auto at = finding_.find(id);
      judgement.exploited = judgement.exploited || (at != finding_.end() && at->second->signal.vulnerability && at->second->signal.vulnerability->known_exploited);
    }
  }
  const auto before = options_.before.find(incident.id.text());
  const ShownLevel shown = shown_level(worked.chance, judgement, before == options_.before.end() ? nullptr : &before->second);
  incident.level = shown.shown;
  incident.judged = shown.judged;
  incident.below = shown.below;
  incident.level_note = shown.note;
}

void Explainer::weigh(Worked& worked) const {
  if (worked.cone.steps.size() > kWeighSteps) return;
  // Differences come from the same sampled worlds; they are scaled to the shown chance, which may be exact.
  const double sampled = worlds_.sample(worked.cone, base_, true).at_horizon;
  if (sampled <= 0) return;
  const double now = worked.chance.p90;
  auto chance_with = [&](const Factors& with) { return std::min(1.0, worlds_.sample(worked.cone, with, true).at_horizon / sampled * now); };
  std::set<std::uint32_t> sites, facts;
  std::set<std::pair<std::uint32_t, std::uint32_t>> controls;
  for (const Trajectory& way : worked.ways)
    for (std::uint32_t step : way.steps) {
      const Site& site = binding_.sites[binding_.origin[step].site];
      if (rules_.rules[site.rule].bridge) continue;
      if (sites.size() < 10) sites.insert(binding_.origin[step].site);
      for (std::uint32_t control : site.present) controls.insert({binding_.origin[step].site, control});
    }
  for (std::uint32_t s : sites) {
    const Site& site = binding_.sites[s];
    Factors without = base_;
    if (site.control != kNone) without.variable[site.control] = 0;
    else if (site.trigger != kNone) without.trigger[site.trigger] = 0;
    const double change = now - chance_with(without);
    if (change > 1e-6)
      worked.incident.drivers.push_back({fmt::format("{} ({} {})", rules_.rules[site.rule].name, name_of(estate_.assets()[site.asset].kind()), name_for(estate_.assets()[site.asset])), change, site.findings});
    for (const AssumedFact& assumed : site.assumed) {
      if (facts.size() >= 4 || !facts.insert(assumed.variable).second) continue;
      Factors holds = base_, fails = base_;
      holds.variable[assumed.variable] = 1;
      fails.variable[assumed.variable] = 0;
      const double high = chance_with(holds), low = chance_with(fails);
      if (high - low < 1e-6) continue;
      worked.incident.drivers.push_back({fmt::format("Not observed: {} of {}. Verify it: {:.2g} % if it is as an attack needs it, {:.2g} % if not", assumed.fact, name_for(estate_.assets()[site.asset]), percent(high), percent(low)), high - now, {}});
    }
  }
  for (const auto& [s, control] : controls) {
    const Site& site = binding_.sites[s];
    double multiplier = 1;
    for (const UsedControl& used : rules_.rules[site.rule].controls)
      if (used.control == control) multiplier = used.multiplier;
    if (multiplier <= 0 || multiplier >= 1) continue;
    Factors without = base_;
    if (site.control != kNone) without.variable[site.control] = std::min(1.0, without.variable[site.control] / multiplier);
    else if (site.trigger != kNone) without.trigger[site.trigger] /= multiplier;
    const double change = now - chance_with(without);
    if (change < -1e-6)
      worked.incident.counter_evidence.push_back({fmt::format("In place: {} at {}", rules_.controls[control].name, name_for(estate_.assets()[site.asset])), change, {}});
  }
  auto by_size = [](const Driver& a, const Driver& b) { return std::abs(a.change) > std::abs(b.change); };
  std::ranges::stable_sort(worked.incident.drivers, by_size);
  std::ranges::stable_sort(worked.incident.counter_evidence, by_size);
  if (worked.incident.drivers.size() > 8) worked.incident.drivers.resize(8);
}

std::vector<double> Explainer::weights(std::span<const Worked> worked) const {
  std::vector<double> out(binding_.sites.size(), 0);
  for (const Worked& one : worked)
    for (const Trajectory& way : one.ways)
      for (std::uint32_t step : way.steps) out[binding_.origin[step].site] += one.chance.p90 * one.threat.mean * way.share;
  return out;
}

}  // namespace stormwatch::forecast
