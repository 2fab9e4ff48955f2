// SPDX-License-Identifier: Apache-2.0
// Records of agents' runs, as one document and line by line, and their judgement.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collect/run_judge.h"
#include "format/agent_run.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  if (size < 1 || size > 65536) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (const auto runs = format::read_agent_runs(text, (data[0] & 1) != 0, {}))
    for (const format::AgentRun& run : runs->runs) (void)collect::judge_run(run, nullptr);
  return 0;
}
