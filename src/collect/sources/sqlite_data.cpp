// SPDX-License-Identifier: Apache-2.0
// Tables of SQLite databases that are data sets: those whose columns are a data set's, or that lie where data lie.
//
// A database of an application (sessions, settings) is none; the documents of a Chroma store are. Each table is an asset of its own: "file:PATH#TABLE".
#include <algorithm>
#include <array>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/dataset/column.h"
#include "collect/dataset/content.h"
#include "collect/dataset/split_rows.h"
#include "collect/poison_sightings.h"
#include "format/sqlite.h"

namespace stormwatch::collect {
namespace {

constexpr std::uint64_t kFewestRows = 20;
constexpr std::size_t kMostTables = 100;

bool wants(const Source& source) { return !format::is_text(source.kind) && format::is_sqlite(source.bytes); }

bool says_data(std::string_view path) {
  return holds(lower(path), {"dataset", "corpus", "corpora", "train", "finetun", "fine_tun", "fine-tun", "instruct"});
}

void read_table(const Source& source, const std::string& path, const format::SqliteDatabase& database, const format::SqliteTable& table, Observation& seen) {
  // Chroma keeps the texts that it serves, and what is said about them, as rows of (id, key, value).
  const bool documents = table.name == "embedding_metadata" && std::ranges::find(table.columns, "string_value") != table.columns.end();
  const std::string shape = documents ? "text" : shape_of(table.columns);
  if (shape.empty() || (shape == "table" && !says_data(path) && !says_data(table.name))) return;
  if (!table.not_read.empty()) {
    seen.gaps.push_back({source.path, source.member, "unsupported", "rows of " + excerpt_of(table.name, 80) + ": " + table.not_read});
    return;
  }
  Asset asset = make_asset("file:" + path + "#" + table.name, source.name + " " + excerpt_of(table.name, 80), DatasetFacts{}, source.place());
  auto& facts = std::get<DatasetFacts>(asset.facts);
  facts.format = "sqlite";
  facts.shape = shape;
  if (source.member.empty()) facts.writable_by_many = source.writable_by_others;
  for (const std::string& column : table.columns)
    if (facts.columns.size() < 200) facts.columns.push_back(excerpt_of(column, 80));
  const std::string named = split_of(table.name), split = named.empty() ? split_of(path) : named;
  if (!split.empty()) facts.splits.push_back(split);
  DatasetContent content(source, path + "#" + table.name);
  match::PoisonSearch poison;
  SplitRows splits(source, split);
  const format::SqliteRows rows = format::read_sqlite_rows(source.bytes, database, table, [&](const Row& row) {
    content.read(row);
    poison.add(row);
    splits.add(row);
    return source.depth.sample_rows == 0 || row.number < source.depth.sample_rows;
  });
  facts.rows = static_cast<std::int64_t>(rows.rows);
  if (rows.damaged) seen.gaps.push_back({source.path, source.member, "malformed", "rows of " + excerpt_of(table.name, 80) + ": " + std::to_string(rows.damaged) + " pages or cells contradict the format"});
  if (rows.cut) seen.gaps.push_back({source.path, source.member, "over-limit", "rows of " + excerpt_of(table.name, 80) + ": of " + std::to_string(rows.cut) + " only the first MiB was read"});
  if (source.depth.sample_rows && rows.rows >= source.depth.sample_rows) {
    facts.sampled = true;
    seen.gaps.push_back({source.path, source.member, "over-limit", "only the first " + std::to_string(rows.rows) + " rows of " + excerpt_of(table.name, 80) + " were read, as asked (--sample-rows)"});
  } else {
    asset.rows = splits.finish();
  }
  content.finish(seen, asset);
  add_poison_sightings(source, poison.finish(), asset, seen);
  if (rows.rows < kFewestRows && asset.sightings.empty()) return;
  seen.add(std::move(asset));
}

Result<Observation> read(const Source& source) {
  Observation seen;
  const auto database = format::read_sqlite(source.bytes);
  if (!database) return std::unexpected(database.error());
  const std::string path = source.member.empty() ? source.path : source.path + "!/" + source.member;
  std::size_t read = 0;
  for (const format::SqliteTable& table : database->tables) {
    if (++read > kMostTables) {
      seen.gaps.push_back({source.path, source.member, "over-limit", "only " + std::to_string(kMostTables) + " of " + std::to_string(database->tables.size()) + " tables were looked at"});
      break;
    }
    read_table(source, path, *database, table, seen);
  }
  if (!seen.assets.empty() && source.files && source.member.empty() && source.files->contains(source.path + "-wal"))
    seen.gaps.push_back({source.path, "", "unsupported", "a write-ahead log lies beside it: rows that stand only there were not read"});
  return seen;
}

constexpr FormatRow kFormats[] = {{"sqlite", "magic bytes and a table with columns of a data set", {"personal-data-in-dataset", "content-prompt-injection", "data-split-leakage"}}};

}  // namespace

extern const Collector sqlite_data;
const Collector sqlite_data{.name = "sqlite-data", .wants = wants, .read = read, .formats = kFormats};

}  // namespace stormwatch::collect
