// SPDX-License-Identifier: Apache-2.0
// Graph and findings -> one assessment a control. Frameworks are data (frameworks/*.yaml). Nothing is met by silence.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "posture/posture.h"

namespace stormwatch::govern {

class Frameworks;
Result<std::shared_ptr<const Frameworks>> load_frameworks(const std::vector<std::string>& extra_folders);
std::vector<Assessment> assess(const Estate& estate, std::span<const Finding> findings, const Frameworks& frameworks);

}  // namespace stormwatch::govern
