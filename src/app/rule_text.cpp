// SPDX-License-Identifier: Apache-2.0
#include "app/rule_text.h"

#include <fmt/format.h>

namespace stormwatch::app {

std::string rule_text(const Advisory& a) {
  std::string text = fmt::format("{}\n  {}, {}, {}\n\n  {}\n\n  Fix: {}\n\n  controls: {}\n", a.title, a.id, name_of(a.severity), name_of(a.vector), a.why, a.fix,
                                 fmt::join(a.controls, ", "));
  for (const auto& [tool, ids] : a.equivalents) text += fmt::format("  {}: {}\n", tool, fmt::join(ids, ", "));
  return text;
}

}  // namespace stormwatch::app
