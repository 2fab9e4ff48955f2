// SPDX-License-Identifier: Apache-2.0
// The report as JSON (schema stormwatch.report/1) and back: a stored report is enough to show and to forecast again.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "posture/posture.h"

namespace stormwatch::report {

std::string to_json(const Posture& posture);
/// Reads assets, relations, findings, scan and forecast of a report; what only a fresh scan knows (parsed configuration) stays
/// unknown. Errors name the member that is wrong.
Result<Posture> from_json(std::string_view text);
/// The report's JSON Schema (draft 2020-12).
std::string_view report_schema();

}  // namespace stormwatch::report
