// SPDX-License-Identifier: Apache-2.0
#include "detect/pickle_signs.h"

#include "detect/sighting_rule.h"

namespace stormwatch::detect {

PickleSign sign_of(const Sighting& sighting) {
  PickleSign sign;
  std::string_view detail = sighting.detail;
  if (sighting.what == "pickle-global") {
    sign.group = detail;
    sign.shown = sighting.subject;
    return sign;
  }
  std::size_t colon = detail.find(": ");
  if (colon == std::string_view::npos) return sign;
  sign.called = true;
  sign.group = detail.substr(0, colon);
  sign.shown = detail.substr(colon + 2);
  sign.constructs = sign.shown.starts_with("new ");
  return sign;
}

bool is_group(const PickleSign& sign, format::GlobalGroup group) { return sign.group == format::name_of(group); }

std::function<void(const Estate&, const Context&, Signals&)> look_at_pickles(std::function<std::optional<PickleVerdict>(const PickleSign&, const Sighting&)> judge) {
  return [judge = std::move(judge)](const Estate& estate, const Context&, Signals& signals) {
    for (const Asset& asset : estate.assets()) {
      if (asset.kind() != AssetKind::model) continue;
      int raised = 0;
      for (const Sighting& sighting : asset.sightings) {
        if (sighting.what != "pickle-call" && sighting.what != "pickle-global") continue;
        PickleSign sign = sign_of(sighting);
        auto verdict = judge(sign, sighting);
        if (!verdict || ++raised > 50) continue;
        Signal& signal = signals.raise(asset, sighting.place, std::string(sign.shown));
        signal.severity = verdict->severity;
        signal.confidence = verdict->confidence;
        signal.identity = sighting.place.member + " " + sighting.subject;
        signal.explanation = (sign.called ? "loading the file calls " : "the file names ") + sighting.subject + " (" + std::string(sign.group) + ")";
      }
    }
  };
}

std::string example_call(std::string_view module, std::string_view name, std::string_view argument) {
  std::string out = "c";
  ((out += module) += '\n') += name;
  out += "\n(";
  if (!argument.empty()) {
    out += "S'";
    out += argument;
    out += "'\n";
  }
  return out + "tR.";
}

std::string example_data() { return std::string("\x80\x02}q\x00(U\x04nameq\x01U\x03" "cat" "q\x02U\x05" "countq\x03K\x03u.", 34); }

}  // namespace stormwatch::detect
