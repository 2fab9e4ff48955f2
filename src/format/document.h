// SPDX-License-Identifier: Apache-2.0
// Configuration documents to trees: JSON (with comments and trailing commas, as editors write it), YAML (libfyaml; several
// documents; aliases and merge keys resolved within the limits), TOML (toml++). Lines and columns are kept.
//
// For data sets use the streaming readers; these build the whole tree. Never throws; hostile nesting, alias bombs and
// truncation are Errors with a position.
#pragma once

#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/node.h"
#include "base/result.h"

namespace stormwatch::format {

Result<Node> parse_json(std::string_view text, const Limits& limits);
/// One tree a document of the stream; a broken document ends the list with an Error only if nothing came before it,
/// otherwise the rest is in `incomplete` (may be null).
Result<std::vector<Node>> parse_yaml(std::string_view text, const Limits& limits, Error* incomplete = nullptr);
Result<Node> parse_toml(std::string_view text, const Limits& limits);

}  // namespace stormwatch::format
