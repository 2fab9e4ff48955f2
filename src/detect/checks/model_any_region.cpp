// SPDX-License-Identifier: Apache-2.0
// Models called from the European Union through a profile that may work on the request in any region; graver beside personal data.
#include <algorithm>

#include "detect/detector.h"

namespace stormwatch::detect {
namespace {

bool holds_personal_data(const Asset& asset) {
  const auto* data = std::get_if<DatasetFacts>(&asset.facts);
  return data && !data->personal_data.empty();
}

void look(const Estate& estate, const Context&, Signals& signals) {
  const auto personal = std::ranges::find_if(estate.assets(), holds_personal_data);
  for (const Asset& asset : estate.assets())
    for (const Sighting& sighting : asset.sightings) {
      if (sighting.what != "insecure-setting" || sighting.subject != "model-any-region") continue;
      Signal& signal = signals.raise(asset, sighting.place, sighting.excerpt);
      const bool beside = personal != estate.assets().end() && sighting.context.empty();
      signal.severity = beside ? Severity::medium : Severity::info;
      signal.confidence = beside ? Confidence::medium : Confidence::high;
      signal.context = sighting.context;
      signal.explanation = asset.name + ": " + sighting.detail + (beside ? "; " + personal->name + " beside it holds personal data (" + std::get<DatasetFacts>(personal->facts).personal_data.front() + ")" : "");
      signal.identity = sighting.excerpt;
    }
}

}  // namespace

extern const Detector model_any_region;
const Detector model_any_region{
    .advisory = {.id = "model-any-region",
                 .title = "A model is called from the European Union and may answer from anywhere",
                 .why = "A global inference profile sends a request to whatever commercial region has room. Personal data in prompts leave the Union without a transfer that anybody decided.",
                 .fix = "Use the profile of the geography (`eu.`) or the model of one region where personal data may be in prompts.",
                 .severity = Severity::info,
                 .vector = Vector::non_compliance,
                 .controls = {"nist-ai-rmf:MAP 3.4", "eu-ai-act:15", "iso-42001:A.6.2.5"},
                 .effort_hours = 0.5},
    .look = look,
    .examples = [] {
      const auto called = [](const std::string& profile, const std::string& region) {
        return ExampleFile{"app.py", "import boto3\nclient = boto3.client(\"bedrock-runtime\", region_name=\"" + region + "\")\ndef ask(question):\n    return client.converse(modelId=\"" + profile + ".anthropic.claude-sonnet-4-20250514-v1:0\", messages=[{\"role\": \"user\", \"content\": [{\"text\": question}]}])\n"};
      };
      return std::vector<Example>{{"a global profile in Frankfurt", {called("global", "eu-central-1")}, true},
                                  {"the profile of the Union", {called("eu", "eu-central-1")}, false},
                                  {"a global profile in Oregon", {called("global", "us-west-2")}, false}};
    }};

}  // namespace stormwatch::detect
