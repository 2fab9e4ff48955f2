// SPDX-License-Identifier: Apache-2.0
// pip's requirements files: one requirement a logical line, continuation lines, comments, options, URLs, paths, editables.
//
// Follows pip's "Requirements File Format"; requirements by PEP 508, versions by PEP 440. Environment variables stay as
// written. Lines that are no requirement are left out; nothing is fetched or included.
#pragma once

#include <string_view>

#include "base/limits.h"
#include "format/declared_package.h"

namespace stormwatch::format {

Manifest parse_requirements(std::string_view text, const Limits& limits);

}  // namespace stormwatch::format
