// SPDX-License-Identifier: Apache-2.0
// Agents that pay or delete on their own where their framework could ask a person.
#include <algorithm>
#include <cctype>

#include "detect/toolbox.h"

namespace stormwatch::detect {
namespace {

/// Frameworks that can stop before a tool runs and ask: needs_approval, interrupt_on, require_confirmation, human_input ...
bool can_ask(std::string_view framework) {
  static constexpr std::string_view known[] = {"openai-agents", "langchain", "langgraph", "deepagents", "crewai", "autogen", "pydantic-ai", "google-adk", "vercel-ai", "mastra", "agno", "strands", "agent-framework", "claude-agent-sdk"};
  return std::ranges::find(known, framework) != std::end(known);
}

/// Its name says that it deletes: code that clears its own scratch files deletes too.
bool is_named_for_deleting(std::string_view name) {
  std::string text;
  for (const char c : name) text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::ranges::any_of(std::initializer_list<std::string_view>{"delete", "remove", "drop", "purge", "wipe", "erase", "destroy", "terminate"}, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

/// A payment, or a deletion that the tool is for.
const Ability* irreversible(const std::vector<Ability>& box) {
  for (const Ability& ability : box) {
    if (ability.approved || !ability.server.empty()) continue;
    const auto can = [&](std::string_view capability) { return std::ranges::find(*ability.capabilities, capability) != ability.capabilities->end(); };
    if (can("transact") || (can("delete") && is_named_for_deleting(ability.name))) return &ability;
  }
  return nullptr;
}

void look(const Estate& estate, const Context&, Signals& signals) {
  for (const Asset& asset : estate.assets()) {
    const auto* agent = std::get_if<AgentFacts>(&asset.facts);
    if (!agent || asset.places.empty() || agent->human_approval.value_or(false) || !can_ask(agent->framework)) continue;
    const std::vector<Ability> box = toolbox_of(estate, asset);
    const Ability* acts = irreversible(box);
    if (!acts) continue;
    Signal& signal = signals.raise(asset, asset.places.front(), asset.name + " > " + acts->name);
    signal.confidence = Confidence::medium;
    signal.explanation = asset.name + " (" + agent->framework + ") calls " + acts->name + ", which cannot be undone, and no approval was seen";
    signal.identity = "acts|" + acts->name;
  }
}

}  // namespace

extern const Detector agent_acts_unapproved;
const Detector agent_acts_unapproved{
    .advisory = {.id = "agent-acts-unapproved",
                 .title = "An agent pays or deletes and nobody is asked",
                 .why = "A misunderstanding or a planted sentence is enough, and what was paid or deleted does not come back. The framework can stop before such a tool and ask a person.",
                 .fix = "Ask before each call: `needs_approval=True`, HumanInTheLoopMiddleware or `interrupt_on`, `require_confirmation`, `human_input`, whatever the framework calls it.",
                 .severity = Severity::medium,
                 .vector = Vector::misaligned_behavior,
                 .controls = {"owasp-llm-2025:LLM06", "mitre-atlas:AML.T0053", "cwe:862", "eu-ai-act:14", "nist-ai-rmf:MANAGE 2.4"},
                 .effort_hours = 2},
    .look = look,
    .examples = [] {
      const auto team = [](const std::string& mark, const std::string& function, const std::string& name) {
        return std::vector<ExampleFile>{{"desk.py", "import os, stripe\nfrom agents import Agent, function_tool\n" + mark + "\ndef " + name + "(what: str) -> str:\n    \"\"\"Does it\"\"\"\n    " + function + "\n    return what\ndesk = Agent(name=\"desk\", tools=[" + name + "])\n"}};
      };
      const std::string pays = "stripe.Refund.create(charge=what)", deletes = "os.remove(what)";
      return std::vector<Example>{{"pays", team("@function_tool", pays, "refund"), true},
                                  {"deletes", team("@function_tool", deletes, "delete_file"), true},
                                  {"asks first", team("@function_tool(needs_approval=True)", pays, "refund"), false},
                                  {"asks in its code", {{"desk.py", "import stripe\nfrom agents import Agent, function_tool\n@function_tool\ndef refund(what: str) -> str:\n    \"\"\"Does it\"\"\"\n    if input(f\"pay {what} back? \") != \"y\":\n        return \"no\"\n    stripe.Refund.create(charge=what)\n    return what\ndesk = Agent(name=\"desk\", tools=[refund])\n"}}, false},
                                  {"clears its own scratch file", team("@function_tool", deletes, "transcribe"), false}};
    }};

}  // namespace stormwatch::detect
