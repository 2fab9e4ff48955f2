// SPDX-License-Identifier: Apache-2.0
// Binary search over the lines of a sorted text.
#include "advisory/table.h"

#include <algorithm>

#include "advisory/version.h"

namespace stormwatch::advisory {
namespace {

std::string_view line_at(std::string_view table, std::size_t start) { return table.substr(start, std::min(table.find('\n', start), table.size()) - start); }
std::string_view key_in(std::string_view line) { return line.substr(0, line.find('\t')); }

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

std::size_t SortedTable::lower_bound(std::string_view key) const {
  std::call_once(once_, [&] {
    // Tables are far below 4 GiB: the limits of load.cpp hold them there.
    for (std::size_t at = 0; at < text_.size(); at = std::min(text_.find('\n', at), text_.size()) + 1)
      if (text_[at] != '#') starts_.push_back(static_cast<std::uint32_t>(at));
    starts_.push_back(static_cast<std::uint32_t>(text_.size()));
  });
  std::size_t low = 0, high = starts_.size() - 1;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (key_in(line(middle)) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

std::string_view SortedTable::line(std::size_t index) const {
  std::string_view text = text_.substr(starts_[index], starts_[index + 1] - starts_[index]);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

std::vector<Row> SortedTable::rows_of(std::string_view key) const {
  std::vector<Row> rows;
  for (std::size_t at = lower_bound(key); at + 1 < starts_.size(); ++at) {
    std::string_view rest = line(at);
    if (key_in(rest) != key) break;
    Row& row = rows.emplace_back();
    for (std::string_view Row::*cell : {&Row::key, &Row::id, &Row::aliases, &Row::ranges, &Row::versions, &Row::cvss, &Row::flags, &Row::cwes}) {
      const std::size_t end = std::min(rest.find('\t'), rest.size());
      row.*cell = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return rows;
}

std::string_view SortedTable::line_of(std::string_view key) const {
  const std::size_t at = lower_bound(key);
  if (at + 1 >= starts_.size()) return {};
  const std::string_view found = line(at);
  return key_in(found) == key ? found : std::string_view{};
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
