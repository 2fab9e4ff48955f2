// SPDX-License-Identifier: Apache-2.0
// The base score of CVSS 4.0 from the eleven base metric values in the order of the specification.
#pragma once

#include <optional>
#include <string>

namespace stormwatch::advisory {

/// `values` as short_vector has them: AV AC AT PR UI VC VI VA SC SI SA.
std::optional<double> score_version4(const std::string& values);

}  // namespace stormwatch::advisory
