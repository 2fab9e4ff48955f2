// SPDX-License-Identifier: Apache-2.0
// Operators outside the standard domains of ONNX.
#include "detect/pickle_signs.h"
#include "detect/sighting_rule.h"

namespace stormwatch::detect {
namespace {

Severity severity_of(const Asset&, const Sighting& sighting) {
  const std::string& subject = sighting.subject;
  const std::string& detail = sighting.detail;
  (void)subject;
  return detail.starts_with("python: ") ? Severity::medium : Severity::low;
}

std::string field(int number, const std::string& payload) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(payload.size()) + payload;
}
/// ModelProto of one node: 1 ir_version, 7 graph (1 node: 4 op_type, 7 domain), 8 opset_import.
std::string onnx_with(const std::string& domain, const std::string& type) {
  std::string node = field(1, "x") + field(2, "y") + field(4, type) + (domain.empty() ? "" : field(7, domain));
  return std::string("\x08\x08", 2) + field(7, field(1, node) + field(2, "g")) + field(8, std::string("\x10\x0d", 2));
}

}  // namespace

extern const Detector model_custom_operator;
const Detector model_custom_operator{
    .advisory = {.id = "model-custom-operator",
                 .title = "The model needs operators from outside",
                 .why = "Such an operator is a native library or Python code that the runtime must load; what it does is not in the file and changes with the environment.",
                 .fix = "Find out which library brings the operator and pin it by digest, or export the model with standard operators only.",
                 .severity = Severity::low,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0018.001", "cwe:829", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"}},
    .look = look_for({.what = "custom-operator", .kinds = {AssetKind::model}, .severity = severity_of}),
    .examples = [] {
      return std::vector<Example>{{"an operator of another domain", {{"model.onnx", onnx_with("com.example", "Foo")}}, true},
                                  {"a standard operator", {{"model.onnx", onnx_with("", "Relu")}}, false}};
    }};

}  // namespace stormwatch::detect
