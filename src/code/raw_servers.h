// SPDX-License-Identifier: Apache-2.0
// MCP servers that are written without an SDK, in Python and JavaScript: code that compares the method of a message with "tools/list" and
// "tools/call", or keeps handlers under these names, and holds the tools as data. Code that sends such messages is a client and none.
#pragma once

#include <vector>

#include "code/roles.h"

namespace stormwatch::code {

struct RawTool {
  std::string name, description;
  Index declared = kNone;  ///< the map
};

struct RawServer {
  std::string name, version;        ///< as its serverInfo says; may be empty
  Index dispatch = kNone;           ///< the function that answers tools/call; kNone at module level
  Spot spot;
  std::vector<RawTool> tools;
};

/// True, and what is known of it, if the file is such a server.
bool read_raw_server(const Names& names, RawServer& out);
/// Roles of its dispatcher and of the functions that its tools are answered by.
void raw_server_roles(const Names& names, std::vector<Role>& out);

}  // namespace stormwatch::code
