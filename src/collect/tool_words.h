// SPDX-License-Identifier: Apache-2.0
// What a tool's name and description say it can do.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace stormwatch::collect {

/// "readUserFile", "read_user-file" -> "read user file".
std::string words_of_name(std::string_view name);
/// Capabilities as in ToolFacts, by phrases/capability.yaml.
std::set<std::string> capabilities_in_words(std::string_view name, std::string_view description);

}  // namespace stormwatch::collect
