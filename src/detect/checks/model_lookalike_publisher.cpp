// SPDX-License-Identifier: Apache-2.0
// Publishers whose name is a well-known one (known/publishers.txt) with a slip.
//
// Names are compared as they are read, not as they are spelled: digits for letters, look-alikes, dashes. One slip away counts for names of
// seven letters or more; shorter ones are too near to honest names.
#include <algorithm>

#include "detect/detector.h"
#include "detect/known.h"
#include "detect/lookalike.h"

namespace stormwatch::detect {
namespace {

bool same_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return (x | 32) == (y | 32); });
}

/// The well-known name that is meant; empty if none is.
std::string_view meant_by(std::string_view publisher, const std::vector<std::string>& publishers) {
  if (publisher.size() < 5) return {};
  for (const std::string& known : publishers)
    if (same_without_case(publisher, known)) return {};
  const std::string read = as_read(publisher);
  for (const std::string& known : publishers) {
    const std::string target = as_read(known);
    if (target.size() >= 5 && read == target) return known;
    // A plural, a number behind the name, a dropped ending are names of their own.
    const bool ending = read.substr(0, read.size() - 1) == target || target.substr(0, target.size() - 1) == read;
    if (target.size() >= 7 && !ending && one_slip(read, target)) return known;
  }
  return {};
}

void look(const Estate& estate, const Context& context, Signals& signals) {
  const std::vector<std::string>& publishers = (context.known ? *context.known : Known::embedded()).publishers;
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::model) continue;
    const auto& facts = std::get<ModelFacts>(asset.facts);
    if (facts.source != "huggingface" || facts.publisher.empty() || asset.places.empty()) continue;
    const std::string_view known = meant_by(facts.publisher, publishers);
    if (known.empty()) continue;
    Signal& signal = signals.raise(asset, asset.places.front(), "the publisher " + facts.publisher + " reads like " + std::string(known));
    signal.identity = facts.publisher;
    signal.confidence = Confidence::medium;
  }
}

}  // namespace

extern const Detector model_lookalike_publisher;
const Detector model_lookalike_publisher{
    .advisory = {.id = "model-lookalike-publisher",
                 .title = "A model's publisher is named almost like a well-known one",
                 .why = "Anybody can register a name on a hub. One that reads like a known publisher's is taken for it by people and by the code that a model writes.",
                 .fix = "Check the owner on the hub. Load the model of the publisher that was meant, by its commit.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.003", "cwe:1007", "nist-ai-rmf:MANAGE 3.2"}},
    .look = look,
    .examples = [] {
      const auto code = [](const std::string& name) { return "from transformers import AutoModel\nm = AutoModel.from_pretrained(\"" + name + "\")\n"; };
      return std::vector<Example>{{"a letter left out", {{"m.py", code(std::string("mistr") + "lai/Mistral-7B-v0.1")}}, true},
                                  {"a digit for a letter", {{"m.py", code(std::string("g0og") + "le/gemma-2b")}}, true},
                                  {"the publisher", {{"m.py", code("mistralai/Mistral-7B-v0.1")}}, false},
                                  {"another name", {{"m.py", code("acme-research/small-model")}}, false}};
    }};

}  // namespace stormwatch::detect
