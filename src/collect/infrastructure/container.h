// SPDX-License-Identifier: Apache-2.0
// What compose, Kubernetes and Dockerfile readers share: command lines, environments, and secrets kept out of trees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace stormwatch::collect {

/// A command as text or list, as words; text is split at blanks outside quotes.
std::vector<std::string> words_of(const Node* command);
std::vector<std::string> split_words(std::string_view text);

/// "OPENAI_API_KEY", "db-password": names whose values are credentials.
bool is_secret_name(std::string_view name);
/// `value` as it may be kept: a credential's text becomes its fingerprint; expressions, empty and short switch values stay.
std::string kept_value(std::string_view name, std::string_view value);

/// Compose's "${NAME:-default}" is its default, "$$" a dollar; a name without a default stays "${NAME}".
std::string with_defaults(std::string_view text);
/// The same over all scalars of a tree, bounded by the tree's own size.
void put_defaults(Node& node);

}  // namespace stormwatch::collect
