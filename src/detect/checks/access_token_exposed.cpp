// SPDX-License-Identifier: Apache-2.0
// An access token of a service stands in the text.
#include "detect/secret_rule.h"
#include "match/example.h"

namespace stormwatch::detect {

extern const Detector access_token_exposed;
const Detector access_token_exposed{
    .advisory = {.id = "access-token-exposed",
                 .title = "An access token of a service stands in the text",
                 .why = "The token acts as its owner at the service: it can read or change code, packages, messages or "
                        "payments until it is revoked. Registries and code hosts among them lead straight to the models and "
                        "packages that others load.",
                 .fix = "Revoke the token at the service, check its log, and hand new ones to the process through a secret "
                        "store or short-lived identities.",
                 .severity = Severity::high,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "cwe:798", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 2},
    .look = look_for_secrets({"token"}),
    .examples = [] {
      return std::vector<Example>{{"written out", {{"ci.env", match::example_of("GITHUB_TOKEN={github:ghp_}\n")}}, true},
                                  {"read at run time or a stand-in", {{"ci.env", "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"}}, false}};
    }};

}  // namespace stormwatch::detect
