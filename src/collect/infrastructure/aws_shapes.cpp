// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/aws_shapes.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

constexpr std::string_view kUnknown = "${not in the export}";

Node* member(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  return found == map.members.end() ? nullptr : &found->value;
}
std::optional<Node> take(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  if (found == map.members.end()) return std::nullopt;
  Node value = std::move(found->value);
  map.members.erase(found);
  return value;
}
void move_to(Node& map, std::string_view from, std::string_view to) {
  if (map.find(to)) return;
  if (auto value = take(map, from)) put(map, std::string(to), std::move(*value));
}
void leave_open(Node& body, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (!body.find(key)) put(body, std::string(key), text_node(std::string(kUnknown), body.line));
}
bool is_empty(const Node& node) { return node.kind == Node::Kind::null || (node.is_scalar() ? node.scalar.empty() : std::ranges::all_of(node.items, is_empty) && std::ranges::all_of(node.members, [](const Node::Member& one) { return is_empty(one.value); })); }
void drop_if_empty(Node& body, std::string_view key) {
  if (const Node* value = body.find(key); value && is_empty(*value)) take(body, key);
}

// "%7B%22Version%22..." as the API itself answers.
void decode_percents(Node& node) {
  if (node.is_string() && node.scalar.starts_with("%7B")) {
    std::string text;
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; };
    for (std::size_t i = 0; i < node.scalar.size(); ++i) {
      const bool escaped = node.scalar[i] == '%' && i + 2 < node.scalar.size() && digit(node.scalar[i + 1]) >= 0 && digit(node.scalar[i + 2]) >= 0;
      text += escaped ? static_cast<char>(digit(node.scalar[i + 1]) * 16 + digit(node.scalar[i + 2])) : node.scalar[i];
      if (escaped) i += 2;
    }
    node.scalar = std::move(text);
  }
  for (Node& item : node.items) decode_percents(item);
  for (Node::Member& one : node.members) decode_percents(one.value);
}

void guardrail(Node& body) {
  struct Part {
    std::string_view printed, declared, list, declared_list;
  };
  constexpr Part kParts[] = {{"content_policy", "content_policy_config", "filters", "filters_config"},
                             {"topic_policy", "topic_policy_config", "topics", "topics_config"},
                             {"word_policy", "word_policy_config", "words", "words_config"},
                             {"sensitive_information_policy", "sensitive_information_policy_config", "pii_entities", "pii_entities_config"},
                             {"contextual_grounding_policy", "contextual_grounding_policy_config", "filters", "filters_config"}};
  for (const Part& part : kParts) {
    drop_if_empty(body, part.printed);
    move_to(body, part.printed, part.declared);
    if (Node* policy = member(body, part.declared)) move_to(*policy, part.list, part.declared_list);
  }
}

void put_ranges(Node& rule, const Node& permission, std::initializer_list<std::string_view> lists, std::string_view inner, std::string_view to) {
  Node ranges = list_node(permission.line);
  for (const std::string_view list : lists)
    if (const Node* given = permission.find(list))
      for (const Node& one : given->items) {
        const Node* address = one.is_scalar() ? &one : one.find(inner);
        if (!address && one.is_map() && inner == "cidr_ip") address = one.find("cidr_blocks");  // the name that templates give CidrIp
        if (!address && one.is_map() && inner == "cidr_ipv6") address = one.find("ipv6_cidr_blocks");
        if (address && std::ranges::none_of(ranges.items, [&](const Node& there) { return there.scalar == address->scalar; })) ranges.items.push_back(*address);
      }
  if (!ranges.items.empty()) put(rule, std::string(to), std::move(ranges));
}

void security_group(Node& body) {
  for (const auto& [printed, declared] : {std::pair{"ip_permissions", "ingress"}, std::pair{"ip_permissions_egress", "egress"}}) {
    const auto permissions = take(body, printed);
    if (!permissions) continue;
    Node rules = list_node(permissions->line);
    for (const Node& permission : permissions->items) {
      Node rule = map_node(permission.line);
      put(rule, "protocol", text_node(std::string(permission.text("ip_protocol")), permission.line));
      for (const std::string_view port : {"from_port", "to_port"})
        if (const Node* value = permission.find(port)) put(rule, std::string(port), *value);
      put_ranges(rule, permission, {"ip_ranges", "ipv4_ranges"}, "cidr_ip", "cidr_blocks");
      put_ranges(rule, permission, {"ipv6_ranges"}, "cidr_ipv6", "ipv6_cidr_blocks");
      rules.items.push_back(std::move(rule));
    }
    put(body, declared, std::move(rules));
  }
  leave_open(body, {"handed_on"});  // what uses a group is not in its own description
}

void role_or_user(Node& body) {
  for (const std::string_view inline_list : {"role_policy_list", "user_policy_list"}) move_to(body, inline_list, "policies");
  if (const auto attached = take(body, "attached_managed_policies")) {
    Node arns = list_node(attached->line);
    for (const Node& one : attached->items)
      if (const Node* arn = one.find("policy_arn")) arns.items.push_back(*arn);
    put(body, "managed_policy_arns", std::move(arns));
  }
}

void managed_policy(Node& body) {
  const auto versions = take(body, "policy_version_list");
  if (!versions) return;
  for (const Node& version : versions->items)
    if (version.find("is_default_version") && version.find("is_default_version")->as_bool() == true)
      if (const Node* document = version.find("policy_document")) put(body, "policy_document", *document);
}

void cluster(Node& body) {
  move_to(body, "resources_vpc_config", "vpc_config");
  const Node* logging = body.at_path("logging.cluster_logging");
  if (!logging) return;
  Node types = list_node(logging->line);
  for (const Node& part : logging->items)
    if (part.find("enabled") && part.find("enabled")->as_bool() == true && part.find("types"))
      std::ranges::copy(part.find("types")->items, std::back_inserter(types.items));
  if (!types.items.empty()) put(body, "enabled_cluster_log_types", std::move(types));
}

void key(Node& body) {
  move_to(body, "key_rotation_enabled", "enable_key_rotation");
  move_to(body, "enabled", "is_enabled");
  move_to(body, "key_spec", "customer_master_key_spec");
  leave_open(body, {"enable_key_rotation", "policy"});
}

void function(Node& body) {
  drop_if_empty(body, "vpc_config");
  leave_open(body, {"code_signing_config_arn"});
}

void instance(Node& body) {
  put(body, "associate_public_ip_address", flag_node(body.find("public_ip_address") || body.find("ip_address"), body.line));
  leave_open(body, {"root_block_device", "ebs_block_device"});
}

void service(Node& body) {
  if (const Node* inner = body.at_path("network_configuration.awsvpc_configuration.assign_public_ip")) {
    const Node flag = flag_node(inner->scalar == "ENABLED", inner->line);
    put(*member(body, "network_configuration"), "assign_public_ip", flag);
  }
}

// What belongs to a bucket is told by calls of its own, or by AWS Config's supplementary configuration.
void bucket(Node& body) {
  leave_open(body, {"public_access_block", "versioning_configuration", "server_side_encryption_configuration", "logging", "policy", "acl"});
  for (const std::string_view part : {"public_access_block", "versioning_configuration", "server_side_encryption_configuration", "logging", "policy", "acl"})
    if (const Node* value = body.find(part); value && is_empty(*value)) take(body, part);
  // The form that Terraform's own resource for it has, so that the two can be compared.
  if (const Node* versioning = body.find("versioning_configuration"); versioning && !body.find("versioning")) {
    Node wrapped = map_node(versioning->line);
    put(wrapped, "versioning_configuration", *versioning);
    put(body, "versioning", std::move(wrapped));
  }
}

struct Shaper {
  std::string_view type;
  void (*shape)(Node&);
};
constexpr Shaper kShapers[] = {
    {"aws_bedrock_guardrail", guardrail},
    {"aws_bedrockagent_agent_action_group", [](Node& body) { move_to(body, "parent_action_signature", "parent_action_group_signature"); }},
    {"aws_bedrock_custom_model", [](Node& body) { move_to(body, "output_model_kms_key_arn", "custom_model_kms_key_id"); }},
    {"aws_security_group", security_group},
    {"aws_iam_role", role_or_user},
    {"aws_iam_user", role_or_user},
    {"aws_iam_policy", managed_policy},
    {"aws_eks_cluster", cluster},
    {"aws_kms_key", key},
    {"aws_lambda_function", function},
    {"aws_instance", instance},
    {"aws_ecs_service", service},
    {"aws_s3_bucket", bucket},
    {"aws_ecr_repository", [](Node& body) { leave_open(body, {"policy"}); }},
    {"aws_opensearch_domain", [](Node& body) { move_to(body, "node_to_node_encryption_options", "node_to_node_encryption"); }},
    {"aws_elasticache_replication_group", [](Node& body) {
       if (const Node* with = body.find("auth_token_enabled"); with && with->as_bool() == true) put(body, "auth_token", text_node("(set)", with->line));
     }},
    {"aws_dynamodb_table", [](Node& body) {
       if (const Node* kept = body.find("sse_description")) {
         put(body, "server_side_encryption", map_node(kept->line));
         Node& encryption = *member(body, "server_side_encryption");
         put(encryption, "enabled", flag_node(true, kept->line));
         if (const Node* arn = body.at_path("sse_description.kms_master_key_arn")) put(encryption, "kms_key_arn", *arn);
       }
     }}};

}  // namespace

void give_declared_shape(std::string_view type, Node& body) {
  decode_percents(body);
  for (const Shaper& one : kShapers)
    if (one.type == type) one.shape(body);
}

}  // namespace stormwatch::collect
