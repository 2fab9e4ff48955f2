// SPDX-License-Identifier: Apache-2.0
// Backslash escapes of string literals, as Python, JavaScript, Java, Go and C# share them.
#pragma once

#include <string>
#include <string_view>

namespace stormwatch::code {

/// The text of a literal's body with its escapes resolved; one that is none stays as it is written.
std::string unescape(std::string_view body);

}  // namespace stormwatch::code
