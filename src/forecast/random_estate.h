// SPDX-License-Identifier: Apache-2.0
// Random estates for tests, and every number of a forecast as text.
#pragma once

#include <fmt/format.h>

#include <random>

#include "forecast/forecast.h"
#include "forecast/step_rules.h"
#include "graph/merge.h"

namespace stormwatch::forecast {

inline const StepRules& rules() {
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
inline Sample sample(std::uint64_t seed, std::size_t teams) {
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
inline std::string text_of(const Forecast& forecast) {
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

}  // namespace stormwatch::forecast
