// SPDX-License-Identifier: Apache-2.0
// Classes of a pickle that no vetted library brings: one finding for a model.
#include <algorithm>

#include "detect/pickle_signs.h"

namespace stormwatch::detect {

extern const Detector model_pickle_custom_class;
const Detector model_pickle_custom_class{
    .advisory = {.id = "model-pickle-custom-class",
                 .title = "The model needs classes that come from elsewhere",
                 .why = "The file only loads where these classes can be imported, and their code runs then. Which code that is depends on the environment, not on the file.",
                 .fix = "Ship weights (safetensors) apart from code, review the code of the classes shown, and pin where it comes from.",
                 .severity = Severity::low,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0011.000", "mitre-atlas:AML.T0010.003", "cwe:502", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"}},
    .look = [](const Estate& estate, const Context&, Signals& signals) {
      using format::GlobalGroup;
      for (const Asset& asset : estate.assets()) {
        if (asset.kind() != AssetKind::model) continue;
        const Sighting* first = nullptr;
        std::vector<std::string> names;
        for (const Sighting& sighting : asset.sightings) {
          if (sighting.what != "pickle-call" && sighting.what != "pickle-global") continue;
          PickleSign sign = sign_of(sighting);
          bool custom = is_group(sign, GlobalGroup::custom_class) || is_group(sign, GlobalGroup::custom_reducer) ||
                        (!sign.called && is_group(sign, GlobalGroup::custom_function));
          if (!custom) continue;
          if (!first) first = &sighting;
          if (names.size() < 6 && std::find(names.begin(), names.end(), sighting.subject) == names.end()) names.push_back(sighting.subject);
        }
        if (!first) continue;
        std::string list;
        for (const std::string& name : names) (list += list.empty() ? "" : ", ") += name;
        Signal& signal = signals.raise(asset, first->place, list);
        signal.confidence = Confidence::low;
        signal.identity = names.front();
        signal.explanation = "the file names classes outside the vetted libraries: " + list;
      }
    },
    .examples = [] {
      return std::vector<Example>{{"a class of the application", {{"model.pkl", example_call("mymodel", "Net", "")}}, true},
                                  {"plain data", {{"model.pkl", example_data()}}, false}};
    }};

}  // namespace stormwatch::detect
