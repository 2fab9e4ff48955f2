// SPDX-License-Identifier: Apache-2.0
// Fuzzes the NumPy header.
#include "format/numpy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)stormwatch::format::read_numpy_header({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
