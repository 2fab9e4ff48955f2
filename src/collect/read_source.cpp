// SPDX-License-Identifier: Apache-2.0
#include "collect/read_source.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>

#include "base/text.h"
#include "posture/context.h"
#include "collect/config_maps.h"
#include "collect/to_utf8.h"

namespace stormwatch::collect {

namespace {
constexpr std::size_t kReleasedFrom = 8 << 20;
constexpr double kSlowest = 20e6;  ///< bytes a second: a file of gigabytes that is read at this rate is not slow but long

bool says_something(const Observation& o) { return !o.assets.empty() || !o.relations.empty() || !o.gaps.empty() || !o.remarks.empty(); }

/// {{ holes }} or {% blocks %} in its text or in its path: what was parsed is not yet the file that it becomes.
bool is_unfilled_template(const Source& source) {
  for (const std::string_view text : {std::string_view(source.path), source.text.substr(0, 256 << 10)})
    for (const auto& [open, close] : {std::pair{"{{", "}}"}, std::pair{"{%", "%}"}})
      if (const std::size_t at = text.find(open); at != std::string_view::npos && text.find(close, at) != std::string_view::npos) return true;
  return false;
}

/// One collector on one source. What it throws is a library's exception and costs this source only.
void run_collector(const Run& run, const Collector& collector, const Source& source, FileResult& result) {
  const auto gap = [&](std::string reason, const std::string& detail) {
    Observation said;
    said.gaps.push_back({source.path, source.member, std::move(reason), std::string(collector.name) + ": " + detail});
    result.observations.push_back(std::move(said));
  };
  const auto start = std::chrono::steady_clock::now();
  try {
    if (!collector.wants(source)) return;
    Result<Observation> said = collector.read(source);
    if (!said && is_unfilled_template(source)) gap("unsupported", "a template that is not filled in: scan what is made of it");
    else if (!said) gap("malformed", said.error().message());
    else if (says_something(*said)) result.observations.push_back(std::move(*said));
  } catch (const std::bad_alloc&) {
    gap("over-limit", "out of memory");
  } catch (const std::exception& e) {
    gap("malformed", excerpt_of(e.what()));
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  const double allowed = run.limits.file_seconds + static_cast<double>(source.size) / kSlowest;
  if (!collector.reads_all && spent.count() > allowed) gap("timeout", "took longer than the limit");
}

}  // namespace

void add_gap(FileResult& result, const Source& source, std::string reason, std::string detail) {
  Observation said;
  said.gaps.push_back({source.path, source.member, std::move(reason), std::move(detail)});
  result.observations.push_back(std::move(said));
}

/// A name that promises a model whose bytes are none: a Git LFS pointer, a page saved in its place, a truncated download. Nobody
/// has judged the model then, and a report without a word would read as if somebody had.
void note_missing_model(const Run& run, const Source& source, FileResult& result) {
  static constexpr std::string_view names[] = {".pt", ".pth", ".pkl", ".pickle", ".joblib", ".safetensors", ".gguf", ".onnx", ".h5", ".keras",
                                                ".tflite", ".mlmodel", ".pte", ".ort", ".mnn", ".caffemodel", ".nemo", ".mar", ".rknn", ".hef", ".kmodel", ".pdmodel", ".pdiparams"};
  if (!std::ranges::any_of(names, [&](std::string_view ending) { return source.name.ends_with(ending); })) return;
  if (as_text(source.bytes).starts_with("version https://git-lfs.github.com/spec/")) {
    add_gap(result, source, "unsupported", "a Git LFS pointer: the model itself is not here");
  } else if (format::is_text(source.kind) || source.kind == format::ContentKind::empty ||
             (source.kind == format::ContentKind::binary && !is_wanted(run, source))) {
    add_gap(result, source, "malformed", "named as a model, but its bytes are " + std::string(format::name_of(source.kind)));
  }
}

bool is_rows(format::ContentKind kind, Bytes bytes) {
  return (kind == format::ContentKind::json_lines || kind == format::ContentKind::csv) && !is_marked_text(as_text(bytes));
}

std::uint64_t matched_bytes(const Run& run, format::ContentKind kind, Bytes bytes) {
  constexpr std::uint64_t kMatchedRows = 4 << 20;
  return is_rows(kind, bytes) ? std::min(run.limits.text_bytes, kMatchedRows) : run.limits.text_bytes;
}

void read_source(const Run& run, Source& source, FileResult& result) {
  note_missing_model(run, source, result);
  SpooledBytes converted;
  std::vector<match::Hit> hits;
  if (source.whole.empty()) source.whole = source.bytes;
  if (format::is_text(source.kind)) {
    if (const std::uint64_t most = matched_bytes(run, source.kind, source.bytes); source.bytes.size() > most) {
      source.bytes = source.bytes.first(static_cast<std::size_t>(most));
      source.cut = true;
      if (!is_rows(source.kind, source.whole)) add_gap(result, source, "over-limit", "only the first " + std::to_string(most) + " bytes of the text were read");
    }
    source.text = as_text(source.bytes);
    if (convert_marked_text(source.text, converted)) {
      source.text = as_text(converted.bytes());
      if (!converted.trouble().empty()) add_gap(result, source, "over-limit", "only the start of the text was converted to UTF-8: " + converted.trouble());
    }
    if (run.patterns) hits = run.patterns->scan(source.text);
    source.hits = hits;
  }
  for (const Collector* collector : run.collectors) {
    run_collector(run, *collector, source, result);
    if (source.whole.size() > kReleasedFrom) release_pages_before(source.whole.data() + source.whole.size());
  }
  read_config_maps(run, source, result);
}

Source source_of(const Run& run, const std::string& path) {
  Source source;
  source.path = run.prefix + path;
  source.name = last_of(path, '/');
  source.patterns = run.patterns;
  source.files = run.files;
  source.limits = &run.limits;
  source.depth = run.depth;
  source.open_file = run.open_file;
  source.parsed = run.parsed;
  source.model_keys = run.model_keys;
  source.context = context_of(path);
  return source;
}

bool is_wanted(const Run& run, const Source& source) {
  for (const Collector* collector : run.collectors) {
    try {
      if (collector->wants(source)) return true;
    } catch (const std::exception&) {
      return true;  // said again, and noted, when it is read
    }
  }
  return false;
}

}  // namespace stormwatch::collect
