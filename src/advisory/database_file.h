// SPDX-License-Identifier: Apache-2.0
// A database of advisories as one file: made from public exports, mapped read-only by every scan.
//
// The file is the text table of table.h with a longer header, followed by the exploitation table and the indexes of both:
//   #stormwatch-advisories 3 date=2026-08-16 advisories=N rows=N exploitation=OFFSET index=OFFSET packages=N scores=N bytes=SIZE sha256=HEX
// Offsets count from the start of the file; an index has 4 bytes for each of its table's keys (`packages`, `scores`) and counts from its
// table's start; SIZE is that of the whole file, HEX is of all that follows the first line. The same sources give the same bytes. A file of
// another layout is refused and made again by `db update` or `db import`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stormwatch::advisory {

struct ImportOptions {
  std::string today;         ///< "2026-08-16": dates after it, which records do carry, do not count
  bool allow_older = false;  ///< take the place of a file with a newer date
};

struct ImportSummary {
  std::size_t advisories = 0, rows = 0, refused = 0;
  std::size_t scored = 0;     ///< CVEs with an EPSS score
  std::size_t exploited = 0;  ///< CVEs in CISA KEV
  std::string date;           ///< of the newest source
};

/// OSV JSON (folder, file, zip, tar.gz), EPSS scores (CSV or TSV, may be compressed) and KEV (JSON), told by content, beside the
/// embedded table, to a file at `output`. On any failure the old file is whole. Refuses a date before that of the file that is there.
Result<ImportSummary> import_advisories(std::span<const std::string> sources, const std::string& output, const ImportOptions& options);

struct DatabaseHeader {
  std::string date, digest;
  std::size_t advisories = 0, rows = 0, exploitation = 0, index = 0, packages = 0, scores = 0, bytes = 0;
};
/// An Error if the bytes are none, are cut, or are of another layout.
Result<DatabaseHeader> read_database_header(std::string_view bytes, const std::string& path);
/// Holds the content to the digest of its header: reads all of it.
Result<void> verify_database(const std::string& path);

}  // namespace stormwatch::advisory
