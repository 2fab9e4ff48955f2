// SPDX-License-Identifier: Apache-2.0
// The sorted text table that advisories are kept in: searched in place, nothing parsed before a look-up asks for its rows.
//
// Line 1 is a header ("#stormwatch-advisories 1 date=2026-08-16 advisories=N"); every other line is one advisory on one package,
// tab-separated, lines sorted by bytes:
//   ecosystem/name  id  aliases  ranges  versions  cvss  flags  cwes
// ecosystem and name as `normal_name` gives them; aliases, versions, cwes joined by ','; ranges joined by '|', each of events
// joined by ' ': "+1.0" introduced, "-2.0" fixed, "=1.9" last affected ("+0" is the beginning); cvss in the short form; flags:
// M malware, m reported as malware by name only.
//
// An index may come with a table: where the first line of each key starts, as 32-bit little-endian offsets in the order of the lines.
// Without one it is made at the first question.
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stormwatch::advisory {

struct Row {
  std::string_view key, id, aliases, ranges, versions, cvss, flags, cwes;
  std::string_view unread;  ///< of next_row: the cells from `cvss` on, until read_rest
};

/// Takes the part before the next separator, and the separator, from the front of `text`.
inline std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}
/// Takes the line at the front of `lines` as a row. Most rows are of no interest once their versions are read: the cells after these wait.
Row next_row(std::string_view& lines);
void read_rest(Row& row);

/// A sorted table that is asked often. May be asked from several threads.
class SortedTable {
 public:
  explicit SortedTable(std::string_view text = {}, std::string_view index = {}) : text_(text), index_(index) {}
  [[nodiscard]] std::string_view text() const { return text_; }
  /// The lines whose first field is `key`, which end with '\n' where the table does.
  [[nodiscard]] std::string_view lines_of(std::string_view key) const;

 private:
  [[nodiscard]] std::size_t start(std::size_t place) const;  ///< of the lines of one key; the table's end behind the last

  std::string_view text_;
  mutable std::string_view index_;
  mutable std::string made_;  ///< the index where none came with the table
  mutable std::once_flag once_;
};
/// The index of a table below 4 GiB.
std::string index_of(std::string_view table);

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
