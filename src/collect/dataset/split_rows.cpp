// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/split_rows.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "collect/dataset/column.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostHashes = 1 << 15, kFewestHashes = 1 << 10, kHashesOfFolder = 1 << 20;
constexpr std::size_t kMostText = 64 << 10;   ///< of a row
constexpr std::size_t kMostColumns = 2000;
constexpr std::size_t kTextLetters = 40;      ///< a row with so many letters is not equal to another one by chance
constexpr std::size_t kFewestWords = 12, kMostWords = 400;
constexpr std::size_t kNoSplit = kSplitNames.size();

std::size_t split_number(std::string_view name) { return static_cast<std::size_t>(std::ranges::find(kSplitNames, name) - kSplitNames.begin()); }

bool names_row(std::string_view lower) {
  static constexpr std::array<std::string_view, 14> kNames{"", "id", "idx", "index", "uuid", "guid", "key", "_id", "__index_level_0__", "unnamed: 0", "row", "row_id", "qid", "sha256"};
  return std::ranges::find(kNames, lower) != kNames.end() || lower.ends_with("_id") || lower.ends_with("_idx");
}

bool names_split(std::string_view lower) {
  static constexpr std::array<std::string_view, 5> kNames{"split", "partition", "data_split", "dataset_split", "set"};
  return std::ranges::find(kNames, lower) != kNames.end();
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
  return value ^ value >> 31;
}

}  // namespace

void HashSampler::add(std::uint64_t hash, std::uint64_t row) {
  if (hash > threshold_) return;
  RowHash& kept = kept_[hash];
  if (kept.rows == 0) kept = {hash, 0, static_cast<std::uint32_t>(std::min<std::uint64_t>(row, 0xffffffff))};
  if (kept.rows != 0xffffffff) ++kept.rows;
  if (kept_.size() <= most_) return;
  std::vector<std::uint64_t> hashes;
  hashes.reserve(kept_.size());
  for (const auto& [one, ignored] : kept_) hashes.push_back(one);
  const auto middle = hashes.begin() + static_cast<std::ptrdiff_t>(hashes.size() / 2);
  std::ranges::nth_element(hashes, middle);
  threshold_ = *middle;
  std::erase_if(kept_, [&](const auto& one) { return one.first > threshold_; });
}

HashSample HashSampler::take() {
  HashSample sample{.hashes = {}, .threshold = threshold_};
  sample.hashes.reserve(kept_.size());
  for (const auto& [hash, kept] : kept_) sample.hashes.push_back(kept);
  std::ranges::sort(sample.hashes, {}, &RowHash::hash);
  kept_ = {};
  return sample;
}

SplitRows::SplitRows(const Source& source, std::string_view split) : file_split_(split_number(split)) {
  const std::size_t files = source.files ? source.files->files_in(source.folder()).size() : 1;
  const std::size_t most = std::clamp(kHashesOfFolder / std::max<std::size_t>(files, 1), kFewestHashes, kMostHashes);
  for (std::size_t i = 0; i < kSplitNames.size(); ++i) splits_.emplace_back(most);
}

SplitRows::Role SplitRows::role_of(std::string_view column) {
  const auto known = roles_.find(std::string(column));
  if (known != roles_.end()) return known->second;
  const std::string small = lower(last_part_of(column));
  const Role role = file_split_ == kNoSplit && names_split(small) ? Role::split : names_row(small) || names_label(column) || names_split(small) || roles_.size() >= kMostColumns ? Role::left_out : Role::said;
  if (roles_.size() >= kMostColumns) return role;
  roles_.emplace(column, role);
  if (role == Role::split) by_column_ = true;
  if (role == Role::said) columns_ += hash64(lower(column));  // in any order
  return role;
}

void SplitRows::add_text(std::string_view text) {
  for (const char c : text) {
    if (said_.size() >= kMostText) return;
    const auto byte = static_cast<unsigned char>(c);
    if (c >= 'A' && c <= 'Z') said_ += static_cast<char>(c + 32);
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || byte >= 0x80) said_ += c;
    else if (!said_.empty() && said_.back() != ' ') said_ += ' ';
    letters_ += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0xc0;
  }
  if (!said_.empty() && said_.back() != ' ') said_ += ' ';
}

// Words of the text in no order: of eight mixtures of their hashes the smallest each; two texts of which nine words in ten are the
// same have four of them in common two times in three.
void SplitRows::add_alike(Gathered& into, std::uint64_t row) {
  std::array<std::uint64_t, 8> least;
  least.fill(~0ULL);
  std::size_t words = 0;
  for (std::size_t at = 0; at < said_.size() && words < kMostWords;) {
    const std::size_t end = std::min(said_.find(' ', at), said_.size());
    if (end > at) {
      std::uint64_t value = hash64(std::string_view(said_).substr(at, end - at));
      for (std::uint64_t& one : least) {
        value = mixed(value + 0x9e3779b97f4a7c15ULL);
        one = std::min(one, value);
      }
      ++words;
    }
    at = end + 1;
  }
  if (words < kFewestWords) return;
  for (std::size_t half = 0; half < 2; ++half) {
    const std::string_view bytes(reinterpret_cast<const char*>(&least[half * 4]), 4 * sizeof(std::uint64_t));
    into.alike.add(hash64(bytes, half + 1), row);
  }
}

void SplitRows::add(const Row& row) {
  if (file_split_ == kNoSplit && row.number > 1 && !by_column_) return;  // neither the file nor a column says a split
  std::size_t split = file_split_;
  said_.clear();
  letters_ = 0;
  for (const Cell& cell : row.cells) {
    if (cell.is_bytes) continue;
    const Role role = role_of(cell.column);
    if (role == Role::split) split = split_number(split_of(cell.text));
    else if (role == Role::said && !cell.text.empty()) {
      add_text(cell.text);
      said_ += '|';
    }
  }
  if (split == kNoSplit || said_.empty()) return;
  Gathered& into = splits_[split];
  ++into.rows;
  into.same.add(hash64(said_), row.number);
  if (letters_ < kTextLetters) return;
  ++into.texts;
  add_alike(into, row.number);
}

std::shared_ptr<const RowSketch> SplitRows::finish() {
  if (std::ranges::all_of(splits_, [](const Gathered& one) { return one.rows == 0; })) return nullptr;
  auto sketch = std::make_shared<RowSketch>();
  sketch->columns = columns_;
  for (std::size_t i = 0; i < splits_.size(); ++i) sketch->splits[i] = {splits_[i].rows, splits_[i].texts, splits_[i].same.take(), splits_[i].alike.take()};
  return sketch;
}

}  // namespace stormwatch::collect
