// SPDX-License-Identifier: Apache-2.0
// The notebook collector over arbitrary bytes.
#include <cstddef>
#include <cstdint>

#include "collect/collector.h"

namespace stormwatch::collect {
extern const Collector notebook;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  if (size > 65536) return 0;
  Limits limits;
  limits.file_seconds = 2;
  collect::Source source;
  source.path = source.name = "a.ipynb";
  source.kind = format::ContentKind::notebook;
  source.bytes = {reinterpret_cast<const std::byte*>(data), size};
  source.text = as_text(source.bytes);
  source.size = size;
  source.limits = &limits;
  (void)collect::notebook.read(source);
  return 0;
}
