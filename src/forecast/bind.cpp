// SPDX-License-Identifier: Apache-2.0
#include "forecast/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/hash.h"
#include "forecast/parameters.h"

namespace stormwatch::forecast {

namespace {

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

class Binder {
 public:
  Binder(const SiteReader& reader, const Outline& outline, const std::vector<bool>& kept) : reader_(reader), outline_(outline), rules_(reader.rules()), kept_(kept) {
    out_.node_of.assign(outline.nodes(), kNone);
  }

  Binding run() {
    for (std::uint32_t s : outline_.in_order(reader_, kept_)) bind_site(s);
    return std::move(out_);
  }

 private:
  const Asset& asset(std::uint32_t at) const { return reader_.estate().assets()[at]; }

  std::uint32_t node(std::uint32_t at) {
    std::uint32_t& made = out_.node_of[at];
    if (made == kNone) {
      made = out_.network.add_node();
      out_.state_of_node.push_back(outline_.state_of(at));
    }
    return made;
  }

  std::vector<std::uint32_t> sources_of(std::uint32_t s) {
    std::vector<std::uint32_t> out;
    outline_.each_source(s, [&](std::uint32_t at) {
      if (kept_[at]) out.push_back(node(at));
    });
    return out;
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

  static std::uint64_t key_of(std::initializer_list<std::string_view> parts) { return Id<Site>::of(parts).value; }

  /// The variables that every step of the site hangs on: facts that nobody observed, whether the asset is there, its controls.
  std::vector<std::uint32_t> shared_variables(const SiteFacts& facts, Site& site) {
    const StepRule& rule = rules_.rules[site.rule];
    const std::string id = asset(site.asset).id.text();
    std::vector<std::uint32_t> with;
    for (const SiteFacts::Assumed& one : facts.assumed) {
      const std::string chance = fmt::format("{:.6f}", one.chance);
      const std::uint32_t v = variable(one.everywhere ? key_of({"assumed", one.fact, chance}) : key_of({"assumed", one.fact, chance, id}), one.chance);
      site.assumed.push_back({one.fact, v});
      with.push_back(v);
    }
    if (facts.there < 1) with.push_back(variable(key_of({"there", id}), facts.there));
    if (has_own_control(rule)) {
      site.control = variable(key_of({"control", rule.id, id}), facts.kept);
      with.push_back(site.control);
    }
    return with;
  }

  void bind_site(std::uint32_t s) {
    const OutlineSite& outlined = outline_.sites()[s];
    const std::uint32_t r = outlined.rule;
    const StepRule& rule = rules_.rules[r];
    const std::vector<std::uint32_t> sources = sources_of(s);
    SiteFacts facts;
    if ((sources.empty() && !rule.external) || !reader_.read(r, outlined.asset, true, facts)) return;
    Site site;
    site.rule = r;
    site.asset = outlined.asset;
    site.value = facts.value;
    site.strength = facts.strength;
    site.because = std::move(facts.because);
    site.findings = std::move(facts.findings);
    site.present = std::move(facts.present);
    std::vector<std::uint32_t> with = shared_variables(facts, site);
    const std::string cause = filled(rule.cause, asset(site.asset));
    const std::string shared = cause.empty() ? asset(site.asset).id.text() : cause;
    const auto index = static_cast<std::uint32_t>(out_.sites.size());
    const std::uint32_t to = node(outline_.node_of_site(s));
    bool bound = false;
    switch (rule.per) {
      case Per::network_flaw:
      case Per::client_flaw:
        bound = bind_flaws(r, site, index, with, to);
        break;
      case Per::malicious:
        for (const Finding* finding : reader_.flaws().own(site.asset)->findings)
          if (finding->signal.vulnerability->malicious) site.findings.push_back(finding->id);
        bound = !site.findings.empty() && bind_trigger(r, site, index, with, to, shared, facts.kept);
        break;
      case Per::inner_flaw:
        bound = bind_inner_flaws(site, index, with, to, sources);
        break;
      case Per::gaps:
        for (const Finding* finding : reader_.findings_of(site.asset))
          if (finding->vector == Vector::non_compliance) site.findings.push_back(finding->id);
        site.value *= count_of_gaps(reader_.findings_of(site.asset));
        bound = bind_trigger(r, site, index, with, to, shared, facts.kept);
        break;
      case Per::once:
        if (rule.external) bound = bind_trigger(r, site, index, with, to, shared, facts.kept);
        bound = bind_flow(site, index, with, to, sources, shared) || bound;
        break;
    }
    if (!bound) return;
    std::ranges::sort(site.findings);
    site.findings.erase(std::unique(site.findings.begin(), site.findings.end()), site.findings.end());
    out_.sites.push_back(std::move(site));
  }

  void add_step(std::span<const std::uint32_t> sources, std::uint32_t to, std::span<const std::uint32_t> with, std::uint32_t site, std::uint32_t package) {
    out_.network.add_step(sources, to, with);
    out_.origin.push_back({site, package});
  }

  bool bind_flow(const Site& site, std::uint32_t index, std::span<const std::uint32_t> with, std::uint32_t to, std::span<const std::uint32_t> sources, const std::string& shared) {
    if (sources.empty()) return false;
    const double chance = chance_of_step(rules_.rules[site.rule], site.value);
    std::vector<std::uint32_t> all(with.begin(), with.end());
    if (chance < 1)
      all.push_back(variable(key_of({"step", rules_.rules[site.rule].id, shared, fmt::format("{:.9f}", chance)}), 1, parameter(site.rule, chance, false, site.strength)));
    add_step(sources, to, all, index, kNone);
    return true;
  }

  bool bind_inner_flaws(Site& site, std::uint32_t index, std::span<const std::uint32_t> with, std::uint32_t to, std::span<const std::uint32_t> sources) {
    if (sources.empty()) return false;
    bool bound = false;
    std::vector<const FlawedPackage*> packages;
    reader_.flaws().at(site.asset, packages);
    for (const FlawedPackage* package : packages) {
      if (package->network_chance <= 0) continue;
      for (const Finding* finding : package->findings)
        if (use_of(*finding) == FlawUse::network) site.findings.push_back(finding->id);
      std::vector<std::uint32_t> all(with.begin(), with.end());
      all.push_back(variable(key_of({"flaw", rules_.rules[site.rule].id, asset(package->asset).id.text()}), chance_of_inner_flaw(site.value, *package)));
      out_.packages.push_back({package->asset, false, all.back()});
      add_step(sources, to, all, index, package->asset);
      bound = true;
    }
    return bound;
  }

  bool bind_trigger(std::uint32_t r, Site& site, std::uint32_t index, std::vector<std::uint32_t>& with, std::uint32_t to, const std::string& shared, double kept) {
    const StepRule& rule = rules_.rules[r];
    const double rate = rate_of_trigger(rule, site.value);
    site.trigger = trigger(key_of({"trigger", rule.id, shared}), site.control == kNone ? kept : 1, parameter(r, rate, true, site.strength), index);
    const std::uint32_t from[1] = {out_.network.triggers[site.trigger].node};
    add_step(from, to, with, index, kNone);
    return true;
  }

  bool bind_flaws(std::uint32_t r, Site& site, std::uint32_t index, std::vector<std::uint32_t>& with, std::uint32_t to) {
    const StepRule& rule = rules_.rules[r];
    const FlawUse wanted = rule.per == Per::network_flaw ? FlawUse::network : FlawUse::client;
    bool bound = false;
    std::vector<const FlawedPackage*> packages;
    reader_.flaws().at(site.asset, packages);
    for (const FlawedPackage* package : packages) {
      const double rate = wanted == FlawUse::network ? package->network_rate : package->client_rate;
      if (rate <= 0) continue;
      for (const Finding* finding : package->findings)
        if (use_of(*finding) == wanted && !finding->signal.vulnerability->malicious) site.findings.push_back(finding->id);
      const std::string id = asset(package->asset).id.text();
      const std::uint32_t known = static_cast<std::uint32_t>(out_.network.triggers.size());
      const std::uint32_t t = trigger(key_of({"flaw", rule.id, id}), rate, parameter(r, 1, true, 0), index);
      if (t == known) out_.packages.push_back({package->asset, true, t});
      const std::uint32_t from[1] = {out_.network.triggers[t].node};
      // Being among those hit is asked for each package anew: two campaigns are two draws.
      std::vector<std::uint32_t> all(with);
      std::erase(all, site.control);
      const std::uint32_t hit = variable(key_of({"hit", rule.id, id, asset(site.asset).id.text()}), site.value);
      all.push_back(hit);
      all.push_back(site.control);
      add_step(from, to, all, index, package->asset);
      bound = true;
    }
    return bound;
  }

  const SiteReader& reader_;
  const Outline& outline_;
  const StepRules& rules_;
  const std::vector<bool>& kept_;
  Binding out_;
  std::map<std::tuple<std::uint32_t, double, bool>, std::uint32_t> parameters_;
  std::unordered_map<std::uint64_t, std::uint32_t> variables_, triggers_;
};

}  // namespace

Binding bind(const SiteReader& reader, const Outline& outline, const std::vector<bool>& kept) { return Binder(reader, outline, kept).run(); }

Binding bind(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, unsigned jobs, const Organisation* organisation) {
  const SiteReader reader(estate, findings, rules, organisation);
  const Outline outline(reader, jobs);
  return forecast::bind(reader, outline, outline.reached_nodes());
}

}  // namespace stormwatch::forecast
