// SPDX-License-Identifier: Apache-2.0
// Packages whose name is read as that of a well-known AI package (known/packages.txt): a slip, look-alike letters, another scope.
#include <fmt/format.h>

#include "detect/lookalike.h"
#include "detect/package_findings.h"

namespace stormwatch::detect {
namespace {

void look(const Estate& estate, const Context& context, Signals& signals) {
  const Known& known = context.known ? *context.known : Known::embedded();
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::package || asset.places.empty()) continue;
    const auto& facts = std::get<PackageFacts>(asset.facts);
    const auto like = lookalike_of(facts.ecosystem, registry_name(asset), known);
    if (!like) continue;
    Signal& signal = signals.raise(asset, asset.places.front(), fmt::format("{} reads like {}: {}", asset.name, like->meant, like->how));
    signal.context = manifest_context(asset.places.front().path);
    // A fork in a scope of its own is honest more often than a slip is.
    if (like->how == "another scope") signal.severity = Severity::medium;
    if (facts.install_script.value_or(false)) signal.severity = Severity::critical;
    signal.confidence = Confidence::medium;
    signal.explanation = fmt::format("the name is neither {} nor one of the names near to it that are known to be their own", like->meant);
    signal.remediation = fmt::format("If {} was meant, write that. If not, check who publishes {} and what it does before the next install; an install that already ran may have run its code.", like->meant, asset.name);
    signal.identity = std::string(like->meant);
  }
}

}  // namespace

extern const Detector package_lookalike_name;
const Detector package_lookalike_name{
    .advisory = {.id = "package-lookalike-name",
                 .title = "A package is named almost like a well-known one",
                 .why = "Names a slip away from popular AI packages are registered to be installed by mistake, by people and by models that write code: the install runs the attacker's code.",
                 .fix = "Write the name that was meant, pin it with its hash, and take packages from an index that only holds what was approved.",
                 .severity = Severity::high,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.001", "cwe:1007", "cwe:506", "eu-ai-act:15", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 0.5},
    .look = look,
    .examples = [] {
      const auto needs = [](const std::string& name) { return "{\"name\": \"x\", \"dependencies\": {\"" + name + "\": \"1.0.0\"}}"; };
      return std::vector<Example>{{"letters exchanged", {{"requirements.txt", "langchian==0.1.0\n"}}, true},
                                  {"a digit for a letter", {{"requirements.txt", "opena1==1.0.0\n"}}, true},
                                  {"a letter of another alphabet", {{"requirements.txt", "\xd0\xbepenai==1.0.0\n"}}, true},
                                  {"the same for npm", {{"package.json", needs("l\xd0\xb0ngchain")}}, true},
                                  {"words of a sentence", {{"requirements.txt", "\xd1\x83\xd1\x81\xd1\x82 openai\n"}}, false},
                                  {"a scope that reads like another", {{"package.json", needs("@modelcontextprotocl/server-github")}}, true},
                                  {"the product in another scope", {{"package.json", needs("@claude-code-free/claude-code")}}, true},
                                  {"a server that a client starts", {{".mcp.json", R"({"mcpServers": {"web": {"command": "uvx", "args": ["mcp-server-fetsh==1.0.0"]}}})"}}, true},
                                  {"a claim to be it", {{"requirements.txt", "litellm-official==0.1.0\n"}}, true},
                                  {"an honest neighbour", {{"requirements.txt", "openapi==2.0.0\nkeras-nlp==0.1\ndatasets==2.0\n"}}, false},
                                  {"the scope's own other package", {{"package.json", needs("@modelcontextprotocol/server-everart")}}, false},
                                  {"an integration that says so", {{"requirements.txt", "langchain-vllm==0.1.0\nopenai-utils==0.1\n"}}, false},
                                  {"a name of one's own", {{"requirements.txt", "acme-model-server==0.1.0\n"}}, false}};
    }};

}  // namespace stormwatch::detect
