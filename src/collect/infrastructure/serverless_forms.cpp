// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/serverless_forms.h"

#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

// "AmazonBedrockFullAccess", an ARN, {Statement: [...]}, or a list of these.
void add_policy(const Node& policy, Node& managed, Node& inlined) {
  for (const Node& item : policy.items) add_policy(item, managed, inlined);
  if (policy.is_string() && !policy.scalar.empty()) managed.items.push_back(policy);
  if (!policy.find("Statement")) return;
  Node entry = map_node(policy.line);
  put(entry, "PolicyDocument", Node(policy));
  inlined.items.push_back(std::move(entry));
}

}  // namespace

std::vector<ImpliedResource> implied_by_serverless(std::string_view type, std::string_view name, Node& properties) {
  std::vector<ImpliedResource> implied;
  if (type != "AWS::Serverless::Function") return implied;
  if (const Node* url = properties.find("FunctionUrlConfig"); url && url->is_map()) implied.push_back({"AWS::Lambda::Url", std::string(name) + "Url", *url});
  const Node* policies = properties.find("Policies");
  if (!policies || properties.find("Role")) return implied;
  Node managed = list_node(policies->line), inlined = list_node(policies->line), role = map_node(policies->line);
  add_policy(*policies, managed, inlined);
  if (managed.items.empty() && inlined.items.empty()) return implied;
  const std::uint32_t line = policies->line;
  put(role, "ManagedPolicyArns", std::move(managed));
  put(role, "Policies", std::move(inlined));
  implied.push_back({"AWS::IAM::Role", std::string(name) + "Role", std::move(role)});
  put(properties, "Role", text_node(std::string(name) + "Role", line));
  return implied;
}

}  // namespace stormwatch::collect
