// SPDX-License-Identifier: Apache-2.0
// The forecast of a report of others: its assets, relations and findings are whatever somebody wrote.
#include <cstdint>
#include <cstdlib>

#include "forecast/forecast.h"
#include "report/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  static const auto steps = [] {
    auto loaded = forecast::load_steps({});
    if (!loaded) std::abort();
    return *loaded;
  }();
  if (size > 65536) return 0;
  const auto posture = report::from_json({reinterpret_cast<const char*>(data), size});
  if (!posture) return 0;
  const auto made = forecast::forecast(posture->estate, posture->findings, *steps, {.worlds = 64, .top_incidents = 5, .top_actions = 3, .jobs = 1});
  if (!made) return 0;
  for (const Incident& incident : made->incidents)
    if (!(incident.chance.p90 >= 0 && incident.chance.p90 <= 1)) std::abort();
  return 0;
}
