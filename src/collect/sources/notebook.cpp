// SPDX-License-Identifier: Apache-2.0
// Jupyter notebooks (nbformat 3 and 4): cells counted, Python cells understood together as one program.
//
// Lines that start with % or ! are no Python and are blanked; a cell that starts with %% is left out. A place in a notebook is
// the member "cell N" (from 1, all cells counted) and the line within that cell.
#include <algorithm>
#include <fmt/format.h>

#include "code/python.h"
#include "collect/collector.h"
#include "collect/understanding/view.h"
#include "format/document.h"

namespace stormwatch::collect {

namespace {

struct Cells {
  std::string program;
  struct Start {
    std::uint32_t line, cell;  ///< first line of the cell in `program`, its number
  };
  std::vector<Start> starts;
};

std::string source_of(const Node& cell) {
  const Node* source = cell.find("source");
  if (!source) source = cell.find("input");  // nbformat 3
  if (!source) return {};
  if (source->is_string()) return source->scalar;
  std::string all;
  for (const Node& line : source->items)
    if (line.is_string()) all += line.scalar;
  return all;
}

void add_cell(Cells& cells, std::string source, std::uint32_t number, std::uint32_t& line) {
  if (source.starts_with("%%")) return;
  if (source.empty() || source.back() != '\n') source += '\n';
  cells.starts.push_back({line, number});
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = source.find('\n', at);
    const std::size_t first = source.find_first_not_of(" \t", at);
    const bool magic = first != std::string::npos && first < end && (source[first] == '%' || source[first] == '!' || source[first] == '?');
    if (!magic) cells.program.append(source, at, end - at);
    cells.program += '\n';
    ++line;
    at = end + 1;
  }
}

/// Colab writes down what a notebook was copied from. An empty list says it was begun there; without one nothing is known.
Flag copied_from_elsewhere(const Node& document) {
  const Node* origins = document.at_path("metadata.colab.provenance");
  if (!origins || !origins->is_list()) return std::nullopt;
  if (origins->items.empty()) return false;
  for (const Node& origin : origins->items)
    if (const std::string_view file = origin.text("file_id"); file.starts_with("https://github.com/") || file.starts_with("https://gist.github.com/")) return true;
  return std::nullopt;  // another notebook of a drive, perhaps their own
}

bool wants(const Source& source) { return source.kind == format::ContentKind::notebook && !source.text.empty(); }

Result<Observation> read(const Source& source) {
  auto document = format::parse_json(source.text, *source.limits);
  if (!document) return std::unexpected(document.error());
  const Node* list = document->find("cells");
  if (!list)
    if (const Node* sheets = document->find("worksheets"); sheets && sheets->is_list() && !sheets->items.empty()) list = sheets->items[0].find("cells");
  NotebookFacts facts;
  facts.cells = 0;
  facts.outputs = 0;
  if (const Node* language = document->at_path("metadata.kernelspec.language")) facts.language = language->scalar;
  if (facts.language.empty())
    if (const Node* language = document->at_path("metadata.language_info.name")) facts.language = language->scalar;
  facts.untrusted_source = copied_from_elsewhere(*document);
  Cells cells;
  std::uint32_t line = 1;
  if (list && list->is_list()) {
    facts.cells = static_cast<std::int64_t>(list->items.size());
    std::uint32_t number = 0;
    for (const Node& cell : list->items) {
      ++number;
      if (const Node* outputs = cell.find("outputs"); outputs && outputs->is_list()) *facts.outputs += static_cast<std::int64_t>(outputs->items.size());
      if (cell.text("cell_type") == "code") add_cell(cells, source_of(cell), number, line);
    }
  }
  Observation out;
  const bool python = facts.language.empty() || facts.language == "python";
  const std::string file = source.member.empty() ? source.path : source.path + "!/" + source.member;
  const AssetId notebook = out.add(make_asset(file, source.name, std::move(facts), source.place()));
  if (!python || cells.program.empty()) return out;
  auto module = code::read_python(cells.program, *source.limits);
  if (!module) {
    out.gaps.push_back({source.path, source.member, "over-limit", module.error().message()});
    return out;
  }
  Observation found = observe_code(source, cells.program, *module, [&](code::Spot spot) {
    auto next = std::ranges::upper_bound(cells.starts, spot.line, {}, &Cells::Start::line);
    if (next == cells.starts.begin()) return source.place();
    --next;
    Place place = source.place();
    place.member += (place.member.empty() ? "" : "!/") + fmt::format("cell {}", next->cell);
    place.line = spot.line - next->line + 1;
    place.column = spot.column;
    return place;
  });
  // What the notebook's code uses, the notebook uses.
  std::vector<Relation> own;
  for (const Relation& r : found.relations)
    if (!found.assets.empty() && r.from == found.assets[0].id) { own.push_back(r); own.back().from = notebook; }
  for (Asset& a : found.assets) out.assets.push_back(std::move(a));
  for (Relation& r : found.relations) out.relations.push_back(std::move(r));
  for (Relation& r : own) out.relations.push_back(std::move(r));
  for (Gap& g : found.gaps) out.gaps.push_back(std::move(g));
  return out;
}

}  // namespace

extern const Collector notebook;
const Collector notebook{.name = "notebook", .wants = wants, .read = read, .parses_code = true};

}  // namespace stormwatch::collect
