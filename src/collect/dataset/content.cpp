// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/content.h"

#include <algorithm>
#include <cstring>

#include "collect/dataset/column.h"
#include "collect/hidden_text.h"
#include "collect/instruction_text.h"
#include "collect/secret_assets.h"
#include "base/hash.h"
#include "base/text.h"
#include "format/pickle.h"

namespace stormwatch::collect {

namespace {
constexpr std::size_t kBatch = 256 << 10;
constexpr std::uint64_t kPhraseBytes = 64ULL << 20;  ///< text read for what it says; words that hint at it stand in few rows
constexpr std::size_t kAround = 900;
constexpr std::size_t kSecrets = 20;
constexpr std::uint64_t kPickles = 200;
constexpr std::size_t kColumns = 2000, kValues = 128, kPersonalTallies = 1000, kVolumesShown = 100;

struct PersonalClassOfSet {
  match::DifferentValues different;
  std::size_t values = 0;
  Confidence confidence = Confidence::low;
  Place first;
  std::vector<std::string> columns;
};

/// Position of a class that patterns or a column's name tell, after the kinds of match/personal.h.
std::size_t kind_of(match::PersonalClass of) { return match::personal_kinds().size() + static_cast<std::size_t>(of); }

/// Kinds of what phrases/instruction.yaml finds that matter where data stand; the others are everyday talk between people and models.
bool tells(const Sighting& s) {
  if (s.subject == "override" || s.subject == "jailbreak" || s.subject == "prompt-theft" || s.subject == "secret-request") return true;
  if (s.subject == "covert-action" || s.subject == "data-diversion" || s.subject == "concealment") return s.confidence == Confidence::high;
  return s.subject == "addressed-to-model" && s.confidence != Confidence::low;
}

/// The text before `at` opens an element that a browser does not show.
bool stands_hidden(std::string_view text, std::size_t at) {
  const std::size_t begin = at > 400 ? at - 400 : 0;
  const std::string before = lower(text.substr(begin, at - begin));
  const std::size_t comment = before.rfind("<!--");
  if (comment != std::string::npos && before.find("-->", comment) == std::string::npos) return true;
  const std::size_t tag = before.rfind('<');
  if (tag == std::string::npos || before.compare(tag, 2, "</") == 0) return false;
  for (const std::string_view style : {"display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0", "opacity:0", "opacity: 0", "color:white", "color: white", "color:#fff", "color: #fff"})
    if (before.find(style, tag) != std::string::npos) return true;
  return false;
}

bool may_hold_invisible(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    for (std::uint64_t eight = 0; i + 8 < text.size(); i += 8) {  // nearly all of it is ASCII
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if (eight & 0x8080808080808080ULL) break;
    }
    const auto a = static_cast<unsigned char>(text[i]);
    if (a < 0xe1) continue;
    const auto b = static_cast<unsigned char>(text[i + 1]), c = static_cast<unsigned char>(text[i + 2]);
    if ((a == 0xf3 && b == 0xa0) || (a == 0xe2 && b == 0x80 && ((c >= 0x8b && c <= 0x8f) || (c >= 0xaa && c <= 0xae))) || (a == 0xe2 && b == 0x81 && c >= 0xa0 && c <= 0xa9) || (a == 0xef && b == 0xbb && c == 0xbf) ||
        (a == 0xef && b == 0xb8 && c < 0x90))
      return true;
  }
  return false;
}
}  // namespace

DatasetContent::DatasetContent(const Source& source, std::string_view about)
    : source_(source), attacks_(speaks_of_attacks(about)), text_places_(format::is_text(source.kind) && source.text.data() == as_text(source.bytes).data()) {}

DatasetContent::Column& DatasetContent::column_of(std::string_view name) {
  const auto [found, is_new] = column_at_.emplace(name.data(), columns_.size());
  if (!is_new && columns_[found->second].name.size() == name.size()) return columns_[found->second];
  if (columns_.size() >= kColumns) {
    column_at_.erase(found);
    return columns_.front();
  }
  found->second = columns_.size();
  Column& column = columns_.emplace_back();
  column.name = name;
  column.orders = expects_orders(name);
  column.speaker = names_speaker(name);
  column.label = names_label(name);
  column.digest = names_digest(name);
  column.personal = names_personal(name);
  if (const auto type = names_credential(name)) column.credentials.emplace(*type);
  attacks_ = attacks_ || speaks_of_attacks(name);
  return column;
}

void DatasetContent::read(const Row& row) {
  ++rows_;
  bool speaker_orders = false, spoken = false;
  for (const Cell& cell : row.cells) {
    Column& column = column_of(cell.column);
    ++column.cells;
    if (column.speaker) {
      speaker_orders = gives_orders(cell.text);
      spoken = true;
    }
    if (cell.is_bytes) read_bytes(row, column, cell.text);
    else read_cell(row, column, cell, spoken && column.name.find('.') != std::string::npos ? speaker_orders : column.orders);
  }
  if (batch_.size() >= kBatch) flush();
}

void DatasetContent::read_cell(const Row& row, Column& column, const Cell& cell, bool orders) {
  if (column.label && !column.many_values && !cell.text.empty()) {
    if (const auto known = column.values.find(cell.text); known != column.values.end()) ++known->second;
    else if (cell.text.size() > 80 || column.values.size() >= kValues) column.many_values = true;
    else column.values.emplace(cell.text, 1);
  }
  // Of numbers only those that may be a card's or an account's.
  if (!cell.is_text && (cell.text.size() < 9 || cell.text.size() > 24 || cell.text.find('.') != std::string_view::npos)) return;
  if (cell.is_text) {
    ++column.texts;
    column.bytes += cell.text.size();
    if (is_url(cell.text)) column.urls.read(cell.text, row.number);
  }
  pieces_.push_back({batch_.size(), static_cast<std::size_t>(&column - columns_.data()), row.number, row.offset, orders || is_marked_dialogue(cell.text)});
  batch_ += cell.text;
  batch_ += '\n';
}

void DatasetContent::read_bytes(const Row& row, const Column& column, std::string_view bytes) {
  // A header of protocol 2 to 5 and the STOP at the end; what else looks like a pickle in a column of images is chance.
  if (bytes.size() < 4 || bytes[0] != '\x80' || bytes[1] < 2 || bytes[1] > 5 || bytes.back() != '.') return;
  if (!format::looks_like_pickle(as_bytes(bytes.substr(0, 4096)), bytes.size())) return;
  ++pickles_;
  if (++pickles_read_ > kPickles) return;
  const format::PickleReport report = format::read_pickle(as_bytes(bytes), source_.limits ? *source_.limits : Limits{});
  const Piece piece{0, 0, row.number, row.offset, false};
  const auto dangerous = std::ranges::find_if(report.calls, [](const format::PickleCall& call) { return format::is_dangerous(call.group); });
  Sighting sighting{.what = "embedded-code", .subject = "pickle-column"};
  sighting.excerpt = excerpt_of("column " + column.name);
  if (dangerous != report.calls.end()) {
    sighting.subject = "pickle-column-call";
    sighting.excerpt = excerpt_of("column " + column.name + ": " + dangerous->shown);
  }
  add(sighting.subject, piece, std::move(sighting));
}

const DatasetContent::Piece& DatasetContent::piece_at(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(pieces_, offset, {}, &Piece::begin);
  return after == pieces_.begin() ? pieces_.front() : *std::prev(after);
}

std::string_view DatasetContent::text_of(const Piece& piece) const {
  const std::size_t next = static_cast<std::size_t>(&piece - pieces_.data()) + 1;
  const std::size_t end = next < pieces_.size() ? pieces_[next].begin : batch_.size();
  return std::string_view(batch_).substr(piece.begin, end - piece.begin - 1);
}

bool DatasetContent::was_matched(const Piece& piece) const {
  return format::is_text(source_.kind) && (piece.offset < 0 || !text_places_ || static_cast<std::uint64_t>(piece.offset) < source_.text.size());
}

Place DatasetContent::place_of(const Piece& piece) const {
  if (piece.offset < 0) return source_.place();
  if (text_places_ && static_cast<std::uint64_t>(piece.offset) < source_.text.size()) {
    Place place = source_.place_at(static_cast<std::uint64_t>(piece.offset));
    place.column = 0;
    return place;
  }
  return source_.place_of_offset(piece.offset);
}

void DatasetContent::add(std::string key, const Piece& piece, Sighting sighting) {
  Tally& tally = tallies_[std::move(key)];
  if (tally.rows == 0) {
    sighting.place = place_of(piece);
    sighting.excerpt = excerpt_of("row " + std::to_string(piece.row) + ": " + sighting.excerpt);
    tally.first = std::move(sighting);
  } else {
    tally.first.confidence = std::max(tally.first.confidence, sighting.confidence);
  }
  if (tally.last_row != piece.row) ++tally.rows;
  tally.last_row = piece.row;
}

void DatasetContent::add_personal(const match::PersonalHit& hit, std::size_t kind) {
  const Piece& piece = piece_at(hit.begin);
  const auto [found, is_new] = personal_.try_emplace({piece.column, kind});
  if (is_new && personal_.size() > kPersonalTallies) {
    personal_.erase(found);
    return;
  }
  if (is_new) found->second.first = place_of(piece);
  found->second.tally.add(hit, std::string_view(batch_).substr(hit.begin, hit.end - hit.begin));
}

void DatasetContent::note_personal() {
  personal_hits_.clear();
  match::find_personal(batch_, personal_hits_);
  for (const match::PersonalHit& hit : personal_hits_) add_personal(hit, hit.kind);
}

/// Columns that their name tells: each value is one.
void DatasetContent::note_named_columns() {
  const bool name_beside_value = source_.kind == format::ContentKind::json || source_.kind == format::ContentKind::json_lines;
  for (const Piece& piece : pieces_) {
    Column& column = columns_[piece.column];
    const std::string_view text = text_of(piece);
    const bool told_by_patterns = name_beside_value && was_matched(piece);
    if (column.credentials && !told_by_patterns && column.credentials->read(text)) column.credentials->stands_at(place_of(piece));
    if (column.personal && text.size() >= 2 && text.size() <= 200 && may_be_value_of(*column.personal, text)) add_personal({0, match::Belief::possible, piece.begin, piece.begin + text.size()}, kind_of(*column.personal));
  }
}

void DatasetContent::note_instructions(const Piece& piece, std::string_view text) {
  phrase_bytes_ += text.size();
  for (Sighting& sighting : read_instructions(text, [](std::size_t at) { return Place{.offset = static_cast<std::int64_t>(at)}; })) {
    if (sighting.what != "hidden-instruction" || !tells(sighting)) continue;
    if (row_with_orders_ != piece.row) ++rows_with_orders_;
    row_with_orders_ = piece.row;
    const bool unseen = sighting.detail.starts_with("written in") || stands_hidden(text, static_cast<std::size_t>(std::max<std::int64_t>(0, sighting.place.offset)));
    const bool expected = piece.orders && !unseen;
    sighting.what = "prompt-injection";
    sighting.detail = unseen ? "where a reader does not see it" : expected ? "where prompts are expected" : "";
    if (unseen) sighting.confidence = Confidence::high;
    if (expected) sighting.confidence = Confidence::low;
    add("order " + std::string(expected ? "expected " : unseen ? "hidden " : "") + sighting.subject, piece, std::move(sighting));
  }
}

void DatasetContent::note_invisible() {
  for (const Piece& piece : pieces_) {
    const std::string_view text = text_of(piece);
    if (!may_hold_invisible(text)) continue;
    for (const HiddenText& part : find_invisible(text)) {
      const bool carries = part.decoded.size() >= 4 || (part.form == "tags" && !part.decoded.empty());
      Sighting sighting{.what = carries ? "invisible-text" : "data-anomaly", .subject = std::string(part.form)};
      if (!carries) sighting.subject = "invisible-characters";
      sighting.excerpt = excerpt_of(part.decoded.empty() ? text.substr(part.begin, 120) : std::string_view(part.decoded));
      sighting.confidence = carries ? Confidence::high : Confidence::low;
      sighting.detail = carries ? "decodes to text" : std::string(part.form);
      add("invisible " + sighting.subject, piece, std::move(sighting));
    }
  }
}

void DatasetContent::flush() {
  if (batch_.empty()) return;
  note_personal();
  note_named_columns();
  if (may_hold_invisible(batch_)) note_invisible();
  if (source_.patterns) {
    const std::vector<match::Hit> hits = source_.patterns->scan(batch_);
    std::vector<match::Hit> secret;
    std::size_t read_to = 0;
    for (const match::Hit& hit : hits) {
      const match::Pattern& pattern = source_.pattern(hit);
      const Piece& piece = piece_at(hit.begin);
      if (pattern.topic == "secret" && !was_matched(piece)) secret.push_back(hit);
      if (pattern.topic == "personal-data")
        if (const auto of = match::personal_class_named(pattern.subject)) add_personal({0, match::Belief::sure, hit.value_begin, hit.value_end}, kind_of(*of));
      if (pattern.topic != "instruction" || hit.begin < read_to || phrase_bytes_ >= kPhraseBytes) continue;
      const std::string_view whole = text_of(piece);
      const std::size_t at = hit.begin - piece.begin, from = at > kAround ? at - kAround : 0;
      const std::string_view part = whole.substr(from, std::min(whole.size() - from, at - from + (hit.end - hit.begin) + kAround));
      read_to = piece.begin + from + part.size();
      note_instructions(piece, part);
    }
    if (!secret.empty())
      secrets_left_out_ += add_secrets(source_, batch_, secret, [&](std::size_t at) { return place_of(piece_at(at)); }, kSecrets, secrets_);
  }
  batch_.clear();
  pieces_.clear();
}

void DatasetContent::finish(Observation& seen, Asset& asset) {
  flush();
  finish_personal(asset);
  finish_tallies(asset);
  finish_urls(asset);
  finish_classes(std::get<DatasetFacts>(asset.facts));
  for (const Column& column : columns_)
    if (column.credentials) column.credentials->finish(source_, column.name, secrets_);
  for (Asset& secret : secrets_.assets) seen.add(std::move(secret));
  std::ranges::move(secrets_.relations, std::back_inserter(seen.relations));
  if (secrets_left_out_ > 0)
    seen.gaps.push_back({source_.path, source_.member, "over-limit", std::to_string(secrets_left_out_) + " more credentials in the rows are not listed"});
  if (phrase_bytes_ >= kPhraseBytes)
    seen.gaps.push_back({source_.path, source_.member, "over-limit", "so many rows speak of instructions to models that the later ones were not read for what they say"});
}

void DatasetContent::finish_personal(Asset& asset) {
  auto& facts = std::get<DatasetFacts>(asset.facts);
  std::map<match::PersonalClass, PersonalClassOfSet> classes;
  const auto kinds = match::personal_kinds();
  for (const auto& [key, personal] : personal_) {
    const Column& column = columns_[key.first];
    const bool by_pattern = key.second >= kinds.size();
    const auto of = by_pattern ? static_cast<match::PersonalClass>(key.second - kinds.size()) : kinds[key.second].of;
    const bool running_text = column.texts > 0 && column.bytes / column.texts > 120;
    const bool named = by_pattern ? column.personal == of : match::names_kind(column.name, kinds[key.second]);
    const match::PersonalTally& tally = personal.tally;
    // One in ten numbers of a card's form passes its check by chance: where nearly all do they are cards, however few cells hold one.
    const std::uint64_t values = of == match::PersonalClass::card ? tally.sure + tally.possible + tally.failed : running_text ? 0 : column.cells;
    if (!tally.believed(named, values)) continue;
    PersonalClassOfSet& whole = classes[of];
    if (whole.values == 0) whole.first = personal.first;
    whole.different.insert(tally.different);
    whole.values = whole.different.size();
    const bool sure = named || tally.sure * 2 >= tally.possible;
    whole.confidence = std::max(whole.confidence, sure ? Confidence::high : Confidence::medium);
    std::string said = std::string(match::name_of(of)) + ": " + std::to_string(tally.different.size()) + (tally.different.size() == 1 ? " value" : " different values");
    if (!column.name.empty()) said += " in column " + excerpt_of(column.name, 60);
    said += ", confidence " + std::string(name_of(sure ? Confidence::high : Confidence::medium)) + ", sample " + keyed_fingerprint(hex(tally.sample));
    if (facts.personal_volumes.size() < kVolumesShown) facts.personal_volumes.push_back(said);
    if (whole.columns.size() < 4 && !column.name.empty()) whole.columns.push_back(excerpt_of(column.name, 60));
  }
  for (const auto& [of, whole] : classes) {
    facts.personal_data.emplace_back(match::name_of(of));
    Sighting sighting{.what = "personal-data", .subject = std::string(match::name_of(of)), .detail = std::to_string(whole.values)};
    sighting.excerpt = std::to_string(whole.values) + (whole.values == 1 ? " value" : " different values") + " of the class " + sighting.subject;
    for (std::size_t i = 0; i < whole.columns.size(); ++i) sighting.excerpt += (i == 0 ? " in column " : ", ") + whole.columns[i];
    sighting.excerpt = excerpt_of(sighting.excerpt);
    sighting.place = whole.first;
    sighting.confidence = whole.confidence;
    sighting.context = source_.context;
    asset.sightings.push_back(std::move(sighting));
  }
}

void DatasetContent::finish_tallies(Asset& asset) {
  // Where a fifth of all rows does it, doing it is what the set is about, whatever it is called.
  const bool collection = attacks_ || (rows_with_orders_ >= 20 && rows_with_orders_ * 5 >= rows_);
  for (auto& [key, tally] : tallies_) {
    Sighting& sighting = tally.first;
    std::string detail = "in " + std::to_string(tally.rows) + (tally.rows == 1 ? " row" : " rows");
    if (!sighting.detail.empty()) detail += ", " + sighting.detail;
    if (sighting.what == "prompt-injection" && collection) {
      sighting.confidence = Confidence::low;
      detail += "; the set is about attacks by its name, its columns or most of its rows";
    }
    sighting.detail = std::move(detail);
    sighting.context = source_.context;
    asset.sightings.push_back(std::move(sighting));
  }
}

void DatasetContent::finish_urls(Asset& asset) {
  const bool digests = std::ranges::any_of(columns_, [](const Column& column) { return column.digest && column.texts * 2 >= column.cells; });
  for (const Column& column : columns_) {
    const UrlTally& urls = column.urls;
    if (urls.urls < 10 || urls.urls * 10 < column.cells * 8) continue;
    const bool fetched = names_media_url(column.name) || urls.media * 10 >= urls.urls * 3;
    if (!fetched) continue;  // where a text came from, not what is trained on
    auto& facts = std::get<DatasetFacts>(asset.facts);
    facts.url_rows = std::max<std::int64_t>(facts.url_rows.value_or(0), static_cast<std::int64_t>(urls.urls));
    if (facts.shape.empty() || facts.shape == "table" || facts.shape == "text") facts.shape = "url-set";
    Sighting sighting{.what = "data-anomaly", .subject = digests ? "url-rows" : "url-rows-without-digest"};
    sighting.detail = "column " + excerpt_of(column.name, 60) + ": " + std::to_string(urls.urls) + " addresses";
    for (const auto& [count, word] : {std::pair{urls.plain, "http"}, {urls.address, "without a name"}, {urls.reserved, "of reserved or retired domains"}, {urls.claimable, "on hosts where given-up names are free to claim"}})
      if (count > 0) sighting.detail += ", " + std::to_string(count) + " " + word;
    sighting.excerpt = "row " + std::to_string(urls.first_row) + ": " + urls.first;
    sighting.place = source_.place();
    sighting.confidence = digests ? Confidence::low : urls.urls >= 1000 ? Confidence::high : Confidence::medium;
    sighting.context = source_.context;
    asset.sightings.push_back(std::move(sighting));
  }
}

void DatasetContent::finish_classes(DatasetFacts& facts) const {
  for (const Column& column : columns_) {
    if (!column.label || column.many_values || column.values.size() < 2) continue;
    std::vector<std::pair<std::uint64_t, std::string_view>> counts;
    for (const auto& [value, count] : column.values) counts.emplace_back(count, value);
    std::ranges::sort(counts, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    for (std::size_t i = 0; i < counts.size() && i < 20 && facts.classes.size() < 40; ++i)
      facts.classes.push_back(excerpt_of(column.name + "=" + std::string(counts[i].second), 100) + ": " + std::to_string(counts[i].first));
  }
}

}  // namespace stormwatch::collect
