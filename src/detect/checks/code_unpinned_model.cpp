// SPDX-License-Identifier: Apache-2.0
// Models taken from a hub by name alone.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_unpinned_model;
const Detector code_unpinned_model{
    .advisory = {.id = "model-unpinned-revision",
                 .title = "A model is taken from a hub without a fixed revision",
                 .why = "A name or branch on a hub can point to other weights tomorrow. A changed or taken-over repository then reaches production without a review.",
                 .fix = "Pass revision with the full commit hash that was reviewed, or mirror the model and load it from there.",
                 .severity = Severity::low,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.003", "cwe:494", "eu-ai-act:15", "nist-ai-rmf:MANAGE 3.2", "iso-42001:A.6.2.5"},
                 .effort_hours = 0.5},
    .look = look_at_code({.what = "unsafe-load", .subjects = {{"unpinned-revision", Severity::low}}, .kinds = {AssetKind::model}}),
    .examples = [] {
      return std::vector<Example>{{"by name", {{"m.py", "from transformers import AutoModel\nm = AutoModel.from_pretrained(\"org/name\")\n"}}, true},
                                  {"by commit", {{"m.py", "from transformers import AutoModel\nm = AutoModel.from_pretrained(\"org/name\", revision=\"" + std::string(40, 'a') + "\")\n"}}, false}};
    }};

}  // namespace stormwatch::detect
