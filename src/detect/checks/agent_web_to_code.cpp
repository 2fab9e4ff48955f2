// SPDX-License-Identifier: Apache-2.0
// One model that reads what others write and runs code.
#include "detect/toolbox.h"

namespace stormwatch::detect {
namespace {

void look(const Estate& estate, const Context&, Signals& signals) {
  for (const Asset& asset : estate.assets()) {
    const auto* agent = std::get_if<AgentFacts>(&asset.facts);
    if ((!agent && asset.kind() != AssetKind::mcp_client) || asset.places.empty()) continue;
    if (agent && (agent->human_approval.value_or(false) || agent->sandboxed.value_or(false))) continue;
    const std::vector<Ability> box = toolbox_of(estate, asset);
    const Ability* outside = first_with(box, {"browse"});
    const Ability* code = first_with(box, {"code-exec"});
    if (!outside || !code || outside == code) continue;
    Signal& signal = signals.raise(asset, asset.places.front(), shown(*outside) + " > " + shown(*code));
    signal.severity = asks_nobody(asset) ? Severity::high : Severity::medium;
    signal.confidence = Confidence::medium;
    signal.explanation = asset.name + " reads what others write (" + shown(*outside) + ") and runs code (" + shown(*code) + ")";
    signal.identity = "web-to-code";
  }
}

}  // namespace

extern const Detector agent_web_to_code;
const Detector agent_web_to_code{
    .advisory = {.id = "agent-web-to-code",
                 .title = "One model reads what others write and runs code",
                 .why = "A page or a search result can hold a sentence that makes the model write and run a command. Nothing else has to go wrong: the tool does what it is for.",
                 .fix = "Run code in a sandbox without secrets and without a network, ask a person before each run, or give the two tools to different agents.",
                 .severity = Severity::high,
                 .vector = Vector::misaligned_behavior,
                 .controls = {"owasp-llm-2025:LLM01", "owasp-llm-2025:LLM06", "mitre-atlas:AML.T0051.001", "mitre-atlas:AML.T0053", "cwe:94", "eu-ai-act:15", "nist-ai-rmf:MANAGE 2.4"},
                 .effort_hours = 3},
    .look = look,
    .examples = [] {
      const std::string head = "import subprocess, requests\nfrom agents import Agent, function_tool\n@function_tool\ndef read_page(url: str) -> str:\n    \"\"\"Fetch a web page\"\"\"\n    return requests.get(url).text\n@function_tool\ndef shell(words: list) -> str:\n    \"\"\"Run a program\"\"\"\n    return subprocess.run(words, capture_output=True).stdout\n";
      return std::vector<Example>{{"both", {{"agent.py", head + "helper = Agent(name=\"helper\", tools=[read_page, shell])\n"}}, true}, {"code that the provider runs", {{"agent.py", "from agents import Agent, CodeInterpreterTool, WebSearchTool\nhelper = Agent(name=\"helper\", tools=[WebSearchTool(), CodeInterpreterTool(tool_config={\"type\": \"code_interpreter\"})])\n"}}, false}, {"one each", {{"agent.py", head + "reader = Agent(name=\"reader\", tools=[read_page])\nrunner = Agent(name=\"runner\", tools=[shell])\n"}}, false}};
    }};

}  // namespace stormwatch::detect
