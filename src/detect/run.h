// SPDX-License-Identifier: Apache-2.0
// Runs every detector over the frozen estate, in parallel, and gives the signals in a fixed order.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "detect/detector.h"

namespace stormwatch::detect {

/// Checks in code, embedded YAML rules, and the YAML rules of the folders. A typo in a rule is an Error with file and line;
/// two rules with one id are an Error.
Result<std::vector<Detector>> load_detectors(const std::vector<std::string>& extra_folders);

struct Detected {
  std::vector<Signal> signals;  ///< sorted by place, rule, asset; without repeats
  std::vector<Gap> gaps;        ///< detectors that failed; by file, which rules could not be decided ("unresolved")
};
Detected run(const Estate& estate, std::span<const Detector> detectors, const Context& context, unsigned jobs);

/// Signals as findings: joins the advisory's text, sets the stable id.
std::vector<Finding> findings_of(std::vector<Signal> signals, std::span<const Detector> detectors, unsigned jobs = 0);

}  // namespace stormwatch::detect
