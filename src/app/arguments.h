// SPDX-License-Identifier: Apache-2.0
// The command line to Arguments, by the commands' own data; and the help text made from the same data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "base/result.h"

namespace stormwatch::app {

/// Fails with a message for people (unknown option, missing value); `--help` is an option like any other.
Result<Arguments> parse_arguments(const Command& command, const std::vector<std::string>& words);

std::string help_of(const Command& command);
std::string help_of_all();
/// The command or option nearest to a mistyped one; nullopt if nothing is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace stormwatch::app
