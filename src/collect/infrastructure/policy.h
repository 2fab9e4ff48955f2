// SPDX-License-Identifier: Apache-2.0
// Identity policies (AWS policy grammar, and Terraform's aws_iam_policy_document form) in one shape, and what they allow.
#pragma once

#include <string>
#include <vector>

#include "base/limits.h"
#include "base/node.h"

namespace stormwatch::collect {

/// The statements of a policy as a list of {effect, actions, resources, not_actions, principals, conditions}: `policy` may be
/// JSON text, a tree with Statement, or a policy document with `statement` blocks. An empty list if it is none of these.
Node statements_of(const Node& policy, const Limits& limits);

struct Permissions {
  std::vector<std::string> allowed;  ///< actions of Allow statements, sorted, without repeats
  bool administrator = false;        ///< all actions on all resources
  bool can_escalate = false;         ///< an action that gives itself more: iam:PassRole, iam:CreatePolicyVersion ...
};
Permissions permissions_of(const Node& statements);
/// Adds what a managed policy's name gives: AdministratorAccess, AmazonBedrockFullAccess ...
void add_managed_policy(Permissions& permissions, std::string_view name);

/// Some Allow statement has the principal `*` and no condition.
bool allows_everyone(const Node& statements);
/// Some Allow statement for everyone has a writing action.
bool allows_everyone_to_write(const Node& statements);

}  // namespace stormwatch::collect
