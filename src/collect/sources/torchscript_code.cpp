// SPDX-License-Identifier: Apache-2.0
// Code within model archives: TorchScript sources of a torch zip, handlers of a TorchServe archive, scripts beside weights.
#include "collect/collector.h"
#include "collect/model_asset.h"

namespace stormwatch::collect {
namespace {

bool in_model_archive(const Source& source) {
  for (std::string_view ending : {".pt", ".pth", ".pt2", ".ptl", ".bin", ".ckpt", ".mar", ".nemo", ".keras", ".torchscript"})
    if (source.path.ends_with(ending)) return true;
  return source.name.ends_with(".debug_pkl") || source.member.find("/code/__torch__") != std::string::npos;
}

bool wants(const Source& source) {
  using format::ContentKind;
  if (source.member.empty() || source.container_kind < ContentKind::zip || source.container_kind > ContentKind::ar || !in_model_archive(source)) return false;
  return source.kind == ContentKind::python || source.kind == ContentKind::shell || source.kind == ContentKind::elf || source.kind == ContentKind::pe ||
         source.kind == ContentKind::mach_o || source.name.ends_with(".py");
}

Result<Observation> read(const Source& source) {
  using format::ContentKind;
  Observation observation;
  bool torchscript = source.member.find("/code/") != std::string::npos || source.member.starts_with("code/");
  Asset asset = model_asset(source, torchscript ? "torchscript" : "archive");
  std::get<ModelFacts>(asset.facts).executes_code_on_load = true;
  if (source.kind == ContentKind::elf || source.kind == ContentKind::pe || source.kind == ContentKind::mach_o)
    add_sighting(source, observation, asset, sighting_at(source, "embedded-executable", std::string(format::name_of(source.kind)), source.member, 0));
  else if (torchscript)
    add_sighting(source, observation, asset, sighting_at(source, "embedded-code", "torchscript", source.member, -1));
  else
    add_sighting(source, observation, asset, sighting_at(source, "embedded-code", source.kind == ContentKind::shell ? "shell-script" : "python-script", source.member, -1));
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector torchscript_code;
const Collector torchscript_code{.name = "torchscript-code", .wants = wants, .read = read};

}  // namespace stormwatch::collect
