// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/tool_promises.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/understanding/deeds.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

constexpr int kMostParts = 400;  // of one registration

/// `true`, and mcp.ToBoolPtr(true), of Go.
std::optional<bool> flag_of(const View& v, Index value) {
  if (value == kNone) return std::nullopt;
  if (const auto flag = v.names.boolean_value(value)) return flag;
  const Expression& e = v.module.at(value);
  return e.kind == ExpressionKind::call && e.parts.size() == 2 ? v.names.boolean_value(e.parts[1]) : std::nullopt;
}

/// "Get the weather of a city": the first word is one of reading, and none of what follows says that something is changed.
bool says_it_looks_up(std::string_view description) {
  std::string text;
  for (const char c : lower(first_part(description))) text += std::isalnum(static_cast<unsigned char>(c)) ? c : ' ';
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return false;
  const std::string_view first = std::string_view(text).substr(begin, text.find(' ', begin) - begin);
  static constexpr std::string_view verbs[] = {"get", "list", "read", "search", "find", "look", "lookup", "show", "retrieve", "return", "check", "view", "count", "describe", "inspect", "query", "fetch"};
  const bool reads = std::ranges::any_of(verbs, [&](std::string_view verb) { return first == verb || (first.size() <= verb.size() + 2 && first.starts_with(verb.substr(0, verb.size() - (verb.ends_with('y') ? 1 : 0))) && first.ends_with('s')); });
  return reads && !holds(text, {"delet", "remov", "clean", "purg", "clear", "drop", "eras", "expir", "prun", "reset", "mov", "replac", "overwrit", "updat", "writ", "sav", "stor", "creat", "send", "mail", "messag", "notif", "post", "alert", "pay", "charg", "refund", "transfer", "order", "book",
                                "execut", "run", "modif", "chang", "manag", "cancel", "consum", "pop", "download", "export", "convert", "generat", "instal", "and then", "archiv", "rotat", "revok", "regist", "log"});
}

/// Where a registration's hints stand: f(..., {annotations: {readOnlyHint: true}}), ToolAnnotations(readOnlyHint=True), [McpServerTool(ReadOnly = true)].
void read_hint(const View& v, std::string_view name, Index value, ToolHints& hints) {
  if (one_of(name, {"readOnlyHint", "ReadOnlyHint", "ReadOnly", "read_only_hint"})) hints.read_only = flag_of(v, value);
  else if (one_of(name, {"destructiveHint", "DestructiveHint", "Destructive", "destructive_hint"})) hints.destructive = flag_of(v, value);
}

void broken(View& v, const code::Role& role, const std::vector<Done>& deeds, std::initializer_list<Deed> against, std::string_view subject, std::string_view promise, Confidence confidence) {
  const auto found = std::ranges::find_if(deeds, [&](const Done& done) { return std::ranges::find(against, done.deed) != against.end(); });
  if (found == deeds.end()) return;
  const std::string beyond = found->beyond.empty() ? std::string() : ", which goes on to " + found->beyond;
  sight(v, "insecure-setting", std::string(subject), fmt::format("tool {} {} and {}: {}{}", role.name, promise, found->told, v.names.callee(v.module.at(found->call)), beyond), found->call, found->beyond.empty() ? confidence : Confidence::medium);
}

}  // namespace

ToolHints hints_of(const View& v, const code::Role& role) {
  ToolHints hints;
  std::vector<Index> stack{role.declared};
  std::set<Index> seen;
  for (int steps = 0; !stack.empty() && steps < kMostParts; ++steps) {
    const Index i = stack.back();
    stack.pop_back();
    if (i == kNone || !seen.insert(i).second) continue;
    const Expression& e = v.module.at(i);
    if (e.kind == ExpressionKind::call) {
      const std::string_view last = last_of(v.names.callee(e));
      if (last == "WithReadOnlyHintAnnotation") hints.read_only = flag_of(v, v.module.argument(e, 0));
      else if (last == "WithDestructiveHintAnnotation") hints.destructive = flag_of(v, v.module.argument(e, 0));
    }
    for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k) read_hint(v, e.names[k], e.parts[k], hints);
    if (e.kind == ExpressionKind::name)
      if (const Index made = v.names.literal_of(i); made != i) stack.push_back(made);
    stack.insert(stack.end(), e.parts.begin(), e.parts.end());
  }
  return hints;
}

void observe_promises(View& v) {
  if (v.source.context == "test" || v.source.context == "vendored") return;
  for (const code::Role& r : v.roles) {
    if (r.kind != code::RoleKind::mcp_tool && r.kind != code::RoleKind::tool) continue;
    if (r.function == kNone) continue;
    const ToolHints hints = hints_of(v, r);
    const bool looks_up = says_it_looks_up(r.description);
    if (!hints.read_only && !hints.destructive && !looks_up) continue;
    const std::vector<Done> deeds = deeds_of(v, r.function);
    if (deeds.empty()) continue;
    if (hints.read_only == true) broken(v, r, deeds, {Deed::writes, Deed::deletes, Deed::sends, Deed::runs}, "promise-read-only", "is annotated as read-only", Confidence::high);
    else if (hints.destructive == false) broken(v, r, deeds, {Deed::deletes, Deed::runs}, "promise-not-destructive", "is annotated as not destructive", Confidence::high);
    else if (looks_up && hints.read_only != false && hints.destructive != true) broken(v, r, deeds, {Deed::deletes, Deed::sends}, "promise-looks-up", "says that it looks something up", Confidence::medium);
  }
}

}  // namespace stormwatch::collect
