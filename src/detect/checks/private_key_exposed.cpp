// SPDX-License-Identifier: Apache-2.0
// A private key stands in the text.
#include "detect/secret_rule.h"
#include "match/example.h"

namespace stormwatch::detect {

extern const Detector private_key_exposed;
const Detector private_key_exposed{
    .advisory = {.id = "private-key-exposed",
                 .title = "A private key stands in the text",
                 .why = "Whoever has the file can sign, decrypt or log in as the owner of the key; for a model publisher that "
                        "includes signing a changed model.",
                 .fix = "Replace the key pair and revoke certificates made with it. Keep private keys in a key store or "
                        "hardware, and give the process a handle to it.",
                 .severity = Severity::critical,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "cwe:321", "cwe:798", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 2},
    .look = look_for_secrets({"private-key"}),
    .examples = [] {
      return std::vector<Example>{{"written out", {{"deploy.pem", match::example_of("{pem:RSA PRIVATE KEY}")}}, true},
                                  {"read at run time or a stand-in", {{"deploy.pem", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n"}}, false}};
    }};

}  // namespace stormwatch::detect
