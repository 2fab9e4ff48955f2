// SPDX-License-Identifier: Apache-2.0
// What code tells a model about the parameters of a tool: schemas of zod and JSON, Field() of pydantic, options of mcp-go, tags of Go's structs.
#pragma once

#include <string>

#include "code/roles.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

/// The descriptions of the tool's parameters, each ended as a sentence; empty where there are none.
std::string parameter_texts(const View& view, const code::Role& tool);
/// The same of a schema that stands for itself; `description` is what the tool says of itself, where the schema lies beside it.
std::string parameter_texts(const View& view, code::Index schema, std::string_view description);

}  // namespace stormwatch::collect
