// SPDX-License-Identifier: Apache-2.0
// What stands in a data set's rows, looked for in one pass: personal data, secrets, orders aimed at a model, invisible characters,
// addresses instead of data, pickles in columns of bytes, labels.
//
// Findings are of the set: counts, and the first example with its row. Memory is bounded whatever the number of rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/row.h"
#include "collect/dataset/credential_column.h"
#include "collect/dataset/url_rows.h"
#include "collect/source.h"
#include "match/personal.h"
#include "posture/asset.h"

namespace stormwatch::collect {

class DatasetContent {
 public:
  /// `about` is all that names the set (path, card): it tells a collection of attacks from a poisoned set.
  DatasetContent(const Source& source, std::string_view about);

  void read(const Row& row);
  /// Writes sightings and facts; `seen` gets secrets and gaps.
  void finish(Observation& seen, Asset& asset);

 private:
  struct Column {
    std::string name;
    bool orders = false, speaker = false, label = false, digest = false;
    std::optional<match::PersonalClass> personal;  ///< by its name: first_name, street, dob, diagnosis
    std::uint64_t cells = 0, texts = 0, bytes = 0;
    UrlTally urls;
    std::optional<CredentialTally> credentials;  ///< of a column that is named so
    std::map<std::string, std::uint64_t, std::less<>> values;  ///< of a label
    bool many_values = false;
  };
  /// One cell in the batch.
  struct Piece {
    std::size_t begin = 0;
    std::size_t column = 0;
    std::uint64_t row = 0;
    std::int64_t offset = -1;
    bool orders = false;
  };
  /// Personal data of one kind in one column; kinds of patterns (names, addresses) come after those of match/personal.h.
  struct Personal {
    match::PersonalTally tally;
    Place first;
  };
  struct Tally {
    std::uint64_t rows = 0, last_row = 0;
    Sighting first;
  };

  Column& column_of(std::string_view name);
  void read_cell(const Row& row, Column& column, const Cell& cell, bool orders);
  void read_bytes(const Row& row, const Column& column, std::string_view bytes);
  void flush();
  void note_personal();
  void note_named_columns();
  void add_personal(const match::PersonalHit& hit, std::size_t kind);
  void note_instructions(const Piece& piece, std::string_view text);
  void note_invisible();
  void add(std::string key, const Piece& piece, Sighting sighting);
  [[nodiscard]] const Piece& piece_at(std::size_t offset) const;
  [[nodiscard]] std::string_view text_of(const Piece& piece) const;
  [[nodiscard]] Place place_of(const Piece& piece) const;
  [[nodiscard]] bool was_matched(const Piece& piece) const;
  void finish_personal(Asset& asset);
  void finish_tallies(Asset& asset);
  void finish_urls(Asset& asset);
  void finish_classes(DatasetFacts& facts) const;

  const Source& source_;
  bool attacks_;
  bool text_places_;  ///< offsets of rows are offsets of the source's text
  std::unordered_map<const char*, std::size_t> column_at_;
  std::vector<Column> columns_;
  std::string batch_;
  std::vector<Piece> pieces_;
  std::map<std::pair<std::size_t, std::size_t>, Personal> personal_;  ///< by column and kind
  std::vector<match::PersonalHit> personal_hits_;
  std::map<std::string, Tally> tallies_;
  Observation secrets_;
  std::size_t secrets_left_out_ = 0;
  std::uint64_t phrase_bytes_ = 0;
  std::uint64_t pickles_ = 0, pickles_read_ = 0;
  std::uint64_t rows_ = 0, row_with_orders_ = 0, rows_with_orders_ = 0;
};

}  // namespace stormwatch::collect
