// SPDX-License-Identifier: Apache-2.0
// JSON, schema stormwatch.report/1: for programs.
#include "report/json.h"

#include "report/report.h"

namespace stormwatch::report {

extern const Report json;
const Report json{"json", "everything, for programs (stormwatch schema report)",
                  [](const Posture& posture, const RenderOptions&) { return to_json(posture); }};

}  // namespace stormwatch::report
