// SPDX-License-Identifier: Apache-2.0
// Secrets that a system prompt states in words, and access that it decides by what a user says: both last until somebody asks well.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "posture/evidence.h"

namespace stormwatch::collect {

/// Sightings `insecure-setting` with the subjects prompt-secret ("The door code is 4821": the value is not shown) and
/// prompt-authorisation ("only if the user gives the pass phrase"), at most one of each. Examples and stand-ins are none.
std::vector<Sighting> read_prompt_secrets(std::string_view text, const std::function<Place(std::size_t)>& place_at);

}  // namespace stormwatch::collect
