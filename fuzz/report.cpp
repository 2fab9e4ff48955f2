// SPDX-License-Identifier: Apache-2.0
// A report of others read back: what was read must be written and read again, and every format must be able to show it.
#include <cstdint>
#include <cstdlib>

#include "report/json.h"
#include "report/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  const auto posture = report::from_json({reinterpret_cast<const char*>(data), size});
  if (!posture) return 0;
  const std::string once = report::to_json(*posture);
  const auto again = report::from_json(once);
  if (!again || report::to_json(*again) != once) std::abort();
  for (std::size_t i = 0; i < report::formats_table_count; ++i) (void)report::formats_table[i]->render(*posture, {.width = 40, .verbose = true});
  return 0;
}
