// SPDX-License-Identifier: Apache-2.0
#include "live/guard/policy.h"

#include "base/text.h"
#include "match/tool_flow.h"

#include <re2/re2.h>

#include <cmath>

namespace stormwatch::live::guard {
namespace {

std::string line_of(const Node& node) { return "line " + std::to_string(node.line); }

Result<void> read_action(const Node& value, Action& into) {
  for (const Action action : {Action::allow, Action::alert, Action::mark, Action::redact, Action::hide, Action::block})
    if (value.scalar == name_of(action)) {
      into = action;
      return {};
    }
  return failure("unknown action '" + value.scalar + "'", "", line_of(value), "allow, alert, mark, redact, hide or block");
}

Result<void> read_count(const Node& value, std::uint64_t& into) {
  const auto number = value.as_number();
  if (!number || *number < 0 || *number > 1e15 || *number != std::floor(*number)) return failure("no count", "", line_of(value), "a whole number, 0 for no bound");
  into = static_cast<std::uint64_t>(*number);
  return {};
}

Result<void> read_texts(const Node& value, std::vector<std::string>& into) {
  if (value.is_scalar()) into.push_back(value.scalar);
  else if (value.is_list()) {
    for (const Node& item : value.items) {
      if (!item.is_scalar()) return failure("no text", "", line_of(item), "a list of texts");
      into.push_back(item.scalar);
    }
  } else return failure("no list", "", line_of(value), "a list of texts");
  return {};
}

Result<void> read_rule(const Node& value, ArgumentRule& rule) {
  if (!value.is_map()) return failure("no rule", "", line_of(value), "tool, argument and what it must be");
  for (const Node::Member& member : value.members) {
    Result<void> read;
    if (member.key == "tool") rule.tool = member.value.scalar;
    else if (member.key == "argument") rule.argument = member.value.scalar;
    else if (member.key == "within") read = read_texts(member.value, rule.within);
    else if (member.key == "hosts") read = read_texts(member.value, rule.hosts);
    else if (member.key == "required") rule.required = member.value.as_bool().value_or(false);
    else if (member.key == "matches") {
      rule.matches = member.value.scalar;
      auto compiled = compile_expression(rule.matches);
      if (!compiled) return failure(compiled.error().what, "", line_of(member.value), "a regular expression of RE2");
      rule.expression = std::move(*compiled);
    } else return failure("unknown key '" + member.key + "'", "", line_of(member.value), "tool, argument, within, hosts, matches or required");
    if (!read) return read;
  }
  if (rule.argument.empty()) return failure("a rule without an argument", "", line_of(value), "argument: NAME");
  for (const std::string& folder : rule.within)
    if (!folder.starts_with('/')) return failure("'" + folder + "' is no absolute folder", "", line_of(value), "/folder");
  return {};
}

struct Key {
  std::string_view section, name;
  Action* action = nullptr;
  std::uint64_t* count = nullptr;
  std::vector<std::string>* texts = nullptr;
};

Result<void> read_member(const std::vector<Key>& keys, std::string_view section, const Node::Member& member) {
  std::string known;
  for (const Key& key : keys) {
    if (key.section != section) continue;
    if (key.name == member.key) {
      if (key.action) return read_action(member.value, *key.action);
      if (key.count) return read_count(member.value, *key.count);
      return read_texts(member.value, *key.texts);
    }
    known += (known.empty() ? "" : ", ") + std::string(key.name);
  }
  return failure("unknown key '" + member.key + "' in '" + std::string(section) + "'", "", line_of(member.value), known);
}

}  // namespace

struct Expression {
  re2::RE2 compiled;
  Expression(const std::string& text, const re2::RE2::Options& options) : compiled(text, options) {}
};

std::string_view name_of(Action action) {
  constexpr std::string_view kNames[] = {"allow", "alert", "mark", "redact", "hide", "block"};
  return kNames[static_cast<std::size_t>(action)];
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view name) {
  for (const std::string& pattern : patterns)
    if (match::wildcard_matches(pattern, name)) return true;
  return false;
}

bool expression_matches(const Expression& expression, std::string_view text) { return re2::RE2::FullMatch({text.data(), text.size()}, expression.compiled); }

Result<std::shared_ptr<const Expression>> compile_expression(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  auto compiled = std::make_shared<const Expression>(text, options);
  if (!compiled->compiled.ok()) return failure("'" + text + "': " + compiled->compiled.error());
  return compiled;
}

Result<Policy> read_policy(const Node& document) {
  Policy policy;
  if (document.kind == Node::Kind::null) return policy;
  if (!document.is_map()) return failure("no policy", "", line_of(document), "a map with the keys mode, tools, arguments, lock, filters, flows, budgets, loops, limits");
  const std::vector<Key> keys{
      {.section = "tools", .name = "allow", .texts = &policy.allow},
      {.section = "tools", .name = "deny", .texts = &policy.deny},
      {.section = "lock", .name = "changed", .action = &policy.lock_changed},
      {.section = "lock", .name = "added", .action = &policy.lock_added},
      {.section = "lock", .name = "instructions", .action = &policy.lock_instructions},
      {.section = "filters", .name = "secrets_in_arguments", .action = &policy.secrets_in_arguments},
      {.section = "filters", .name = "secrets_in_results", .action = &policy.secrets_in_results},
      {.section = "filters", .name = "injection_in_arguments", .action = &policy.injection_in_arguments},
      {.section = "filters", .name = "injection_in_results", .action = &policy.injection_in_results},
      {.section = "filters", .name = "injection_in_tools", .action = &policy.injection_in_tools},
      {.section = "filters", .name = "hidden_text", .action = &policy.hidden_text},
      {.section = "filters", .name = "dangerous_command", .action = &policy.dangerous_command},
      {.section = "flows", .name = "untrusted", .texts = &policy.untrusted},
      {.section = "flows", .name = "sensitive", .texts = &policy.sensitive},
      {.section = "flows", .name = "sensitive_paths", .texts = &policy.sensitive_paths},
      {.section = "flows", .name = "outbound", .texts = &policy.outbound},
      {.section = "flows", .name = "approved", .texts = &policy.approved},
      {.section = "flows", .name = "canaries", .texts = &policy.canaries},
      {.section = "flows", .name = "untrusted_then_outbound", .action = &policy.untrusted_then_outbound},
      {.section = "flows", .name = "injected_then_outbound", .action = &policy.injected_then_outbound},
      {.section = "flows", .name = "sensitive_then_outbound", .action = &policy.sensitive_then_outbound},
      {.section = "budgets", .name = "calls_per_minute", .count = &policy.calls_per_minute},
      {.section = "budgets", .name = "tool_calls_per_minute", .count = &policy.tool_calls_per_minute},
      {.section = "budgets", .name = "total_calls", .count = &policy.total_calls},
      {.section = "budgets", .name = "total_bytes", .count = &policy.total_bytes},
      {.section = "budgets", .name = "over", .action = &policy.over_budget},
      {.section = "loops", .name = "same_call", .count = &policy.same_call},
      {.section = "limits", .name = "message_bytes", .count = &policy.message_bytes},
  };
  for (const Node::Member& member : document.members) {
    const Node& value = member.value;
    if (member.key == "mode") {
      if (value.scalar != "enforce" && value.scalar != "observe") return failure("unknown mode '" + value.scalar + "'", "", line_of(value), "enforce or observe");
      policy.enforce = value.scalar == "enforce";
    } else if (member.key == "default") {
      if (value.scalar != "allow" && value.scalar != "deny") return failure("unknown default '" + value.scalar + "'", "", line_of(value), "allow or deny");
      policy.allow_unnamed = value.scalar == "allow";
    } else if (member.key == "arguments") {
      if (!value.is_list()) return failure("no list", "", line_of(value), "a list of rules");
      for (const Node& row : value.items)
        if (Result<void> read = read_rule(row, policy.arguments.emplace_back()); !read) return std::unexpected(read.error());
    } else if (member.key == "fail_closed") {
      std::vector<std::string> words;
      if (Result<void> read = read_texts(value, words); !read) return std::unexpected(read.error());
      policy.closed_on_invalid = policy.closed_on_unjudged = false;
      for (const std::string& word : words) {
        if (word == "invalid") policy.closed_on_invalid = true;
        else if (word == "unjudged") policy.closed_on_unjudged = true;
        else return failure("unknown word '" + word + "'", "", line_of(value), "invalid, unjudged");
      }
    } else if (value.is_map()) {
      for (const Node::Member& inner : value.members)
        if (Result<void> read = read_member(keys, member.key, inner); !read) return std::unexpected(read.error());
    } else {
      return failure("unknown key '" + member.key + "'", "", line_of(value), "mode, default, tools, arguments, lock, filters, flows, budgets, loops, limits or fail_closed");
    }
  }
  if (policy.message_bytes == 0 || policy.message_bytes > (2ULL << 30)) policy.message_bytes = 2ULL << 30;
  return policy;
}

}  // namespace stormwatch::live::guard
