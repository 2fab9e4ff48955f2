// SPDX-License-Identifier: Apache-2.0
// Manifests that leave the version of AI packages open while nothing beside them locks it: one signal a manifest.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "detect/known.h"
#include "detect/package_findings.h"

namespace stormwatch::detect {
namespace {

/// Packages that load models, serve them, or act for agents: what a new release of them does is what the system does.
constexpr std::array<std::string_view, 44> kAiPackages{
    "accelerate", "anthropic", "autogen", "autogen-agentchat", "chainlit", "chromadb", "crewai", "diffusers", "dspy", "faiss-cpu", "fastmcp",
    "gradio", "guardrails-ai", "haystack-ai", "huggingface-hub", "instructor", "keras", "langchain", "langchain-community", "langchain-core",
    "langchain-openai", "langflow", "langgraph", "litellm", "llama-cpp-python", "llama-index", "mcp", "mistralai", "mlflow", "openai", "openai-agents",
    "peft", "pydantic-ai", "pytorch-lightning", "qdrant-client", "ray", "sentence-transformers", "smolagents", "tensorflow", "torch", "torchvision",
    "transformers", "ultralytics", "vllm"};

bool is_ai_package(std::string_view name) { return std::binary_search(kAiPackages.begin(), kAiPackages.end(), name); }

/// "latest" and "*" of npm take the next major version too; "^1.2" is what everybody writes.
bool takes_anything(std::string_view requirement) { return requirement.empty() || requirement == "latest" || requirement == "next" || requirement == "*" || requirement == "x" || requirement.starts_with(">"); }

/// Whose version nothing fixes: PyPI by any range, npm where any release will do.
bool is_open(const Asset& asset, const PackageFacts& facts, const Known& known) {
  if (!facts.version.empty() || facts.pinned.value_or(true) || !facts.direct.value_or(false)) return false;
  if (facts.ecosystem == "PyPI") return is_ai_package(asset.name);
  const auto names = known.packages.find(facts.ecosystem);
  return facts.ecosystem == "npm" && names != known.packages.end() && takes_anything(facts.requirement) && std::ranges::binary_search(names->second.names, asset.name, {}, &KnownPackage::name);
}

struct Open {
  const Asset* first = nullptr;
  Place place;
  std::set<std::string> names;
};

void look(const Estate& estate, const Context& context, Signals& signals) {
  const Known& known = context.known ? *context.known : Known::embedded();
  std::map<std::string, Open> manifests;
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::package) continue;
    const auto& facts = std::get<PackageFacts>(asset.facts);
    if (!is_open(asset, facts, known)) continue;
    for (const Place& place : asset.places) {
      // MCP clients' launchers have a rule of their own (mcp-server-unpinned-package).
      if (facts.ecosystem == "npm" && !place.path.ends_with("package.json")) continue;
      // A library's pyproject.toml must leave ranges open, notebooks and scripts are tried out by hand; requirements files,
      // environments and images are what gets installed.
      if (place.path.ends_with("pyproject.toml") || place.path.ends_with(".ipynb") || place.path.ends_with(".sh") || !manifest_context(place.path).empty()) continue;
      Open& open = manifests[place.path + "!/" + place.member];
      if (open.names.empty() || place < open.place) {
        open.first = &asset;
        open.place = place;
      }
      open.names.insert(asset.name);
    }
  }
  for (const auto& [manifest, open] : manifests) {
    std::string list;
    for (const std::string& name : open.names) list += (list.empty() ? "" : ", ") + name;
    Signal& signal = signals.raise(*open.first, open.place, fmt::format("no exact version: {}", list));
    signal.explanation = "the manifest names these AI packages without one exact version and no lock file stands beside it";
    signal.remediation = "Write exact versions, or add a lock file with hashes (uv lock, pip-compile --generate-hashes, package-lock.json).";
    signal.identity = manifest;
  }
}

}  // namespace

extern const Detector unpinned_ai_dependency;
const Detector unpinned_ai_dependency{
    .advisory = {.id = "unpinned-ai-dependency",
                 .title = "A manifest leaves versions of AI packages open",
                 .why = "The next install takes whatever was published last: a compromised release of a popular AI package is then running within minutes of its publication.",
                 .fix = "Pin exact versions with hashes and let a tool propose upgrades.",
                 .severity = Severity::low,
                 .vector = Vector::misconfiguration,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010", "cwe:1357", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 1},
    .look = look,
    .examples = [] {
      return std::vector<Example>{{"open versions", {{"requirements.txt", "litellm\ntorch>=2\nrequests\n"}}, true},
                                  {"exact versions", {{"requirements.txt", "litellm==1.83.0\ntorch==2.8.0\n"}}, false},
                                  {"open versions of other packages", {{"requirements.txt", "requests\n"}}, false},
                                  {"any release of npm", {{"package.json", R"({"name": "x", "dependencies": {"openai": "latest"}})"}}, true},
                                  {"npm's usual range", {{"package.json", R"({"name": "x", "dependencies": {"openai": "^4.2.0"}})"}}, false},
                                  {"a library's own ranges", {{"pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"torch>=2\"]\n"}}, false}};
    }};

}  // namespace stormwatch::detect
