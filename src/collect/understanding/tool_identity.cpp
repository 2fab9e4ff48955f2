// SPDX-License-Identifier: Apache-2.0
// Tools that let the model choose whose data they open although the program knows who is asking.
//
// Told only where the file shows the identity of the session (ctx.deps.customer_id, request.user.id, a field of the context's type)
// under the same name as the tool's parameter, the tool looks something up with the parameter, and neither the identity nor a check
// stands in its body. A tool of a program that knows no caller may serve a clerk who is allowed to see all: nothing is said of it.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

/// "customer_id" and "customerId" as one word.
std::string flat(std::string_view name) {
  std::string out = lower(name);
  std::erase(out, '_');
  return out;
}

bool is_identity(std::string_view flat_name) {
  return one_of(flat_name, {"userid", "customerid", "accountid", "tenantid", "memberid", "patientid", "employeeid", "studentid", "clientaccountid", "ownerid", "organizationid", "orgid", "passengerid", "subscriberid"});
}

/// The first name of a chain: ctx of ctx.deps.customer_id.
std::string_view root_of(const View& v, Index i) {
  for (int hop = 0; hop < 20; ++hop) {
    const Expression& e = v.module.at(i);
    if (e.kind == ExpressionKind::name) return e.text;
    if (e.parts.empty() || (e.kind != ExpressionKind::attribute && e.kind != ExpressionKind::subscript && e.kind != ExpressionKind::call && e.kind != ExpressionKind::unknown)) return {};
    i = e.parts[0];
  }
  return {};
}

/// The word that an identity of the session is known by: "customerid" of ctx.deps.customer_id, "userid" of session.user.id; "" when the
/// expression is none.
std::string session_identity(const View& v, Index i) {
  const Expression& e = v.module.at(i);
  std::string last;
  if (e.kind == ExpressionKind::attribute) last = e.text;
  else if (e.kind == ExpressionKind::subscript && e.parts.size() > 1) last = names_string(v, e.parts[1]);
  else if (e.kind == ExpressionKind::call && v.module.at(e.parts[0]).kind == ExpressionKind::attribute && v.module.at(e.parts[0]).text == "get") last = names_string(v, v.module.argument(e, 0));
  if (last.empty() || !one_of(root_of(v, i), {"ctx", "context", "run_context", "runtime", "request", "req", "session", "config", "wrapper", "info", "auth", "current_user", "currentUser", "tool_context", "toolContext"})) return {};
  std::string word = flat(last);
  if (word == "id" && e.kind == ExpressionKind::attribute && holds(lower(v.text_of(e.parts[0])), "user")) return "userid";
  return is_identity(word) ? word : std::string();
}

std::string_view body_of(const View& v, std::uint32_t begin, std::uint32_t end) { return begin < end && end <= v.text.size() ? v.text.substr(begin, end - begin) : std::string_view{}; }

/// RunContext[Deps], ToolRuntime[Deps]: the field of that type's class which holds the identity.
bool context_type_holds(const View& v, const code::Function& function, const std::string& parameter) {
  for (const code::Parameter& p : function.parameters) {
    const auto open = p.type.find('[');
    if (open == std::string::npos || !holds(p.type, {"RunContext", "ToolRuntime", "RunContextWrapper", "ToolContext", "Context["})) continue;
    const std::string type = p.type.substr(open + 1, p.type.find_first_of("],", open) - open - 1);
    for (const code::Class& c : v.module.classes)
      if (c.name == type && holds(body_of(v, c.begin, c.end), " " + parameter + ":")) return true;
  }
  return false;
}

bool session_knows(const View& v, const code::Function& function, const std::string& parameter) {
  if (context_type_holds(v, function, parameter)) return true;
  for (Index i = 0; i < v.module.expressions.size(); ++i)
    if (session_identity(v, i) == flat(parameter)) return true;
  return false;
}

/// A call or a key that the parameter chooses the record of; kNone.
Index lookup_with(const View& v, Index function, const std::string& parameter) {
  const auto is_it = [&](Index i) { return i != kNone && v.module.at(i).kind == ExpressionKind::name && v.module.at(i).text == parameter; };
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (!stands_in(v, e.owner, function)) continue;
    if (e.kind == ExpressionKind::subscript && e.parts.size() > 1 && is_it(e.parts[1])) return i;
    if (e.kind != ExpressionKind::call) continue;
    const std::string low = lower(last_of(v.names.callee(e)));
    const bool looks = code::effect_of(v.names, e).effect == code::Effect::database || holds(low, {"get", "find", "fetch", "filter", "where", "query", "select", "load", "lookup", "read", "update", "delete", "remove", "list", "search", "execute", "eq", "cancel", "refund", "transfer"});
    if (!looks || low.starts_with("getlogger")) continue;
    std::vector<Index> stack(e.parts.begin() + 1, e.parts.end());
    for (int steps = 0; !stack.empty() && steps < 60; ++steps) {
      const Index part = stack.back();
      stack.pop_back();
      if (is_it(part)) return i;
      const Expression& inner = v.module.at(part);
      if (inner.kind != ExpressionKind::call) stack.insert(stack.end(), inner.parts.begin(), inner.parts.end());
    }
  }
  return kNone;
}

/// The body looks at who is asking, or asks something else whether it may.
bool checks_caller(const View& v, Index function) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (!stands_in(v, e.owner, function)) continue;
    if (!session_identity(v, i).empty()) return true;
    if (e.kind != ExpressionKind::call) continue;
    const std::string low = lower(v.names.callee(e));
    if (holds(low, {"authoriz", "authoris", "permission", "access", "check", "verify", "ensure", "require", "owns", "is_allowed", "isallowed", "assert", "validate", "current_user", "currentuser", "get_user_id", "getuserid", "scope"})) return true;
  }
  return false;
}

void look_at_tool(View& v, const code::Role& role) {
  const code::Function& function = v.module.functions[role.function];
  if (holds(lower(role.name + " " + role.description), {"admin", "any user", "other user", "all users"}) || checks_caller(v, role.function)) return;
  for (const code::Parameter& p : function.parameters) {
    std::vector<std::string> names = p.bound;
    names.push_back(p.name);
    for (const std::string& name : names) {
      if (!is_identity(flat(name)) || holds(p.type, {"Injected", "Depends", "Hidden"})) continue;
      const Index used = lookup_with(v, role.function, name);
      if (used == kNone || !session_knows(v, function, name)) continue;
      sight(v, "insecure-setting", "tool-identity-argument", fmt::format("tool {} lets the model choose {} for {}, though the session knows it", role.name, name, v.module.at(used).kind == ExpressionKind::call ? v.names.callee(v.module.at(used)) : std::string("a look-up")), used, Confidence::medium);
      return;
    }
  }
}

}  // namespace

void observe_tool_identity(View& v) {
  if (v.source.context == "test" || v.source.context == "vendored" || v.module.family > code::Family::javascript) return;
  for (const code::Role& role : v.roles)
    if ((role.kind == code::RoleKind::tool || role.kind == code::RoleKind::mcp_tool) && role.function != kNone) look_at_tool(v, role);
}

}  // namespace stormwatch::collect
