// SPDX-License-Identifier: Apache-2.0
// Agents that run code or commands in their own process, without a sandbox or a person in between.
#include "detect/code_rule.h"

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
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"code-execution-here", Severity::high}, {"code-execution-unconfined", Severity::medium}}, .kinds = {AssetKind::agent}}),
    .examples = [] {
      const std::string head = "from autogen import UserProxyAgent\n";
      return std::vector<Example>{{"on this machine", {{"a.py", head + "u = UserProxyAgent(\"u\", human_input_mode=\"NEVER\", code_execution_config={\"work_dir\": \"w\", \"use_docker\": False})\n"}}, true},
                                  {"in a container", {{"a.py", head + "u = UserProxyAgent(\"u\", human_input_mode=\"NEVER\", code_execution_config={\"work_dir\": \"w\", \"use_docker\": True})\n"}}, false}};
    }};

}  // namespace stormwatch::detect
