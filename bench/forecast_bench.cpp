// SPDX-License-Identifier: Apache-2.0
// How long a forecast takes: 100,000 assets and 500,000 relations in teams, and the flat case where every machine reaches every
// other within a team and teams reach each other. Making the estate is not timed. Prints seconds, CPU seconds, the resident size of the
// estate and the peak while forecasting (arguments: assets, then sparse or flat for one alone). Then what one change costs where the
// estate and its forecast stand in memory.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include "forecast/forecast.h"
#include "graph/merge.h"

using namespace stormwatch;

namespace {

struct Synthetic {
  Estate estate;
  std::vector<Finding> findings;
};

Synthetic synthetic(std::size_t assets, bool flat) {
  std::mt19937_64 random(7);
  auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  auto chance = [&](double p) { return static_cast<double>(random() >> 11) * 0x1p-53 < p; };
  Observation seen;
  std::vector<Finding> findings;
  std::vector<std::vector<AssetId>> machines;
  constexpr std::size_t kTeam = 100;
  for (std::size_t team = 0; team * kTeam < assets; ++team) {
    std::vector<AssetId> apps, agents, tools, endpoints, workloads, identities, stores, packages, models, secrets;
    for (std::size_t i = 0; i < kTeam; ++i) {
      const std::string name = "t" + std::to_string(team) + "-" + std::to_string(i);
      if (i < 40) {
        PackageFacts facts;
        facts.ecosystem = "pypi";
        facts.pinned = chance(0.9);
        packages.push_back(seen.add(make_asset("pypi/" + name + "@1", name, facts)));
        if (!chance(0.05)) continue;
        Finding finding;
        finding.signal.rule = "package-vulnerable";
        finding.signal.asset = packages.back();
        finding.signal.severity = Severity::high;
        finding.signal.vulnerability = VulnerabilityFacts{.epss = chance(0.1) ? 0.6 : 0.004, .cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", .fixed_version = "2"};
        finding.id = FindingId::of({"v", name});
        findings.push_back(finding);
      } else if (i < 55) {
        WorkloadFacts facts;
        facts.platform = "kubernetes";
        facts.privileged = chance(0.03);
        facts.egress_open = chance(0.5);
        workloads.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 63) {
        EndpointFacts facts;
        facts.product = chance(0.2) ? "mlflow" : "vllm";
        facts.exposure = chance(0.03) ? "internet" : "internal";
        facts.authentication = chance(0.2) ? "none" : "token";
        facts.code_execution = chance(0.2);
        facts.rate_limited = true;
        endpoints.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 68) {
        ApplicationFacts facts;
        facts.public_access = chance(0.1);
        facts.user_input_to_model = chance(0.5);
        facts.customer_facing = chance(0.2);
        facts.output_filter = chance(0.5);
        facts.rate_limited = true;
        apps.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 72) {
        AgentFacts facts;
        facts.reads_untrusted = chance(0.2);
        facts.human_approval = chance(0.5);
        facts.browses_web = chance(0.1);
        facts.sandboxed = chance(0.5);
        facts.memory = chance(0.3);
        facts.capabilities = {"file-read"};
        agents.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 80) {
        ToolFacts facts;
        facts.capabilities = {chance(0.1) ? "code-exec" : chance(0.2) ? "message-send" : "file-read"};
        facts.human_approval = chance(0.5);
        facts.shared_identity = chance(0.1);
        tools.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 86) {
        IdentityFacts facts;
        facts.platform = "aws";
        facts.can_escalate = chance(0.05);
        facts.administrator = false;
        identities.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 92) {
        DatastoreFacts facts;
        facts.sensitivity = chance(0.3) ? "confidential" : "internal";
        facts.public_access = chance(0.01);
        facts.public_write = false;
        stores.push_back(seen.add(make_asset(name, name, facts)));
      } else if (i < 96) {
        ModelFacts facts;
        facts.pinned = true;
        facts.signed_by_publisher = chance(0.5);
        models.push_back(seen.add(make_asset(name, name, facts)));
      } else {
        SecretFacts facts;
        facts.type = "token";
        facts.exposure = "configuration";
        facts.test_value = chance(0.9);
        facts.fingerprint = name;
        secrets.push_back(seen.add(make_asset(name, name, facts)));
      }
    }
    auto pick = [&](const std::vector<AssetId>& from) { return from[below(from.size())]; };
    for (AssetId app : apps) {
      for (int k = 0; k < 60; ++k) seen.relate(app, RelationKind::depends_on, pick(packages));
      seen.relate(app, RelationKind::contains, pick(agents));
      seen.relate(app, RelationKind::uses_model, pick(models));
      seen.relate(app, RelationKind::stores_secret, pick(secrets));
    }
    for (AssetId package : packages)
      for (int k = 0; k < 6; ++k) seen.relate(package, RelationKind::depends_on, pick(packages));
    for (AssetId agent : agents) {
      for (int k = 0; k < 3; ++k) seen.relate(agent, RelationKind::has_tool, pick(tools));
      seen.relate(agent, RelationKind::reads, pick(stores));
    }
    for (AssetId workload : workloads) {
      seen.relate(workload, RelationKind::exposes, pick(endpoints));
      seen.relate(workload, RelationKind::authenticates_as, pick(identities));
      for (int k = 0; k < (flat ? 12 : 1); ++k) seen.relate(workload, RelationKind::network_reach, k % 2 ? pick(endpoints) : pick(workloads));
    }
    for (AssetId endpoint : endpoints) seen.relate(endpoint, RelationKind::serves, pick(apps));
    for (AssetId identity : identities) seen.relate(identity, RelationKind::reads, pick(stores));
    machines.push_back(workloads);
  }
  if (flat)
    for (const auto& from : machines)
      for (AssetId machine : from)
        for (int k = 0; k < 4; ++k) {
          const auto& other = machines[below(machines.size())];
          seen.relate(machine, RelationKind::network_reach, other[below(other.size())]);
        }
  return {graph::merge({std::move(seen)}), std::move(findings)};
}

/// MiB of a line of /proc/self/status: VmRSS, VmHWM.
long mebibytes(std::string_view line) {
  std::ifstream status("/proc/self/status");
  for (std::string text; std::getline(status, text);)
    if (text.starts_with(line)) return std::strtol(text.c_str() + line.size() + 1, nullptr, 10) / 1024;
  return 0;
}

/// Gives back what making the estate left, and lets the peak start anew.
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

double seconds_since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

/// Runs `change` and gives the forecast anew; prints the seconds of both.
template <class Change>
void time_change(const char* name, forecast::StandingForecast& standing, const forecast::ForecastOptions& options, Change&& change) {
  const std::clock_t cpu = std::clock();
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<AssetId> touched = change();
  const double estate = seconds_since(begin);
  if (!touched.empty()) standing.changed(touched);
  const double followed = seconds_since(begin);
  const auto out = standing.forecast(options);
  std::printf("       %-18s %.2f s (CPU %.2f s): estate %.2f s, what it touches %.2f s, forecast %.2f s%s\n", name, seconds_since(begin), static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, estate,
              followed - estate, seconds_since(begin) - followed, out ? "" : "; refused");
}

/// What one change costs where the estate and its forecast stand in memory.
void time_changes(Synthetic& input, const forecast::StepRules& rules) {
  forecast::ForecastOptions options;
  forecast::StandingForecast standing(input.estate, input.findings, rules, options);
  const auto first = standing.forecast(options);
  if (!first) return;
  Estate& estate = input.estate;
  const auto endpoint = *std::ranges::find_if(estate.assets(), [](const Asset& asset) { return asset.kind() == AssetKind::endpoint; });
  const Relation relation = *std::ranges::find_if(estate.relations(), [](const Relation& one) { return one.kind == RelationKind::network_reach; });
  for (int round = 0; round < 2; ++round) {
    time_change("nothing", standing, options, [] { return std::vector<AssetId>{}; });
    time_change("a fact", standing, options, [&] {
      auto facts = std::get<EndpointFacts>(endpoint.facts);
      facts.exposure = round == 0 ? "internet" : "internal";
      facts.authentication = "none";
      estate.set_facts(endpoint.id, facts);
      return std::vector{endpoint.id};
    });
    time_change("a relation gone", standing, options, [&] {
      estate.remove_relation(relation.from, relation.kind, relation.to);
      return std::vector{relation.from, relation.to};
    });
    time_change("a relation more", standing, options, [&] {
      estate.add_relation(relation);
      return std::vector{relation.from, relation.to};
    });
    forecast::ForecastOptions done = options;
    if (!first->actions.empty()) done.what_if = {first->actions.front().id.text()};
    time_change("an action as done", standing, done, [] { return std::vector<AssetId>{}; });
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t assets = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 100'000;
  const auto rules = forecast::load_steps({});
  if (!rules) return 1;
  const std::string_view only = count > 2 ? arguments[2] : "";
  for (bool flat : {false, true}) {
    if (!only.empty() && only != (flat ? "flat" : "sparse")) continue;
    Synthetic input = synthetic(assets, flat);
    forget_peak();
    const long resident = mebibytes("VmRSS");
    const std::clock_t cpu = std::clock();
    const auto begin = std::chrono::steady_clock::now();
    const auto out = forecast::forecast(input.estate, input.findings, **rules, {});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const double cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    if (!out) return 1;
    std::printf("%-6s %zu assets, %zu relations, %zu findings: %.2f s (CPU %.2f s), estate %ld MiB, peak %ld MiB, %zu incidents, %zu actions; %s\n", flat ? "flat" : "sparse", input.estate.assets().size(),
                input.estate.relations().size(), input.findings.size(), seconds, cpu_seconds, resident, mebibytes("VmHWM"), out->incidents.size(), out->actions.size(), out->method.c_str());
    std::fflush(stdout);
    if (!flat) time_changes(input, **rules);
  }
}
