// SPDX-License-Identifier: Apache-2.0
// VEX documents that lie in the target: what it says of itself, or its supplier of it.
#include <fmt/format.h>

#include "collect/collector.h"
#include "collect/vex_remarks.h"

namespace stormwatch::collect {
namespace {

bool wants_source(const Source& source) { return source.kind == format::ContentKind::json && format::looks_like_vex(source.text); }

Result<Observation> read_source(const Source& source) {
  Observation observation;
  const Result<format::VexDocument> document = format::parse_vex(source.text, *source.limits);
  if (!document) return std::unexpected(document.error());
  add_vex_remarks(*document, false, source.place(), observation.remarks);
  if (document->left_out) observation.gaps.push_back({source.path, source.member, "unsupported", fmt::format("{} VEX statements name no package by its URL", document->left_out)});
  return observation;
}

}  // namespace

extern const Collector vex_statements;
const Collector vex_statements{.name = "vex-statements", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
