// SPDX-License-Identifier: Apache-2.0
// A key of an AI provider stands in the text.
#include "detect/secret_rule.h"
#include "match/example.h"

namespace stormwatch::detect {

extern const Detector ai_provider_key_exposed;
const Detector ai_provider_key_exposed{
    .advisory = {.id = "ai-provider-key-exposed",
                 .title = "A key of an AI provider stands in the text",
                 .why = "Whoever reads the file can call the provider in your name: they spend your quota, read files and "
                        "fine-tuned models of the account, and their use is billed and logged as yours. Keys in repositories "
                        "are found by robots within minutes.",
                 .fix = "Revoke the key at the provider now, look at its use since it was written here, and make a new one. "
                        "Read it at run time from a secret store or the environment; remove it from the history as well.",
                 .severity = Severity::high,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "mitre-atlas:AML.T0012", "cwe:798", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 2},
    .look = look_for_secrets({"provider-key"}),
    .examples = [] {
      return std::vector<Example>{{"written out", {{".env", match::example_of("ANTHROPIC_API_KEY=sk-ant-api03-{base64url:93}AA\n")}}, true},
                                  {"read at run time or a stand-in", {{".env", "ANTHROPIC_API_KEY=${ANTHROPIC_API_KEY}\nOTHER=sk-ant-api03-your-key\n"}}, false}};
    }};

}  // namespace stormwatch::detect
