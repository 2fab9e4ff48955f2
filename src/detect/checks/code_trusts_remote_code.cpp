// SPDX-License-Identifier: Apache-2.0
// trust_remote_code=True.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_trusts_remote_code;
const Detector code_trusts_remote_code{
    .advisory = {.id = "code-trusts-remote-code",
                 .title = "Code runs Python that comes with a downloaded model",
                 .why = "trust_remote_code=True downloads Python files from the model repository and runs them. Without a pinned commit the publisher, or whoever takes over the account, can change them at any time.",
                 .fix = "Use an architecture that the library knows and drop the flag; if the code is needed, read it once, pin revision to that commit and run the load in a sandbox.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0011.000", "mitre-atlas:AML.T0010.001", "cwe:829", "cwe:94", "eu-ai-act:15", "nist-ai-rmf:MANAGE 3.1", "iso-42001:A.10.3"},
                 .effort_hours = 1},
    .look = look_at_code({.what = "unsafe-load", .subjects = {{"trust_remote_code", Severity::high}}}),
    .examples = [] {
      return std::vector<Example>{{"remote code trusted", {{"m.py", R"py(from transformers import AutoModel
m = AutoModel.from_pretrained("org/name", trust_remote_code=True)
)py"}}, true},
                                  {"not trusted", {{"m.py", R"py(from transformers import AutoModel
m = AutoModel.from_pretrained("org/name", trust_remote_code=False)
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
