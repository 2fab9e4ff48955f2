// SPDX-License-Identifier: Apache-2.0
#include "detect/policy_difference.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/text.h"
#include "posture/evidence.h"

namespace stormwatch::detect {
namespace {

constexpr std::array<std::string_view, 6> kFields{"actions", "not_actions", "resources", "not_resources", "principals", "conditions"};
constexpr std::size_t kPrincipals = 4, kConditions = 5;

struct Values {
  std::set<std::string> known;
  bool open = false;  ///< some value was not worked out
};

struct Statement {
  std::string effect;
  std::array<Values, kFields.size()> fields;
  std::uint32_t line = 0;
};

bool is_account(std::string_view text) { return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }); }

std::string normal(std::size_t field, std::string_view text) {
  if (field < 2) return lower(text);  // actions are the same in any case
  if (field == kPrincipals && is_account(text)) return "arn:aws:iam::" + std::string(text) + ":root";
  return std::string(text);
}

void add(Values& values, std::size_t field, std::string_view text) {
  if (holds(text, "${")) values.open = true;
  else values.known.insert(normal(field, text));
}

void add_condition(Values& values, std::string_view test, std::string_view variable, const Node& value) {
  if (value.is_scalar()) return add(values, kConditions, lower(test) + " " + lower(variable) + " " + value.scalar);
  for (const Node& item : value.items) add_condition(values, test, variable, item);
}

// {StringEquals: {aws:SourceAccount: "1"}}, or Terraform's blocks {test, variable, values}.
void add_conditions(Values& values, const Node& conditions) {
  if (conditions.is_scalar()) return add(values, kConditions, conditions.scalar);
  for (const Node& item : conditions.items) add_conditions(values, item);
  if (const Node* given = conditions.find("values")) return add_condition(values, conditions.text("test"), conditions.text("variable"), *given);
  for (const Node::Member& test : conditions.members)
    for (const Node::Member& variable : test.value.members) add_condition(values, test.key, variable.key, variable.value);
}

Statement statement_of(const Node& node) {
  Statement statement;
  statement.effect = lower(node.text("effect", "Allow"));
  statement.line = node.line;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const Node* field = node.find(kFields[i]);
    if (!field) continue;
    if (i == kConditions) add_conditions(statement.fields[i], *field);
    else if (field->is_scalar()) add(statement.fields[i], i, field->scalar);
    else
      for (const Node& item : field->items) add(statement.fields[i], i, item.is_scalar() ? std::string_view(item.scalar) : "${}");
  }
  return statement;
}

std::vector<Statement> statements_of(const Node& list) {
  std::vector<Statement> all;
  for (const Node& node : list.items) all.push_back(statement_of(node));
  return all;
}

bool may_be_same(const Values& a, const Values& b) {
  if (a.open && b.open) return true;
  if (a.open) return std::ranges::includes(b.known, a.known);
  if (b.open) return std::ranges::includes(a.known, b.known);
  return a.known == b.known;
}

bool may_be_same(const Statement& a, const Statement& b) {
  return a.effect == b.effect && std::ranges::equal(a.fields, b.fields, [](const Values& x, const Values& y) { return may_be_same(x, y); });
}

std::string shown(const Statement& statement) {
  const auto list = [&](std::size_t field) {
    std::string out;
    for (const std::string& text : statement.fields[field].known) out += (out.empty() ? "" : ", ") + text;
    return statement.fields[field].open ? out + (out.empty() ? "" : ", ") + "..." : out;
  };
  std::string out = statement.effect == "deny" ? "Deny " : "Allow ";
  out += list(0) + (list(1).empty() ? "" : "all but " + list(1));
  if (const std::string who = list(kPrincipals); !who.empty()) out += " to " + who;
  if (const std::string where = list(2); !where.empty()) out += " on " + where;
  if (statement.fields[kConditions].known.empty() && !statement.fields[kConditions].open) out += ", without a condition";
  else out += " if " + list(kConditions);
  return excerpt_of(out, 160);
}

void tell_unmatched(const std::vector<Statement>& of, const std::vector<Statement>& other, bool live, std::vector<PolicyDifference>& into) {
  for (const Statement& statement : of)
    if (std::ranges::none_of(other, [&](const Statement& one) { return may_be_same(statement, one); })) into.push_back({shown(statement), statement.line, live});
}

}  // namespace

std::vector<PolicyDifference> policy_differences(const Node& code, const Node& live) {
  const std::vector<Statement> declared = statements_of(code), running = statements_of(live);
  std::vector<PolicyDifference> differences;
  if (declared.empty() || running.empty()) return differences;
  tell_unmatched(running, declared, true, differences);
  tell_unmatched(declared, running, false, differences);
  return differences;
}

}  // namespace stormwatch::detect
