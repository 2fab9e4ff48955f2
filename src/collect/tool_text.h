// SPDX-License-Identifier: Apache-2.0
// What the texts of a tool say to the model behind the user's back: its description, and what its parameters ask for.
//
// A tool says what it does; an order about the rest of the model's work, about other tools or about what the user is to know has no place
// in it. That makes more signs count here (phrases/tool_text.yaml, tool_parameter.yaml) than in a skill or an agent's file.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "posture/evidence.h"

namespace stormwatch::collect {

using PlaceAt = std::function<Place(std::size_t)>;

/// All that a model reads of one tool. `parameters` holds the descriptions of its parameters, also where `text` repeats them.
struct ToolTexts {
  std::string_view text;
  PlaceAt place_at;
  std::string_view parameters;
  PlaceAt parameter_at;
};

/// Sightings as `read_instructions` makes them. Two kinds of signs of medium confidence in one passage make each other certain, and so does a
/// secret, an address or the conversation that another sentence of it names; alone such a sign is of low confidence.
std::vector<Sighting> read_tool_text(const ToolTexts& tool);

/// The part of a docstring that describes parameters ("Args:", "Parameters:"); empty where it has none.
std::string_view parameter_section(std::string_view documentation);

}  // namespace stormwatch::collect
