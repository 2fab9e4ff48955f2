// SPDX-License-Identifier: Apache-2.0
// JavaScript and TypeScript source (tree-sitter grammars javascript, typescript, tsx) -> Module.
//
// `new X()` is a call of X, `await x`, `x!`, `x as T` are x. A destructuring gives each name the attribute it takes; a destructured
// parameter is "$0" with the names it binds. Types are dropped except parameter annotations.
#pragma once

#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "code/module.h"

namespace stormwatch::code {

enum class Dialect : std::uint8_t { javascript, typescript, tsx };

Result<Module> read_javascript(Dialect dialect, std::string_view text, const Limits& limits);

}  // namespace stormwatch::code
