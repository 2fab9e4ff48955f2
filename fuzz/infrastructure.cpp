// SPDX-License-Identifier: Apache-2.0
// Fuzzes the collectors of infrastructure files: the first byte picks the collector, the rest is the file.
#include <cstddef>
#include <cstdint>

#include "collect/collector.h"

namespace stormwatch::collect {
extern const Collector terraform, cloudformation, kubernetes, compose, dockerfile;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  if (size == 0) return 0;
  struct Row {
    const collect::Collector* collector;
    const char* name;
    format::ContentKind kind;
  };
  const Row rows[] = {{&collect::terraform, "main.tf", format::ContentKind::hcl},
                      {&collect::terraform, "main.tf.json", format::ContentKind::json},
                      {&collect::cloudformation, "template.yaml", format::ContentKind::yaml},
                      {&collect::kubernetes, "k.yaml", format::ContentKind::yaml},
                      {&collect::compose, "docker-compose.yml", format::ContentKind::yaml},
                      {&collect::dockerfile, "Dockerfile", format::ContentKind::dockerfile}};
  const Row& row = rows[data[0] % 6];
  Limits limits;
  limits.document_bytes = 1 << 16;
  limits.document_nodes = 20'000;
  collect::Source source;
  source.path = source.name = row.name;
  source.kind = row.kind;
  source.text = {reinterpret_cast<const char*>(data) + 1, size - 1};
  source.bytes = as_bytes(source.text);
  source.size = source.text.size();
  source.limits = &limits;
  (void)row.collector->read(source);
  return 0;
}
