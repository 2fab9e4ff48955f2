// SPDX-License-Identifier: Apache-2.0
// Fuzzes the protocol buffer walks: ONNX and TensorFlow graphs.
#include "format/onnx.h"
#include "format/tensorflow_graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stormwatch::Bytes bytes{reinterpret_cast<const std::byte*>(data), size};
  stormwatch::format::read_onnx(bytes);
  stormwatch::format::read_tensorflow_graph(bytes);
  return 0;
}
