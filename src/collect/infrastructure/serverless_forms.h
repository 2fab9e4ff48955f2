// SPDX-License-Identifier: Apache-2.0
// What a function of SAM (AWS::Serverless::Function) makes beside itself: its URL and, where it names no role, the role of its policies.
// Names are those that SAM gives (NAMERole, NAMEUrl). Policy templates (S3ReadPolicy) are left out: they are narrow.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace stormwatch::collect {

struct ImpliedResource {
  std::string type, name;  ///< "AWS::Lambda::Url", "ChatUrl"
  Node properties;         ///< in CloudFormation's words
};

/// Also names the role in the function's own properties, so that it is found to act as it.
std::vector<ImpliedResource> implied_by_serverless(std::string_view type, std::string_view name, Node& properties);

}  // namespace stormwatch::collect
