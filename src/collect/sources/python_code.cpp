// SPDX-License-Identifier: Apache-2.0
// Python source files that the text pass showed to be relevant: applications, agents, tools, models, flows.
#include "collect/collector.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

bool wants(const Source& source) { return source.kind == format::ContentKind::python && !source.text.empty() && (is_routed(source) || source.name == "setup.py"); }

}  // namespace

extern const Collector python_code;
const Collector python_code{.name = "python-code", .wants = wants, .read = observe_code_file, .parses_code = true};

}  // namespace stormwatch::collect
