// SPDX-License-Identifier: Apache-2.0
// Calls whose answer is text that neither the program nor its users wrote: results of tools, texts of an index, documents, mail, search results.
#pragma once

#include <cstdint>

#include "code/names.h"

namespace stormwatch::code {

/// kToolResult, kRetrieved or kWebContent (flow.h) where the call's name says so; 0 where it does not.
std::uint32_t foreign_text_of(const Names& names, const Expression& call);

}  // namespace stormwatch::code
