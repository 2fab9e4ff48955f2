// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include "base/embedded.h"
#include "report/json.h"

namespace stormwatch::embedded {
extern const EmbeddedFile schemas[];
extern const std::size_t schemas_count;
}  // namespace stormwatch::embedded

namespace stormwatch::report {

const Report* find_report(std::string_view name) {
  for (std::size_t i = 0; i < formats_table_count; ++i)
    if (formats_table[i]->name == name) return formats_table[i];
  return nullptr;
}

std::string_view report_schema() {
  for (std::size_t i = 0; i < embedded::schemas_count; ++i)
    if (std::string_view(embedded::schemas[i].path) == "report.schema.json") return embedded::schemas[i].text();
  return {};
}

}  // namespace stormwatch::report
