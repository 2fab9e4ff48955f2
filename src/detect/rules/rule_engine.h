// SPDX-License-Identifier: Apache-2.0
// YAML rules as detectors: rules/TOPIC/NAME.yaml, whose `match` is a condition of graph/query.h.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "detect/detector.h"

namespace stormwatch::detect {

/// Embedded rules and those of *.yaml below the folders. A typo is an Error with file, line and what was expected.
Result<std::vector<Detector>> load_rules(const std::vector<std::string>& extra_folders);

}  // namespace stormwatch::detect
