// SPDX-License-Identifier: Apache-2.0
// Fuzzes the GGUF header.
#include "format/gguf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)stormwatch::format::read_gguf({reinterpret_cast<const std::byte*>(data), size}, size);
  return 0;
}
