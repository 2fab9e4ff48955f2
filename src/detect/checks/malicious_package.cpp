// SPDX-License-Identifier: Apache-2.0
// Releases that are themselves malware: compromised versions, and names made to be mistaken for others.
#include <fmt/format.h>

#include "detect/package_findings.h"

namespace stormwatch::detect {
namespace {

void look(const Estate& estate, const Context& context, Signals& signals) {
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::package) continue;
    const auto& facts = std::get<PackageFacts>(asset.facts);
    for (const advisory::Match& match : advisories_of(asset, context)) {
      if (!match.malicious) continue;
      for (const Place& place : asset.places) {
        Signal& signal = signals.raise(asset, place, fmt::format("{} {}: {}", asset.name, facts.version.empty() ? "(any version)" : facts.version, match.id));
        describe(match, signal);
        if (match.reported_only) {
          signal.severity = Severity::high;
          signal.confidence = Confidence::medium;
        }
        signal.context = manifest_context(place.path);
        signal.explanation = match.reported_only ? "malware was published under this name" : "this release is recorded as malware";
        signal.remediation = fmt::format("Remove {} {}. Treat every machine that installed it as compromised: rotate the credentials it could read, and rebuild it.", asset.name, facts.version);
        if (!match.fixed_version.empty()) signal.remediation += fmt::format(" The first release after it is {}.", match.fixed_version);
        signal.identity = match.id;
      }
    }
  }
}

}  // namespace

extern const Detector malicious_package;
const Detector malicious_package{
    .advisory = {.id = "malicious-package",
                 .title = "A package release is malware",
                 .why = "Installing or importing it runs the attacker's code with everything the process can reach: API keys, cloud credentials, models and data.",
                 .fix = "Remove it, rotate what the machine could read, rebuild the machine, and pin the last good version with its hash.",
                 .severity = Severity::critical,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.001", "cwe:506", "eu-ai-act:15", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 8},
    .look = look,
    .examples = [] {
      return std::vector<Example>{{"a compromised release", {{"requirements.txt", "litellm==1.82.7\n"}}, true},
                                  {"a name made to be mistaken, in any version", {{"package.json", R"({"name": "x", "dependencies": {"@chatgptclaude_club/claude-code": "^1.0.0"}})"}}, true},
                                  {"the release before", {{"requirements.txt", "litellm==1.82.6\n"}}, false},
                                  {"the real name", {{"package.json", R"({"name": "x", "dependencies": {"@anthropic-ai/claude-code": "1.0.10"}})"}}, false}};
    }};

}  // namespace stormwatch::detect
