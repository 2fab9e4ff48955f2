// SPDX-License-Identifier: Apache-2.0
// Words to lines of a width; counts code points, so that a multi-byte character is one column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::report {

/// At least one line. A word longer than `width` stands alone, uncut.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace stormwatch::report
