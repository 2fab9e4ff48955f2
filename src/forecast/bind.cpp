// SPDX-License-Identifier: Apache-2.0
#include "forecast/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/hash.h"
#include "base/parallel.h"
#include "forecast/parameters.h"

namespace stormwatch::forecast {

namespace {

constexpr std::size_t kMostSources = 10'000;  // of one step: beyond it the estate is flat and one more source changes nothing
constexpr double kDefaultPrevalence = 0.2;

/// A rule whose condition does not fail at an asset.
struct Candidate {
  std::uint32_t asset = 0;
  graph::Answer answer;
};

std::string filled(const std::string& cause, const Asset& asset) {
  std::string out;
  for (std::size_t i = 0; i < cause.size();) {
    const std::size_t end = cause[i] == '{' ? cause.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += cause[i++];
      continue;
    }
    if (const auto value = field_of(asset.facts, std::string_view(cause).substr(i + 1, end - i - 1)))
      if (const auto* text = std::get_if<std::string>(&*value)) out += *text;
    i = end + 1;
  }
  return out;
}

std::vector<std::uint32_t> ends_of(const Estate& estate, AssetId Relation::*end) {
  std::vector<std::uint32_t> out;
  out.reserve(estate.relations().size());
  for (const Relation& relation : estate.relations()) out.push_back(static_cast<std::uint32_t>(estate.index_of(relation.*end)));
  return out;
}

class Binder {
 public:
  Binder(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Organisation* organisation)
      : estate_(estate), rules_(rules), organisation_(organisation), from_index_(ends_of(estate, &Relation::from)), to_index_(ends_of(estate, &Relation::to)), flaws_(estate, findings, to_index_), findings_of_(estate.assets().size()) {
    std::vector<bool> out_of_use(estate.assets().size());
    for (const Finding& finding : findings) {
      const std::size_t asset = estate.index_of(finding.signal.asset);
      if (finding.state == FindingState::fixed || asset >= estate.assets().size()) continue;
      // What stands in tests and documentation is not in use; it is reported but no step rests on it.
      if (finding.signal.context == "test" || finding.signal.context == "documentation") out_of_use[asset] = true;
      else findings_of_[asset].push_back(&finding);
    }
    variables_.reserve(estate.assets().size() * 4);
    // A credential that is found nowhere else is none that anybody could use.
    for (std::uint32_t i = 0; i < estate.assets().size(); ++i)
      if (!out_of_use[i] || !findings_of_[i].empty() || estate.assets()[i].kind() != AssetKind::secret) of_kind_[static_cast<std::size_t>(estate.assets()[i].kind())].push_back(i);
    out_.node_of.assign(estate.assets().size() * kStateCount, kNone);
    out_.sites_of_rule.assign(rules.rules.size(), 0);
  }

  Binding run(unsigned jobs) {
    std::vector<std::vector<Candidate>> candidates(rules_.rules.size());
    parallel_for(rules_.rules.size(), jobs, [&](std::size_t r) { candidates[r] = candidates_of(rules_.rules[r]); });
    for (std::uint32_t r = 0; r < rules_.rules.size(); ++r)
      for (Candidate& candidate : candidates[r]) bind_site(r, candidate);
    prune();
    return std::move(out_);
  }

 private:
  std::vector<Candidate> candidates_of(const StepRule& rule) const {
    std::vector<Candidate> out;
    auto look = [&](std::uint32_t asset) {
      if (rule.per == Per::malicious || rule.per == Per::inner_flaw) {
        if (flaws_.empty()) return;
        if (rule.per == Per::malicious && !flaws_.own(asset)) return;
      }
      if (!rule.external && !has_neighbour(rule, asset)) return;
      graph::Answer answer = rule.on.evaluate(estate_, asset, &findings_of_);
      if (answer.truth != graph::Truth::no) out.push_back({asset, std::move(answer)});
    };
    if (rule.on.kinds().empty())
      for (std::uint32_t i = 0; i < estate_.assets().size(); ++i) look(i);
    for (AssetKind kind : rule.on.kinds())
      for (std::uint32_t asset : of_kind_[static_cast<std::size_t>(kind)]) look(asset);
    return out;
  }

  /// Cheap first look: some way's last hop exists.
  bool has_neighbour(const StepRule& rule, std::uint32_t asset) const {
    for (const auto& way : rule.across) {
      if (way.empty()) return true;
      const Hop& last = way.back();
      for (std::uint32_t r : last.forward ? estate_.in(asset) : estate_.out(asset))
        if (estate_.relations()[r].kind == last.relation) return true;
    }
    return false;
  }

  void flow_assets(const StepRule& rule, std::uint32_t asset, std::vector<std::uint32_t>& into) {
    into.clear();
    for (const auto& way : rule.across) {
      std::vector<std::uint32_t> here{asset};
      for (auto hop = way.rbegin(); hop != way.rend() && !here.empty(); ++hop) {
        std::vector<std::uint32_t> before;
        for (std::uint32_t at : here)
          for (std::uint32_t r : hop->forward ? estate_.in(at) : estate_.out(at)) {
            if (estate_.relations()[r].kind != hop->relation) continue;
            const std::uint32_t other = hop->forward ? from_index_[r] : to_index_[r];
            if (other < estate_.assets().size()) before.push_back(other);
            if (before.size() >= kMostSources) break;
          }
        here = std::move(before);
      }
      into.insert(into.end(), here.begin(), here.end());
    }
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
    if (into.size() > kMostSources) {
      into.resize(kMostSources);
      ++out_.capped;
    }
    if (rule.where)
      std::erase_if(into, [&](std::uint32_t flow) { return rule.where->evaluate(estate_, flow, &findings_of_).truth != graph::Truth::yes; });
  }

  std::uint32_t node(std::uint8_t state, std::uint32_t asset) {
    std::uint32_t& at = out_.node_of[std::size_t{asset} * kStateCount + state];
    if (at == kNone) {
      at = out_.network.add_node();
      out_.state_of_node.emplace_back(state, asset);
    }
    return at;
  }

  std::uint32_t parameter(std::uint32_t rule, double mean, bool rate, double learned) {
    const auto [found, is_new] = parameters_.try_emplace({rule, mean, rate});
    if (is_new) found->second = out_.network.add_parameter(mean, learned > 0 ? learned : strength_of(rules_.rules[rule].tier), rate,
                                                                 key_of({"parameter", rules_.rules[rule].id}));
    return found->second;
  }

  std::uint32_t variable(std::uint64_t key, double factor, std::uint32_t with = kNone) {
    const auto [found, is_new] = variables_.try_emplace(random_bits(key, with));
    if (is_new) found->second = out_.network.add_variable(key, factor, with);
    return found->second;
  }

  std::uint32_t trigger(std::uint64_t key, double factor, std::uint32_t with, std::uint32_t site) {
    const auto [found, is_new] = triggers_.try_emplace(key);
    if (is_new) {
      found->second = out_.network.add_trigger(key, factor, with);
      out_.state_of_node.emplace_back(kExternal, kNone);
      out_.site_of_trigger.push_back(site);
    }
    return found->second;
  }

  /// Adds the facts that nobody observed as variables; false if one of them cannot be.
  bool assume(const StepRule& rule, const std::vector<std::string>& facts, const Asset& asset, Site& site, std::vector<std::uint32_t>& with) {
    for (const std::string& fact : facts) {
      const auto found = std::ranges::find(rule.assumed, fact, &Assumption::fact);
      const double chance = found == rule.assumed.end() ? kDefaultPrevalence : found->chance;
      if (chance <= 0) return false;
      const std::uint32_t v = variable(key_of({"assumed", fact, fmt::format("{:.6f}", chance), asset.id.text()}), chance);
      site.assumed.push_back({fact, v});
      with.push_back(v);
    }
    return true;
  }

  static std::uint64_t key_of(std::initializer_list<std::string_view> parts) { return Id<Site>::of(parts).value; }

  void bind_site(std::uint32_t r, Candidate& candidate) {
    const StepRule& rule = rules_.rules[r];
    const Asset& asset = estate_.assets()[candidate.asset];
    std::vector<std::uint32_t> sources;
    if (!rule.from.empty()) {
      std::vector<std::uint32_t> flows;
      flow_assets(rule, candidate.asset, flows);
      for (std::uint32_t flow : flows)
        for (std::uint8_t state : rule.from)
          if (state != rule.to || flow != candidate.asset) sources.push_back(node(state, flow));
    }
    if (sources.empty() && !rule.external) return;

    Site site;
    site.rule = r;
    site.asset = candidate.asset;
    site.value = rule.value;
    site.strength = rule.strength;
    site.because = std::move(candidate.answer.because);
    site.findings = std::move(candidate.answer.findings);
    std::vector<std::uint32_t> with;
    if (!assume(rule, candidate.answer.assumed, asset, site, with)) return;
    for (const StepCase& one : rule.cases) {
      graph::Answer answer = one.when.evaluate(estate_, candidate.asset, &findings_of_);
      if (answer.truth != graph::Truth::yes) continue;
      site.value = one.value;
      site.strength = one.strength;
      if (!answer.because.empty() && site.because.find(answer.because) == std::string::npos) site.because += (site.because.empty() ? "" : "; ") + answer.because;
      site.findings.insert(site.findings.end(), answer.findings.begin(), answer.findings.end());
      for (const Assumption& assumption : one.assumes) {
        // Stated for the whole estate, so one variable for all that rest on it.
        const std::uint32_t v = variable(key_of({"assumed", assumption.fact, fmt::format("{:.6f}", assumption.chance)}), assumption.chance);
        site.assumed.push_back({assumption.fact, v});
        with.push_back(v);
      }
      break;
    }
    if (asset.confidence != Confidence::high && !rule.bridge)
      with.push_back(variable(key_of({"there", asset.id.text()}), asset.confidence == Confidence::low ? 0.6 : 0.9));
    double kept = 1;
    std::map<std::string_view, double> by_group;
    for (const UsedControl& used : rule.controls) {
      const ControlKind& control = rules_.controls[used.control];
      const bool stated = organisation_ && organisation_->has_control(used.control, asset);
      if (!stated && (!control.present || control.present->evaluate(estate_, candidate.asset).truth != graph::Truth::yes)) continue;
      site.present.push_back(used.control);
      const auto [found, is_new] = by_group.try_emplace(control.group, used.multiplier);
      if (!is_new) found->second = std::min(found->second, used.multiplier);
    }
    for (const auto& [group, multiplier] : by_group) kept *= multiplier;
    // Flaws carry the chance that this instance is among those hit; other rules carry their own number.
    const bool flawed = rule.per == Per::network_flaw || rule.per == Per::client_flaw;
    const bool own = !rule.bridge && (!rule.external || flawed || !rule.from.empty());
    if (own) {
      site.control = variable(key_of({"control", rule.id, asset.id.text()}), kept);
      with.push_back(site.control);
    }
    const std::string cause = filled(rule.cause, asset);
    const std::string shared = cause.empty() ? asset.id.text() : cause;
    const auto index = static_cast<std::uint32_t>(out_.sites.size());
    const std::uint32_t to = node(rule.to, candidate.asset);
    bool bound = false;
    switch (rule.per) {
      case Per::network_flaw:
      case Per::client_flaw:
        bound = bind_flaws(r, site, index, with, to);
        break;
      case Per::malicious: {
        const FlawedPackage* package = flaws_.own(candidate.asset);
        for (const Finding* finding : package->findings)
          if (finding->signal.vulnerability->malicious) site.findings.push_back(finding->id);
        if (site.findings.empty()) return;
        bound = bind_trigger(r, site, index, with, to, shared, kept);
        break;
      }
      case Per::inner_flaw:
        for (const FlawedPackage* package : flaws_.at(candidate.asset)) {
          double chance = 0;
          for (const Finding* finding : package->findings)
            if (use_of(*finding) == FlawUse::network) {
              chance = std::max(chance, -std::expm1(-exploitation_rate(*finding, estate_.assets()[package->asset])));
              site.findings.push_back(finding->id);
            }
          if (chance <= 0) continue;
          std::vector<std::uint32_t> all(with);
          all.push_back(variable(key_of({"flaw", rule.id, estate_.assets()[package->asset].id.text()}), std::min(0.95, site.value + 0.8 * chance)));
          out_.packages.push_back({package->asset, false, all.back()});
          add_step(sources, to, all, index, package->asset);
          bound = true;
        }
        break;
      case Per::gaps: {
        double gaps = 0;
        for (const Finding* finding : findings_of_[candidate.asset])
          if (finding->vector == Vector::non_compliance) {
            ++gaps;
            site.findings.push_back(finding->id);
          }
        site.value *= std::clamp(gaps, 1.0, 10.0);
        bound = bind_trigger(r, site, index, with, to, shared, kept);
        break;
      }
      case Per::once:
        if (rule.external) bound = bind_trigger(r, site, index, with, to, shared, kept);
        if (!sources.empty()) {
          // A rate that starts from a state of the attacker is the chance of its first 30 days.
          const double chance = rule.hazard ? -std::expm1(-site.value) : site.value;
          std::vector<std::uint32_t> all(with);
          if (chance < 1)
            all.push_back(variable(key_of({"step", rule.id, shared, fmt::format("{:.9f}", chance)}), 1, parameter(r, chance, false, site.strength)));
          add_step(sources, to, all, index, kNone);
          bound = true;
        }
        break;
    }
    if (!bound) return;
    std::ranges::sort(site.findings);
    site.findings.erase(std::unique(site.findings.begin(), site.findings.end()), site.findings.end());
    out_.sites.push_back(std::move(site));
    if (!rule.bridge) ++out_.sites_of_rule[r];
  }

  void add_step(std::span<const std::uint32_t> sources, std::uint32_t to, std::span<const std::uint32_t> with, std::uint32_t site, std::uint32_t package) {
    out_.network.add_step(sources, to, with);
    out_.origin.push_back({site, package});
  }

  bool bind_trigger(std::uint32_t r, Site& site, std::uint32_t index, std::vector<std::uint32_t>& with, std::uint32_t to, const std::string& shared, double kept) {
    const StepRule& rule = rules_.rules[r];
    // A chance that starts outside counts as the chance of 30 days.
    const double rate = rule.hazard ? site.value : -std::log1p(-std::min(site.value, 0.999));
    site.trigger = trigger(key_of({"trigger", rule.id, shared}), site.control == kNone ? kept : 1, parameter(r, rate, true, site.strength), index);
    const std::uint32_t from[1] = {out_.network.triggers[site.trigger].node};
    add_step(from, to, with, index, kNone);
    return true;
  }

  bool bind_flaws(std::uint32_t r, Site& site, std::uint32_t index, std::vector<std::uint32_t>& with, std::uint32_t to) {
    const StepRule& rule = rules_.rules[r];
    const FlawUse wanted = rule.per == Per::network_flaw ? FlawUse::network : FlawUse::client;
    bool bound = false;
    for (const FlawedPackage* package : flaws_.at(site.asset)) {
      double rate = 0;
      for (const Finding* finding : package->findings) {
        if (use_of(*finding) != wanted || finding->signal.vulnerability->malicious) continue;
        rate += exploitation_rate(*finding, estate_.assets()[package->asset]);
        site.findings.push_back(finding->id);
      }
      if (rate <= 0) continue;
      const std::string id = estate_.assets()[package->asset].id.text();
      const std::uint32_t known = static_cast<std::uint32_t>(out_.network.triggers.size());
      const std::uint32_t t = trigger(key_of({"flaw", rule.id, id}), rate, parameter(r, 1, true, 0), index);
      if (t == known) out_.packages.push_back({package->asset, true, t});
      const std::uint32_t from[1] = {out_.network.triggers[t].node};
      // Being among those hit is asked for each package anew: two campaigns are two draws.
      std::vector<std::uint32_t> all(with);
      std::erase(all, site.control);
      const std::uint32_t hit = variable(key_of({"hit", rule.id, id, estate_.assets()[site.asset].id.text()}), site.value);
      all.push_back(hit);
      all.push_back(site.control);
      add_step(from, to, all, index, package->asset);
      bound = true;
    }
    return bound;
  }

  /// Keeps what some trigger can reach.
  void prune() {
    Network& whole = out_.network;
    const Adjacency from = steps_from(whole);
    std::vector<bool> reached(whole.nodes, false);
    std::vector<std::uint32_t> work;
    auto reach = [&](std::uint32_t at) {
      if (!reached[at]) {
        reached[at] = true;
        work.push_back(at);
      }
    };
    for (std::uint32_t t = 0; t < whole.triggers.size(); ++t)
      if (whole.mean_rate(t, whole.factors) > 0) reach(whole.triggers[t].node);
    while (!work.empty()) {
      const std::uint32_t at = work.back();
      work.pop_back();
      for (std::uint32_t s : from.of(at))
        if (whole.mean_chance_of_step(s, whole.factors) > 0) reach(whole.steps[s].to);
    }
    std::vector<std::uint32_t> renamed(whole.nodes, kNone);
    std::vector<std::pair<std::uint8_t, std::uint32_t>> states;
    Network kept;
    for (std::uint32_t n = 0; n < whole.nodes; ++n)
      if (reached[n] || out_.state_of_node[n].second == kNone) {
        renamed[n] = kept.add_node();
        states.push_back(out_.state_of_node[n]);
      }
    std::vector<StepOrigin> origin;
    std::vector<std::uint32_t> sources;
    for (std::uint32_t s = 0; s < whole.steps.size(); ++s) {
      if (renamed[whole.steps[s].to] == kNone) continue;
      sources.clear();
      for (std::uint32_t source : whole.sources(s))
        if (reached[source]) sources.push_back(renamed[source]);
      if (sources.empty()) continue;
      kept.add_step(sources, renamed[whole.steps[s].to], whole.variables_of(s));
      origin.push_back(out_.origin[s]);
    }
    kept.parameters = std::move(whole.parameters);
    // Only variables of kept steps stay: factors are copied for every question asked of the network.
    std::vector<std::uint32_t> variable_renamed(whole.variables.size(), kNone);
    for (std::uint32_t& v : kept.step_variables) {
      if (variable_renamed[v] == kNone) {
        variable_renamed[v] = static_cast<std::uint32_t>(kept.variables.size());
        kept.variables.push_back(whole.variables[v]);
        kept.factors.variable.push_back(whole.factors.variable[v]);
      }
      v = variable_renamed[v];
    }
    kept.factors.trigger = std::move(whole.factors.trigger);
    for (Site& site : out_.sites) {
      if (site.control != kNone) site.control = variable_renamed[site.control];
      for (AssumedFact& assumed : site.assumed) assumed.variable = variable_renamed[assumed.variable];
      std::erase_if(site.assumed, [](const AssumedFact& assumed) { return assumed.variable == kNone; });
    }
    std::erase_if(out_.packages, [&](PackageUse& use) {
      if (!use.is_trigger) use.index = variable_renamed[use.index];
      return use.index == kNone;
    });
    kept.triggers = std::move(whole.triggers);
    for (Trigger& t : kept.triggers) t.node = renamed[t.node];
    for (std::uint32_t& at : out_.node_of)
      if (at != kNone) at = renamed[at];
    whole = std::move(kept);
    out_.origin = std::move(origin);
    out_.state_of_node = std::move(states);
  }

  const Estate& estate_;
  const StepRules& rules_;
  const Organisation* organisation_;
  std::vector<std::uint32_t> from_index_, to_index_;  // ends of relations, looked up once
  Flaws flaws_;
  graph::FindingsOf findings_of_;
  std::array<std::vector<std::uint32_t>, kAssetKindNames.size()> of_kind_;
  Binding out_;
  std::map<std::tuple<std::uint32_t, double, bool>, std::uint32_t> parameters_;
  std::unordered_map<std::uint64_t, std::uint32_t> variables_, triggers_;
};

}  // namespace

Binding bind(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, unsigned jobs, const Organisation* organisation) {
  return Binder(estate, findings, rules, organisation).run(jobs);
}

}  // namespace stormwatch::forecast
