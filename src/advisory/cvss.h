// SPDX-License-Identifier: Apache-2.0
// CVSS base scores from their vectors: 3.0 and 3.1 (FIRST, CVSS v3.1 specification, section 7.1), 4.0 (section 8 of its own).
//
// Only base metrics count; temporal, threat and environmental ones are read over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stormwatch::advisory {

/// "CVSS:3.1/AV:N/..." to 0.0-10.0; nullopt if a base metric is missing, unknown or twice there.
std::optional<double> base_score(std::string_view vector);
/// The short form that the embedded table keeps: "3.1:NLNNUHHH", base metrics only, in the order of the specification.
std::string short_vector(std::string_view vector);
/// The score of a short form; nullopt if it is none.
std::optional<double> score_of_short(std::string_view short_form);
/// Back to the long form; empty if it is none.
std::string long_vector(std::string_view short_form);

}  // namespace stormwatch::advisory
