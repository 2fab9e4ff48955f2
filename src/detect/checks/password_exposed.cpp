// SPDX-License-Identifier: Apache-2.0
// A password stands in the text.
#include "detect/secret_rule.h"
#include "match/example.h"

namespace stormwatch::detect {

extern const Detector password_exposed;
const Detector password_exposed{
    .advisory = {.id = "password-exposed",
                 .title = "A password stands in the text",
                 .why = "Whoever reads the file can log in to the system it opens; passwords are also used again elsewhere.",
                 .fix = "Change the password and read it at run time from a secret store or the environment.",
                 .severity = Severity::medium,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "cwe:798", "cwe:260", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 2},
    .look = look_for_secrets({"password", "password-hash"}),
    .examples = [] {
      return std::vector<Example>{{"written out", {{"config.yaml", match::example_of("url: postgres://app:{alnum:14}@db.internal.corp:5432/app\n")}}, true},
                                  {"read at run time or a stand-in", {{"config.yaml", "url: postgres://app:${DB_PASSWORD}@db.internal.corp:5432/app\n"}}, false}};
    }};

}  // namespace stormwatch::detect
