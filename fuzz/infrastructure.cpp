// SPDX-License-Identifier: Apache-2.0
// Fuzzes the collectors of infrastructure files: the first byte picks the collector, the rest is the file. The last choice lays the second
// and third YAML document over the first, as Kustomize does.
#include <cstddef>
#include <cstdint>

#include "collect/collector.h"
#include "collect/infrastructure/manifest_patch.h"
#include "format/document.h"

namespace stormwatch::collect {
extern const Collector terraform, cloudformation, kubernetes, compose, dockerfile, service_units, bicep, azure_template, kustomize;
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
                      {&collect::dockerfile, "Dockerfile", format::ContentKind::dockerfile},
                      {&collect::service_units, "a.service", format::ContentKind::text},
                      {&collect::service_units, "supervisord.conf", format::ContentKind::text},
                      {&collect::bicep, "main.bicep", format::ContentKind::text},
                      {&collect::azure_template, "main.json", format::ContentKind::json},
                      {&collect::kustomize, "kustomization.yaml", format::ContentKind::yaml}};
  constexpr std::size_t kRows = sizeof rows / sizeof rows[0];
  const std::size_t choice = data[0] % (kRows + 1);
  Limits limits;
  limits.document_bytes = 1 << 16;
  limits.document_nodes = 20'000;
  if (choice == kRows) {
    auto documents = format::parse_yaml({reinterpret_cast<const char*>(data) + 1, size - 1}, limits);
    if (!documents || documents->size() < 3) return 0;
    collect::merge_strategically((*documents)[0], (*documents)[1]);
    (void)collect::apply_json_patch((*documents)[0], (*documents)[2]);
    return 0;
  }
  const Row& row = rows[choice];
  const collect::FileIndex files({row.name});
  const collect::OpenFile open_file = [](std::string_view path) { return Result<FileBytes>(failure("no such file", std::string(path))); };
  collect::Source source;
  source.path = source.name = row.name;
  source.kind = row.kind;
  source.text = {reinterpret_cast<const char*>(data) + 1, size - 1};
  source.bytes = as_bytes(source.text);
  source.size = source.text.size();
  source.limits = &limits;
  source.files = &files;
  source.open_file = &open_file;
  (void)row.collector->read(source);
  return 0;
}
