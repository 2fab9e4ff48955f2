// SPDX-License-Identifier: Apache-2.0
#include "live/guard/judge.h"

#include <algorithm>

#include "base/hash.h"
#include "live/canonical_json.h"
#include "live/guard/flow.h"
#include "match/hidden_text.h"
#include "match/injection.h"
#include "posture/evidence.h"

namespace stormwatch::live::guard {
namespace {

using match::InjectionVerdict;

constexpr std::size_t kTools = 4096;  ///< names whose calls are counted one by one

bool is_model_facing(Direction direction) { return direction == Direction::prompt || direction == Direction::tool_result; }

std::string around(std::string_view text, std::size_t begin, std::size_t end) {
  begin = std::min(begin, text.size());
  return excerpt_of(text.substr(begin, std::min<std::size_t>(std::max(end, begin) - begin, 160)), 160);
}

/// The worst of the text, of what stands invisible in it, and of what it carries in base64.
struct Orders {
  InjectionVerdict::Level level = InjectionVerdict::Level::none;
  std::string kind, evidence;
  std::string hidden;  ///< form of invisible text; empty: none

  /// Only the text model says so, no rule: enough to mark a text, too little to keep it back.
  [[nodiscard]] bool is_guess() const { return kind == "model"; }
};

Orders orders_in(std::string_view text) {
  Orders orders;
  if (text.size() < 12) return orders;
  const auto take = [&](const InjectionVerdict& verdict, std::string_view of, std::string_view how) {
    if (verdict.level <= orders.level) return;
    orders.level = verdict.level;
    orders.kind = verdict.kind;
    orders.evidence = std::string(how) + around(of, verdict.begin, verdict.end);
  };
  take(match::judge_text(text), text, "");
  for (const match::HiddenText& hidden : match::find_invisible(text)) {
    if (orders.hidden.empty()) orders.hidden = std::string(hidden.form) + (hidden.decoded.empty() ? "" : ": " + excerpt_of(hidden.decoded, 120));
    if (!hidden.decoded.empty()) take(match::judge_text(hidden.decoded), hidden.decoded, "invisible: ");
  }
  for (const match::HiddenText& hidden : match::find_base64(text.substr(0, 1 << 20))) take(match::judge_text(hidden.decoded), hidden.decoded, "base64: ");
  return orders;
}

std::vector<std::string_view> strings_of(const Node* value) {
  std::vector<std::string_view> texts;
  if (!value) return texts;
  std::vector<const Node*> open{value};
  while (!open.empty() && texts.size() < 10'000) {
    const Node& node = *open.back();
    open.pop_back();
    if (node.is_string()) texts.push_back(node.scalar);
    for (const Node& item : node.items) open.push_back(&item);
    for (const Node::Member& member : node.members) open.push_back(&member.value);
  }
  return texts;
}

/// Counts within the last minute, this one included; at most `most` are remembered.
std::uint64_t count_minute(std::deque<std::chrono::steady_clock::time_point>& recent, std::chrono::steady_clock::time_point now, std::uint64_t most) {
  while (!recent.empty() && now - recent.front() >= std::chrono::minutes(1)) recent.pop_front();
  if (recent.size() <= std::min<std::uint64_t>(most, 100'000)) recent.push_back(now);
  return recent.size();
}

}  // namespace

std::string_view name_of(Direction direction) {
  constexpr std::string_view kNames[] = {"prompt", "tool_call", "tool_result", "completion"};
  return kNames[static_cast<std::size_t>(direction)];
}

void Verdict::add(std::string_view rule, Severity severity, std::string evidence, Action with) {
  if (with == Action::allow) return;
  action = std::max(action, with);
  for (const GuardFinding& finding : findings)
    if (finding.rule == rule && finding.evidence == evidence) return;
  if (findings.size() < 32) findings.push_back({rule, severity, std::move(evidence), with});
}

void append_texts(const Node& value, std::string& out) {
  for (const std::string_view text : strings_of(&value)) {
    out += text;
    out += '\n';
  }
}

Judge::Judge(const Policy& policy, const match::Database* patterns) : policy_(policy), patterns_(patterns) {}

Verdict Judge::judge(Session& session, const Event& event) const {
  Verdict verdict;
  if (event.direction == Direction::tool_call) {
    check_tool(event, verdict);
    check_arguments(event, verdict);
    check_flow(session, event, verdict);
    check_budget(session, event, verdict);
  }
  filter_secrets(event, verdict);
  filter_orders(session, event, verdict);
  if (event.direction == Direction::tool_result && !verdict.secrets.empty() && session.sensitive_tool.empty() && (policy_.secrets_in_results < Action::redact || !policy_.enforce))
    session.sensitive_tool = "a secret in the result of " + std::string(event.tool);
  return verdict;
}

Verdict Judge::judge_offer(std::string_view text) const {
  Verdict verdict;
  const Orders orders = orders_in(text);
  if (orders.level == InjectionVerdict::Level::likely)
    verdict.add("poisoned-tool", orders.is_guess() ? Severity::medium : Severity::high, orders.kind + ": " + orders.evidence, orders.is_guess() ? std::min(policy_.injection_in_tools, Action::alert) : policy_.injection_in_tools);
  if (!orders.hidden.empty()) verdict.add("hidden-text", Severity::high, orders.hidden, policy_.injection_in_tools);
  return verdict;
}

void Judge::check_tool(const Event& event, Verdict& verdict) const {
  if (any_matches(policy_.deny, event.tool)) verdict.add("tool-denied", Severity::high, "the policy denies " + excerpt_of(event.tool, 80), Action::block);
  else if (!policy_.allow_unnamed && !any_matches(policy_.allow, event.tool))
    verdict.add("tool-denied", Severity::medium, "the policy does not allow " + excerpt_of(event.tool, 80), Action::block);
}

void Judge::check_arguments(const Event& event, Verdict& verdict) const {
  for (const ArgumentRule& rule : policy_.arguments) {
    if (!match::wildcard_matches(rule.tool, event.tool)) continue;
    bool seen = false;
    const auto refuse = [&](std::string_view name, std::string_view value, std::string_view wanted) {
      verdict.add("argument-refused", Severity::high, excerpt_of(name, 60) + " = '" + excerpt_of(value, 80) + "' is not " + std::string(wanted), Action::block);
    };
    if (event.arguments)
      for (const Node::Member& member : event.arguments->members) {
        if (!match::wildcard_matches(rule.argument, member.key)) continue;
        seen = true;
        // A list of paths is judged path by path; numbers by their spelling.
        std::vector<std::string_view> values = strings_of(&member.value);
        if (member.value.is_scalar() && !member.value.is_string()) values.push_back(member.value.scalar);
        for (const std::string_view value : values) {
          if (!rule.within.empty() && std::ranges::none_of(rule.within, [&](const std::string& folder) { return lies_within(value, folder); }))
            refuse(member.key, value, "within " + rule.within.front() + (rule.within.size() > 1 ? " ..." : ""));
          if (!rule.hosts.empty()) {
            const std::string host = match::host_of(value);
            if (host.empty() || !any_matches(rule.hosts, host)) refuse(member.key, value, "at an allowed host");
          }
          if (rule.expression && !expression_matches(*rule.expression, value)) refuse(member.key, value, "of the form that the policy asks for");
        }
      }
    if (!seen && rule.required) verdict.add("argument-refused", Severity::medium, "the argument " + rule.argument + " is missing", Action::block);
  }
}

void Judge::check_flow(Session& session, const Event& event, Verdict& verdict) const {
  const std::vector<std::string_view> texts = strings_of(event.arguments);
  const match::ToolFlow part = part_of(policy_, event.tool, texts);
  for (const std::string& canary : policy_.canaries)
    if (!canary.empty() && std::ranges::any_of(texts, [&](std::string_view text) { return text.find(canary) != std::string_view::npos; }))
      verdict.add("canary-leaves", Severity::critical, "a canary value stands in the arguments of " + excerpt_of(event.tool, 80), Action::block);
  if (part.outbound && !any_matches(policy_.approved, event.tool)) {
    const std::string to = " before the outbound call " + excerpt_of(event.tool, 80);
    if (!session.sensitive_tool.empty()) verdict.add("sensitive-then-outbound", Severity::critical, excerpt_of(session.sensitive_tool, 120) + to, policy_.sensitive_then_outbound);
    if (!session.injected_tool.empty()) verdict.add("injected-then-outbound", Severity::critical, "orders in the result of " + excerpt_of(session.injected_tool, 80) + to, policy_.injected_then_outbound);
    else if (!session.untrusted_tool.empty())
      verdict.add("untrusted-then-outbound", Severity::medium, "content of strangers by " + excerpt_of(session.untrusted_tool, 80) + to, policy_.untrusted_then_outbound);
  }
  // A blocked call brings nothing, so it leaves no mark.
  if (verdict.action == Action::block && policy_.enforce) return;
  if (part.untrusted && session.untrusted_tool.empty()) session.untrusted_tool = event.tool;
  if (part.sensitive && session.sensitive_tool.empty()) session.sensitive_tool = "sensitive data read by " + std::string(event.tool);
}

void Judge::check_budget(Session& session, const Event& event, Verdict& verdict) const {
  ++session.calls;
  session.bytes += event.bytes;
  const auto over = [&](std::string_view what, std::uint64_t bound) {
    verdict.add("budget", Severity::medium, std::string(what) + " over " + std::to_string(bound), policy_.over_budget);
  };
  if (policy_.total_calls && session.calls > policy_.total_calls) over("calls in all", policy_.total_calls);
  if (policy_.total_bytes && session.bytes > policy_.total_bytes) over("bytes in all", policy_.total_bytes);
  if (policy_.calls_per_minute && count_minute(session.recent, event.at, policy_.calls_per_minute) > policy_.calls_per_minute) over("calls a minute", policy_.calls_per_minute);
  if (policy_.tool_calls_per_minute) {
    auto found = session.recent_of_tool.find(event.tool);
    if (found == session.recent_of_tool.end() && session.recent_of_tool.size() < kTools) found = session.recent_of_tool.emplace(std::string(event.tool), 0).first;
    if (found == session.recent_of_tool.end() || count_minute(found->second, event.at, policy_.tool_calls_per_minute) > policy_.tool_calls_per_minute)
      over("calls a minute of " + excerpt_of(event.tool, 80), policy_.tool_calls_per_minute);
  }
  if (policy_.same_call) {
    const std::uint64_t call = hash64(event.arguments ? canonical_json(*event.arguments) : "", hash64(event.tool));
    session.repeats = call == session.last_call ? session.repeats + 1 : 1;
    session.last_call = call;
    if (session.repeats > policy_.same_call) verdict.add("loop", Severity::medium, "the same call " + std::to_string(session.repeats) + " times in a row", policy_.over_budget);
  }
}

void Judge::filter_secrets(const Event& event, Verdict& verdict) const {
  if (!patterns_ || event.direction == Direction::prompt || event.content.size() < 8) return;
  const bool result = event.direction == Direction::tool_result;
  for (const match::Hit& hit : patterns_->scan(event.content)) {
    const match::Pattern& pattern = patterns_->patterns()[hit.pattern];
    if (pattern.confidence != "high" || !pattern.kinds.empty()) continue;
    if (pattern.topic == "command" && event.direction == Direction::tool_call)
      verdict.add("dangerous-command", Severity::high, pattern.subject + ": " + around(event.content, hit.begin, hit.end), policy_.dangerous_command);
    if (pattern.topic != "secret" || pattern.subject.starts_with('-')) continue;
    const std::string_view value = event.content.substr(hit.value_begin, hit.value_end - hit.value_begin);
    verdict.add(result ? "secret-in-result" : "secret-leaves", Severity::high, patterns_->subject_of(hit, event.content) + " " + redacted(value),
                result ? policy_.secrets_in_results : policy_.secrets_in_arguments);
    verdict.secrets.emplace_back(value);
  }
}

void Judge::filter_orders(Session& session, const Event& event, Verdict& verdict) const {
  if (event.direction == Direction::completion) return;
  const Orders orders = orders_in(event.content);
  const bool result = event.direction == Direction::tool_result;
  const Action likely = result ? policy_.injection_in_results : policy_.injection_in_arguments;
  if (orders.is_guess()) {
    if (orders.level == InjectionVerdict::Level::likely) verdict.add("injection", Severity::medium, orders.kind + ": " + orders.evidence, std::min(likely, result ? Action::mark : Action::alert));
  } else if (orders.level == InjectionVerdict::Level::likely) {
    verdict.add("injection", Severity::high, orders.kind + ": " + orders.evidence, likely);
    // What is kept back never reaches the model, so it leaves no mark.
    if (result && session.injected_tool.empty() && (likely != Action::block || !policy_.enforce)) session.injected_tool = event.tool.empty() ? "a tool" : std::string(event.tool);
  } else if (orders.level == InjectionVerdict::Level::possible && result) {
    verdict.add("injection", Severity::low, orders.kind + ": " + orders.evidence, std::min(likely, Action::alert));
  }
  if (!orders.hidden.empty() && is_model_facing(event.direction)) verdict.add("hidden-text", Severity::medium, orders.hidden, result ? policy_.hidden_text : std::min(policy_.hidden_text, Action::alert));
}

}  // namespace stormwatch::live::guard
