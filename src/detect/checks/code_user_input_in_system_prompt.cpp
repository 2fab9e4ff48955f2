// SPDX-License-Identifier: Apache-2.0
// User text in the system prompt.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_user_input_in_system_prompt;
const Detector code_user_input_in_system_prompt{
    .advisory = {.id = "prompt-user-text-in-system-role",
                 .title = "Text of users is put into the system prompt",
                 .why = "Models give the system prompt more weight than anything else. Text of a user there can replace the rules of the application.",
                 .fix = "Keep the system prompt constant. Put user text into a message of its own with the user role, and mark where quoted material begins and ends.",
                 .severity = Severity::medium,
                 .vector = Vector::prompt_injection,
                 .controls = {"owasp-llm-2025:LLM01", "mitre-atlas:AML.T0051.000", "cwe:1427", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"},
                 .effort_hours = 1},
    .look = look_at_code({.what = "untrusted-input-flow", .subjects = {{"system-prompt", Severity::medium}}}),
    .examples = [] {
      return std::vector<Example>{{"a question in the system role", {{"app.py", R"py(from fastapi import FastAPI
from openai import OpenAI
app = FastAPI()
client = OpenAI()
@app.post("/ask")
def ask(question: str):
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "system", "content": f"Answer this: {question}"}])
)py"}}, true},
                                  {"a question in the user role", {{"app.py", R"py(from fastapi import FastAPI
from openai import OpenAI
app = FastAPI()
client = OpenAI()
@app.post("/ask")
def ask(question: str):
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}])
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
