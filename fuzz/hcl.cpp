// SPDX-License-Identifier: Apache-2.0
// Fuzzes the HCL reader and its reference resolver.
#include <cstddef>
#include <cstdint>

#include "format/hcl.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stormwatch::Limits limits;
  limits.document_bytes = 1 << 16;
  limits.document_nodes = 20'000;
  auto file = stormwatch::format::parse_hcl({reinterpret_cast<const char*>(data), size}, limits);
  if (file) stormwatch::format::resolve_references(*file, limits);
  return 0;
}
