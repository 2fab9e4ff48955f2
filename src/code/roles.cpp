// SPDX-License-Identifier: Apache-2.0
#include "code/roles.h"

#include <algorithm>
#include <tuple>

#include "code/raw_servers.h"
#include "code/typed_roles.h"

namespace stormwatch::code {

namespace {

bool ends_in(std::string_view name, std::initializer_list<std::string_view> ends) {
  return std::ranges::any_of(ends, [&](std::string_view e) { return name.ends_with(e) && (name.size() == e.size() || e[0] == '.' || name[name.size() - e.size() - 1] == '.' || name[name.size() - e.size() - 1] == '/'); });
}

/// The object a method is called on, as a qualified name.
std::string object_of(const Names& names, Index callee) {
  const Expression& e = names.module().at(callee);
  return e.kind == ExpressionKind::attribute ? names.qualified(e.parts[0]) : std::string();
}

bool is_mcp(const Names& names, std::string_view object) {
  if (object.find("FastMCP") != std::string_view::npos || object.find("McpServer") != std::string_view::npos || object.find("mcp.") != std::string_view::npos ||
      object.starts_with("fastmcp") || object.starts_with("@modelcontextprotocol"))
    return true;
  return object == "mcp" || object == "mcp_server" || ((names.imports("mcp") || names.imports("fastmcp") || names.imports("@modelcontextprotocol/sdk")) &&
                                                       (object == "server" || object == "app" || object.empty()));
}

void from_decorators(const Names& names, Index f, std::vector<Role>& out) {
  const Module& m = names.module();
  const Function& function = m.functions[f];
  for (const Index d : function.decorators) {
    const Expression& e = m.at(d);
    const bool called = e.kind == ExpressionKind::call;
    const Index callee = called ? e.parts[0] : d;
    const std::string& name = names.qualified(callee);
    const std::string object = object_of(names, callee);
    Role role;
    role.function = f;
    role.name = function.name;
    role.description = function.documentation;
    role.server = object;
    role.declared = d;
    role.spot = function.spot;
    if (name.starts_with("promptflow.")) continue;  // its @tool marks a step of a drawn flow: who draws it gives the arguments, no model
    if (ends_in(name, {".call_tool"})) role.kind = RoleKind::mcp_dispatch;
    else if (ends_in(name, {".resource"}) && is_mcp(names, object)) role.kind = RoleKind::mcp_resource;
    else if (ends_in(name, {".prompt"}) && is_mcp(names, object)) role.kind = RoleKind::mcp_prompt;
    else if (ends_in(name, {".tool", "tool", ".tool_plain"})) role.kind = is_mcp(names, object) ? RoleKind::mcp_tool : RoleKind::tool;
    else if (ends_in(name, {"function_tool", "kernel_function", "ai_callable", "register_for_llm", "register_for_execution", "beta_tool", "sk_function", "tool_decorator"}))
      role.kind = RoleKind::tool;
    else if (ends_in(name, {".route", ".get", ".post", ".put", ".patch", ".delete", ".websocket", ".api_route"}) && called &&
             names.string_value(m.argument(e, 0, "path")).value_or("").starts_with("/")) {
      role.kind = RoleKind::route;
      role.name = *names.string_value(m.argument(e, 0, "path"));
    } else if (ends_in(name, {"chainlit.on_message", "cl.on_message", ".on_message"})) role.kind = RoleKind::route;
    else continue;
    if (called && role.kind != RoleKind::route) {
      // tool("search"), tool(name=..., description=...); a resource's first argument is its address.
      const Index named = role.kind == RoleKind::mcp_resource ? m.keyword(e, "name") : m.argument(e, 0, "name");
      if (const auto given = names.string_value(named); given && given->size() < 100) role.name = *given;
      if (const auto text = names.string_value(m.keyword(e, "description"))) role.description = *text;
    }
    out.push_back(std::move(role));
  }
}

/// const look = tool({...}), { look: tool({...}) }: the name under which a value is kept.
std::string name_given(const Module& m, Index value) {
  for (const Statement& s : m.statements)
    if (s.value == value && s.kind == StatementKind::assign && s.targets.size() == 1) return m.at(s.targets[0]).text;
  for (Index i = value + 1; i < m.expressions.size() && m.at(i).begin <= m.at(value).begin + 100'000; ++i) {
    const Expression& e = m.at(i);
    if (e.kind != ExpressionKind::map || e.begin > m.at(value).begin || e.end < m.at(value).end) continue;
    for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k)
      if (e.parts[k] == value) return e.names[k];
  }
  return {};
}

void from_calls(const Names& names, std::vector<Role>& out) {
  const Module& m = names.module();
  for (Index i = 0; i < m.expressions.size(); ++i) {
    const Expression& e = m.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = names.callee(e);
    if (name.empty() && m.at(e.parts[0]).kind != ExpressionKind::call) continue;
    const std::string object = object_of(names, e.parts[0]);
    Role role;
    role.declared = i;
    role.spot = e.spot;
    role.server = object;
    Index body = kNone;
    const auto last_function = [&] {
      for (std::size_t k = e.parts.size(); k-- > 1;) {
        const Index f = names.local_function(e.parts[k]);
        if (f != kNone) return f;
      }
      return kNone;
    };
    if (ends_in(name, {".tool", ".registerTool", ".addTool"}) && (is_mcp(names, object) || ends_in(name, {".registerTool"})) && e.parts.size() > 2) {
      role.kind = RoleKind::mcp_tool;
      role.name = names.string_value(m.argument(e, 0)).value_or("");
      if (role.name.empty()) role.name = names.string_value(names.option(e, "name")).value_or("");
      role.description = names.string_value(m.argument(e, 1)).value_or("");
      if (role.description.empty()) role.description = names.string_value(names.option(e, "description")).value_or("");
      body = last_function();
      if (role.name.empty()) continue;
    } else if (m.family == Family::javascript && ends_in(name, {".registerResource", ".registerPrompt", ".resource", ".prompt"}) && is_mcp(names, object) && e.parts.size() > 2 && (body = last_function()) != kNone) {
      role.kind = ends_in(name, {".registerPrompt", ".prompt"}) ? RoleKind::mcp_prompt : RoleKind::mcp_resource;
      role.name = names.string_value(m.argument(e, 0)).value_or("");
      role.description = names.string_value(names.option(e, "description")).value_or("");
      if (role.name.empty()) continue;
    } else if (ends_in(name, {".setRequestHandler"}) && e.parts.size() > 2 && m.at(e.parts[1]).text.find("CallTool") != std::string::npos) {
      role.kind = RoleKind::mcp_dispatch;
      role.name = "call_tool";
      body = last_function();
    } else if (ends_in(name, {".add_tool"}) && e.parts.size() > 1) {
      role.kind = is_mcp(names, object) ? RoleKind::mcp_tool : RoleKind::tool;
      body = names.local_function(m.argument(e, 0, "fn"));
      if (body == kNone) continue;
    } else if (m.at(e.parts[0]).kind == ExpressionKind::call && e.parts.size() == 2 && ends_in(names.callee(m.at(e.parts[0])), {".tool"}) && (body = names.local_function(e.parts[1])) != kNone) {
      // mcp.tool(...)(look_up): the decorator called on a function
      const Expression& decorator = m.at(e.parts[0]);
      const std::string on = object_of(names, decorator.parts[0]);
      role.kind = is_mcp(names, on) ? RoleKind::mcp_tool : RoleKind::tool;
      role.server = on;
      role.name = names.string_value(m.argument(decorator, 0, "name")).value_or("");
      role.description = names.string_value(m.keyword(decorator, "description")).value_or("");
    } else if (ends_in(name, {".Tool", "Tool", "StructuredTool.from_function", "FunctionTool.from_defaults", "FunctionTool", "StructuredTool", "Tool.from_function", "register_function",
                              "DynamicTool", "DynamicStructuredTool", "ai.tool", "tools.tool", "FunctionToolCallable", "createTool", "agents.tool"}) &&
               !name.starts_with(".")) {
      role.kind = RoleKind::tool;
      for (const char* key : {"func", "function", "fn", "coroutine", "execute", "callable"}) {
        body = names.local_function(m.keyword(e, key));
        if (body != kNone) break;
      }
      if (body == kNone && e.parts.size() > 1) body = names.local_function(m.argument(e, 0));
      role.name = names.string_value(m.keyword(e, "name")).value_or("");
      role.description = names.string_value(m.keyword(e, "description")).value_or("");
      if (role.name.empty()) role.name = names.string_value(m.keyword(e, "id")).value_or("");
      if (role.name.empty() && m.family == Family::javascript && (body == kNone || m.functions[body].name.empty() || m.functions[body].name == "execute")) role.name = name_given(m, i);
      if (role.name.empty() && body == kNone) continue;
      if (role.name.empty() && !names.string_value(m.argument(e, 0)).value_or("").empty()) role.name = *names.string_value(m.argument(e, 0));
      role.server.clear();
    } else if (ends_in(name, {".get", ".post", ".put", ".patch", ".delete", ".all", ".use"}) && e.parts.size() > 2 && names.string_value(m.argument(e, 0)).value_or("").starts_with("/")) {
      body = last_function();
      if (body == kNone) continue;
      role.kind = RoleKind::route;
      role.name = *names.string_value(m.argument(e, 0));
    } else if (m.keyword(e, "tools") != kNone) {
      // Agent(tools=[look_up, pay]): plain functions become tools.
      const Index list = names.literal_of(m.keyword(e, "tools"));
      if (list == kNone || m.at(list).kind != ExpressionKind::list) continue;
      for (const Index item : m.at(list).parts) {
        const Index f = m.at(item).kind == ExpressionKind::call ? kNone : names.local_function(item);
        if (f == kNone || std::ranges::any_of(out, [&](const Role& r) { return r.function == f; })) continue;
        out.push_back({RoleKind::tool, f, m.functions[f].name, m.functions[f].documentation, "", item, m.functions[f].spot});
      }
      continue;
    } else {
      continue;
    }
    role.function = body;
    if (body != kNone) {
      if (role.name.empty()) role.name = m.functions[body].name;
      if (role.description.empty()) role.description = m.functions[body].documentation;
      if (role.kind != RoleKind::mcp_tool || m.at(i).spot.line == 0) role.spot = m.functions[body].spot;
    }
    out.push_back(std::move(role));
  }
}

/// class Search(BaseTool): name = "..."; description = "..."; def _run(self, query)
void from_classes(const Names& names, std::vector<Role>& out) {
  const Module& m = names.module();
  for (Index c = 0; c < m.classes.size(); ++c) {
    const Class& k = m.classes[c];
    const bool tool = std::ranges::any_of(k.bases, [&](Index b) { return ends_in(names.qualified(b), {"BaseTool", "Tool", "StructuredTool"}) || names.qualified(b).ends_with("Tool"); });
    if (!tool) continue;
    for (Index f = 0; f < m.functions.size(); ++f) {
      const Function& function = m.functions[f];
      if (function.in_class != c || !(function.name == "_run" || function.name == "run" || function.name == "forward" || function.name == "execute" || function.name == "_arun" || function.name == "_call")) continue;
      Role role{RoleKind::tool, f, k.name, k.documentation, "", kNone, k.spot};
      for (const Statement& s : m.statements) {
        if (s.kind != StatementKind::assign || s.targets.empty()) continue;
        const Expression& target = m.at(s.targets[0]);
        if (target.begin < k.begin || target.end > k.end || target.kind != ExpressionKind::name) continue;
        if (target.text == "name") role.name = names.string_value(s.value).value_or(role.name);
        if (target.text == "description") role.description = names.string_value(s.value).value_or(role.description);
      }
      out.push_back(std::move(role));
      break;
    }
  }
}

}  // namespace

std::vector<Role> roles_of(const Names& names) {
  std::vector<Role> out;
  if (names.module().family > Family::javascript) {
    out = typed_roles_of(names);
  } else {
    for (Index f = 0; f < names.module().functions.size(); ++f) from_decorators(names, f, out);
    from_calls(names, out);
    from_classes(names, out);
    raw_server_roles(names, out);
  }
  std::ranges::sort(out, {}, [](const Role& r) { return std::tuple(r.spot.line, r.spot.column, r.kind, r.function, r.declared); });
  return out;
}

}  // namespace stormwatch::code
