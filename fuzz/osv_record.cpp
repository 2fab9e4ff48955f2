// SPDX-License-Identifier: Apache-2.0
// Fuzzes OSV records: what comes out must be lines of the table.
#include <algorithm>

#include "advisory/table.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::vector<std::string> lines;
  (void)stormwatch::advisory::lines_of_osv({reinterpret_cast<const char*>(data), size}, lines);
  for (const std::string& line : lines)
    if (line.find('\n') != std::string::npos || std::count(line.begin(), line.end(), '\t') != 7) __builtin_trap();
  return 0;
}
