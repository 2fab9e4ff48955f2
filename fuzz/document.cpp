// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the document parsers. The first byte picks the format.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "format/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  stormwatch::Limits limits;
  limits.document_nodes = 20'000;
  limits.document_bytes = 1 << 20;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  stormwatch::Error incomplete;
  switch (data[0]) {
    case 'j': (void)stormwatch::format::parse_json(text, limits); break;
    case 't': (void)stormwatch::format::parse_toml(text, limits); break;
    default: (void)stormwatch::format::parse_yaml(text, limits, &incomplete); break;
  }
  return 0;
}
