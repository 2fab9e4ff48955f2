// SPDX-License-Identifier: Apache-2.0
// Any file through every collector that wants it, archives expanded, and what they saw merged to an estate. The first line is the
// file's path, so that those who go by names are reached; the rest is its content. Source code has a target of its own.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "collect/expand.h"
#include "collect/read_source.h"
#include "graph/merge.h"

namespace {
const stormwatch::match::Database& packs() {
  static const stormwatch::match::Database database = [] {
    auto patterns = stormwatch::collect::load_packs({});
    if (!patterns) std::abort();
    auto built = stormwatch::match::Database::build(*std::move(patterns), "");
    if (!built) std::abort();
    return *std::move(built);
  }();
  return database;
}
}  // namespace

// Compiling the packs takes longer than one input may.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  (void)packs();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  static const std::vector<const collect::Collector*> collectors = [] {
    std::vector<const collect::Collector*> chosen;
    for (std::size_t i = 0; i < collect::sources_table_count; ++i)
      if (!collect::sources_table[i]->parses_code) chosen.push_back(collect::sources_table[i]);
    return chosen;
  }();
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = all.find('\n');
  if (end == 0 || end == std::string_view::npos || end > 200 || size > 65536) return 0;
  const std::string path(all.substr(0, end));
  const collect::FileIndex files({path});
  collect::Run run;
  run.collectors = collectors;
  run.patterns = &packs();
  run.files = &files;
  run.limits.document_nodes = 20'000;
  run.limits.member_bytes = 1 << 20;
  run.limits.expanded_bytes = 4 << 20;
  run.limits.archive_members = 100;
  run.limits.pickle_operations = 200'000;
  collect::Source source = collect::source_of(run, path);
  source.bytes = as_bytes(all.substr(end + 1));
  source.size = source.bytes.size();
  source.kind = format::sniff(path, source.bytes.first(std::min<std::size_t>(4096, source.bytes.size())), source.size,
                              source.bytes.last(std::min<std::size_t>(512, source.bytes.size())));
  collect::FileResult result;
  collect::read_source(run, source, result);
  if (format::is_container(source.kind)) {
    format::ExpansionBudget budget(run.limits);
    collect::expand(run, source, 0, budget, result);
  }
  (void)graph::merge(std::move(result.observations));
  return 0;
}
