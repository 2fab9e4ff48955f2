// SPDX-License-Identifier: Apache-2.0
// What the code of a server says to the model later than its description did: texts in results, resources and prompts that give orders, and
// descriptions that change after a user has read them.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/tool_text.h"
#include "collect/understanding/possible_values.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;
using code::Role;

/// Something in the expression, or in what its names were last set to, is fetched.
bool comes_from_elsewhere(const View& v, Index given) {
  std::vector<Index> stack{given};
  for (int steps = 0; !stack.empty() && steps < 60; ++steps) {
    const Index i = stack.back();
    stack.pop_back();
    if (i == kNone) continue;
    const Expression& e = v.module.at(i);
    if (e.kind == ExpressionKind::call) {
      const Effect effect = code::effect_of(v.names, e).effect;
      if (effect == Effect::fetch || effect == Effect::send) return true;
    }
    if (e.kind == ExpressionKind::name) stack.push_back(v.names.binding(i) == i ? kNone : v.names.binding(i));
    stack.insert(stack.end(), e.parts.begin(), e.parts.end());
  }
  return false;
}

/// A parameter of the function around it, or a member of one: a library's setter hands on what its caller says.
bool is_handed_through(const View& v, Index value) {
  while (v.module.at(value).kind == ExpressionKind::attribute || v.module.at(value).kind == ExpressionKind::subscript) value = v.module.at(value).parts[0];
  const Expression& root = v.module.at(value);
  if (root.kind != ExpressionKind::name) return false;
  for (Index f = root.owner; f != kNone; f = v.module.functions[f].owner)
    for (const code::Parameter& p : v.module.functions[f].parameters)
      if (p.name == root.text || std::ranges::find(p.bound, root.text) != p.bound.end()) return true;
  return false;
}

/// The variable holds what registering a tool gave back, or the definition of one.
bool is_registered_tool(const View& v, Index object) {
  const Index made = v.names.literal_of(object);
  if (made == kNone) return false;
  if (std::ranges::any_of(v.roles, [&](const Role& r) { return r.declared == made && r.kind != code::RoleKind::route; })) return true;
  return v.module.at(made).kind == ExpressionKind::call && (v.names.callee(v.module.at(made)).ends_with(".Tool") || v.names.callee(v.module.at(made)) == "Tool");
}

/// The sign that the text instructs the model behind the user's back; empty: none that is certain.
std::string order_in(const View& v, std::string_view text) {
  const auto nowhere = [&](std::size_t) { return v.place({}); };
  for (const Sighting& hit : read_tool_text({text, nowhere, {}, nowhere}))
    if (hit.what == "hidden-instruction" && hit.confidence == Confidence::high) return hit.subject;
  return {};
}

bool instructs_model(const View& v, std::string_view text) { return !order_in(v, text).empty(); }

/// `function.__doc__ = text` of a tool.
void changed_documentation(View& v, const code::Statement& s, const Expression& target) {
  const Index f = v.names.local_function(target.parts[0]);
  if (f == kNone) return;
  const std::string text = v.names.pattern_of(s.value);
  const bool instructs = instructs_model(v, text);
  if (!instructs) {
    if (std::ranges::none_of(v.roles, [&](const Role& r) { return r.function == f; })) return;
    // A text put together from the tool's own is a way to write long ones.
    if (v.text_of(s.value).find("__doc__") != std::string_view::npos) return;
    if (!text.empty() && text.find("{}") == std::string::npos && !v.names.imports("mcp") && !v.names.imports("fastmcp")) return;
  }
  sight(v, "dangerous-command", "description-changed", fmt::format("the description of {} is replaced while the program runs", v.module.functions[f].name), s.targets[0], instructs ? Confidence::high : Confidence::medium);
}

/// `tool.description = text`, `tool.update({description: text})` of a tool that was registered.
void changed_tool(View& v, Index object, Index text_at, Index place) {
  if (v.module.at(object).kind != ExpressionKind::name || is_handed_through(v, text_at)) return;
  const std::string text = v.names.pattern_of(text_at);
  const bool instructs = instructs_model(v, text), constant = !text.empty() && text.find("{}") == std::string::npos;
  if (!instructs && (constant || !is_registered_tool(v, object))) return;
  if (instructs && !is_registered_tool(v, object) && !holds(v.module.at(object).text, {"tool", "Tool"})) return;
  sight(v, "dangerous-command", "description-changed", fmt::format("the description of {} is replaced while the program runs", v.module.at(object).text), place, instructs ? Confidence::high : Confidence::medium);
}

/// A tool's description is set again while the program runs, or taken from a file, the network or the environment.
void changing_descriptions(View& v) {
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.targets.size() != 1 || s.value == kNone || v.module.at(s.value).kind == ExpressionKind::none) continue;
    const Expression& target = v.module.at(s.targets[0]);
    if (target.kind != ExpressionKind::attribute) continue;
    if (target.text == "__doc__") changed_documentation(v, s, target);
    else if (target.text == "description") changed_tool(v, target.parts[0], s.value, s.targets[0]);
  }
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || v.module.at(e.parts[0]).kind != ExpressionKind::attribute || v.module.at(e.parts[0]).text != "update") continue;
    if (const Index text = v.module.keyword(e, "description"); text != kNone) changed_tool(v, v.module.at(e.parts[0]).parts[0], text, i);
  }
  for (const code::Role& r : v.roles) {
    if (r.declared == kNone || v.module.at(r.declared).kind != ExpressionKind::call) continue;
    const Index given = v.module.keyword(v.module.at(r.declared), "description");
    if (comes_from_elsewhere(v, given)) sight(v, "dangerous-command", "description-changed", fmt::format("the description of {} is fetched while the program runs", r.name), given);
  }
}

/// Functions that answer tools/list.
std::set<Index> list_handlers(const View& v) {
  std::set<Index> found;
  for (Index f = 0; f < v.module.functions.size(); ++f)
    for (const Index d : v.module.functions[f].decorators) {
      const Expression& e = v.module.at(d);
      const Expression& name = e.kind == ExpressionKind::call ? v.module.at(e.parts[0]) : e;
      if (name.text == "list_tools") found.insert(f);
    }
  for (const Expression& e : v.module.expressions)
    if (e.kind == ExpressionKind::call && e.parts.size() > 2 && v.module.at(e.parts[0]).text == "setRequestHandler" && v.module.at(e.parts[1]).text.find("ListTools") != std::string::npos)
      if (const Index f = v.names.local_function(e.parts.back()); f != kNone) found.insert(f);
  return found;
}

/// The variable of a loop or comprehension is taken from a call of a function that fetches, or from what is fetched.
bool is_from_fetched_list(const View& v, const PossibleValues& values, Index value) {
  while (v.module.at(value).kind == ExpressionKind::attribute || v.module.at(value).kind == ExpressionKind::subscript) value = v.module.at(value).parts[0];
  if (v.module.at(value).kind != ExpressionKind::name) return false;
  const std::string& name = v.module.at(value).text;
  return std::ranges::any_of(v.module.statements, [&](const code::Statement& s) {
    if (s.kind != code::StatementKind::iterate || s.value == kNone || std::ranges::none_of(s.targets, [&](Index t) { return v.module.at(t).text == name; })) return false;
    if (comes_from_elsewhere(v, s.value)) return true;
    const Expression& list = v.module.at(s.value);
    const Index maker = list.kind == ExpressionKind::call ? v.names.local_function(list.parts[0]) : kNone;
    if (maker == kNone) return false;
    const std::set<Index> reached = values.reached_from(maker);
    return std::ranges::any_of(v.module.expressions, [&](const Expression& e) {
      if (e.kind != ExpressionKind::call || !reached.contains(e.owner)) return false;
      const Effect effect = code::effect_of(v.names, e).effect;
      return effect == Effect::fetch || effect == Effect::send;
    });
  });
}

/// A list of tools whose descriptions are fetched each time it is asked for.
void fetched_lists(View& v, const PossibleValues& values, const std::set<Index>& handlers) {
  for (const Index f : handlers) {
    const std::set<Index> reached = values.reached_from(f);
    for (Index i = 0; i < v.module.expressions.size(); ++i) {
      const Expression& e = v.module.at(i);
      if ((e.kind != ExpressionKind::call && e.kind != ExpressionKind::map) || !reached.contains(e.owner)) continue;
      const Index given = e.kind == ExpressionKind::call ? v.module.keyword(e, "description") : v.module.member(e, "description");
      if (given == kNone || (!comes_from_elsewhere(v, given) && !is_from_fetched_list(v, values, given))) continue;
      sight(v, "dangerous-command", "description-changed", "the descriptions of the tools are fetched each time they are listed", given);
      break;
    }
  }
}

/// Texts in the code of a server that instruct a model behind its user's back: results, errors, prompts it writes, files it leaves for
/// agents. Those kept under a name of the file count where a function of a tool uses the name.
void instructing_texts(View& v, const PossibleValues& values, const std::set<Index>& handlers) {
  std::set<Index> spoken = handlers;
  for (const Index f : handlers) spoken.merge(values.reached_from(f));
  const auto is_spoken = [&](Index owner) { return owner != kNone && (values.is_reached(owner) || spoken.contains(owner)); };
  std::set<Index> documentation;  // judged as what the tool says of itself
  for (const code::Statement& s : v.module.statements)
    if (s.kind == code::StatementKind::expression && s.value != kNone) documentation.insert(s.value);
  std::set<std::uint32_t> lines;
  const auto judge = [&](Index at, Index shown_at) {
    const Expression& e = v.module.at(at);
    if (lines.contains(e.spot.line)) return;
    const std::string text = e.kind == ExpressionKind::string ? e.text : v.names.pattern_of(at);
    if (text.size() < 40) return;
    const std::string order = order_in(v, text);
    if (order.empty()) return;
    lines.insert(e.spot.line);
    sight(v, "hidden-instruction", order, "a text in the code of a tool instructs the model", shown_at);
  };
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (!is_spoken(e.owner) || documentation.contains(i)) continue;
    if (e.kind == ExpressionKind::name) {
      const Index made = v.names.literal_of(i);
      if (made != kNone && made != i && v.module.at(made).owner == kNone && (v.module.at(made).kind == ExpressionKind::string || v.module.at(made).kind == ExpressionKind::format)) judge(made, i);
    } else if (e.kind == ExpressionKind::string || e.kind == ExpressionKind::format) {
      judge(i, i);
    }
  }
}

}  // namespace

void observe_planted_text(View& v, const PossibleValues& values) {
  if (v.owners.empty()) return;
  const std::set<Index> handlers = list_handlers(v);
  changing_descriptions(v);
  fetched_lists(v, values, handlers);
  instructing_texts(v, values, handlers);
}

}  // namespace stormwatch::collect
