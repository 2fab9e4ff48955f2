// SPDX-License-Identifier: Apache-2.0
// Binary search over the lines of a sorted text.
#include "advisory/table.h"

#include <algorithm>

#include "advisory/version.h"

namespace stormwatch::advisory {
namespace {

std::string_view line_at(std::string_view table, std::size_t start) { return table.substr(start, std::min(table.find('\n', start), table.size()) - start); }
std::string_view key_in(std::string_view line) { return line.substr(0, line.find('\t')); }

/// Start of the first line whose key is not below; the table's size if none. Header lines ('#') sort before all keys.
std::size_t lower_bound_line(std::string_view table, std::string_view key) {
  std::size_t low = 0, high = table.size();
  while (low < high) {
    std::size_t middle = low + (high - low) / 2;
    std::size_t before = middle == 0 ? std::string_view::npos : table.rfind('\n', middle - 1);
    std::size_t start = before == std::string_view::npos || before < low ? low : before + 1;
    std::string_view line = line_at(table, start);
    bool below = line.starts_with('#') || key_in(line) < key;
    if (below) low = std::min(start + line.size() + 1, table.size());
    else high = start;
  }
  return low;
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

std::vector<Row> rows_of(std::string_view table, std::string_view key) {
  std::vector<Row> rows;
  for (std::size_t at = lower_bound_line(table, key); at < table.size();) {
    std::string_view line = line_at(table, at);
    if (key_in(line) != key) break;
    at += line.size() + 1;
    Row& row = rows.emplace_back();
    for (std::string_view Row::*cell : {&Row::key, &Row::id, &Row::aliases, &Row::ranges, &Row::versions, &Row::cvss, &Row::flags, &Row::cwes}) {
      const std::size_t end = std::min(line.find('\t'), line.size());
      row.*cell = line.substr(0, end);
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
  return rows;
}

std::string_view line_of(std::string_view table, std::string_view key) {
  std::size_t at = lower_bound_line(table, key);
  if (at >= table.size()) return {};
  std::string_view line = line_at(table, at);
  return key_in(line) == key ? line : std::string_view{};
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
