// SPDX-License-Identifier: Apache-2.0
// Text with a byte-order mark to UTF-8 without one.
#pragma once

#include <string>
#include <string_view>

namespace stormwatch::collect {

/// True if `text` starts with the mark of UTF-16 or UTF-32 and was converted into `utf8`; lone surrogates and a cut last
/// character become U+FFFD.
bool convert_marked_text(std::string_view text, std::string& utf8);

}  // namespace stormwatch::collect
