// SPDX-License-Identifier: Apache-2.0
// Python source (2 and 3, as tree-sitter-python reads it) -> Module.
//
// String literals are decoded (escapes, raw, bytes, implicit concatenation); f-strings become `format`. `await x` is x.
// Broken syntax gives what can be understood and sets `has_errors`.
#pragma once

#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "code/module.h"

namespace stormwatch::code {

Result<Module> read_python(std::string_view text, const Limits& limits);

/// The text of a string literal's body with its backslash escapes resolved (shared with JavaScript).
std::string unescape(std::string_view body);

}  // namespace stormwatch::code
