// SPDX-License-Identifier: Apache-2.0
// Programs under the name of a model: what loads or unpacks the "model" runs them, or a person who is told to.
#include <algorithm>
#include <array>

#include "collect/collector.h"
#include "collect/model_asset.h"
#include "collect/packages.h"
#include "format/runtime_model.h"

namespace stormwatch::collect {
namespace {

using format::ContentKind;

/// Endings that no program has for other reasons; .bin, .model and the like are not here.
constexpr std::array<std::string_view, 30> kEndings{".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".safetensors", ".gguf", ".onnx", ".h5", ".hdf5", ".keras", ".npy", ".npz", ".tflite",
                                                    ".mlmodel", ".pte", ".ptd", ".ort", ".mnn", ".caffemodel", ".nemo", ".mar", ".engine", ".rknn", ".hef", ".kmodel", ".pdmodel", ".pdiparams", ".skops"};

/// Weights whose network stands beside them under the same name.
bool is_weights_file(const Source& source) {
  if (!source.name.ends_with(".bin") || !source.member.empty() || !source.files) return false;
  const std::string stem = source.path.substr(0, source.path.size() - 4);
  return source.files->contains(stem + ".xml") || source.files->contains(stem + ".param");
}

bool is_named_so(const Source& source) {
  return !is_startup_file(source) && std::ranges::any_of(kEndings, [&](std::string_view ending) { return source.name.ends_with(ending); });
}

bool wants(const Source& source) {
  if (is_text(source.kind) && source.kind != ContentKind::shell) return is_named_so(source) && source.text.size() <= (16U << 20) && !format::hostile_words(source.text).empty();
  if (source.kind != ContentKind::elf && source.kind != ContentKind::pe && source.kind != ContentKind::mach_o && source.kind != ContentKind::shell) return false;
  return is_named_so(source) || is_weights_file(source);
}

Result<Observation> read(const Source& source) {
  Observation observation;
  if (is_text(source.kind) && source.kind != ContentKind::shell) {
    Asset text = model_asset(source, "");
    const std::size_t at = source.text.find(format::hostile_words(source.text));
    Sighting sighting = sighting_at(source, "embedded-code", "hostile-text", "source code under the name of a model: " + std::string(source.text.substr(at, 120)));
    sighting.place = source.place_at(at);
    add_sighting(source, observation, text, std::move(sighting));
    observation.add(std::move(text));
    return observation;
  }
  // A llamafile is both, and says so itself.
  const bool script = source.kind == ContentKind::shell;
  if (script ? format::program_at(source.bytes) != "script" : format::program_at(source.bytes).empty()) return observation;
  Asset asset = model_asset(source, "");
  add_sighting(source, observation, asset, sighting_at(source, "embedded-executable", std::string(format::name_of(source.kind)), "a program under the name of a model: " + source.name, 0));
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector disguised_program;
const Collector disguised_program{.name = "disguised-program", .wants = wants, .read = read};

}  // namespace stormwatch::collect
