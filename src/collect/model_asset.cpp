// SPDX-License-Identifier: Apache-2.0
#include "collect/model_asset.h"

#include "base/text.h"

#include <array>

namespace stormwatch::collect {
namespace {

bool is_digits(std::string_view text) {
  for (char c : text)
    if (c < '0' || c > '9') return false;
  return !text.empty();
}

}  // namespace

std::string model_key(std::string_view path) {
  std::string key = "file:" + std::string(path);
  std::size_t of = key.rfind("-of-");
  if (of == std::string::npos || of < 6) return key;
  std::size_t dash = key.rfind('-', of - 1);
  std::size_t end = key.find('.', of);
  if (dash == std::string::npos || end == std::string::npos) return key;
  if (!is_digits(std::string_view(key).substr(dash + 1, of - dash - 1)) || !is_digits(std::string_view(key).substr(of + 4, end - of - 4))) return key;
  std::string first(of - dash - 1, '0');
  first.back() = '1';
  return key.replace(dash + 1, of - dash - 1, first);
}

Asset model_asset(const Source& source, std::string_view format) {
  ModelFacts facts;
  facts.format = std::string(format);
  facts.source = "file";
  if (source.member.empty()) {
    facts.bytes = static_cast<std::int64_t>(source.size);
    facts.writable_by_many = source.writable_by_others;
    if (std::string digest = source.digest(); !digest.empty()) facts.digest = digest;
  }
  Place artifact = source.artifact();
  const std::string path = artifact.member.empty() ? artifact.path : artifact.path + "!/" + artifact.member;
  return make_asset(model_key(path), std::string(last_of(path, '/')), std::move(facts), std::move(artifact));
}

std::vector<std::string> weights_beside(const Source& source) {
  std::vector<std::string> found;
  if (!source.files || !source.member.empty()) return found;
  static constexpr std::array<std::string_view, 10> kEndings{".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".h5", ".keras", ".msgpack", ".ckpt"};
  std::string folder(source.folder());
  std::string last;
  for (std::string_view name : source.files->files_in(folder)) {
    bool weights = false;
    for (std::string_view ending : kEndings) weights |= name.ends_with(ending);
    if (!weights || name.starts_with("training_args") || name.starts_with("optimizer") || name.starts_with("scheduler")) continue;
    std::string path = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
    if (model_key(path) == last) continue;
    last = model_key(path);
    found.push_back(std::move(path));
    if (found.size() == 64) break;
  }
  return found;
}

bool has_licence_file(const Source& source) {
  if (!source.files || !source.member.empty()) return false;
  for (const std::string_view name : source.files->files_in(source.folder()))
    for (const std::string_view word : {"LICENSE", "LICENCE", "License", "Licence", "license", "licence", "COPYING", "USE_POLICY"})
      if (name.starts_with(word)) return true;
  return false;
}

Sighting sighting_at(const Source& source, std::string_view what, std::string subject, std::string detail, std::int64_t offset) {
  Sighting sighting;
  sighting.what = std::string(what);
  sighting.subject = excerpt_of(subject, 400);
  sighting.detail = excerpt_of(detail, 400);
  sighting.excerpt = excerpt_of(detail);
  sighting.place = source.place_of_offset(offset);
  return sighting;
}

void add_sighting(const Source& source, Observation& observation, Asset& asset, Sighting sighting) {
  std::size_t most = source.limits ? source.limits->sightings_per_asset : Limits{}.sightings_per_asset;
  if (asset.sightings.size() < most) {
    asset.sightings.push_back(std::move(sighting));
    return;
  }
  for (const Gap& gap : observation.gaps)
    if (gap.reason == "over-limit" && gap.detail == "more sightings than are kept") return;
  observation.gaps.push_back({source.path, source.member, "over-limit", "more sightings than are kept"});
}

}  // namespace stormwatch::collect
