// SPDX-License-Identifier: Apache-2.0
// Manifests that ask PyPI for a name it does not have (known/unowned_names.txt): a module's name for its package's, or one that language models make up.
#include <fmt/format.h>

#include "detect/known.h"
#include "detect/package_findings.h"

namespace stormwatch::detect {
namespace {

void look(const Estate& estate, const Context& context, Signals& signals) {
  const Known& known = context.known ? *context.known : Known::embedded();
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::package || asset.places.empty()) continue;
    const auto& facts = std::get<PackageFacts>(asset.facts);
    // What is installed is there; what comes from a place of its own is asked of no registry.
    if (!facts.direct.value_or(false) || !facts.source.empty() || facts.hashed.value_or(false)) continue;
    const auto packages = known.packages.find(facts.ecosystem);
    if (packages == known.packages.end()) continue;
    const auto name = packages->second.unowned.find(registry_name(asset));
    if (name == packages->second.unowned.end()) continue;
    Signal& signal = signals.raise(asset, asset.places.front(), fmt::format("{} is not {}'s name of it: {}", asset.name, facts.ecosystem, name->second));
    signal.context = manifest_context(asset.places.front().path);
    signal.confidence = Confidence::medium;
    signal.explanation = fmt::format("no package of {} had this name in November 2026", facts.ecosystem);
    signal.remediation = fmt::format("Write {} where {} stands.", name->second, asset.name);
    signal.identity = name->first;
  }
}

}  // namespace

extern const Detector package_name_unowned;
const Detector package_name_unowned{
    .advisory = {.id = "package-name-unowned",
                 .title = "A manifest asks for a package that nobody has registered",
                 .why = "The install fails until somebody registers the name; then everybody who asks for it runs that person's code. Language models make up such names again and again, so they are worth registering (slopsquatting).",
                 .fix = "Write the package that is meant, and check names that a model wrote before they are installed.",
                 .severity = Severity::medium,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM03", "owasp-llm-2025:LLM09", "mitre-atlas:AML.T0010.001", "cwe:1357", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 0.25},
    .look = look,
    .examples = [] {
      return std::vector<Example>{{"a name that models make up", {{"requirements.txt", "huggingface-cli\n"}}, true},
                                  {"a module's name", {{"Dockerfile", "FROM python:3.12\nRUN pip install cv2 numpy\n"}}, true},
                                  {"the package", {{"requirements.txt", "huggingface-hub[cli]==0.24.0\nopencv-python==4.10.0.84\n"}}, false},
                                  {"another registry has it", {{"environment.yml", "name: x\ndependencies:\n  - opencv=4.9\n"}}, false},
                                  {"from a place of its own", {{"requirements.txt", "git+https://github.com/acme/cv2\n"}}, false}};
    }};

}  // namespace stormwatch::detect
