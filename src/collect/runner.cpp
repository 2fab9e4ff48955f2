// SPDX-License-Identifier: Apache-2.0
#include "collect/runner.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <new>

#include "base/file.h"
#include "collect/context.h"
#include "collect/to_utf8.h"

namespace stormwatch::collect {

namespace {
constexpr std::size_t kHead = 4096, kTail = 512;
constexpr std::size_t kCopyBelow = 1 << 20;

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool says_something(const Observation& o) { return !o.assets.empty() || !o.relations.empty() || !o.gaps.empty(); }

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
    if (!said) gap("malformed", said.error().message());
    else if (says_something(*said)) result.observations.push_back(std::move(*said));
  } catch (const std::bad_alloc&) {
    gap("over-limit", "out of memory");
  } catch (const std::exception& e) {
    gap("malformed", excerpt_of(e.what()));
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  if (spent.count() > run.limits.file_seconds) gap("timeout", "took longer than the limit");
}

void add_gap(FileResult& result, const Source& source, std::string reason, std::string detail) {
  Observation said;
  said.gaps.push_back({source.path, source.member, std::move(reason), std::move(detail)});
  result.observations.push_back(std::move(said));
}

/// Matches the text once, then asks the collectors.
void read_source(const Run& run, Source& source, FileResult& result) {
  std::string converted;
  std::vector<match::Hit> hits;
  if (format::is_text(source.kind)) {
    if (source.bytes.size() > run.limits.text_bytes) {
      source.bytes = source.bytes.first(static_cast<std::size_t>(run.limits.text_bytes));
      source.cut = true;
      add_gap(result, source, "over-limit", "only the first " + std::to_string(run.limits.text_bytes) + " bytes of the text were read");
    }
    source.text = as_text(source.bytes);
    if (convert_marked_text(source.text, converted)) source.text = converted;
    if (run.patterns) hits = run.patterns->scan(source.text);
    source.hits = hits;
  }
  for (const Collector* collector : run.collectors) run_collector(run, *collector, source, result);
}

Source source_of(const Run& run, const std::string& path) {
  Source source;
  source.path = run.prefix + path;
  source.name = last_part(path);
  source.patterns = run.patterns;
  source.files = run.files;
  source.limits = &run.limits;
  source.context = context_of(path);
  return source;
}

void read_bytes(const Run& run, const FoundFile& file, Bytes bytes, FileResult& result) {
  Source source = source_of(run, file.path);
  source.size = bytes.size();
  const Bytes head = bytes.first(std::min(kHead, bytes.size()));
  const Bytes tail = bytes.last(std::min(kTail, bytes.size()));
  source.kind = format::sniff(file.path, head, bytes.size(), tail);
  source.bytes = bytes;
  result.bytes = static_cast<std::int64_t>(bytes.size());
  std::string copy;  // text is matched by an engine that must not be left in the middle when a mapped page is gone
  if (format::is_text(source.kind) && bytes.size() >= kCopyBelow) {
    copy = as_text(bytes.first(std::min<std::size_t>(bytes.size(), run.limits.text_bytes + 1)));
    source.bytes = as_bytes(copy);
  }
  read_source(run, source, result);
}
}  // namespace

FileResult read_file(const Run& run, int folder, const FoundFile& file) {
  FileResult result;
  const auto gap = [&](std::string reason, std::string detail) {
    Observation said;
    said.gaps.push_back({run.prefix + file.path, "", std::move(reason), std::move(detail)});
    result.observations.push_back(std::move(said));
  };
  const Result<FileBytes> opened = FileBytes::open_beneath(folder, file.open_path, kCopyBelow);
  if (!opened) {
    gap("unreadable", opened.error().what);
    return result;
  }
  if (!opened->mapped()) {
    read_bytes(run, file, opened->bytes(), result);
    if (opened->changed()) gap("changed", "the file became shorter while it was read");
    return result;
  }
  // When a page is gone the work is left in the middle: what it holds then is given up, never looked at.
  auto work = std::make_unique<FileResult>();
  FileResult* const inside = work.get();
  if (!guard_mapped_reads([&run, &file, &opened, inside] { read_bytes(run, file, opened->bytes(), *inside); })) {
    (void)work.release();
    gap("changed", "the file became shorter while it was read");
    return result;
  }
  return std::move(*work);
}

FileResult read_folder(const Run& run) {
  FileResult result;
  Source source = source_of(run, ".");
  source.path = run.prefix.empty() ? "." : run.prefix.substr(0, run.prefix.size() - 1);
  source.context.clear();
  source.kind = format::ContentKind::empty;
  for (const Collector* collector : run.collectors) run_collector(run, *collector, source, result);
  return result;
}

}  // namespace stormwatch::collect
