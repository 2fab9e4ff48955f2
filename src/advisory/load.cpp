// SPDX-License-Identifier: Apache-2.0
// OSV records (ossf.github.io/osv-schema, 1.7) to the lines of the advisory table: from folders, archives and files.
//
// Bounds: 64 MiB a record, 500,000 records, 4 GiB in all. What is no OSV record, or has a name or version that no ecosystem
// allows, is counted as refused, never guessed.
#include <archive.h>
#include <archive_entry.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "advisory/affected.h"
#include "advisory/cvss.h"
#include "advisory/table.h"
#include "advisory/version.h"
#include "base/file.h"

namespace stormwatch::advisory {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::uint64_t kMostRecordBytes = 64ULL << 20, kMostBytes = 4ULL << 30;
constexpr std::size_t kMostRecords = 500'000;

std::string_view text_of(const element& parent, std::string_view key) {
  std::string_view text;
  return parent[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}
/// The list's elements; none if it is no list. (A default-made simdjson array must not be walked.)
std::vector<element> list_of(const element& parent, std::string_view key, bool* there = nullptr) {
  array list;
  bool is_list = parent[key].get(list) == simdjson::SUCCESS;
  if (there) *there = is_list;
  if (!is_list) return {};
  return {list.begin(), list.end()};
}

/// Fit to stand in a cell: no control characters, blanks or separators.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 512 &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 127 || c == ',' || c == '|'; });
}

void append(std::string& cell, std::string_view part, char separator) {
  if (!cell.empty()) cell += separator;
  cell += part;
}

struct Cells {
  std::string ranges, versions, cvss;
};

/// CVSS 3 before 4: most of the world still compares by it.
void read_severity(const element& holder, std::string& cvss) {
  for (element entry : list_of(holder, "severity")) {
    std::string shortened = short_vector(text_of(entry, "score"));
    if (!shortened.empty() && (cvss.empty() || cvss.starts_with("4"))) cvss = shortened;
  }
}

std::string events_of(const element& range) {
  std::string events;
  for (element event : list_of(range, "events")) {
    for (auto [key, sign] : {std::pair{"introduced", '+'}, {"fixed", '-'}, {"last_affected", '='}}) {
      std::string_view version = text_of(event, key);
      if (version.empty()) continue;
      if (!is_word(version)) return {};
      append(events, std::string(1, sign) + std::string(version), ' ');
    }
  }
  return events;
}

/// Go's records of programs whose tags do not fit the module system carry the true range aside and "+0" in the official place.
std::string custom_ranges(const element& affected) {
  std::string ranges;
  element specific;
  if (affected["ecosystem_specific"].get(specific) != simdjson::SUCCESS) return {};
  for (element range : list_of(specific, "custom_ranges"))
    if (std::string events = events_of(range); !events.empty()) append(ranges, events, '|');
  return ranges;
}

Cells read_affected(const element& affected) {
  Cells cells;
  for (element range : list_of(affected, "ranges"))
    if (text_of(range, "type") != "GIT")
      if (std::string events = events_of(range); !events.empty()) append(cells.ranges, events, '|');
  if (cells.ranges == "+0")
    if (std::string custom = custom_ranges(affected); !custom.empty()) cells.ranges = custom;
  for (element version : list_of(affected, "versions")) {
    std::string_view text;
    if (version.get(text) == simdjson::SUCCESS && is_word(text)) append(cells.versions, text, ',');
  }
  read_severity(affected, cells.cvss);
  return cells;
}

std::string cwes_of(const element& record) {
  std::string cwes;
  element specific;
  if (record["database_specific"].get(specific) != simdjson::SUCCESS) return {};
  for (element cwe : list_of(specific, "cwe_ids")) {
    std::string_view text;
    if (cwe.get(text) == simdjson::SUCCESS && text.starts_with("CWE-") && is_word(text)) append(cwes, text.substr(4), ',');
  }
  return cwes;
}

bool is_informational(const element& affected) {
  element specific;
  std::string_view kind;
  return affected["database_specific"].get(specific) == simdjson::SUCCESS && specific["informational"].get(kind) == simdjson::SUCCESS;
}

bool add_record(const element& record, std::vector<std::string>& lines) {
  std::string_view id = text_of(record, "id");
  bool there = false;
  std::vector<element> affected = list_of(record, "affected", &there);
  if (!is_word(id) || !there) return false;
  if (!text_of(record, "withdrawn").empty()) return true;
  std::string aliases;
  bool malware = id.starts_with("MAL-");
  for (element alias : list_of(record, "aliases")) {
    std::string_view text;
    if (alias.get(text) != simdjson::SUCCESS || !is_word(text)) continue;
    append(aliases, text, ',');
    malware |= text.starts_with("MAL-");
  }
  std::string cvss, cwes = cwes_of(record);
  read_severity(record, cvss);
  malware |= ("," + cwes + ",").find(",506,") != std::string::npos;
  bool whole = true;
  for (element entry : affected) {
    element package;
    if (entry["package"].get(package) != simdjson::SUCCESS) continue;  // a commit range of a repository: nothing to look up
    std::string_view ecosystem = text_of(package, "ecosystem"), name = text_of(package, "name");
    if (!is_word(name) || ecosystem.empty() || ecosystem.find_first_of("\t\n") != std::string_view::npos || name.front() == '#') {
      whole = false;
      continue;
    }
    Cells cells = read_affected(entry);
    if ((cells.ranges.empty() && cells.versions.empty()) || is_informational(entry)) continue;
    if (!cells.ranges.empty()) cells.versions = outside_ranges(ecosystem, cells.ranges, cells.versions);
    std::string line = key_of(ecosystem, name);
    for (std::string_view cell : {id, std::string_view(aliases), std::string_view(cells.ranges), std::string_view(cells.versions),
                                  std::string_view(cells.cvss.empty() ? cvss : cells.cvss), std::string_view(malware ? "M" : ""),
                                  std::string_view(cwes)})
      line.append(1, '\t').append(cell);
    lines.push_back(std::move(line));
  }
  return whole;
}

struct Loader {
  std::vector<std::string> lines;
  std::set<std::string> dates;
  std::size_t records = 0, refused = 0;
  std::uint64_t bytes = 0;
  simdjson::dom::parser parser;

  void add(std::string_view json) {
    bytes += json.size();
    element root;
    array list;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
      ++refused;
    } else if (root.get(list) == simdjson::SUCCESS) {
      for (element record : list) add_one(record);
    } else {
      add_one(root);
    }
  }
  void add_one(const element& record) {
    const std::string_view modified = text_of(record, "modified");
    // Go's own files carry the year 1.
    if (modified.size() >= 10 && modified.starts_with("20")) dates.emplace(modified.substr(0, 10));
    count(add_record(record, lines));
  }
  void count(bool good) { ++(good ? records : refused); }
  [[nodiscard]] bool full() const { return records + refused >= kMostRecords || bytes >= kMostBytes; }
};

Result<void> read_folder(const std::string& path, Loader& loader) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(path, std::filesystem::directory_options::skip_permission_denied, error), end; at != end && !error;
       at.increment(error))
    if (at->path().extension() == ".json") files.push_back(at->path().string());
  if (error) return failure("cannot read the folder: " + error.message(), path);
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (loader.full()) return failure("more than 500,000 advisories or 4 GiB", path);
    auto bytes = FileBytes::open(file, true);
    if (!bytes || bytes->bytes().size() > kMostRecordBytes || !guard_mapped_reads([&] { loader.add(as_text(bytes->bytes())); })) ++loader.refused;
  }
  return {};
}

Result<void> read_archive(const std::string& path, Loader& loader) {
  std::unique_ptr<archive, int (*)(archive*)> in(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(in.get());
  archive_read_support_format_tar(in.get());
  archive_read_support_format_zip(in.get());
  if (archive_read_open_filename(in.get(), path.c_str(), 1 << 16) != ARCHIVE_OK)
    return failure("neither OSV JSON nor an archive of it", path, "", "a folder, *.json, zip or tar.gz");
  archive_entry* entry = nullptr;
  std::string content;
  int state = ARCHIVE_OK;
  while ((state = archive_read_next_header(in.get(), &entry)) == ARCHIVE_OK || state == ARCHIVE_WARN) {
    const char* name = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) != AE_IFREG || !name || !std::string_view(name).ends_with(".json")) continue;
    if (loader.full()) return failure("more than 500,000 advisories or 4 GiB", path);
    content.clear();
    char buffer[1 << 16];
    la_ssize_t got = 0;
    while ((got = archive_read_data(in.get(), buffer, sizeof buffer)) > 0 && content.size() <= kMostRecordBytes) content.append(buffer, static_cast<std::size_t>(got));
    if (got < 0 || content.size() > kMostRecordBytes) ++loader.refused;
    else loader.add(content);
  }
  if (state != ARCHIVE_EOF && loader.records == 0) return failure("damaged archive", path);
  if (state != ARCHIVE_EOF) ++loader.refused;
  return {};
}

}  // namespace

bool lines_of_osv(std::string_view json, std::vector<std::string>& lines) {
  Loader loader;
  loader.add(json);
  lines.insert(lines.end(), std::make_move_iterator(loader.lines.begin()), std::make_move_iterator(loader.lines.end()));
  return loader.records > 0;
}

Result<LoadedTable> load_osv(const std::string& path) {
  Loader loader;
  std::error_code error;
  Result<void> read;
  if (!std::filesystem::exists(path, error)) return failure("no such file or folder", path);
  if (std::filesystem::is_directory(path, error)) {
    read = read_folder(path, loader);
  } else if (path.ends_with(".json")) {
    auto text = read_text(path, kMostRecordBytes);
    if (!text) return std::unexpected(text.error());
    loader.add(*text);
  } else {
    read = read_archive(path, loader);
  }
  if (!read) return std::unexpected(read.error());
  if (loader.records == 0) return failure("no OSV advisory in it", path, "", "OSV JSON records");
  std::sort(loader.lines.begin(), loader.lines.end());
  LoadedTable table;
  table.advisories = loader.records;
  table.refused = loader.refused;
  table.dates.assign(loader.dates.begin(), loader.dates.end());
  // Rows are searched by their first cell; sorting whole lines keeps cells with bytes below '\t' apart because none is allowed.
  for (const std::string& line : loader.lines) table.text.append(line).append(1, '\n');
  return table;
}

}  // namespace stormwatch::advisory
