// SPDX-License-Identifier: Apache-2.0
// The version, once: CMake's project() gives it.
#pragma once

#include <string_view>

namespace stormwatch::app {
inline constexpr std::string_view kVersion = STORMWATCH_VERSION;
}
