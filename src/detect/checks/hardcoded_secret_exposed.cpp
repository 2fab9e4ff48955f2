// SPDX-License-Identifier: Apache-2.0
// A value that looks like a secret is assigned to a name that says so.
#include "detect/secret_rule.h"
#include "match/example.h"

namespace stormwatch::detect {

extern const Detector hardcoded_secret_exposed;
const Detector hardcoded_secret_exposed{
    .advisory = {.id = "hardcoded-secret-exposed",
                 .title = "A value that looks like a secret is assigned to a name that says so",
                 .why = "If the value is real, whoever reads the file has it. The value has no format of a known vendor, so "
                        "it may also be an identifier.",
                 .fix = "Check what the value opens. If it is a secret, revoke it and read it at run time from a secret store "
                        "or the environment.",
                 .severity = Severity::medium,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "cwe:798", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 2},
    .look = look_for_secrets({"secret"}),
    .examples = [] {
      return std::vector<Example>{{"written out", {{"settings.py", match::example_of("client_secret = \"{alnum:40}\"\n")}}, true},
                                  {"read at run time or a stand-in", {{"settings.py", "client_secret = os.environ[\"CLIENT_SECRET\"]\n"}}, false}};
    }};

}  // namespace stormwatch::detect
