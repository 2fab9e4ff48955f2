// SPDX-License-Identifier: Apache-2.0
// VEX documents, and the notes they become.
#include "format/vex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)stormwatch::format::read_vex_note(text);
  if (const auto document = stormwatch::format::parse_vex(text, stormwatch::Limits{}))
    for (const auto& statement : document->statements) (void)stormwatch::format::read_vex_note(stormwatch::format::write_vex_note(statement, true));
  return 0;
}
