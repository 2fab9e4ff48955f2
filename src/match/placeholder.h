// SPDX-License-Identifier: Apache-2.0
// Whether a text that stands where a secret would is only a stand-in for one: a template marker, a name, "your-key-here",
// "xxxxxxxx", "1234567890". Used for every pattern of the topic `secret`.
#pragma once

#include <string_view>

namespace stormwatch::match {

bool is_placeholder(std::string_view value);

}  // namespace stormwatch::match
