// SPDX-License-Identifier: Apache-2.0
// Agents that run code or commands in their own process, without a sandbox or a person in between.
#include <algorithm>

#include "detect/detector.h"

namespace stormwatch::detect {

extern const Detector agent_runs_code_unsandboxed;
const Detector agent_runs_code_unsandboxed{
    .advisory = {.id = "agent-runs-code-unsandboxed",
                 .title = "An agent runs code on this machine without a sandbox",
                 .why = "The agent has a tool that runs code or commands where it stands. Whoever steers it, by a prompt or by a document it reads, runs code with its rights.",
                 .fix = "Run the tool in a container or a hosted sandbox without credentials and with closed egress, or ask a person before each call.",
                 .severity = Severity::high,
                 .vector = Vector::misaligned_behavior,
                 .controls = {"owasp-llm-2025:LLM06", "owasp-llm-2025:LLM05", "mitre-atlas:AML.T0053", "cwe:94", "cwe:250", "eu-ai-act:14", "eu-ai-act:15", "nist-ai-rmf:MANAGE 2.4", "iso-42001:A.9.4"},
                 .effort_hours = 4},
    .look = [](const Estate& estate, const Context&, Signals& signals) {
      for (const Asset& asset : estate.assets()) {
        const auto* facts = std::get_if<AgentFacts>(&asset.facts);
        if (!facts || asset.places.empty() || facts->sandboxed == true || facts->human_approval == true) continue;
        if (std::ranges::find(facts->capabilities, "code-exec") == facts->capabilities.end()) continue;
        Signal& signal = signals.raise(asset, asset.places.front(), asset.name);
        const bool known = facts->sandboxed == false;
        signal.confidence = known ? Confidence::high : Confidence::medium;
        if (!known) signal.severity = Severity::medium;
        signal.explanation = "agent " + asset.name + " (" + facts->framework + ") can run code; " + (known ? "no sandbox is set" : "no sandbox and no approval was seen");
        signal.identity = asset.key;
      }
    },
    .examples = [] {
      const std::string head = "from autogen import UserProxyAgent\n";
      return std::vector<Example>{{"on this machine", {{"a.py", head + "u = UserProxyAgent(\"u\", human_input_mode=\"NEVER\", code_execution_config={\"work_dir\": \"w\", \"use_docker\": False})\n"}}, true},
                                  {"in a container", {{"a.py", head + "u = UserProxyAgent(\"u\", human_input_mode=\"NEVER\", code_execution_config={\"work_dir\": \"w\", \"use_docker\": True})\n"}}, false}};
    }};

}  // namespace stormwatch::detect
