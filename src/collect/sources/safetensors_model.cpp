// SPDX-License-Identifier: Apache-2.0
// Safetensors files: the header only, whatever the size of the file.
#include "collect/collector.h"
#include "collect/template_sightings.h"
#include "format/safetensors.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) { return source.kind == format::ContentKind::safetensors; }

Result<Observation> read(const Source& source) {
  Observation observation;
  Asset asset = model_asset(source, "safetensors");
  auto& facts = std::get<ModelFacts>(asset.facts);
  facts.executes_code_on_load = false;
  auto header = format::read_safetensors(source.bytes, source.size ? source.size : source.bytes.size(), source.limits ? *source.limits : Limits{});
  if (!header) {
    observation.gaps.push_back({source.path, source.member, "malformed", "safetensors: " + header.error().message()});
    add_sighting(source, observation, asset, sighting_at(source, "malformed", "safetensors-header", header.error().message(), 0));
    observation.add(std::move(asset));
    return observation;
  }
  for (const auto& [key, value] : header->metadata) {
    if (key == "license" || key == "licence") facts.licence = excerpt_of(value, 80);
    if (key == "modelspec.architecture" || key == "architecture") facts.architecture = excerpt_of(value, 120);
    add_metadata_urls(source, key, value, 8, observation, asset);
    if (key == "chat_template") add_template(source, value, 8, 0, observation, asset);
  }
  for (const format::SafetensorsTrouble& trouble : header->troubles)
    add_sighting(source, observation, asset, sighting_at(source, "malformed", "safetensors-" + trouble.what, trouble.detail, 8));
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector safetensors_model;
const Collector safetensors_model{.name = "safetensors-model", .wants = wants, .read = read};

}  // namespace stormwatch::collect
