// SPDX-License-Identifier: Apache-2.0
// Calls in a pickle that turn text into code: getattr on modules, imports, name resolvers.
#include "detect/pickle_signs.h"

namespace stormwatch::detect {

extern const Detector model_pickle_indirection;
const Detector model_pickle_indirection{
    .advisory = {.id = "model-pickle-indirection",
                 .title = "The model hides which code it calls",
                 .why = "The pickle looks a function up by name while it is loaded (getattr on a module, an import, a name resolver). Picklers never write that; it is how a payload gets past scanners that read names only.",
                 .fix = "Do not load the file. Treat its source as hostile and take the weights in safetensors form from a publisher you can verify.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0018.002", "mitre-atlas:AML.T0010.003", "cwe:506", "cwe:502", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"}},
    .look = look_at_pickles([](const PickleSign& sign, const Sighting&) -> std::optional<PickleVerdict> {
      if (!is_group(sign, format::GlobalGroup::resolver)) return std::nullopt;
      return sign.called ? PickleVerdict{Severity::high, Confidence::high} : PickleVerdict{Severity::low, Confidence::medium};
    }),
    .examples = [] {
      return std::vector<Example>{{"an import", {{"model.pkl", example_call("builtins", std::string("__imp") + "ort__", "os")}}, true},
                                  {"plain data", {{"model.pkl", example_data()}}, false}};
    }};

}  // namespace stormwatch::detect
