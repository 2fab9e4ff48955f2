// SPDX-License-Identifier: Apache-2.0
// Identifiers that other formats ask for: the same for the same content.
#pragma once

#include <string>
#include <string_view>

namespace stormwatch::report {

/// A UUID of version 5 (RFC 9562) of the name below the namespace of URLs: OSCAL takes versions 4 and 5 only.
std::string uuid_of(std::string_view name);

}  // namespace stormwatch::report
