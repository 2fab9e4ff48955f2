// SPDX-License-Identifier: Apache-2.0
// A collector answers two questions: is this source mine (cheap), and what is in it. The runner walks, opens, expands archives,
// limits, times and closes; a collector never touches the file system, prints or judges.
//
// To add one: sources/NAME.cpp with `extern const Collector NAME;` defined as
//   const Collector NAME{.name = "...", .wants = ..., .read = ...};
#pragma once

#include <string_view>

#include "base/result.h"
#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

struct Collector {
  std::string_view name;
  bool (*wants)(const Source& source);
  Result<Observation> (*read)(const Source& source);
  bool parses_code = false;  ///< uses tree-sitter: left out by `CollectOptions::understand_code = false`
};

extern const Collector* const sources_table[];
extern const std::size_t sources_table_count;

}  // namespace stormwatch::collect
