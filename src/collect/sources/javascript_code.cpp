// SPDX-License-Identifier: Apache-2.0
// JavaScript and TypeScript source files that the text pass showed to be relevant.
#include "code/javascript.h"
#include "collect/collector.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

bool wants(const Source& source) {
  const bool script = source.kind == format::ContentKind::javascript || source.kind == format::ContentKind::typescript;
  // Minified bundles are other people's code in one line.
  return script && !source.text.empty() && is_routed(source) && source.context != "vendored" && !source.name.ends_with(".min.js") && !source.name.ends_with(".d.ts");
}

Result<Observation> read(const Source& source) {
  const code::Dialect dialect = source.name.ends_with(".tsx") || source.name.ends_with(".jsx") ? code::Dialect::tsx
                                  : source.kind == format::ContentKind::typescript               ? code::Dialect::typescript
                                                                                                 : code::Dialect::javascript;
  auto module = code::read_javascript(dialect, source.text, *source.limits);
  if (!module) return std::unexpected(module.error());
  return observe_code(source, source.text, *module, [&](code::Spot spot) { return source.place_of_line(spot.line, spot.column); });
}

}  // namespace

extern const Collector javascript_code;
const Collector javascript_code{.name = "javascript-code", .wants = wants, .read = read, .parses_code = true};

}  // namespace stormwatch::collect
