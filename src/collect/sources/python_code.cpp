// SPDX-License-Identifier: Apache-2.0
// Python source files that the text pass showed to be relevant: applications, agents, tools, models, flows.
#include "code/python.h"
#include "collect/collector.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

bool wants(const Source& source) { return source.kind == format::ContentKind::python && !source.text.empty() && is_routed(source); }

Result<Observation> read(const Source& source) {
  auto module = code::read_python(source.text, *source.limits);
  if (!module) return std::unexpected(module.error());
  return observe_code(source, source.text, *module, [&](code::Spot spot) { return source.place_of_line(spot.line, spot.column); });
}

}  // namespace

extern const Collector python_code;
const Collector python_code{.name = "python-code", .wants = wants, .read = read, .parses_code = true};

}  // namespace stormwatch::collect
