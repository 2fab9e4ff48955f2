// SPDX-License-Identifier: Apache-2.0
// NumPy arrays, alone or in .npz archives: object arrays hold a pickle, which is read as one.
#include "collect/collector.h"
#include "collect/pickle_sightings.h"
#include "format/numpy.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) { return source.kind == format::ContentKind::numpy; }

Result<Observation> read(const Source& source) {
  Observation observation;
  auto header = format::read_numpy_header(source.bytes);
  if (!header) return std::unexpected(header.error());
  Asset asset = model_asset(source, "numpy");
  asset.confidence = Confidence::low;
  std::get<ModelFacts>(asset.facts).executes_code_on_load = header->has_objects;
  if (header->has_objects) {
    Bytes pickle = source.bytes.subspan(static_cast<std::size_t>(header->data_at));
    add_pickle(source, format::read_pickle(pickle, source.limits ? *source.limits : Limits{}), header->data_at, observation, asset);
  }
  if (!header->trouble.empty() && !source.cut) {
    add_sighting(source, observation, asset, sighting_at(source, "malformed", "numpy-header", header->trouble, 8));
    observation.gaps.push_back({source.path, source.member, "malformed", "numpy: " + header->trouble});
  }
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector numpy_model;
const Collector numpy_model{.name = "numpy-model", .wants = wants, .read = read};

}  // namespace stormwatch::collect
