// SPDX-License-Identifier: Apache-2.0
// A posture as bytes for people and programs: one file a format in formats/, `extern const Report NAME;`.
#pragma once

#include <string>
#include <string_view>

#include "posture/posture.h"

namespace stormwatch::report {

struct RenderOptions {
  bool colour = false;
  int width = 100;
  bool verbose = false;  ///< all findings, not the top of each group
};

struct Report {
  std::string_view name;     ///< as --format takes it
  std::string_view summary;
  std::string (*render)(const Posture& posture, const RenderOptions& options);
  std::string_view needs = {};  ///< what a document must hold to be one; `render` gives an empty text where there is none of it
};

extern const Report* const formats_table[];
extern const std::size_t formats_table_count;
const Report* find_report(std::string_view name);

}  // namespace stormwatch::report
