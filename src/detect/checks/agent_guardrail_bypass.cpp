// SPDX-License-Identifier: Apache-2.0
// Agents with guardrails that hand work to agents without any: the way round the guard.
#include <algorithm>

#include "detect/toolbox.h"

namespace stormwatch::detect {
namespace {

/// Guards that say of themselves that they defend; a callback may do anything.
const AgentFacts* guarded_agent(const Asset& asset) {
  const auto* facts = std::get_if<AgentFacts>(&asset.facts);
  return facts && !facts->guardrails.empty() && facts->injection_defence == true ? facts : nullptr;
}

/// What the agent can do to the world, by its tools or by what it is made with; "" when nothing is known.
std::string power_of(const Estate& estate, const Asset& agent) {
  const std::vector<Ability> box = toolbox_of(estate, agent);
  if (const Ability* acts = first_with(box, {"code-exec", "delete", "transact", "message-send", "file-write", "network-send", "database"})) return shown(*acts);
  for (const std::string& capability : std::get<AgentFacts>(agent.facts).capabilities)
    if (capability != "browse" && capability != "file-read") return capability;
  return {};
}

void look(const Estate& estate, const Context&, Signals& signals) {
  for (const Relation& r : estate.relations()) {
    if (r.kind != RelationKind::calls_agent) continue;
    const Asset* from = estate.find(r.from);
    const Asset* to = estate.find(r.to);
    const AgentFacts* guarded = from ? guarded_agent(*from) : nullptr;
    const auto* bare = to ? std::get_if<AgentFacts>(&to->facts) : nullptr;
    if (!guarded || !bare || to->places.empty() || bare->framework != guarded->framework || !bare->guardrails.empty() || bare->injection_defence == true || bare->human_approval == true) continue;
    const std::string power = power_of(estate, *to);
    if (power.empty()) continue;
    Signal& signal = signals.raise(*to, to->places.front(), from->name + " > " + to->name + " > " + power);
    signal.confidence = Confidence::medium;
    signal.explanation = from->name + " is guarded (" + guarded->guardrails.front() + ") and hands work to " + to->name + ", which is not and can use " + power;
    signal.identity = "bypass|" + from->name;
  }
}

}  // namespace

extern const Detector agent_guardrail_bypass;
const Detector agent_guardrail_bypass{
    .advisory = {.id = "agent-guardrail-bypass",
                 .title = "A guarded agent hands work to one without guards that can act",
                 .why = "Frameworks run the guardrails of the agent that begins or ends a run, not of the whole team. After the hand-off what users and tools say reaches an agent that checks nothing and can act.",
                 .fix = "Give the helper the same guardrails, or guard its tools themselves.",
                 .severity = Severity::medium,
                 .vector = Vector::misaligned_behavior,
                 .controls = {"owasp-llm-2025:LLM01", "owasp-llm-2025:LLM06", "mitre-atlas:AML.T0053", "cwe:693", "eu-ai-act:15", "nist-ai-rmf:MANAGE 2.4"},
                 .effort_hours = 2},
    .look = look,
    .examples = [] {
      const std::string head = "import os\nfrom agents import Agent, function_tool, input_guardrail\n@function_tool\ndef forget(path: str) -> str:\n    \"\"\"Delete a file\"\"\"\n    os.remove(path)\n    return path\n@function_tool\ndef add(a: int, b: int) -> int:\n    \"\"\"Add\"\"\"\n    return a + b\n"
                               "@input_guardrail\nasync def on_topic(ctx, agent, text):\n    return None\n";
      const auto team = [&](const std::string& helper) { return std::vector<ExampleFile>{{"team.py", head + "helper = Agent(name=\"helper\", " + helper + ")\nfront = Agent(name=\"front\", handoffs=[helper], input_guardrails=[on_topic])\n"}}; };
      return std::vector<Example>{{"the helper deletes and has no guard", team("tools=[forget]"), true}, {"the helper is guarded too", team("tools=[forget], input_guardrails=[on_topic]"), false}, {"the helper can do nothing", team("tools=[add]"), false}};
    }};

}  // namespace stormwatch::detect
