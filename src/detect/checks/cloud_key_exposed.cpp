// SPDX-License-Identifier: Apache-2.0
// A key of a cloud account stands in the text.
#include "detect/secret_rule.h"
#include "match/example.h"

namespace stormwatch::detect {

extern const Detector cloud_key_exposed;
const Detector cloud_key_exposed{
    .advisory = {.id = "cloud-key-exposed",
                 .title = "A key of a cloud account stands in the text",
                 .why = "The key opens whatever its identity may do in the cloud: models, training data, endpoints, and often "
                        "the whole account.",
                 .fix = "Disable the key, look at the audit log for its use, and give the workload an identity of its own "
                        "(role, workload identity) in place of a stored key.",
                 .severity = Severity::high,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "mitre-atlas:AML.T0012", "cwe:798", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 2},
    .look = look_for_secrets({"cloud-key"}),
    .examples = [] {
      return std::vector<Example>{{"written out", {{"config.ini", match::example_of("aws_access_key_id = AKIA{base32:16}\naws_secret_access_key = {alnum:40}\n")}}, true},
                                  {"read at run time or a stand-in", {{"config.ini", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"}}, false}};
    }};

}  // namespace stormwatch::detect
