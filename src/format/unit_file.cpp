// SPDX-License-Identifier: Apache-2.0
#include "format/unit_file.h"

#include <algorithm>

namespace stormwatch::format {
namespace {

constexpr std::size_t kMostEntries = 5000;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_comment(std::string_view row) { return row.starts_with('#') || row.starts_with(';'); }

}  // namespace

UnitFile parse_unit_file(std::string_view text, UnitSyntax syntax) {
  UnitFile file;
  std::string section;
  bool goes_on = false;  // the line before ended with a backslash
  for (std::uint32_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string_view row = trimmed(raw);
    if (row.empty()) {
      goes_on = false;
      continue;
    }
    if (is_comment(row)) continue;  // within a value that goes on too
    const bool continues = syntax == UnitSyntax::systemd ? goes_on : raw.front() == ' ' || raw.front() == '\t';
    goes_on = syntax == UnitSyntax::systemd && row.back() == '\\';
    if (goes_on) row = trimmed(row.substr(0, row.size() - 1));
    if (continues && !file.entries.empty()) {
      file.entries.back().value += ' ';
      file.entries.back().value += row;
      continue;
    }
    if (row.empty()) continue;  // a backslash alone
    if (row.front() == '[') {
      section = row.substr(1, std::min(row.find(']'), row.size()) - 1);
      continue;
    }
    const std::size_t equals = row.find('=');
    if (equals == std::string_view::npos) continue;
    if (file.entries.size() >= kMostEntries) {
      file.cut = true;
      break;
    }
    file.entries.push_back({section, std::string(trimmed(row.substr(0, equals))), std::string(trimmed(row.substr(equals + 1))), line});
  }
  return file;
}

}  // namespace stormwatch::format
