// SPDX-License-Identifier: Apache-2.0
// Reads arbitrary bytes as a pack and builds what comes out of it, as for a folder of a user's own packs.
#include <cstdint>

#include "base/limits.h"
#include "format/document.h"
#include "match/database.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const auto documents = stormwatch::format::parse_yaml({reinterpret_cast<const char*>(data), size}, stormwatch::Limits{});
  if (!documents) return 0;
  for (const stormwatch::Node& document : *documents) {
    auto patterns = stormwatch::match::read_pack(document, "fuzz.yaml");
    if (!patterns || patterns->size() > 8) continue;
    if (auto built = stormwatch::match::Database::build(*std::move(patterns), "")) (void)built->scan("a key = 'abc123' and more words");
  }
  return 0;
}
