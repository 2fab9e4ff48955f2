// SPDX-License-Identifier: Apache-2.0
// Content sniffing under several names, and the conversion of marked text.
#include "format/sniff.h"

#include "collect/to_utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  const Bytes head{reinterpret_cast<const std::byte*>(data), size};
  for (std::string_view name : {"x", "a.pkl", "a.onnx", "a.json", "a.safetensors"}) (void)format::sniff(name, head, size, head.last(size < 512 ? size : 512));
  SpooledBytes utf8;
  (void)collect::convert_marked_text(as_text(head), utf8);
  return 0;
}
