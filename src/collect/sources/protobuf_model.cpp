// SPDX-License-Identifier: Apache-2.0
// Models that are protocol buffers: ONNX, TensorFlow's SavedModel and frozen graphs.
#include "collect/collector.h"
#include "collect/template_sightings.h"
#include "format/onnx.h"
#include "format/tensorflow_graph.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) { return source.kind == format::ContentKind::protobuf; }

void add_onnx(const Source& source, const format::OnnxModel& model, Observation& observation, Asset& asset) {
  auto& facts = std::get<ModelFacts>(asset.facts);
  facts.executes_code_on_load = false;
  if (!model.graph.empty()) facts.architecture = excerpt_of(model.graph, 120);
  for (const format::OnnxOperator& found : model.custom) {
    std::string detail = (found.python ? "python: " : "") + found.domain + "::" + found.type + (found.node.empty() ? "" : " in node " + found.node);
    add_sighting(source, observation, asset, sighting_at(source, "custom-operator", found.domain + "::" + found.type, detail, static_cast<std::int64_t>(found.offset)));
    if (!found.script.empty())
      add_sighting(source, observation, asset, sighting_at(source, "embedded-code", "operator-script", found.script, static_cast<std::int64_t>(found.offset)));
  }
  for (const format::OnnxExternal& found : model.external)
    add_sighting(source, observation, asset,
                 sighting_at(source, "external-data", found.location,
                             (format::leaves_folder(found.location) ? "leaves the folder: tensor " : "tensor ") + found.tensor, static_cast<std::int64_t>(found.offset)));
  for (const auto& [key, value] : model.metadata) {
    if (key == "license" || key == "licence") facts.licence = excerpt_of(value, 80);
    add_metadata_urls(source, key, value, -1, observation, asset);
  }
  if (!model.broken.empty())
    observation.gaps.push_back({source.path, source.member, "malformed", "onnx, offset " + std::to_string(model.broken_at) + ": " + model.broken});
}

Result<Observation> read(const Source& source) {
  Observation observation;
  format::OnnxModel onnx = format::read_onnx(source.bytes);
  if (onnx.is_onnx || source.name.ends_with(".onnx")) {
    Asset asset = model_asset(source, "onnx");
    if (!onnx.is_onnx && onnx.broken.empty()) observation.gaps.push_back({source.path, source.member, "malformed", "onnx: no graph in the model"});
    add_onnx(source, onnx, observation, asset);
    observation.add(std::move(asset));
    return observation;
  }
  format::TensorflowGraph graph = format::read_tensorflow_graph(source.bytes);
  bool named = source.name.ends_with(".pb") || source.name.ends_with(".meta");
  if (!graph.is_tensorflow || (!named && graph.dangerous.empty())) return observation;
  Asset asset = model_asset(source, graph.kind == "saved-model" ? "tensorflow-saved-model" : "tensorflow-graph");
  for (const format::TensorflowOperator& found : graph.dangerous)
    add_sighting(source, observation, asset,
                 sighting_at(source, "embedded-code", "tensorflow-operator", found.group + ": " + found.op + (found.node.empty() ? "" : " in node " + found.node),
                             static_cast<std::int64_t>(found.offset)));
  if (!graph.broken.empty()) observation.gaps.push_back({source.path, source.member, "malformed", "tensorflow: " + graph.broken});
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector protobuf_model;
const Collector protobuf_model{.name = "protobuf-model", .wants = wants, .read = read};

}  // namespace stormwatch::collect
