// SPDX-License-Identifier: Apache-2.0
// Decryption objects within a pickle.
#include "detect/pickle_signs.h"

namespace stormwatch::detect {

extern const Detector model_pickle_packed_payload;
const Detector model_pickle_packed_payload{
    .advisory = {.id = "model-pickle-packed-payload",
                 .title = "The model carries a cipher and its key",
                 .why = "Weights are not encrypted inside a model that brings its own key. An object of a cryptography library there means that something is decrypted when the model runs: a payload that no scanner can read before.",
                 .fix = "Do not run the model. Ask its publisher what is decrypted and why, and take a version without it.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0018.002", "mitre-atlas:AML.T0010.003", "cwe:506", "cwe:502", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"}},
    .look = look_at_pickles([](const PickleSign& sign, const Sighting&) -> std::optional<PickleVerdict> {
      if (!is_group(sign, format::GlobalGroup::cipher)) return std::nullopt;
      return PickleVerdict{sign.called ? Severity::high : Severity::low, Confidence::medium};
    }),
    .examples = [] {
      return std::vector<Example>{{"a cipher", {{"model.pkl", example_call("cryptography.fernet", "Fernet", "key")}}, true},
                                  {"plain data", {{"model.pkl", example_data()}}, false}};
    }};

}  // namespace stormwatch::detect
