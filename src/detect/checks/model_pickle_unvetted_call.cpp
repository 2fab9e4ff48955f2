// SPDX-License-Identifier: Apache-2.0
// Calls in a pickle of functions that are no known reconstructors.
#include "detect/pickle_signs.h"

namespace stormwatch::detect {

extern const Detector model_pickle_unvetted_call;
const Detector model_pickle_unvetted_call{
    .advisory = {.id = "model-pickle-unvetted-call",
                 .title = "Loading the model calls a function that rebuilds no data",
                 .why = "Picklers write calls of a few reconstructors. The function shown is none of them: someone put the call there, and what it does runs when the file is loaded.",
                 .fix = "Look at what the function does with the arguments shown before anyone loads the file; prefer safetensors, or load with weights_only=True.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0011.000", "mitre-atlas:AML.T0010.003", "cwe:502", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"}},
    .look = look_at_pickles([](const PickleSign& sign, const Sighting&) -> std::optional<PickleVerdict> {
      using format::GlobalGroup;
      if (!sign.called) return std::nullopt;
      if (is_group(sign, GlobalGroup::standard_library)) return PickleVerdict{sign.constructs ? Severity::low : Severity::high, Confidence::medium};
      if (is_group(sign, GlobalGroup::library_function)) return PickleVerdict{sign.constructs ? Severity::low : Severity::high, Confidence::medium};
      if (is_group(sign, GlobalGroup::custom_function)) return PickleVerdict{sign.constructs ? Severity::low : Severity::medium, Confidence::low};
      return std::nullopt;
    }),
    .examples = [] {
      return std::vector<Example>{{"a function of a known library", {{"model.pkl", example_call("numpy.lib.utils", "lookfor", "x")}}, true},
                                  {"a known reconstructor", {{"model.pkl", example_call("numpy", "dtype", "f4")}}, false}};
    }};

}  // namespace stormwatch::detect
