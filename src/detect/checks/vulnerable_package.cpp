// SPDX-License-Identifier: Apache-2.0
// Package versions with a published vulnerability: one signal for each weakness and place.
#include <fmt/format.h>

#include "detect/exploitability.h"
#include "detect/package_findings.h"

namespace stormwatch::detect {
namespace {

constexpr std::size_t kPlaces = 50;

void look(const Estate& estate, const Context& context, Signals& signals) {
  for (const Asset& asset : estate.assets()) {
    PackageFacts facts;
    std::string name = asset.name;
    std::vector<advisory::Match> matches;
    if (asset.kind() == AssetKind::package) {
      facts = std::get<PackageFacts>(asset.facts);
      matches = advisories_of(asset, context);
    } else if (auto package = package_of(asset, estate); package && context.advisories) {
      facts.version = package->version;
      name = "image " + asset.name + ": " + package->name;
      matches = context.advisories->look_up(package->ecosystem, package->name, package->version);
    }
    const std::string use = matches.empty() ? std::string() : use_of(asset);
    for (const advisory::Match& match : matches) {
      if (match.malicious) continue;
      for (std::size_t i = 0; i < std::min(asset.places.size(), kPlaces); ++i) {
        std::string evidence = fmt::format("{} {}: {}", name, facts.version, shown_id(match));
        if (match.cvss) evidence += fmt::format(", CVSS {:.1f}", *match.cvss);
        if (match.epss) evidence += fmt::format(", EPSS {:.3f}", *match.epss);
        if (match.known_exploited) evidence += ", known exploited";
        Signal& signal = signals.raise(asset, asset.places[i], std::move(evidence));
        describe(match, signal);
        signal.severity = severity_of(match);
        if (facts.reach == "deleted") signal.severity = Severity::info;
        signal.context = manifest_context(asset.places[i].path);
        if (facts.development.value_or(false) && signal.context.empty()) signal.context = "test";
        signal.explanation = fmt::format("{} {} stands in the range that the advisory calls affected", name, facts.version);
        if (!use.empty()) signal.explanation += "; " + use;
        say_exploitability(exploitability_of(asset, match, context.advisories->date()), signal);
        signal.remediation = match.fixed_version.empty() ? fmt::format("No fixed version of {} is published for {}: replace it, or keep what the advisory describes out of reach.", name, shown_id(match))
                                                         : fmt::format("Upgrade {} to {} or later.", name, match.fixed_version);
        signal.identity = match.id;
      }
    }
  }
}

}  // namespace

extern const Detector vulnerable_package;
const Detector vulnerable_package{
    .advisory = {.id = "vulnerable-package",
                 .title = "A package version has a known vulnerability",
                 .why = "Published weaknesses of AI frameworks, model servers and their libraries are searched for and attacked by machine soon after they are announced.",
                 .fix = "Upgrade to a version without it and pin that version with its hash.",
                 .severity = Severity::high,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010", "cwe:1395", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"},
                 .effort_hours = 1},
    .look = look,
    .examples = [] {
      return std::vector<Example>{{"langflow with an exploited weakness", {{"requirements.txt", "langflow==1.2.0\n"}}, true},
                                  {"a local label does not hide the version", {{"requirements.txt", "torch==2.5.1+cu121\n"}}, true},
                                  {"locked by npm's neighbour uv", {{"uv.lock", "version = 1\n[[package]]\nname = \"gradio\"\nversion = \"4.19.1\"\n"}}, true},
                                  {"a model server's image", {{"Dockerfile", "FROM vllm/vllm-openai:v0.6.1\n"}}, true},
                                  {"an image whose tag states no version", {{"Dockerfile", "FROM vllm/vllm-openai:latest\n"}}, false},
                                  {"a range may resolve to a good version", {{"requirements.txt", "langflow>=1.2.0\n"}}, false},
                                  {"a package without advisories", {{"requirements.txt", "no-such-package-of-anyone==1.0\n"}}, false}};
    }};

}  // namespace stormwatch::detect
