// SPDX-License-Identifier: Apache-2.0
// The same seed gives the same bytes on any number of threads, and what is bound in part answers as what is bound whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "forecast/bind.h"
#include "forecast/flatness.h"
#include "forecast/forecast.h"
#include "forecast/incidents.h"
#include "graph/merge.h"

namespace stormwatch::forecast {
namespace {

const StepRules& rules() {
  static const auto loaded = load_steps({});
  return **loaded;
}

struct Random {
  std::mt19937_64 bits;
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
  bool chance(double p) { return static_cast<double>(bits() >> 11) * 0x1p-53 < p; }
  AssetId pick(const std::vector<AssetId>& from) { return from[below(from.size())]; }
};

struct Sample {
  Estate estate;
  std::vector<Finding> findings;
};

/// Services, agents, tools, roles and stores that lead to one another, loops among them.
Sample sample(std::uint64_t seed, std::size_t teams) {
  Random random{std::mt19937_64(seed)};
  Observation seen;
  std::vector<Finding> findings;
  std::vector<AssetId> machines, services, applications, agents, tools, roles, stores, packages;
  for (std::size_t i = 0; i < teams * 4; ++i) {
    const std::string name = std::to_string(i);
    WorkloadFacts machine;
    machine.privileged = random.chance(0.2);
    machines.push_back(seen.add(make_asset("machine" + name, name, machine)));
    EndpointFacts service;
    service.product = random.chance(0.3) ? "mlflow" : "vllm";
    if (random.chance(0.8)) service.exposure = random.chance(0.3) ? "internet" : "internal";
    if (random.chance(0.8)) service.authentication = random.chance(0.4) ? "none" : "token";
    services.push_back(seen.add(make_asset("service" + name, name, service)));
    ApplicationFacts application;
    application.public_access = random.chance(0.3);
    application.user_input_to_model = true;
    applications.push_back(seen.add(make_asset("application" + name, name, application)));
    AgentFacts agent;
    agent.reads_untrusted = random.chance(0.5);
    agent.human_approval = random.chance(0.3);
    agent.capabilities = {"file-read", "message-send"};
    agents.push_back(seen.add(make_asset("agent" + name, name, agent)));
    ToolFacts tool;
    tool.capabilities = {random.chance(0.3) ? "code-exec" : "message-send"};
    tools.push_back(seen.add(make_asset("tool" + name, name, tool)));
    IdentityFacts role;
    role.platform = "aws";
    role.can_escalate = random.chance(0.3);
    roles.push_back(seen.add(make_asset("role" + name, name, role)));
    DatastoreFacts store;
    store.sensitivity = random.chance(0.5) ? "confidential" : "internal";
    stores.push_back(seen.add(make_asset("store" + name, name, store)));
    packages.push_back(seen.add(make_asset("pypi/p" + name + "@1", name, PackageFacts{.ecosystem = "pypi"})));
    if (!random.chance(0.3)) continue;
    Finding finding;
    finding.signal.rule = "package-vulnerable";
    finding.signal.asset = packages.back();
    finding.signal.severity = Severity::high;
    finding.signal.vulnerability = VulnerabilityFacts{.epss = 0.4, .cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", .fixed_version = "2"};
    finding.id = FindingId::of({"flaw", name});
    findings.push_back(finding);
  }
  for (std::size_t i = 0; i < machines.size(); ++i) {
    seen.relate(machines[i], RelationKind::exposes, random.pick(services));
    seen.relate(machines[i], RelationKind::authenticates_as, random.pick(roles));
    for (int k = 0; k < 2; ++k) seen.relate(machines[i], RelationKind::network_reach, random.chance(0.5) ? random.pick(machines) : random.pick(services));
    seen.relate(services[i], RelationKind::serves, random.pick(applications));
    seen.relate(applications[i], RelationKind::contains, random.pick(agents));
    seen.relate(applications[i], RelationKind::depends_on, random.pick(packages));
    seen.relate(packages[i], RelationKind::depends_on, random.pick(packages));
    seen.relate(agents[i], RelationKind::has_tool, random.pick(tools));
    seen.relate(agents[i], RelationKind::reads, random.pick(stores));
    seen.relate(roles[i], RelationKind::reads, random.pick(stores));
  }
  return {graph::merge({std::move(seen)}), std::move(findings)};
}

/// Every number of a forecast to its last bit.
std::string text_of(const Forecast& forecast) {
  std::string out = fmt::format("{} {} {}\n", forecast.method, forecast.expected_loss, forecast.loss_left_by_all);
  for (const Incident& one : forecast.incidents) {
    out += fmt::format("{} {} {} {} {} {} {} {} {} {} {}\n", one.id.text(), one.group.text(), name_of(one.level), one.chance.p7, one.chance.p30, one.chance.p90, one.chance.low, one.chance.high, one.exact, one.pressure, one.evidence_tier);
    for (const Path& path : one.paths)
      for (const PathStep& step : path.steps) out += fmt::format("  {} {} {} {} {}\n", path.share, step.rule, step.asset.text(), step.probability, step.because);
    for (const Driver& driver : one.drivers) out += fmt::format("  {} {}\n", driver.text, driver.change);
  }
  for (const Action& one : forecast.actions) {
    out += fmt::format("{} {} {} {} {} {} {}\n", one.id.text(), one.title, one.effort_hours, one.loss_reduction, one.loss_low, one.loss_high, one.cumulative_reduction);
    for (const ActionEffect& effect : one.effects) out += fmt::format("  {} {} {}\n", effect.incident.text(), effect.before, effect.after);
  }
  for (const Bundle& one : forecast.bundles) out += fmt::format("{} {} {}\n", one.effort_hours, one.before, one.after);
  for (const IncidentGroup& one : forecast.groups) out += fmt::format("{} {} {}\n", one.id.text(), one.any30, one.any90);
  for (const Unobserved& one : forecast.unobserved) out += one.rule + "\n";
  return out;
}

TEST(Scale, AnyNumberOfThreadsGivesTheSameBytes) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const Sample one = sample(seed, 8);
    std::string first;
    for (unsigned jobs : {1U, 2U, 8U}) {
      ForecastOptions options;
      options.jobs = jobs;
      options.worlds = 1024;
      const auto forecast = forecast::forecast(one.estate, one.findings, rules(), options);
      ASSERT_TRUE(forecast);
      ASSERT_FALSE(forecast->incidents.empty());
      const std::string text = text_of(*forecast);
      if (first.empty()) first = text;
      EXPECT_EQ(text, first) << "seed " << seed << ", " << jobs << " threads";
    }
  }
}

TEST(Scale, OutlineKnowsTheBestChainsOfTheWholeNetwork) {
  for (std::uint64_t seed = 10; seed < 20; ++seed) {
    const Sample one = sample(seed, 10);
    const SiteReader reader(one.estate, one.findings, rules(), nullptr);
    const Outline outline(reader, 2);
    const Binding binding = forecast::bind(reader, outline, outline.reached_nodes());
    const Graph graph = graph_of(binding.network);
    const BestChains chains = best_chains(graph, binding.network.factors, 90);
    std::size_t compared = 0;
    for (std::uint32_t at = 0; at < outline.nodes(); ++at) {
      const std::uint32_t bound = binding.node_of[at];
      ASSERT_EQ(bound != kNone, std::isfinite(outline.cost()[at]));
      if (bound == kNone) continue;
      ++compared;
      EXPECT_NEAR(chains.cost[bound], outline.cost()[at], 1e-3) << rules().rules.size() << " at " << at;
    }
    EXPECT_GT(compared, 100U);
  }
}

TEST(Scale, WhatIsBoundInPartAnswersAsWhatIsBoundWhole) {
  for (std::uint64_t seed = 30; seed < 40; ++seed) {
    const Sample one = sample(seed, 10);
    const SiteReader reader(one.estate, one.findings, rules(), nullptr);
    const Outline outline(reader, 1);
    const Binding whole = forecast::bind(reader, outline, outline.reached_nodes());
    const Graph graph = graph_of(whole.network);
    const Worlds worlds(graph, 1, 16, 90);
    const std::vector<Threat> threats = threats_of(reader, outline);
    for (std::size_t t = 0; t < std::min<std::size_t>(threats.size(), 10); ++t) {
      std::vector<bool> kept(outline.nodes(), false);
      std::size_t count = 0;
      ASSERT_TRUE(outline.add_causes(threats[t].targets, 1'000'000, kept, count));
      EXPECT_EQ(count, static_cast<std::size_t>(std::ranges::count(kept, true)));
      const Binding part = forecast::bind(reader, outline, kept);
      const Graph small = graph_of(part.network);
      std::vector<std::uint32_t> in_whole, in_part;
      for (std::uint32_t target : threats[t].targets) {
        in_whole.push_back(whole.node_of[target]);
        in_part.push_back(part.node_of[target]);
      }
      const Estimate a = worlds.sample(cone_of(graph, in_whole), whole.network.factors);
      const Estimate b = Worlds(small, 1, 16, 90).sample(cone_of(small, in_part), part.network.factors);
      EXPECT_NEAR(a.at[2], b.at[2], 1e-12);
    }
  }
}

TEST(Scale, SeparatingEverywhereTakesOffMoreThanInAFewPlaces) {
  const Sample one = sample(50, 20);
  const SiteReader reader(one.estate, one.findings, rules(), nullptr);
  const Outline outline(reader, 1);
  const Separation few = separation_of(reader, outline, threats_of(reader, outline), 3);
  ASSERT_EQ(few.assets.size(), 3U);
  EXPECT_GT(few.cut_all, 0.005);
  EXPECT_LT(few.cut_all, 1);
  EXPECT_GT(few.cut_there, 0);
  EXPECT_LT(few.cut_there, few.cut_all);
  EXPECT_NE(told(few, one.estate).find("separating all networks"), std::string::npos);
  EXPECT_EQ(told(Separation{}, one.estate), "");
}

}  // namespace
}  // namespace stormwatch::forecast
