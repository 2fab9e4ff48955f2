// SPDX-License-Identifier: Apache-2.0
// What a file is for, told from its path: the product's own, or test, example, documentation, vendored.
#pragma once

#include <string>
#include <string_view>

namespace stormwatch {

/// `path` is relative to the target, so that the folder a target happens to lie in says nothing. A member's path goes on
/// after the archive's. Vendored goes before test, test before example, example before documentation.
std::string context_of(std::string_view path);

}  // namespace stormwatch
