// SPDX-License-Identifier: Apache-2.0
// Answers of cloud interfaces as trees: JSON as it is, XML in the shape that the same answer has in JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/result.h"

namespace stormwatch::live {

/// JSON, or XML whose elements become members: repeated ones, `member`, `item` and a plural's singulars become lists, true and false flags.
/// A result within an envelope (`ListThingsResponse` > `ListThingsResult`) is taken out. An empty text is an empty map.
Result<Node> answer_tree(std::string_view body);

/// The nodes at a dotted way; "*" goes through all items of a list. A list at its end gives its items.
std::vector<const Node*> nodes_at(const Node& root, std::string_view way);

/// The provider's word for an error (AccessDenied, ThrottlingException): letters, digits and dots only, at most 80; empty if there is none.
std::string error_code_in(std::string_view body, std::string_view header);

/// Takes out what must not be kept: values of settings, passwords and secrets by their names, what others applied last, and bookkeeping.
void drop_secret_values(Node& item);

}  // namespace stormwatch::live
