// SPDX-License-Identifier: Apache-2.0
// Pickles as model files: raw, in torch's zip and tar containers, joblib's, cloudpickle's. Read by the symbolic machine.
#include <array>

#include "collect/collector.h"
#include "collect/pickle_sightings.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) { return source.kind == format::ContentKind::pickle; }

std::string_view format_of(const Source& source, const format::PickleReport& report) {
  if (report.torchscript) return "torchscript";
  if (report.torch_legacy) return "pytorch";
  bool in_archive = source.container_kind == format::ContentKind::zip || source.container_kind == format::ContentKind::tar;
  if (in_archive && (source.name == "data.pkl" || source.name == "constants.pkl" || source.name == "tensors" || source.name == "pickle")) return "pytorch";
  return report.joblib ? "joblib" : "pickle";
}

/// Whether the pickle is a model and not just some pickled data.
bool is_model(const Source& source, const format::PickleReport& report) {
  static constexpr std::array<std::string_view, 12> kLibraries{"torch", "sklearn", "xgboost", "lightgbm", "catboost", "keras", "tensorflow", "transformers",
                                                               "joblib", "statsmodels", "gensim", "jax"};
  for (const std::string& library : report.libraries)
    for (std::string_view known : kLibraries)
      if (library == known) return true;
  for (std::string_view ending : {".pt", ".pth", ".bin", ".ckpt", ".joblib", ".model"})
    if (source.path.ends_with(ending)) return true;
  return report.torch_legacy || report.torchscript;
}

Result<Observation> read(const Source& source) {
  Observation observation;
  format::PickleReport report = format::read_pickle(source.bytes, source.limits ? *source.limits : Limits{});
  Asset asset = model_asset(source, format_of(source, report));
  auto& facts = std::get<ModelFacts>(asset.facts);
  facts.executes_code_on_load = true;
  if (!report.root_class.empty() && report.root_class != "collections.OrderedDict" && source.member.empty()) facts.architecture = excerpt_of(report.root_class, 120);
  if (!is_model(source, report)) asset.confidence = Confidence::low;
  add_pickle(source, report, 0, observation, asset);
  observation.add(std::move(asset));
  return observation;
}

}  // namespace

extern const Collector pickle_model;
const Collector pickle_model{.name = "pickle-model", .wants = wants, .read = read};

}  // namespace stormwatch::collect
