// SPDX-License-Identifier: Apache-2.0
// What a call does to the flow of data (match/tool_flow.h), with what the policy names.
#pragma once

#include <string_view>
#include <vector>

#include "live/guard/policy.h"
#include "match/tool_flow.h"

namespace stormwatch::live::guard {

/// `texts`: the string arguments. The policy's patterns add to what the name says.
match::ToolFlow part_of(const Policy& policy, std::string_view tool, const std::vector<std::string_view>& texts);
/// Whether the path, with "." and ".." worked out, lies in the folder. Relative paths and those with a NUL do not. Links are not followed.
bool lies_within(std::string_view path, std::string_view folder);

}  // namespace stormwatch::live::guard
