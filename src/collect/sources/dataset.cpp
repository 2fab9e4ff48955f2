// SPDX-License-Identifier: Apache-2.0
// Data sets, read row by row to their end: columns, shape, labels, and what stands in them (dataset/content.h).
//
// Which CSV and JSON files are data sets is told by folder, name or length: a small table of settings is not.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/dataset/column.h"
#include "collect/dataset/content.h"
#include "collect/dataset/split_rows.h"
#include "collect/poison_sightings.h"
#include "format/rows.h"

namespace stormwatch::collect {

namespace {

using format::ContentKind;

constexpr std::uint64_t kRowsOfDataSet = 20;
constexpr std::size_t kColumnsShown = 200;

bool says_data(const Source& source) {
  static constexpr std::array<std::string_view, 14> words{"data/", "dataset", "corpus", "corpora", "train", "finetun", "fine_tun", "fine-tun", "eval", "valid", "sft", "dpo", "rlhf", "instruct"};
  const std::string path = lower(source.member.empty() ? source.path : source.member);
  return std::ranges::any_of(words, [&](std::string_view word) { return path.find(word) != std::string::npos; });
}

/// A list of objects, or an object that holds one near its start.
bool looks_like_records(std::string_view text) {
  const std::string_view head = text.substr(0, 512);
  const std::size_t from = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (from == std::string_view::npos) return false;
  if (head[from] == '[') return head.find('{') != std::string_view::npos && head.find('{') - from < 16;
  const std::size_t list = head.find(": [");
  return head[from] == '{' && (head.substr(0, 200).find("\"data\"") != std::string_view::npos || head.substr(0, 200).find("\"rows\"") != std::string_view::npos) && list != std::string_view::npos;
}

bool wants(const Source& source) {
  switch (source.kind) {
    case ContentKind::json_lines: return !source.has_hit("run-transcript");  // agent_runs.cpp
    case ContentKind::csv: return true;
    case ContentKind::json: return says_data(source) && looks_like_records(source.text);
    case ContentKind::text: return source.name.ends_with(".tsv");
    default: return format::has_rows(source.kind) || source.kind == ContentKind::parquet || source.kind == ContentKind::arrow || source.kind == ContentKind::tfrecord;
  }
}

std::string_view format_of(const Source& source) {
  return source.kind == ContentKind::text ? format::name_of(ContentKind::csv) : format::name_of(source.kind);
}

/// UTF-16 text was converted; what is read then is the converted text.
Bytes bytes_of(const Source& source) {
  const bool converted = format::is_text(source.kind) && !source.text.empty() && source.text.data() != as_text(source.bytes).data();
  return converted ? as_bytes(source.text) : source.whole.empty() ? source.bytes : source.whole;
}

/// What was wrong with rows: said once a kind, with the number.
void report_troubles(const Source& source, const format::RowsRead& rows, Observation& seen, DatasetFacts& facts) {
  for (const format::RowTrouble& trouble : rows.troubles) {
    const bool lost = trouble.what == "malformed-row" || trouble.what == "long-row" || trouble.what == "truncated" || trouble.what == "checksum";
    if (trouble.what == "malformed-row") facts.malformed_rows = static_cast<std::int64_t>(trouble.count);
    if (trouble.what == "ragged-row" || (trouble.what == "open-quote" && trouble.count == 1)) continue;  // read all the same
    std::string detail = trouble.what + " (" + std::to_string(trouble.count) + "), first ";
    detail += trouble.row > 0 ? "in row " + std::to_string(trouble.row) : "in the file";
    seen.gaps.push_back({source.path, source.member, lost ? "malformed" : trouble.what == "unsupported" ? "unsupported" : "over-limit", "rows: " + detail + ": " + excerpt_of(trouble.detail, 120)});
  }
  if (rows.sampled)
    seen.gaps.push_back({source.path, source.member, "over-limit", "only " + std::to_string(rows.rows_read) + " of " + std::to_string(rows.rows) + " rows were read, as asked (--sample-rows)"});
}

Result<Observation> read(const Source& source) {
  Observation seen;
  const std::string path = source.member.empty() ? source.path : source.path + "!/" + source.member;
  Asset asset = make_asset("file:" + path, source.name, DatasetFacts{}, source.place());
  auto& facts = std::get<DatasetFacts>(asset.facts);
  facts.format = format_of(source);
  facts.bytes = static_cast<std::int64_t>(source.size);
  facts.digest = source.digest();
  if (source.member.empty()) facts.writable_by_many = source.writable_by_others;
  if (const std::string split = split_of(path); !split.empty()) facts.splits.push_back(split);

  DatasetContent content(source, path);
  match::PoisonSearch poison;
  SplitRows splits(source, facts.splits.empty() ? std::string_view{} : std::string_view(facts.splits.front()));
  format::RowOptions options;
  options.sample_rows = source.depth.sample_rows;
  const Result<format::RowsRead> rows = format::read_rows(source.name, source.kind, bytes_of(source), options, [&](const Row& row) {
    content.read(row);
    poison.add(row);
    splits.add(row);
    return true;
  });
  if (!rows) {
    if (source.kind == ContentKind::json) return seen;  // a document, no table
    seen.gaps.push_back({source.path, source.member, "malformed", "rows: " + rows.error().message()});
    seen.add(std::move(asset));
    return seen;
  }
  facts.rows = static_cast<std::int64_t>(rows->rows);
  facts.columns.assign(rows->columns.begin(), rows->columns.begin() + static_cast<std::ptrdiff_t>(std::min(kColumnsShown, rows->columns.size())));
  for (std::string& column : facts.columns) column = excerpt_of(column, 80);
  facts.shape = shape_of(facts.columns);
  if (rows->sampled) facts.sampled = true;
  else asset.rows = splits.finish();
  report_troubles(source, *rows, seen, facts);
  // Other languages begin with a brace, too (Nix): under a name that does not promise rows, lines that are mostly none are no data set.
  const bool promised = source.name.ends_with(".jsonl") || source.name.ends_with(".ndjson") || source.name.ends_with(".json");
  if (source.kind == ContentKind::json_lines && !promised && facts.malformed_rows.value_or(0) * 2 > static_cast<std::int64_t>(rows->rows)) return Observation{};
  content.finish(seen, asset);
  add_poison_sightings(source, poison.finish(), asset, seen);
  const bool sure = !format::is_text(source.kind) || source.kind == ContentKind::json_lines || says_data(source) || rows->rows >= kRowsOfDataSet;
  if (!sure && asset.sightings.empty()) {
    std::erase_if(seen.gaps, [](const Gap& gap) { return gap.reason == "malformed"; });
    return seen;
  }
  if (!sure) asset.confidence = Confidence::medium;
  seen.add(std::move(asset));
  return seen;
}

constexpr FormatRow kFormats[] = {
    {"json-lines", "an object a line", {"personal-data-in-dataset", "content-prompt-injection", "agentic-invisible-text", "data-url-split-view"}},
    {"json", "a list of objects in a file that is named as data", {"personal-data-in-dataset", "content-prompt-injection"}},
    {"csv", "records of separated values", {"personal-data-in-dataset", "content-prompt-injection", "data-url-split-view"}},
    {"parquet", "magic bytes and a footer", {"personal-data-in-dataset", "content-prompt-injection", "data-executes-code"}},
    {"arrow", "magic bytes, or a message that holds a schema", {"personal-data-in-dataset", "content-prompt-injection", "data-executes-code"}},
    {"tfrecord", "the checksum of the first length", {"personal-data-in-dataset", "content-prompt-injection", "data-executes-code"}}};

}  // namespace

extern const Collector dataset;
const Collector dataset{.name = "dataset", .wants = wants, .read = read, .formats = kFormats};

}  // namespace stormwatch::collect
