// SPDX-License-Identifier: Apache-2.0
// The case studies of MITRE ATLAS as estates (tests/atlas/estates.yaml): is the true path among the first five, and would counting
// paths, severity or chance have found it as well?
//
// The estates were written by someone who knew the step rules, before any rule was changed for them: weak evidence, and printed as such.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "base/file.h"
#include "forecast/bind.h"
#include "forecast/incidents.h"
#include "forecast/step_rules.h"
#include "format/content_document.h"
#include "graph/merge.h"

namespace stormwatch::forecast {
namespace {

constexpr std::size_t kFirst = 5;

struct Case {
  std::string id;
  Estate estate;
  std::vector<Finding> findings;
  std::set<std::string> types;
  std::vector<AssetId> through;
};

void set_field(Facts& facts, const std::string& name, const Node& value) {
  bool known = false;
  visit_fields(
      [&](std::string_view field, auto& into) {
        if (field != name) return;
        known = true;
        using T = std::remove_cvref_t<decltype(into)>;
        if constexpr (std::is_same_v<T, std::string>) into = value.scalar;
        else if constexpr (std::is_same_v<T, Flag>) into = value.as_bool();
        else if constexpr (std::is_same_v<T, Count>) into = static_cast<std::int64_t>(value.as_number().value_or(0));
        else if constexpr (std::is_same_v<T, Texts>)
          for (const Node& item : value.items) into.push_back(item.scalar);
      },
      facts);
  ASSERT_TRUE(known) << name;
}

struct Parts {
  Observation seen;
  std::map<std::string, AssetId> ids;
  std::vector<Finding> findings;
};

void add(Parts& parts, const Node& from) {
  if (const Node* assets = from.find("assets"))
    for (const Node::Member& member : assets->members) {
      const auto kind = asset_kind_named(member.value.text("kind"));
      ASSERT_TRUE(kind) << member.key;
      Facts facts = facts_of_kind(*kind);
      for (const Node::Member& field : member.value.members)
        if (field.key != "kind") set_field(facts, field.key, field.value);
      Asset asset;
      asset.key = member.key;
      asset.name = member.key;
      asset.facts = std::move(facts);
      asset.id = Asset::id_of(*kind, member.key);
      parts.ids[member.key] = parts.seen.add(std::move(asset));
    }
  if (const Node* relations = from.find("relations"))
    for (const Node& item : relations->items) {
      const std::string& text = item.scalar;
      const std::size_t a = text.find(' '), b = text.rfind(' ');
      const auto kind = relation_kind_named(text.substr(a + 1, b - a - 1));
      ASSERT_TRUE(kind) << text;
      ASSERT_TRUE(parts.ids.contains(text.substr(0, a)) && parts.ids.contains(text.substr(b + 1))) << text;
      parts.seen.relate(parts.ids[text.substr(0, a)], *kind, parts.ids[text.substr(b + 1)]);
    }
  if (const Node* findings = from.find("findings"))
    for (const Node& item : findings->items) {
      Finding finding;
      finding.signal.rule = item.text("rule");
      finding.title = finding.signal.rule;
      finding.signal.asset = parts.ids[std::string(item.text("asset"))];
      finding.signal.severity = severity_named(item.text("severity")).value_or(Severity::medium);
      finding.vector = *detail::named<Vector>(kVectorNames, item.text("vector"));
      finding.id = FindingId::of({finding.signal.rule, item.text("asset")});
      if (finding.vector == Vector::vulnerability && (item.find("epss") || item.find("malicious"))) {
        VulnerabilityFacts facts;
        if (const Node* epss = item.find("epss")) facts.epss = epss->as_number();
        facts.known_exploited = item.text("kev") == "true";
        facts.malicious = item.text("malicious") == "true";
        facts.cvss_vector = item.text("cvss");
        finding.signal.vulnerability = std::move(facts);
      }
      parts.findings.push_back(std::move(finding));
    }
}

std::vector<Case> cases() {
  const auto text = read_text(STORMWATCH_SOURCE_DIR "/tests/atlas/estates.yaml");
  EXPECT_TRUE(text);
  const auto nodes = format::read_content(*text, "estates.yaml");
  EXPECT_TRUE(nodes) << nodes.error().message();
  const Node& whole = nodes->front();
  std::vector<Case> out;
  for (const Node& item : whole.find("cases")->items) {
    Parts parts;
    add(parts, *whole.find("decoys"));
    add(parts, item);
    Case one{.id = std::string(item.text("id")), .findings = std::move(parts.findings)};
    for (const Node& type : item.at_path("truth.types")->items) one.types.insert(type.scalar);
    for (const Node& asset : item.at_path("truth.through")->items) one.through.push_back(parts.ids.at(asset.scalar));
    one.estate = graph::merge({std::move(parts.seen)});
    out.push_back(std::move(one));
  }
  return out;
}

bool is_true(const Case& one, const Incident& incident) {
  if (!one.types.contains(incident.type)) return false;
  return std::ranges::any_of(incident.paths, [&](const Path& path) {
    std::size_t at = 0;
    for (const PathStep& step : path.steps)
      while (at < one.through.size() && one.through[at] == step.asset) ++at;
    return at == one.through.size();
  });
}

std::size_t place_in(const std::vector<const Incident*>& order, const Case& one) {
  for (std::size_t i = 0; i < order.size(); ++i)
    if (is_true(one, *order[i])) return i + 1;
  return 0;
}

/// Whether a way of the true incident leads through a rule that was changed after the estates were written.
bool through_changed_rule(const Incident& incident, const StepRules& rules) {
  return std::ranges::any_of(incident.paths, [&](const Path& path) {
    return std::ranges::any_of(path.steps, [&](const PathStep& step) {
      const auto rule = std::ranges::find(rules.rules, step.rule, &StepRule::id);
      return rule != rules.rules.end() && !rule->changed.empty();
    });
  });
}

/// Walks of at most twelve steps from any trigger to the incident's states: what a count of attack paths counts.
std::map<IncidentId, double> path_counts(const Case& one, const StepRules& rules) {
  const Binding binding = forecast::bind(one.estate, one.findings, rules, 1);
  const Graph graph = graph_of(binding.network);
  std::vector<double> walks(binding.network.nodes, 0), total(binding.network.nodes, 0);
  for (const Trigger& t : binding.network.triggers) walks[t.node] = 1;
  for (int length = 0; length < 12; ++length) {
    std::vector<double> next(binding.network.nodes, 0);
    for (std::uint32_t s = 0; s < binding.network.steps.size(); ++s)
      for (std::uint32_t source : binding.network.sources(s)) next[binding.network.steps[s].to] += walks[source];
    for (std::uint32_t n = 0; n < next.size(); ++n) total[n] += next[n];
    walks = std::move(next);
  }
  std::map<IncidentId, double> out;
  for (const Threat& threat : threats_of(one.estate, rules, binding, graph, best_chains(graph, binding.network.factors, 90))) {
    double count = 0;
    for (std::uint32_t target : threat.targets) count += total[target];
    out[IncidentId::of({"incident", rules.incidents[threat.type].id, one.estate.assets()[threat.asset].id.text()})] = count;
  }
  return out;
}

TEST(Atlas, TrueWayIsAmongTheFirstFiveMoreOftenThanByCountingOrSeverity) {
  const auto loaded = load_steps({});
  ASSERT_TRUE(loaded);
  const StepRules& rules = **loaded;
  std::size_t apart = 0, found = 0, shown = 0, by_count = 0, by_severity = 0, by_impact = 0, all = 0;
  double by_chance = 0;
  std::string missed;
  for (const Case& one : cases()) {
    ++all;
    ForecastOptions options;
    options.top_incidents = 400;
    options.worlds = 2048;
    options.top_actions = 0;
    const auto out = forecast(one.estate, one.findings, rules, options);
    ASSERT_TRUE(out);
    std::vector<const Incident*> order;
    for (const Incident& incident : out->incidents) order.push_back(&incident);
    const std::size_t place = place_in(order, one);
    std::vector<const Incident*> groups;
    for (const IncidentGroup& group : out->groups) groups.push_back(&*std::ranges::find(out->incidents, group.members.front(), &Incident::id));
    const std::size_t of_groups = place_in(groups, one);
    found += place > 0 && place <= kFirst;
    apart += place > 0 && place <= kFirst && through_changed_rule(*order[place - 1], rules);
    shown += of_groups > 0 && of_groups <= kFirst;
    if (place == 0 || place > kFirst) missed += one.id.substr(4) + (place ? " (" + std::to_string(place) + ")" : " (none)") + " ";

    const std::map<IncidentId, double> counts = path_counts(one, rules);
    auto ranked_by = [&](auto key) {
      std::vector<const Incident*> other = order;
      std::ranges::sort(other, [&](const Incident* a, const Incident* b) { return std::pair(key(*a), b->id) > std::pair(key(*b), a->id); });
      const std::size_t at = place_in(other, one);
      return at > 0 && at <= kFirst;
    };
    by_count += ranked_by([&](const Incident& i) { return counts.contains(i.id) ? counts.at(i.id) : 0.0; });
    by_impact += ranked_by([&](const Incident& i) { return i.impact_p90; });
    by_severity += ranked_by([&](const Incident& i) {
      double worst = 0;
      for (const Path& path : i.paths)
        for (const PathStep& step : path.steps)
          for (const Finding& finding : one.findings)
            if (finding.signal.asset == step.asset || std::ranges::find(step.findings, finding.id) != step.findings.end())
              worst = std::max(worst, static_cast<double>(finding.signal.severity) + 1);
      return worst * 1e9 + i.impact_p90;
    });
    const auto n = static_cast<double>(order.size());
    const auto good = static_cast<double>(std::ranges::count_if(order, [&](const Incident* i) { return is_true(one, *i); }));
    double none = 1;
    for (std::size_t i = 0; i < kFirst; ++i) none *= std::max(0.0, (n - good - static_cast<double>(i)) / std::max(1.0, n - static_cast<double>(i)));
    by_chance += order.empty() ? 0 : 1 - none;
    std::printf("  %s place %zu of %zu (as groups %zu)\n", one.id.c_str(), place, order.size(), of_groups);
  }
  std::printf("true way among the first %zu of %zu estates: forecast %zu (as groups %zu), path count %zu, severity %zu, impact %zu, random %.1f\nmissed: %s\n", kFirst, all, found, shown,
              by_count, by_severity, by_impact, by_chance, missed.c_str());
  std::printf("of these, %zu lead through a rule that was changed after the estates were written\n", apart);
  EXPECT_EQ(all, 57U);
  EXPECT_GT(found, by_count);
  EXPECT_GT(found, by_severity);
  EXPECT_GT(static_cast<double>(found), by_chance);
}

}  // namespace
}  // namespace stormwatch::forecast
