// SPDX-License-Identifier: Apache-2.0
#include "code/raw_servers.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace stormwatch::code {

namespace {

constexpr std::size_t kMostTools = 500;

/// Strings that are handed on: arguments of calls, and the method of a message that is made here.
std::unordered_set<Index> handed_on(const Module& m) {
  std::unordered_set<Index> out;
  for (const Expression& e : m.expressions) {
    if (e.kind == ExpressionKind::call) out.insert(e.parts.begin() + (e.parts.empty() ? 0 : 1), e.parts.end());
    if (e.kind == ExpressionKind::map)
      for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k)
        if (e.names[k] == "method") out.insert(e.parts[k]);
  }
  for (const Statement& s : m.statements)
    if (s.kind == StatementKind::assign && s.value != kNone && s.targets.size() == 1 && m.at(s.targets[0]).kind == ExpressionKind::attribute && m.at(s.targets[0]).text == "method") out.insert(s.value);
  return out;
}

/// A constant that a file compares with elsewhere: METHOD_CALL = "tools/call". Where it is used tells the function.
Index user_of(const Module& m, Index value) {
  for (const Statement& s : m.statements) {
    if (s.kind != StatementKind::assign || s.value != value || s.targets.size() != 1 || m.at(s.targets[0]).kind != ExpressionKind::name) continue;
    const std::string& name = m.at(s.targets[0]).text;
    for (const Expression& e : m.expressions)
      if (e.kind == ExpressionKind::name && e.text == name && e.owner != kNone) return e.owner;
  }
  return m.at(value).owner;
}

/// run_report of "run-report", "runReport"
bool is_named_after(std::string_view function, std::string_view tool) {
  const auto plain = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
      else if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + 32);
    return out;
  };
  const std::string f = plain(function), t = plain(tool);
  if (t.size() < 3) return f == t;
  return f == t || f == "handle" + t || f == "tool" + t || f == t + "tool" || f == t + "handler" || f == "do" + t || f == "call" + t || f == "exec" + t || f == "execute" + t;
}

/// `if name == "look_up": result = self._look_up(arguments)`: the function that a branch hands the call to; kNone.
Index handed_to(const Names& names, const Branch& branch) {
  const Module& m = names.module();
  Index found = kNone;
  std::uint32_t begin = 0;
  for (const Expression& e : m.expressions) {
    if (e.kind != ExpressionKind::call || e.begin < branch.begin || e.end > branch.end || e.parts.size() < 2) continue;
    const Index f = names.local_function(e.parts[0]);
    if (f == kNone || (found != kNone && e.begin > begin)) continue;
    std::string name = m.functions[f].name;
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (std::ranges::any_of(std::array<std::string_view, 10>{"result", "response", "reply", "error", "success", "send", "content", "wrap", "log", "respond"}, [&](std::string_view word) { return name.find(word) != std::string::npos; })) continue;
    found = f;
    begin = e.begin;
  }
  return found;
}

}  // namespace

bool read_raw_server(const Names& names, RawServer& out) {
  const Module& m = names.module();
  bool lists = false, calls = false, says_who = false;
  Index handler = kNone;
  std::vector<Index> rows;
  const std::unordered_set<Index> away = handed_on(m);
  for (Index i = 0; i < m.expressions.size(); ++i) {
    const Expression& e = m.at(i);
    if (e.kind == ExpressionKind::string && !away.contains(i)) {
      lists |= e.text == "tools/list";
      if (e.text == "tools/call" && !calls) {
        calls = true;
        out.dispatch = user_of(m, i);
        out.spot = e.spot;
      }
    } else if (e.kind == ExpressionKind::map) {
      for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k) {
        lists |= e.names[k] == "tools/list";
        if (e.names[k] == "tools/call") {
          calls = true;
          handler = names.local_function(e.parts[k]);
          out.spot = e.spot;
        }
      }
      if (out.tools.size() < kMostTools && (m.member(e, "inputSchema") != kNone || m.member(e, "input_schema") != kNone)) {
        const std::string name = names.string_value(m.member(e, "name")).value_or("");
        if (!name.empty() && name.size() <= 100) out.tools.push_back({name, names.string_value(m.member(e, "description")).value_or(""), i});
      }
      if (const Index info = m.member(e, "serverInfo"); info != kNone) {
        says_who = true;
        if (const Index at = names.literal_of(info); at != kNone && m.at(at).kind == ExpressionKind::map) {
          out.name = names.string_value(m.member(m.at(at), "name")).value_or("");
          out.version = names.string_value(m.member(m.at(at), "version")).value_or("");
        }
      }
    } else if (e.kind == ExpressionKind::list && e.parts.size() >= 3 && e.parts.size() <= 6) {
      rows.push_back(i);
    } else if (e.kind == ExpressionKind::call && e.parts.size() >= 3) {
      const std::string& callee = names.callee(e);
      if (callee.ends_with("register_tool") || callee.ends_with("registerTool") || callee.ends_with("add_tool") || callee.ends_with("addTool")) rows.push_back(i);
    }
  }
  // ("look_up", "Looks a word up", {...}) and register_tool("look_up", "Looks a word up", ...).
  for (const Index row : rows) {
    const Expression& e = m.at(row);
    const std::size_t first = e.kind == ExpressionKind::call ? 1 : 0;
    const bool typed = e.kind == ExpressionKind::call || std::ranges::any_of(e.parts, [&](Index part) { const Index at = names.literal_of(part); return at != kNone && m.at(at).kind == ExpressionKind::map && (m.member(m.at(at), "properties") != kNone || m.member(m.at(at), "type") != kNone); });
    if (!typed || out.tools.size() >= kMostTools || e.parts.size() < first + 2) continue;
    const std::string name = names.string_value(e.parts[first]).value_or(""), description = names.string_value(e.parts[first + 1]).value_or("");
    if (!name.empty() && name.size() <= 100 && name.find(' ') == std::string::npos && description.find(' ') != std::string::npos) out.tools.push_back({name, description, row});
  }
  if (handler != kNone) out.dispatch = handler;
  return lists && calls && (says_who || !out.tools.empty());
}

void raw_server_roles(const Names& names, std::vector<Role>& out) {
  if (names.imports("mcp") || names.imports("fastmcp") || names.imports("@modelcontextprotocol/sdk")) return;
  RawServer server;
  if (!read_raw_server(names, server)) return;
  const Module& m = names.module();
  std::unordered_map<std::string_view, Index> kept;  // {"run_report": run_report}
  for (const Expression& e : m.expressions)
    if (e.kind == ExpressionKind::map)
      for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k)
        if (const Index f = names.local_function(e.parts[k]); f != kNone) kept.try_emplace(e.names[k], f);
  std::unordered_map<std::string_view, std::size_t> branches;  // by the word that a test compares with
  for (std::size_t b = 0; b < m.branches.size(); ++b)
    if (const Expression& test = m.at(m.branches[b].test); test.text == "compare")
      for (const Index part : test.parts)
        if (m.at(part).kind == ExpressionKind::string) branches.try_emplace(m.at(part).text, b);
  if (server.dispatch != kNone) out.push_back({.kind = RoleKind::mcp_dispatch, .function = server.dispatch, .name = "tools/call", .spot = server.spot});
  for (const RawTool& tool : server.tools) {
    Role role{.kind = RoleKind::mcp_tool, .name = tool.name, .description = tool.description, .declared = tool.declared, .spot = m.at(tool.declared).spot};
    if (const auto found = kept.find(tool.name); found != kept.end()) role.function = found->second;
    if (m.at(tool.declared).kind != ExpressionKind::map)  // the function beside the name
      for (const Index part : m.at(tool.declared).parts)
        if (role.function == kNone) role.function = names.local_function(part);
    for (const char* key : {"handler", "execute", "func", "fn", "function", "run", "callback"})
      if (const Index given = m.member(m.at(tool.declared), key); given != kNone && role.function == kNone) role.function = names.local_function(given);
    if (const auto found = branches.find(tool.name); found != branches.end() && role.function == kNone) role.function = handed_to(names, m.branches[found->second]);
    for (Index f = 0; f < m.functions.size() && role.function == kNone; ++f)
      if (is_named_after(m.functions[f].name, tool.name)) role.function = f;
    if (const Index schema = names.literal_of(m.member(m.at(tool.declared), "inputSchema")); schema != kNone && m.at(schema).kind == ExpressionKind::map)
      if (const Index properties = names.literal_of(m.member(m.at(schema), "properties")); properties != kNone && m.at(properties).kind == ExpressionKind::map)
        for (const std::string& name : m.at(properties).names)
          if (!name.empty() && name != "*") role.parameters.push_back(name);
    out.push_back(std::move(role));
  }
}

}  // namespace stormwatch::code
