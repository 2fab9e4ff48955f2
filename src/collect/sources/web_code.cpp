// SPDX-License-Identifier: Apache-2.0
// Python and JavaScript files that declare routes and name nothing of AI themselves: the routes may drive a model through other files.
#include "collect/collector.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

bool wants(const Source& source) {
  if (source.text.empty() || !source.context.empty() || !source.has_topic("web") || is_routed(source)) return false;
  if (source.kind == format::ContentKind::python) return true;
  return (source.kind == format::ContentKind::javascript || source.kind == format::ContentKind::typescript) && !source.name.ends_with(".min.js") && !source.name.ends_with(".d.ts");
}

}  // namespace

extern const Collector web_code;
const Collector web_code{.name = "web-code", .wants = wants, .read = observe_routes_file, .parses_code = true};

}  // namespace stormwatch::collect
