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

}  // namespace stormwatch::code
