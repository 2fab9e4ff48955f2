// SPDX-License-Identifier: Apache-2.0
// Who reaches an MCP server that code starts on the network, and what it does with the tokens of its callers.
#pragma once

#include "collect/understanding/view.h"

namespace stormwatch::collect {

/// Sightings `insecure-setting` with the subjects mcp-http-open and token-passthrough, on the file's first server, or on the application when another file makes it.
void observe_access(View& view);

}  // namespace stormwatch::collect
