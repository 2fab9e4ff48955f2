// SPDX-License-Identifier: Apache-2.0
// A request that stands among data: a sentence beside the rows of a table, or before the headers of a mail, that asks whoever reads for
// an answer. Harmless by its words, it is an attack by its place: an agent that reads the data may obey it.
//
// Told only where the text is plainly data (a table and at most three short other lines, or a message with its headers), so that
// manuals, questions with a table and letters between people stay quiet. The first 256 KiB are read.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "posture/evidence.h"

namespace stormwatch::collect {

/// A sighting of what "prompt-injection", subject "request-among-data", medium confidence; none if there is no such request.
std::optional<Sighting> find_foreign_request(std::string_view text, const std::function<Place(std::size_t)>& place_at);

}  // namespace stormwatch::collect
