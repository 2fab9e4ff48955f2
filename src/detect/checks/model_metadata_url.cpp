// SPDX-License-Identifier: Apache-2.0
// Addresses in a model's metadata.
#include "detect/pickle_signs.h"
#include "detect/sighting_rule.h"

namespace stormwatch::detect {
namespace {

Severity severity_of(const Asset&, const Sighting& sighting) {
  const std::string& subject = sighting.subject;
  const std::string& detail = sighting.detail;
  (void)subject;
  (void)detail;
  return Severity::info;
}

std::string safetensors(const std::string& header, std::size_t data) {
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  return length + header + std::string(data, '\0');
}

}  // namespace

extern const Detector model_metadata_url;
const Detector model_metadata_url{
    .advisory = {.id = "model-metadata-url",
                 .title = "The model's metadata name an address",
                 .why = "Addresses in metadata are followed by people and by tools that fetch cards, licences and templates.",
                 .fix = "Check that the address belongs to the publisher of the model.",
                 .severity = Severity::info,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.003", "nist-ai-rmf:MANAGE 3.1"}},
    .look = look_for({.what = "metadata-url", .kinds = {AssetKind::model}, .severity = severity_of}),
    .examples = [] {
      return std::vector<Example>{{"an address", {{"model.safetensors", safetensors(R"({"__metadata__":{"source":"https://example.invalid/x"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4)}}, true},
                                  {"none", {{"model.safetensors", safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4)}}, false}};
    }};

}  // namespace stormwatch::detect
