// SPDX-License-Identifier: Apache-2.0
// The sorted text table that advisories are kept in: searched in place, nothing parsed before a look-up asks for its rows.
//
// Line 1 is a header ("#stormwatch-advisories 1 date=2026-08-16 advisories=N"); every other line is one advisory on one package,
// tab-separated, lines sorted by bytes:
//   ecosystem/name  id  aliases  ranges  versions  cvss  flags  cwes
// ecosystem and name as `normal_name` gives them; aliases, versions, cwes joined by ','; ranges joined by '|', each of events
// joined by ' ': "+1.0" introduced, "-2.0" fixed, "=1.9" last affected ("+0" is the beginning); cvss in the short form; flags:
// M malware, m reported as malware by name only.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stormwatch::advisory {

struct Row {
  std::string_view key, id, aliases, ranges, versions, cvss, flags, cwes;
};

/// A sorted table that is asked often: where its lines start is found out at the first question. May be asked from several threads.
class SortedTable {
 public:
  explicit SortedTable(std::string_view text = {}) : text_(text) {}
  [[nodiscard]] std::string_view text() const { return text_; }
  /// The lines whose first field is `key`.
  [[nodiscard]] std::vector<Row> rows_of(std::string_view key) const;
  /// The line whose first field is `key` in a table of unique keys; empty if there is none.
  [[nodiscard]] std::string_view line_of(std::string_view key) const;

 private:
  [[nodiscard]] std::size_t lower_bound(std::string_view key) const;  ///< index of the first line whose key is not below
  [[nodiscard]] std::string_view line(std::size_t index) const;

  std::string_view text_;
  mutable std::once_flag once_;
  mutable std::vector<std::uint32_t> starts_;  ///< of the lines behind the header, and the table's end
};
std::string key_of(std::string_view ecosystem, std::string_view package);
std::vector<std::string_view> split(std::string_view text, char separator);  ///< no empty parts for an empty text
/// A word of the header: `header_word(table, "date")`.
std::string_view header_word(std::string_view table, std::string_view name);

/// A table that the executable brings: "advisories.tsv" or "exploitation.tsv".
std::string_view embedded_table(std::string_view name);

struct LoadedTable {
  std::string text;
  std::vector<std::string> dates;  ///< of the last change of a record, each once, sorted: "2026-08-16"
  std::size_t advisories = 0, refused = 0;
};
/// OSV JSON to table lines. A path may be a folder (searched for *.json), an archive (zip, tar, compressed) or one file.
Result<LoadedTable> load_osv(const std::string& path);
/// One OSV record (or a list of them) to lines without '\n', for the loader and its tests. False if it is none; a withdrawn or
/// informational record gives no lines.
bool lines_of_osv(std::string_view json, std::vector<std::string>& lines);

}  // namespace stormwatch::advisory
