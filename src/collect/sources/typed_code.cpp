// SPDX-License-Identifier: Apache-2.0
// Go, Java and C# source files that the text pass showed to be relevant.
#include "collect/collector.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

bool is_typed_name(std::string_view name) { return name.ends_with(".go") || name.ends_with(".java") || name.ends_with(".cs"); }

bool wants(const Source& source) {
  return source.kind == format::ContentKind::other_source && is_typed_name(source.name) && !source.text.empty() && is_routed(source) && source.context != "vendored";
}

}  // namespace

extern const Collector typed_code;
const Collector typed_code{.name = "typed-code", .wants = wants, .read = observe_code_file, .parses_code = true};

}  // namespace stormwatch::collect
