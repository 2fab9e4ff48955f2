// SPDX-License-Identifier: Apache-2.0
// JavaScript and TypeScript source files that the text pass showed to be relevant.
#include "collect/collector.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

bool wants(const Source& source) {
  const bool script = source.kind == format::ContentKind::javascript || source.kind == format::ContentKind::typescript;
  // Minified bundles are other people's code in one line.
  return script && !source.text.empty() && is_routed(source) && source.context != "vendored" && !source.name.ends_with(".min.js") && !source.name.ends_with(".d.ts");
}

}  // namespace

extern const Collector javascript_code;
const Collector javascript_code{.name = "javascript-code", .wants = wants, .read = observe_code_file, .parses_code = true};

}  // namespace stormwatch::collect
