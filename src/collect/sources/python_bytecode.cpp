// SPDX-License-Identifier: Apache-2.0
// Compiled Python (.pyc) without its source: by itself, or within an archive. What stands in __pycache__ or beside its source is left
// alone: the source is what runs, and is read.
#include "collect/collector.h"
#include "collect/keras_code.h"

namespace stormwatch::collect {
namespace {

/// Python imports what stands in __pycache__ only for a source that it finds.
bool is_cache(const Source& source) {
  const std::string folder(source.folder());
  if (folder == "__pycache__" || folder.ends_with("/__pycache__")) return true;
  const std::string stem = source.name.substr(0, source.name.find('.'));
  return source.files && source.files->contains((folder.empty() ? "" : folder + "/") + stem + ".py");
}

/// A program in one file (zipapp, PEP 441; pex, shiv): it ends so, or as commands do, in nothing. A hub's cache names files by digests alone.
bool is_program(std::string_view archive) {
  if (archive.ends_with(".pyz") || archive.ends_with(".pex") || archive.ends_with(".shiv")) return true;
  return archive.find('.') == std::string_view::npos && (archive.size() < 40 || archive.find_first_not_of("0123456789abcdef") != std::string_view::npos);
}

bool wants(const Source& source) {
  if (source.kind != format::ContentKind::binary || !format::is_pyc(source.bytes)) return false;
  if (source.member.empty()) return !is_cache(source);
  // A whole Python that was packed up: its library is nobody's model.
  const std::string_view archive = std::string_view(source.path).substr(source.path.rfind('/') + 1);
  if (archive == "base_library.zip" || (archive.starts_with("python") && archive.ends_with(".zip")) || is_program(archive)) return false;
  return source.member.find("__pycache__/") == std::string::npos && source.member.find("site-packages/") == std::string::npos && source.member.find("lib/python") == std::string::npos;
}

Result<Observation> read(const Source& source) {
  Observation observation;
  Limits limits = source.limits ? *source.limits : Limits{};
  Asset asset = model_asset(source, source.member.empty() ? "python-bytecode" : "");
  auto code = format::read_pyc(source.bytes, limits);
  if (!code) {
    observation.gaps.push_back({source.path, source.member, "malformed", "python bytecode: " + code.error().message()});
    add_sighting(source, observation, asset, sighting_at(source, "embedded-code", "compiled-python", "suspicious: compiled Python that cannot be read", 0));
  } else {
    const format::CodeSummary summary = format::summarise(*code);
    add_sighting(source, observation, asset, sighting_at(source, "embedded-code", "compiled-python", judged_summary(summary, {}), 0));
    if (summary.over_limit) observation.gaps.push_back({source.path, source.member, "over-limit", "python bytecode: more instructions than are followed"});
  }
  observation.add(std::move(asset));
  return observation;
}

constexpr FormatRow kRows[] = {{"python-bytecode", "magic number of a Python version and a code object", {"model-embedded-code"}}};

}  // namespace

extern const Collector python_bytecode;
const Collector python_bytecode{.name = "python-bytecode", .wants = wants, .read = read, .formats = kRows};

}  // namespace stormwatch::collect
