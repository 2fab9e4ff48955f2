// SPDX-License-Identifier: Apache-2.0
// Where two policies differ that should be the same: statements as collectors put them down (collect/infrastructure/policy.h), whatever
// their order, a single text or a list, an account's number or its root, Terraform's conditions or AWS's.
//
// A value that was not worked out may be any value. A statement that only one side has is a difference; a side without statements is none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/node.h"

namespace stormwatch::detect {

struct PolicyDifference {
  std::string text;          ///< "runs: Allow sts:AssumeRole to arn:aws:iam::1:root"
  std::uint32_t line = 0;    ///< of the statement
  bool only_live = false;    ///< else only declared
};

std::vector<PolicyDifference> policy_differences(const Node& code, const Node& live);

}  // namespace stormwatch::detect
