// SPDX-License-Identifier: Apache-2.0
// Loops around a model without an end.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector agent_endless_loop;
const Detector agent_endless_loop{
    .advisory = {.id = "agent-endless-loop",
                 .title = "A loop calls a model and has no end of its own",
                 .why = "An agent that never decides to stop, or is made not to, spends money and keeps acting until someone notices.",
                 .fix = "Count the turns and stop at a limit; add a limit of time and cost, and a way to stop it from outside.",
                 .severity = Severity::medium,
                 .vector = Vector::misaligned_behavior,
                 .controls = {"owasp-llm-2025:LLM10", "mitre-atlas:AML.T0034.000", "cwe:770", "eu-ai-act:14", "nist-ai-rmf:MANAGE 4.1"},
                 .effort_hours = 1},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"endless-agent-loop", Severity::medium}}}),
    .examples = [] {
      return std::vector<Example>{{"no end", {{"loop.py", R"py(from openai import OpenAI
client = OpenAI()
messages = []
while True:
    r = client.chat.completions.create(model="gpt-4o", messages=messages)
    messages.append(r.choices[0].message)
)py"}}, true},
                                  {"a break", {{"loop.py", R"py(from openai import OpenAI
client = OpenAI()
messages = []
while True:
    r = client.chat.completions.create(model="gpt-4o", messages=messages)
    if not r.choices[0].message.tool_calls:
        break
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
