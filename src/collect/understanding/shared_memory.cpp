// SPDX-License-Identifier: Apache-2.0
// Memory of conversations that all callers of a route share: a thread or session with a constant name, a conversation made once for
// the whole program, a memory service asked without a user.
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/text.h"
#include "collect/understanding/possible_values.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

Index member_of(const View& v, Index map, std::string_view key) {
  const Index at = map == kNone ? kNone : v.names.literal_of(map);
  return at == kNone || v.module.at(at).kind != ExpressionKind::map ? kNone : v.module.member(v.module.at(at), key);
}

/// A text written in the source: what an environment variable or a caller says is no constant.
bool is_constant(const View& v, Index value) {
  const Index at = value == kNone ? kNone : v.names.literal_of(value);
  return at != kNone && v.module.at(at).kind == ExpressionKind::string;
}

/// graph.invoke(inputs, config={"configurable": {"thread_id": "1"}})
std::string constant_thread(const View& v, const Expression& call) {
  if (!one_of(last_of(v.names.callee(call)), {"invoke", "ainvoke", "stream", "astream", "astream_events"})) return {};
  const Index settings = member_of(v, v.module.argument(call, 1, "config"), "configurable");
  for (const char* key : {"thread_id", "session_id"})
    if (is_constant(v, member_of(v, settings, key))) return fmt::format("{} is the same for all callers", key);
  return {};
}

/// chat = ConversationChain(memory=ConversationBufferMemory()) at the top of a file; chat.predict(...) in a route.
std::string one_conversation(const View& v, const Expression& call) {
  const Expression& callee = v.module.at(call.parts[0]);
  if (callee.kind != ExpressionKind::attribute || v.module.at(callee.parts[0]).kind != ExpressionKind::name) return {};
  const Index made = v.names.literal_of(callee.parts[0]);
  if (made == kNone || v.module.at(made).kind != ExpressionKind::call || v.module.at(made).owner != kNone) return {};
  const Index memory = v.names.literal_of(v.names.option(v.module.at(made), "memory"));
  if (memory == kNone || v.module.at(memory).kind != ExpressionKind::call || v.module.at(memory).owner != kNone) return {};
  const std::string_view kind = last_of(v.names.callee(v.module.at(memory)));
  return kind.starts_with("Conversation") && kind.ends_with("Memory") ? fmt::format("one {} holds what all callers say", kind) : std::string();
}

/// Memory().search(question): of which user?
std::string memory_of_nobody(const View& v, const Expression& call) {
  const std::string& name = v.names.callee(call);
  if (!name.starts_with("mem0.") || !one_of(last_of(name), {"add", "search", "get_all"})) return {};
  if (v.module.keyword(call, "filters") != kNone || v.module.keyword(call, "agent_id") != kNone || v.module.keyword(call, "run_id") != kNone) return {};
  const Index user = v.module.keyword(call, "user_id");
  return is_constant(v, user) ? "user_id is the same for all callers" : std::string();
}

}  // namespace

void observe_shared_memory(View& v, const PossibleValues& values) {
  std::map<Index, std::string_view> route_of;
  for (const code::Role& r : v.roles)
    if (r.kind == code::RoleKind::route && r.function != kNone && !route_of.contains(r.function))
      for (const Index f : values.reached_from(r.function)) route_of.emplace(f, r.name);
  if (route_of.empty()) return;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& call = v.module.at(i);
    const auto route = call.kind == ExpressionKind::call ? route_of.find(call.owner) : route_of.end();
    if (route == route_of.end()) continue;
    for (const auto& judge : {constant_thread, one_conversation, memory_of_nobody})
      if (const std::string told = judge(v, call); !told.empty()) sight(v, "insecure-setting", "memory-shared", fmt::format("route {}: {}", route->second, told), i, Confidence::medium);
  }
}

}  // namespace stormwatch::collect
