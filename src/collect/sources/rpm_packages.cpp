// SPDX-License-Identifier: Apache-2.0
// What RPM has installed: its database as SQLite (rpm 4.16 and later). The older forms, Berkeley DB and ndb, are a Gap.
#include "collect/collector.h"
#include "collect/packages.h"
#include "format/rpm_header.h"
#include "format/sqlite.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostPackages = 100'000;

bool lies_with_rpm(const Source& source) {
  const std::string_view path = path_within(source);
  const std::size_t slash = path.rfind('/');
  return slash != std::string_view::npos && path.substr(0, slash).ends_with("/rpm");
}

bool is_older_form(const Source& source) { return (source.name == "Packages" || source.name == "Packages.db") && lies_with_rpm(source) && !format::is_text(source.kind); }
bool wants_source(const Source& source) { return (source.name == "rpmdb.sqlite" && format::is_sqlite(source.bytes)) || is_older_form(source); }

Result<Observation> read_source(const Source& source) {
  Observation observation;
  if (is_older_form(source)) {
    observation.gaps.push_back({source.path, source.member, "unsupported", "the database of installed packages is in a form of RPM that is not read (Berkeley DB or ndb)"});
    return observation;
  }
  const auto database = format::read_sqlite(source.bytes);
  if (!database) return std::unexpected(database.error());
  format::Manifest manifest;
  std::size_t broken = 0;
  for (const format::SqliteTable& table : database->tables) {
    if (table.name != "Packages") continue;
    const format::SqliteRows rows = format::read_sqlite_rows(source.bytes, *database, table, [&](const Row& row) {
      const auto package = format::read_rpm_header(as_bytes(row.text_of("blob")));
      if (!package) ++broken;
      else if (package->name != "gpg-pubkey") manifest.packages.push_back({.ecosystem = std::string(format::rpm_ecosystem(package->vendor)), .name = package->name, .version = package->version, .line = 0, .direct = false});
      return manifest.packages.size() < kMostPackages;
    });
    broken += rows.damaged;
  }
  if (broken) observation.gaps.push_back({source.path, source.member, "malformed", std::to_string(broken) + " entries of RPM's database cannot be read"});
  add_packages(source, manifest, {.installed = true}, observation);
  return observation;
}

}  // namespace

extern const Collector rpm_packages;
const Collector rpm_packages{.name = "rpm-packages", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
