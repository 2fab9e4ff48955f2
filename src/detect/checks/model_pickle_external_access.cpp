// SPDX-License-Identifier: Apache-2.0
// Calls in a pickle that open connections or files.
#include "detect/pickle_signs.h"

namespace stormwatch::detect {

extern const Detector model_pickle_external_access;
const Detector model_pickle_external_access{
    .advisory = {.id = "model-pickle-external-access",
                 .title = "Loading the model reaches the network or the file system",
                 .why = "The call shown runs when the file is loaded. It can send data out, fetch a second stage, or read and overwrite files, and model weights have no need of it.",
                 .fix = "Do not load the file. Take the weights in safetensors form, and look in the logs for the destination or path shown.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0018.002", "mitre-atlas:AML.T0010.003", "cwe:506", "cwe:502", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"}},
    .look = look_at_pickles([](const PickleSign& sign, const Sighting&) -> std::optional<PickleVerdict> {
      using format::GlobalGroup;
      if (!is_group(sign, GlobalGroup::network) && !is_group(sign, GlobalGroup::files)) return std::nullopt;
      return sign.called ? PickleVerdict{Severity::high, Confidence::high} : PickleVerdict{Severity::low, Confidence::medium};
    }),
    .examples = [] {
      return std::vector<Example>{{"a download", {{"model.pkl", example_call("urllib.request", std::string("url") + "open", "https://example.invalid")}}, true},
                                  {"a date", {{"model.pkl", example_call("datetime", "date", "2024")}}, false}};
    }};

}  // namespace stormwatch::detect
