// SPDX-License-Identifier: Apache-2.0
// Keras models: the configuration in a .keras archive, and the one in an HDF5 file, which is found as the text it is there (a
// string attribute in one piece; no HDF5 library).
#include <algorithm>

#include "collect/collector.h"
#include "collect/keras_config.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kSearched = 64 << 20;
constexpr int kTries = 64;  // places that look like the start of a configuration

bool in_keras_archive(const Source& source) {
  return source.container_kind == format::ContentKind::zip && source.name == "config.json" && source.member.find('/') == std::string::npos;
}

bool wants(const Source& source) { return source.kind == format::ContentKind::hdf5 || (source.kind == format::ContentKind::json && in_keras_archive(source)); }

/// The JSON object that begins at the text's first byte; empty if it does not end.
std::string_view object_at(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return text.substr(0, i + 1);
    } else if (static_cast<unsigned char>(c) < 0x09) {
      return {};
    }
  }
  return {};
}

Result<Observation> read_hdf5(const Source& source, const Limits& limits) {
  Observation observation;
  Asset asset = model_asset(source, "hdf5");
  std::string_view text = as_text(source.bytes).substr(0, kSearched);
  bool keras = text.find("keras_version") != std::string_view::npos || text.find("model_weights") != std::string_view::npos || text.find("layer_names") != std::string_view::npos;
  int configurations = 0, tries = 0;
  for (std::size_t at = text.find("\"class_name\""); at != std::string_view::npos && configurations < 4; at = text.find("\"class_name\"", at + 1)) {
    // The object's brace stands a few bytes before; module and the like may come between.
    std::size_t window = at > 200 ? at - 200 : 0;
    std::size_t open = text.substr(window, at - window).rfind('{');
    if (open == std::string_view::npos) continue;
    open += window;
    if (++tries > kTries) break;
    std::string_view object = object_at(text.substr(open, limits.document_bytes));
    if (object.empty()) continue;
    auto root = format::parse_json(object, limits);
    if (root && is_keras_config(*root)) {
      keras = true;
      ++configurations;
      add_keras_config(source, *root, static_cast<std::int64_t>(open), observation, asset);
    }
    at = std::max(at, open + object.size() - 1);  // an object may end before the name that led to it
  }
  if (!keras && !source.name.ends_with(".h5") && !source.name.ends_with(".keras")) return observation;
  std::get<ModelFacts>(asset.facts).format = keras ? "keras-hdf5" : "hdf5";
  if (source.bytes.size() > kSearched) observation.gaps.push_back({source.path, source.member, "over-limit", "hdf5: only the first 64 MiB were searched for a configuration"});
  observation.add(std::move(asset));
  return observation;
}

Result<Observation> read(const Source& source) {
  Limits limits = source.limits ? *source.limits : Limits{};
  if (source.kind == format::ContentKind::hdf5) return read_hdf5(source, limits);
  Observation observation;
  auto root = format::parse_json(source.text, limits);
  bool named = source.path.ends_with(".keras");
  if (!root && named) return std::unexpected(root.error());
  if (!root || !is_keras_config(*root) || !(named || root->find("module"))) return observation;
  Asset asset = model_asset(source, "keras");
  add_keras_config(source, *root, -1, observation, asset);
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector keras_model;
const Collector keras_model{.name = "keras-model", .wants = wants, .read = read};

}  // namespace stormwatch::collect
