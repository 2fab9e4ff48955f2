// SPDX-License-Identifier: Apache-2.0
// Binary search over the keys of a sorted text.
#include "advisory/table.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "advisory/version.h"

namespace stormwatch::advisory {
namespace {

std::string_view line_at(std::string_view table, std::size_t start) { return table.substr(start, std::min(table.find('\n', start), table.size()) - start); }

/// Whether `left` stands before `right` by its bytes: eight at a time, since keys are short and searches many.
bool is_before(std::string_view left, std::string_view right) {
  std::size_t at = 0;
  for (; at + 8 <= std::min(left.size(), right.size()); at += 8) {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, left.data() + at, 8);
    std::memcpy(&b, right.data() + at, 8);
    if (a != b) return __builtin_bswap64(a) < __builtin_bswap64(b);
  }
  return left.substr(at) < right.substr(at);
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  while (true) {
    std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Row next_row(std::string_view& lines) {
  std::string_view rest = next_part(lines, '\n');
  Row row;
  for (std::string_view Row::*cell : {&Row::key, &Row::id, &Row::aliases, &Row::ranges, &Row::versions}) row.*cell = next_part(rest, '\t');
  row.unread = rest;
  return row;
}

void read_rest(Row& row) {
  for (std::string_view Row::*cell : {&Row::cvss, &Row::flags, &Row::cwes}) row.*cell = next_part(row.unread, '\t');
}

std::string index_of(std::string_view table) {
  std::string index;
  std::string_view before;
  for (std::size_t at = 0; at < table.size(); at = std::min(table.find('\n', at), table.size()) + 1) {
    if (table[at] == '#' || (!before.empty() && table.substr(at).starts_with(before))) continue;
    before = table.substr(at, table.find('\t', at) - at + 1);
    for (int shift = 0; shift < 32; shift += 8) index += static_cast<char>(at >> shift & 0xff);
  }
  return index;
}

std::size_t SortedTable::start(std::size_t place) const {
  if (place * 4 + 4 > index_.size()) return text_.size();
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(index_[place * 4 + i])); };
  const std::uint32_t at = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;  // one load where numbers stand like this
  return std::min<std::size_t>(at, text_.size());
}

std::string_view SortedTable::lines_of(std::string_view key) const {
  std::call_once(once_, [&] {
    if (index_.empty()) index_ = made_ = index_of(text_);
  });
  // The tab is below every byte that a key may hold: with it, lines stand in the order of their keys.
  const std::string wanted = std::string(key) + '\t';
  std::size_t low = 0, high = index_.size() / 4;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (is_before(text_.substr(start(middle), wanted.size()), wanted)) low = middle + 1;
    else high = middle;
  }
  const std::size_t begin = start(low), end = std::max(begin, start(low + 1));
  return text_.substr(begin).starts_with(wanted) ? text_.substr(begin, end - begin) : std::string_view{};
}

std::string key_of(std::string_view ecosystem, std::string_view package) {
  std::string key;
  for (char c : ecosystem) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return key + "/" + normal_name(ecosystem, package);
}

std::string_view header_word(std::string_view table, std::string_view name) {
  std::string_view line = line_at(table, 0);
  if (!line.starts_with('#')) return {};
  for (std::string_view word : split(line, ' '))
    if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=') return word.substr(name.size() + 1);
  return {};
}

}  // namespace stormwatch::advisory
