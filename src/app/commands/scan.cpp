// SPDX-License-Identifier: Apache-2.0
// scan: discovers, assesses, forecasts and reports.
#include "app/command.h"
#include "app/obtain.h"
#include "app/output.h"

namespace stormwatch::app {

namespace {

int run(const Arguments& arguments) {
  const Result<std::vector<Output>> outputs = outputs_of(arguments);
  if (!outputs) return refuse(outputs.error());
  auto obtained = obtain(arguments, arguments.positional);
  if (!obtained) return obtained.error();
  // The process ends after this: to take a large estate apart would cost a tenth of its scan.
  static const auto* const kept = new Obtained(std::move(*obtained));
  return write_outputs(arguments, *outputs, kept->posture);
}

}  // namespace

extern const Command scan;
const Command scan{
    .name = "scan",
    .arguments = "[TARGET...]",
    .summary = "find what is there, judge it, forecast, report",
    .options = scan_options(output_options()),
    .examples = {"stormwatch scan .", "stormwatch scan model.pt --format json", "stormwatch scan . --output html:report.html --output sarif:report.sarif",
                 "stormwatch scan . --fail-on high --only poisoned-model,vulnerability", "stormwatch scan . --store sqlite:///var/lib/stormwatch/scans.db"},
    .run = run,
    .order = 1};

}  // namespace stormwatch::app
