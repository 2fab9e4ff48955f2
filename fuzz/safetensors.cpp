// SPDX-License-Identifier: Apache-2.0
// Fuzzes the safetensors header.
#include "format/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)stormwatch::format::read_safetensors({reinterpret_cast<const std::byte*>(data), size}, size, {});
  return 0;
}
