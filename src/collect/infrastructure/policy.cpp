// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/policy.h"

#include <algorithm>
#include <array>

#include "format/document.h"

namespace stormwatch::collect {
namespace {

// Actions that let their holder gain others' rights (Rhino Security Labs' and Bishop Fox's published lists of IAM privilege escalation).
constexpr std::array<std::string_view, 14> kEscalating{
    "iam:PassRole", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:AttachRolePolicy", "iam:AttachUserPolicy",
    "iam:AttachGroupPolicy", "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:CreateAccessKey",
    "iam:CreateLoginProfile", "iam:UpdateAssumeRolePolicy", "iam:AddUserToGroup", "iam:*"};

const Node* find_any(const Node& map, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const Node* found = map.find(name)) return found;
  return nullptr;
}

Node list_at(const Node& like) {
  Node list;
  list.kind = Node::Kind::list;
  list.line = like.line;
  list.column = like.column;
  return list;
}

// A text or a list of texts as a list.
Node as_list(const Node& node) {
  if (node.is_list()) return node;
  Node list = list_at(node);
  if (node.kind != Node::Kind::null) list.items.push_back(node);
  return list;
}

// "*", {"AWS": "*"}, {"Service": [...]}, or Terraform's principals {type, identifiers} blocks: all as one list of texts.
void add_principals(const Node& node, Node& into) {
  if (node.is_scalar()) into.items.push_back(node);
  for (const Node& item : node.items) add_principals(item, into);
  if (const Node* identifiers = node.find("identifiers")) return add_principals(*identifiers, into);
  for (const Node::Member& member : node.members) add_principals(member.value, into);
}

void add_member(Node& map, std::string key, Node value) {
  const std::uint32_t line = value.line;
  map.members.push_back({std::move(key), std::move(value), line});
}

Node statement_of(const Node& raw) {
  Node statement;
  statement.kind = Node::Kind::map;
  statement.line = raw.line;
  statement.column = raw.column;
  Node effect;
  effect.kind = Node::Kind::string;
  effect.scalar = "Allow";
  effect.line = raw.line;
  if (const Node* found = find_any(raw, {"Effect", "effect"})) effect = *found;
  add_member(statement, "effect", std::move(effect));
  struct Row {
    std::string_view into;
    std::initializer_list<std::string_view> from;
  };
  for (const Row& row : {Row{"actions", {"Action", "actions", "action"}}, Row{"not_actions", {"NotAction", "not_actions"}},
                         Row{"resources", {"Resource", "resources", "resource"}}, Row{"not_resources", {"NotResource", "not_resources"}}})
    if (const Node* found = find_any(raw, row.from)) add_member(statement, std::string(row.into), as_list(*found));
  if (const Node* principal = find_any(raw, {"Principal", "principals", "principal"})) {
    Node list = list_at(*principal);
    add_principals(*principal, list);
    add_member(statement, "principals", std::move(list));
  }
  if (const Node* condition = find_any(raw, {"Condition", "condition", "conditions"})) add_member(statement, "conditions", *condition);
  return statement;
}

bool is_allow(const Node& statement) { return statement.text("effect") == "Allow"; }

bool has_text(const Node* list, auto&& accepts) {
  return list && std::ranges::any_of(list->items, [&](const Node& item) { return item.is_scalar() && accepts(std::string_view(item.scalar)); });
}

bool is_everyone(std::string_view principal) { return principal == "*" || principal == "arn:aws:iam::*:root" || principal == "arn:aws:iam::*:user/*"; }

bool for_everyone(const Node& statement) {
  return is_allow(statement) && has_text(statement.find("principals"), is_everyone) && !statement.find("conditions");
}

}  // namespace

Node statements_of(const Node& policy, const Limits& limits) {
  Node list = list_at(policy);
  if (policy.is_string()) {
    const std::size_t first = policy.scalar.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || policy.scalar[first] != '{') return list;
    const auto parsed = format::parse_json(policy.scalar, limits);
    if (!parsed || !parsed->is_map()) return list;
    list = statements_of(*parsed, limits);
    // Lines within the text are not lines of the file; the text's own is the best there is.
    for (Node& statement : list.items) {
      statement.line = policy.line;
      for (Node::Member& member : statement.members) {
        member.line = member.value.line = policy.line;
        for (Node& item : member.value.items) item.line = policy.line;
      }
    }
    return list;
  }
  const Node* statements = find_any(policy, {"Statement", "statement"});
  if (!statements) return list;
  if (statements->is_map()) list.items.push_back(statement_of(*statements));
  for (const Node& statement : statements->items)
    if (statement.is_map()) list.items.push_back(statement_of(statement));
  return list;
}

Permissions permissions_of(const Node& statements) {
  Permissions permissions;
  for (const Node& statement : statements.items) {
    if (!is_allow(statement)) continue;
    const bool everywhere = has_text(statement.find("resources"), [](std::string_view r) { return r == "*"; });
    if (const Node* actions = statement.find("actions"))
      for (const Node& action : actions->items) {
        if (!action.is_scalar()) continue;
        permissions.allowed.push_back(action.scalar);
        const bool all = action.scalar == "*" || action.scalar == "*:*";
        permissions.administrator |= all && everywhere;
        permissions.can_escalate |= all || (std::ranges::find(kEscalating, action.scalar) != kEscalating.end() && everywhere);
      }
  }
  std::ranges::sort(permissions.allowed);
  permissions.allowed.erase(std::unique(permissions.allowed.begin(), permissions.allowed.end()), permissions.allowed.end());
  return permissions;
}

void add_managed_policy(Permissions& permissions, std::string_view name) {
  struct Managed {
    std::string_view name, action;
    bool administrator;
  };
  constexpr std::array<Managed, 6> managed{{{"AdministratorAccess", "*", true},
                                            {"PowerUserAccess", "*", false},
                                            {"IAMFullAccess", "iam:*", false},
                                            {"AmazonSageMakerFullAccess", "sagemaker:*", false},
                                            {"AmazonBedrockFullAccess", "bedrock:*", false},
                                            {"AmazonS3FullAccess", "s3:*", false}}};
  for (const Managed& row : managed)
    if (name.ends_with(row.name)) {
      permissions.allowed.emplace_back(row.action);
      permissions.administrator |= row.administrator;
      permissions.can_escalate |= row.administrator || row.action == "iam:*";
    }
}

bool allows_everyone(const Node& statements) { return std::ranges::any_of(statements.items, for_everyone); }

bool allows_everyone_to_write(const Node& statements) {
  return std::ranges::any_of(statements.items, [](const Node& statement) {
    return for_everyone(statement) && has_text(statement.find("actions"), [](std::string_view action) {
             return action == "*" || action == "s3:*" || action.find("Put") != std::string_view::npos || action.find("Delete") != std::string_view::npos;
           });
  });
}

}  // namespace stormwatch::collect
