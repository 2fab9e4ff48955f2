// SPDX-License-Identifier: Apache-2.0
// schema: the JSON Schema of what the executable prints, and the fields that rules may name.
#include <fmt/format.h>

#include "app/command.h"
#include "app/obtain.h"
#include "posture/facts.h"
#include "report/json.h"

namespace stormwatch::app {

namespace {

int run(const Arguments& arguments) {
  const std::string what = arguments.positional.empty() ? "report" : arguments.positional[0];
  if (what == "report") {
    print(report::report_schema());
    return done;
  }
  if (what == "fields") {
    for (std::size_t k = 0; k < kAssetKindNames.size(); ++k)
      fmt::print("{}: {}\n", kAssetKindNames[k], fmt::join(field_names(static_cast<AssetKind>(k)), ", "));
    fmt::print("\nrelations: {}\n\nsightings:\n", fmt::join(kRelationKindNames, ", "));
    for (const SightingWord& word : kSightings) fmt::print("  {:22} {}\n", word.what, word.meaning);
    return done;
  }
  return refuse({"schema " + what, "", "", "report or fields"});
}

}  // namespace

extern const Command schema;
const Command schema{.name = "schema",
                     .arguments = "report|fields",
                     .summary = "print the JSON Schema of the report, or the fields that rules may name",
                     .options = {},
                     .examples = {"stormwatch schema report > report.schema.json", "stormwatch schema fields"},
                     .run = run,
                     .order = 90};

}  // namespace stormwatch::app
