// SPDX-License-Identifier: Apache-2.0
// Fuzzes the search for a Keras configuration in HDF5 bytes, and the collector of model repositories on the same text.
#include "collect/collector.h"

namespace stormwatch::collect {
extern const Collector keras_model;
extern const Collector model_repository;
}  // namespace stormwatch::collect

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  Limits limits;
  collect::Source source;
  source.path = source.name = "model.h5";
  source.kind = format::ContentKind::hdf5;
  source.bytes = {reinterpret_cast<const std::byte*>(data), size};
  source.size = size;
  source.limits = &limits;
  (void)collect::keras_model.read(source);
  source.path = source.name = "tokenizer_config.json";
  source.kind = format::ContentKind::json;
  source.text = as_text(source.bytes);
  (void)collect::model_repository.read(source);
  return 0;
}
