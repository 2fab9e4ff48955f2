// SPDX-License-Identifier: Apache-2.0
#include "advisory/database_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "advisory/database.h"
#include "advisory/table.h"
#include "base/file.h"
#include "base/hash.h"
#include "format/lines.h"

namespace stormwatch::advisory {
namespace {

constexpr std::string_view kMagic = "#stormwatch-advisories 3 ";
constexpr std::string_view kMakeAgain = "make it again with `stormwatch db update`, or `stormwatch db import`";
constexpr std::size_t kMostScores = 512ULL << 20;
constexpr std::size_t kMostBytes = 0xffff'ffff;  ///< the offsets of an index have 32 bits

struct Exploitation {
  double epss = -1;
  bool known = false;
};

struct Parts {
  std::vector<std::string> rows;
  std::map<std::string, Exploitation, std::less<>> exploitation;
  ImportSummary summary;

  void saw(std::string_view date, const std::string& today) {
    if (date.size() >= 10 && date.substr(0, 10) > summary.date && date.substr(0, 10) <= today) summary.date = date.substr(0, 10);
  }
};

/// A file's text, unpacked if it is a compressed one (not an archive of several).
Result<std::string> unpacked(const std::string& path) {
  std::unique_ptr<archive, int (*)(archive*)> in(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(in.get());
  archive_read_support_format_raw(in.get());
  archive_entry* entry = nullptr;
  std::string text;
  if (archive_read_open_filename(in.get(), path.c_str(), 1 << 16) != ARCHIVE_OK || archive_read_next_header(in.get(), &entry) != ARCHIVE_OK) return text;
  char buffer[1 << 16];
  la_ssize_t got = 0;
  while ((got = archive_read_data(in.get(), buffer, sizeof buffer)) > 0) {
    if (text.size() > kMostScores) return failure("too large for a table of scores", path, "", "at most 512 MiB");
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

bool is_scores(std::string_view head) {
  while (head.starts_with('#')) {
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos) return false;
    head.remove_prefix(end + 1);
  }
  return head.starts_with("cve,epss") || head.starts_with("cve\tepss");
}

void add_scores(std::string_view text, const std::string& path, const ImportOptions& options, Parts& parts) {
  format::for_each_line(text, [&](std::string_view line, std::uint32_t) {
    if (line.starts_with('#')) {
      if (const std::size_t at = line.find("score_date:"); at != std::string_view::npos) parts.saw(line.substr(at + 11), options.today);
      return;
    }
    const std::size_t first = line.find_first_of(",\t");
    if (first == std::string_view::npos || !line.starts_with("CVE-")) return;
    double score = 0;
    const std::string_view number = line.substr(first + 1, line.find_first_of(",\t", first + 1) - first - 1);
    if (std::from_chars(number.data(), number.data() + number.size(), score).ec != std::errc{} || score < 0 || score > 1) {
      ++parts.summary.refused;
      return;
    }
    parts.exploitation[std::string(line.substr(0, first))].epss = score;
  });
  // The file's name carries the date where the text does not: "epss_scores-2026-08-16.csv.gz".
  const std::string name = std::filesystem::path(path).filename().string();
  if (const std::size_t at = name.find("20"); at != std::string::npos && name.size() >= at + 10 && name[at + 4] == '-' && name[at + 7] == '-') parts.saw(std::string_view(name).substr(at, 10), options.today);
}

/// False if it is no catalogue of known exploited vulnerabilities.
bool add_known(std::string_view json, const ImportOptions& options, Parts& parts) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array list;
  std::string_view text;
  if (json.substr(0, 4096).find("catalogVersion") == std::string_view::npos) return false;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS || root["vulnerabilities"].get(list) != simdjson::SUCCESS) return false;
  if (root["dateReleased"].get(text) == simdjson::SUCCESS) parts.saw(text, options.today);
  for (simdjson::dom::element entry : list)
    if (entry["cveID"].get(text) == simdjson::SUCCESS && text.starts_with("CVE-") && text.size() < 32) parts.exploitation[std::string(text)].known = true;
    else ++parts.summary.refused;
  return true;
}

Result<void> add_source(const std::string& path, const ImportOptions& options, Parts& parts) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return failure("no such file or folder", path);
  if (!std::filesystem::is_directory(path, error)) {
    if (path.ends_with(".json")) {
      auto text = read_text(path, kMostScores);
      if (!text) return std::unexpected(text.error());
      if (add_known(*text, options, parts)) return {};
    } else if (!path.ends_with(".zip") && path.find(".tar") == std::string::npos) {
      auto text = unpacked(path);
      if (!text) return std::unexpected(text.error());
      if (is_scores(std::string_view(*text).substr(0, 4096))) {
        add_scores(*text, path, options, parts);
        return {};
      }
      if (add_known(*text, options, parts)) return {};
    }
  }
  auto table = load_osv(path);
  if (!table) return std::unexpected(table.error());
  parts.summary.refused += table->refused;
  for (const std::string& date : table->dates) parts.saw(date, options.today);
  format::for_each_line(table->text, [&](std::string_view line, std::uint32_t) { parts.rows.emplace_back(line); });
  return {};
}

/// Key and id of a row: a newer source's word on them takes the place of the embedded one.
std::string_view subject_of(std::string_view row) {
  const std::size_t first = row.find('\t');
  return row.substr(0, first == std::string_view::npos ? first : row.find('\t', first + 1));
}

Result<std::string> joined(Parts& parts) {
  std::sort(parts.rows.begin(), parts.rows.end());
  parts.rows.erase(std::unique(parts.rows.begin(), parts.rows.end()), parts.rows.end());
  std::set<std::string_view> ids, advisories;
  std::string table;
  for (const std::string& row : parts.rows) {
    table.append(row).append(1, '\n');
    const std::size_t first = row.find('\t');
    advisories.insert(std::string_view(row).substr(first + 1, row.find('\t', first + 1) - first - 1));
    for (std::string_view alias : split(std::string_view(row).substr(subject_of(row).size() + 1, row.find('\t', subject_of(row).size() + 1) - subject_of(row).size() - 1), ',')) ids.insert(alias);
  }
  parts.summary.rows = parts.rows.size();
  std::string scores;
  parts.summary.advisories = advisories.size();
  ids.merge(advisories);
  // Only what an advisory names can be asked for.
  for (const auto& [cve, facts] : parts.exploitation) {
    if (!ids.contains(cve)) continue;
    if (facts.epss >= 0) ++parts.summary.scored;
    if (facts.known) ++parts.summary.exploited;
    scores += fmt::format("{}\t{}{}\n", cve, std::max(facts.epss, 0.0), facts.known ? "\tK" : "");
  }
  // The header's length must not depend on its numbers.
  constexpr std::size_t kHeader = 260;
  scores.insert(0, fmt::format("#stormwatch-exploitation 1 date={} rows={}\n", parts.summary.date, std::count(scores.begin(), scores.end(), '\n')));
  if (kHeader + table.size() + scores.size() > kMostBytes) return failure("the advisories are too many for one database", "", "", "at most 4 GiB");
  std::string head(kHeader, ' ');
  head[0] = '#';
  head.back() = '\n';
  const std::string packages = index_of(head + table), scored = index_of(scores);
  const std::string body = table + scores + packages + scored;
  std::string header = fmt::format("{}date={} advisories={} rows={} exploitation={} index={} packages={} scores={} bytes={} sha256={}", kMagic, parts.summary.date, parts.summary.advisories, parts.summary.rows,
                                   kHeader + table.size(), kHeader + table.size() + scores.size(), packages.size() / 4, scored.size() / 4, kHeader + body.size(), sha256_hex(as_bytes(body)));
  header.append(kHeader - 1 - header.size(), ' ').append(1, '\n');
  return header + body;
}

std::size_t number_in(std::string_view table, std::string_view name) {
  const std::string_view word = header_word(table, name);
  std::size_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

}  // namespace

Result<DatabaseHeader> read_database_header(std::string_view bytes, const std::string& path) {
  if (!bytes.starts_with(kMagic)) {
    if (bytes.starts_with(kMagic.substr(0, kMagic.rfind(' ', kMagic.size() - 2)))) return failure(fmt::format("a database of another version of stormwatch: {}", kMakeAgain), path, "", std::string(kMagic));
    return failure("no database of advisories", path, "offset 0", std::string(kMagic));
  }
  DatabaseHeader header{.date = std::string(header_word(bytes, "date")), .digest = std::string(header_word(bytes, "sha256")), .advisories = number_in(bytes, "advisories"),
                        .rows = number_in(bytes, "rows"), .exploitation = number_in(bytes, "exploitation"), .index = number_in(bytes, "index"),
                        .packages = number_in(bytes, "packages"), .scores = number_in(bytes, "scores"), .bytes = number_in(bytes, "bytes")};
  if (header.bytes != bytes.size() || header.exploitation == 0 || header.exploitation > header.index || header.index > bytes.size() ||
      header.packages > bytes.size() || header.scores > bytes.size() || header.index + 4 * (header.packages + header.scores) != bytes.size())
    return failure(fmt::format("damaged database of advisories: {}", kMakeAgain), path, "", fmt::format("{} bytes, there are {}", header.bytes, bytes.size()));
  return header;
}

Result<void> verify_database(const std::string& path) {
  auto file = FileBytes::open(path, true);
  if (!file) return std::unexpected(file.error());
  const std::string_view bytes = as_text(file->bytes());
  auto header = read_database_header(bytes, path);
  if (!header) return std::unexpected(header.error());
  const std::size_t line = bytes.find('\n') + 1;
  if (sha256_hex(file->bytes().subspan(line)) != header->digest) return failure(fmt::format("the database's content does not have its digest: {}", kMakeAgain), path);
  return {};
}

Result<ImportSummary> import_advisories(std::span<const std::string> sources, const std::string& output, const ImportOptions& options) {
  Parts parts;
  parts.summary.date = Database::embedded().date();
  for (const std::string& source : sources)
    if (auto added = add_source(source, options, parts); !added) return std::unexpected(added.error());
  std::set<std::string> known;
  for (const std::string& row : parts.rows) known.emplace(subject_of(row));
  format::for_each_line(embedded_table("advisories.tsv"), [&](std::string_view line, std::uint32_t) {
    if (!line.starts_with('#') && !known.contains(std::string(subject_of(line)))) parts.rows.emplace_back(line);
  });
  format::for_each_line(embedded_table("exploitation.tsv"), [&](std::string_view line, std::uint32_t) {
    const std::vector<std::string_view> cells = split(line, '\t');
    if (line.starts_with('#') || cells.size() < 2) return;
    Exploitation& facts = parts.exploitation.try_emplace(std::string(cells[0])).first->second;
    double score = 0;
    if (facts.epss < 0 && std::from_chars(cells[1].data(), cells[1].data() + cells[1].size(), score).ec == std::errc{}) facts.epss = score;
    facts.known |= cells.size() > 2 && cells[2] == "K";
  });
  if (auto old = FileBytes::open(output, true); old && !options.allow_older)
    if (auto header = read_database_header(as_text(old->bytes()), output); header && header->date > parts.summary.date)
      return failure("the database that is there is newer: " + header->date, output, "", "sources after " + header->date + ", or --allow-older; these are of " + parts.summary.date);
  std::error_code error;
  if (const std::filesystem::path folder = std::filesystem::path(output).parent_path(); !folder.empty()) std::filesystem::create_directories(folder, error);
  const auto bytes = joined(parts);
  if (!bytes) return std::unexpected(bytes.error());
  if (auto written = write_aside(output, *bytes); !written) return std::unexpected(written.error());
  return parts.summary;
}

}  // namespace stormwatch::advisory
