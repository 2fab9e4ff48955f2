// SPDX-License-Identifier: Apache-2.0
// What the guard enforces: the content of a policy file, or what holds without one. docs/guard.md describes the keys;
// examples/guard-policy.yaml is a commented file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/result.h"

namespace stormwatch::live::guard {

/// Ordered: the worst of several wins. `mark` and `redact` pass a changed result; `hide` takes a tool out of tools/list and blocks its calls.
enum class Action : std::uint8_t { allow, alert, mark, redact, hide, block };
std::string_view name_of(Action action);

/// Patterns as of match::wildcard_matches.
bool any_matches(const std::vector<std::string>& patterns, std::string_view name);

struct Expression;  ///< a compiled RE2, shared by copies of a policy

/// What an argument of a tool must be. All that is given must hold.
struct ArgumentRule {
  std::string tool = "*";
  std::string argument;             ///< name of a top-level argument, or a pattern over their names
  std::vector<std::string> within;  ///< absolute folders; the path may not leave them
  std::vector<std::string> hosts;   ///< patterns over the host of a URL
  std::string matches;              ///< RE2 over the whole value
  std::shared_ptr<const Expression> expression;
  bool required = false;
};
bool expression_matches(const Expression& expression, std::string_view text);
Result<std::shared_ptr<const Expression>> compile_expression(const std::string& text);

struct Policy {
  bool enforce = true;        ///< false: observe; verdicts are logged, nothing is changed
  bool allow_unnamed = true;  ///< tools that neither list names
  std::vector<std::string> allow, deny;
  std::vector<ArgumentRule> arguments;

  Action lock_changed = Action::block, lock_added = Action::hide, lock_instructions = Action::alert;

  Action secrets_in_arguments = Action::block, secrets_in_results = Action::redact;
  Action injection_in_arguments = Action::alert, injection_in_results = Action::block, injection_in_tools = Action::hide;
  Action hidden_text = Action::mark;
  Action dangerous_command = Action::alert;

  std::vector<std::string> untrusted, sensitive, outbound, approved;  ///< patterns over tools, added to what their names say
  std::vector<std::string> sensitive_paths;                           ///< patterns over string arguments, added to the built-in ones
  std::vector<std::string> canaries;                                  ///< values that may never leave in an argument
  Action untrusted_then_outbound = Action::alert;
  Action injected_then_outbound = Action::block;   ///< after a result that gave orders
  Action sensitive_then_outbound = Action::block;

  std::uint64_t calls_per_minute = 0, tool_calls_per_minute = 0, total_calls = 0, total_bytes = 0;  ///< 0: no bound
  std::uint64_t same_call = 0;     ///< times one call with the same arguments may follow itself; 0: any
  Action over_budget = Action::block;

  bool closed_on_invalid = true;   ///< messages that are no JSON are kept back
  bool closed_on_unjudged = true;  ///< what is too large or nested too deep to be judged is kept back
  std::uint64_t message_bytes = 256ULL << 20;
};

/// A typo is an Error with its line and what was expected.
Result<Policy> read_policy(const Node& document);

}  // namespace stormwatch::live::guard
