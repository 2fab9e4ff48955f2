// SPDX-License-Identifier: Apache-2.0
// The MCP clients we know by the places of their configuration, and the server packages everybody knows (clients/*.yaml).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/result.h"

namespace stormwatch::collect {

struct ClientPlace {
  std::string product, scope;
  std::vector<std::string> paths;  ///< ends of a path; '*' stands for anything within one part
  std::vector<std::string> keys;   ///< dotted; "=a.b" is one key with a dot in it
};

/// One of the embedded files of clients/, as a tree.
Result<Node> client_document(std::string_view name);
/// Read once from the embedded files; empty if they are broken (a test holds them).
const std::vector<ClientPlace>& known_clients();
/// The client the longest of whose paths ends `path`; nullptr if none does.
const ClientPlace* client_of(std::string_view path);

/// A tool that a well-known package publishes, with its capabilities.
struct KnownTool {
  std::string name;
  std::vector<std::string> capabilities;
};
/// The tools of a well-known server package; empty for others.
const std::vector<KnownTool>& tools_of_package(std::string_view package);

}  // namespace stormwatch::collect
