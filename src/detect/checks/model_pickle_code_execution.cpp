// SPDX-License-Identifier: Apache-2.0
// Calls in a pickle that run code or programs, or load more code.
#include "detect/pickle_signs.h"

namespace stormwatch::detect {

extern const Detector model_pickle_code_execution;
const Detector model_pickle_code_execution{
    .advisory = {.id = "model-pickle-code-execution",
                 .title = "Loading the model runs code",
                 .why = "Whoever loads this file runs the call shown, with their own rights, before any weight is used. Weights never need it: the file was built to attack its user or carries a payload.",
                 .fix = "Do not load the file. Quarantine it and every copy, look at what has loaded it so far, and take the weights in safetensors form from a publisher you can verify.",
                 .severity = Severity::critical,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0018.002", "mitre-atlas:AML.T0010.003", "cwe:506", "cwe:502", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"}},
    .look = look_at_pickles([](const PickleSign& sign, const Sighting&) -> std::optional<PickleVerdict> {
      using format::GlobalGroup;
      bool runs = is_group(sign, GlobalGroup::runs_code) || is_group(sign, GlobalGroup::runs_process);
      if (sign.called && (runs || is_group(sign, GlobalGroup::loads_code))) return PickleVerdict{Severity::critical, Confidence::high};
      // A name that nothing calls yet can be called by what uses the object.
      if (!sign.called && runs) return PickleVerdict{Severity::high, Confidence::medium};
      return std::nullopt;
    }),
    .examples = [] {
      return std::vector<Example>{{"a shell command", {{"model.pkl", example_call(std::string("po") + "six", std::string("sys") + "tem", "id")}}, true},
                                  {"a call of eval", {{"model.pkl", example_call("builtins", std::string("ev") + "al", "1")}}, true},
                                  {"plain data", {{"model.pkl", example_data()}}, false},
                                  {"a vetted constructor", {{"model.pkl", example_call("collections", "OrderedDict", "")}}, false}};
    }};

}  // namespace stormwatch::detect
