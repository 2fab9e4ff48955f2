// SPDX-License-Identifier: Apache-2.0
// An ignore file of others: the first line is a path, the rest the rules.
#include "collect/ignore.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch::collect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end > 300) return 0;
  const IgnoreRules rules(nullptr, "", parse_ignore_file(text.substr(end + 1)));
  (void)rules.ignores(text.substr(0, end), false);
  (void)rules.ignores(text.substr(0, end), true);
  return 0;
}
