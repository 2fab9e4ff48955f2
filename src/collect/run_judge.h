// SPDX-License-Identifier: Apache-2.0
// What a record of an agent's run shows that should not have happened.
//
// Only what the record itself proves: a result that gives orders, a later call that carries what only that result named, a credential
// that was read and then handed to what sends, a command that attacks the machine. A request of the user for the same is no finding.
#pragma once

#include <string>
#include <vector>

#include "format/agent_run.h"
#include "match/database.h"
#include "posture/evidence.h"

namespace stormwatch::collect {

struct RunSign {
  std::string subject;  ///< order-in-result, obeyed-order, secret-left, attack-command, drop-site, repeats
  std::string tool;     ///< whose result or call it is
  std::string detail;   ///< for people, redacted
  std::string excerpt;  ///< redacted
  std::uint32_t line = 0, column = 0;
  Confidence confidence = Confidence::high;
};

/// At most 40 signs a run. `patterns` may be null: then no secrets and no commands are looked for.
std::vector<RunSign> judge_run(const format::AgentRun& run, const match::Database* patterns);

}  // namespace stormwatch::collect
