// SPDX-License-Identifier: Apache-2.0
// A serverless.yml of the Serverless Framework (provider aws) as the CloudFormation template that it becomes: functions with their URLs,
// the one role of all functions (IamRoleLambdaExecution) or each its own, and `resources`. Events (routes, queues) are left out.
// Form: the framework's "Serverless.yml Reference" and "IAM Permissions For Functions".
#pragma once

#include <optional>
#include <string_view>

#include "base/node.h"

namespace stormwatch::collect {

bool is_serverless_file(std::string_view name);
/// {Resources: {...}}; nullopt for another provider or a file that is none.
std::optional<Node> template_of_serverless(const Node& root);

}  // namespace stormwatch::collect
