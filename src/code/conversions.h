// SPDX-License-Identifier: Apache-2.0
// Functions known by name for what they do to data on its way: stop it, check it, hand it on, decode it.
#pragma once

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/text.h"

namespace stormwatch::code {

/// Its answer carries nothing of its arguments that could do harm.
bool stops(std::string_view name);
/// A function of the program itself whose name says that it cleans or checks.
bool says_clean(std::string_view name);
/// Its answer is made of its arguments.
bool passes(std::string_view name);
/// re.sub with these arguments leaves digits and signs of arithmetic and nothing that could name, quote or chain.
bool leaves_only_numbers(std::string_view pattern, std::string_view replacement);
bool decodes(std::string_view name);

}  // namespace stormwatch::code
