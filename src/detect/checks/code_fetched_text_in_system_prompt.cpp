// SPDX-License-Identifier: Apache-2.0
// Text that was fetched, in the system prompt.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_fetched_text_in_system_prompt;
const Detector code_fetched_text_in_system_prompt{
    .advisory = {.id = "prompt-fetched-text-in-system-role",
                 .title = "Text fetched from elsewhere is put into the system prompt",
                 .why = "Models give the system prompt more weight than anything else. Whoever writes the page or answers the request writes rules of the application.",
                 .fix = "Keep the system prompt constant. Give what was fetched as a tool result or a message of its own, marked as quoted material.",
                 .severity = Severity::medium,
                 .vector = Vector::prompt_injection,
                 .controls = {"owasp-llm-2025:LLM01", "mitre-atlas:AML.T0051.001", "cwe:1427", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"},
                 .effort_hours = 1},
    .look = look_at_code({.what = "untrusted-input-flow", .subjects = {{"fetched-system-prompt", Severity::medium}}}),
    .examples = [] {
      const std::string head = "import requests\nfrom openai import OpenAI\nclient = OpenAI()\ndef ask(question):\n    page = requests.get(\"https://news.invalid/today\").text\n    return client.chat.completions.create(model=\"gpt-4o\", messages=[";
      return std::vector<Example>{{"a page in the system role", {{"app.py", head + "{\"role\": \"system\", \"content\": f\"Answer from this page: {page}\"}, {\"role\": \"user\", \"content\": question}])\n"}}, true},
                                  {"a page in a message of its own", {{"app.py", head + "{\"role\": \"system\", \"content\": \"Answer from the page.\"}, {\"role\": \"user\", \"content\": page}, {\"role\": \"user\", \"content\": question}])\n"}}, false}};
    }};

}  // namespace stormwatch::detect
