// SPDX-License-Identifier: Apache-2.0
// db: the advisories that packages are judged by.
#include <fmt/format.h>

#include "advisory/database.h"
#include "app/command.h"
#include "app/obtain.h"

namespace stormwatch::app {

namespace {

int run(const Arguments& arguments) {
  if (arguments.positional.empty() || arguments.positional[0] != "info") return refuse({"db what?", "", "", "info"});
  if (arguments.has("--advisories")) {
    const auto own = advisory::Database::load(arguments.value("--advisories"));
    if (!own) return refuse(own.error());
    fmt::print("{}: {} advisories, newest {}, {} records refused\n", arguments.value("--advisories"), own->count(), own->date(), own->refused());
    return done;
  }
  const advisory::Database& embedded = advisory::Database::embedded();
  fmt::print("embedded: {} advisories, newest source {}\n", embedded.count(), embedded.date());
  return done;
}

}  // namespace

extern const Command db;
const Command db{.name = "db",
                 .arguments = "info",
                 .summary = "the advisories that packages are judged by",
                 .options = {{"--advisories", "PATH", "OSV JSON: a folder, file, .zip or .tar.gz"}},
                 .examples = {"stormwatch db info"},
                 .run = run,
                 .order = 40};

}  // namespace stormwatch::app
