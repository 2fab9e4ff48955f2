// SPDX-License-Identifier: Apache-2.0
// Files of sections with `key = value` lines, as systemd's units (systemd.syntax(7)) and supervisor's programs are written.
//
// A '\' at a line's end goes on with the next line (systemd); a line that begins with a blank goes on too (supervisor, a
// Python ConfigParser). '#' and ';' begin a comment at a line's beginning. Keys may stand more than once: all are given, in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::format {

struct UnitEntry {
  std::string section, key, value;
  std::uint32_t line = 0;  ///< of the key
};

enum class UnitSyntax : std::uint8_t { systemd, supervisor };

struct UnitFile {
  std::vector<UnitEntry> entries;
  bool cut = false;  ///< more than 5,000 entries: the rest was not read
};

UnitFile parse_unit_file(std::string_view text, UnitSyntax syntax);

}  // namespace stormwatch::format
