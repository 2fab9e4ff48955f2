// SPDX-License-Identifier: Apache-2.0
// Headers of RPM's database of installed packages.
#include "format/rpm_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)stormwatch::format::read_rpm_header(std::as_bytes(std::span(data, size)));
  return 0;
}
