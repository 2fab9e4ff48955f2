// SPDX-License-Identifier: Apache-2.0
// Exports of running systems and the answers of which collect makes them. The first byte chooses: an export through its reader, the state of a
// collection, or an answer of a cloud interface in JSON or XML.
#include "base/limits.h"
#include "collect/collector.h"
#include "live/collect/answer_tree.h"

namespace stormwatch::collect {
extern const Collector live_export, collection;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 2) {
    (void)live::error_code_in(text, {});
    if (auto tree = live::answer_tree(text)) {
      (void)live::nodes_at(*tree, "a.*.b");
      live::drop_secret_values(*tree);
    }
    return 0;
  }
  Limits limits;
  limits.document_bytes = 1 << 16;
  limits.document_nodes = 20'000;
  const bool state = data[0] % 3 == 1;
  const collect::FileIndex files({"a.json", "b.json"});
  const collect::OpenFile open_file = [](std::string_view path) { return Result<FileBytes>(failure("no such file", std::string(path))); };
  collect::Source source;
  source.path = source.name = state ? "collection.json" : "a.json";
  source.kind = format::ContentKind::json;
  source.text = text;
  source.bytes = as_bytes(source.text);
  source.whole = source.bytes;
  source.size = text.size();
  source.limits = &limits;
  source.files = &files;
  source.open_file = &open_file;
  const collect::Collector& collector = state ? collect::collection : collect::live_export;
  (void)collector.wants(source);
  (void)collector.read(source);
  return 0;
}
