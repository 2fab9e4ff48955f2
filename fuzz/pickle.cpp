// SPDX-License-Identifier: Apache-2.0
// Fuzzes the symbolic pickle machine.
#include "format/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stormwatch::Bytes bytes{reinterpret_cast<const std::byte*>(data), size};
  stormwatch::Limits limits;
  limits.pickle_operations = 200'000;
  limits.pickle_memory = 4 << 20;
  stormwatch::format::looks_like_pickle(bytes, size);
  stormwatch::format::read_pickle(bytes, limits);
  return 0;
}
