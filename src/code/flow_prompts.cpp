// SPDX-License-Identifier: Apache-2.0
// Class Follower, the part that says what reaches instructions of a model: the system role, `instructions=` of an agent, the holes of a
// system template. Messages of users and results of tools are where foreign text belongs: they are no sinks.
#include <algorithm>

#include "base/text.h"
#include "code/follower.h"

namespace stormwatch::code {

namespace {

constexpr std::size_t kMostHoles = 100;
constexpr std::uint32_t kElsewhere = kWebContent | kToolResult | kRetrieved;

bool is_system_role(const Names& names, Index role) {
  if (role == kNone) return false;
  if (one_of(names.string_value(role).value_or(""), {"system", "developer"})) return true;
  return one_of(last_of(names.qualified(role)), {"SYSTEM", "DEVELOPER"});
}

/// A call that keeps the text as a system message: SystemMessage(x), history.AddSystemMessage(x), SystemMessage.from(x).
bool makes_system_message(std::string_view name) {
  const auto last = last_of(name);
  if (one_of(last, {"SystemMessage", "SystemPromptPart", "SystemChatMessage", "AddSystemMessage", "addSystemMessage"})) return true;
  if (last == "system" && holds(name, "ChatClient")) return true;  // Spring: client.prompt().system(x)
  return one_of(last, {"from_template", "fromTemplate", "from", "systemMessage"}) && holds(name, "SystemMessage");
}

/// Agents, models and chains are made with instructions; so are the settings that some take.
bool takes_instructions(const Names& names, const Expression& e, std::string_view last) {
  if (last.empty()) return false;
  return (last[0] >= 'A' && last[0] <= 'Z') || is_model_call(names, e) || holds(lower(last), {"agent"});
}

/// "{context}" and "{docs}" of "Answer from {context} and {docs}".
void holes_of(const std::string& text, std::set<std::string, std::less<>>& holes) {
  for (auto at = text.find('{'); at != std::string::npos && holes.size() < kMostHoles; at = text.find('{', at + 1)) {
    const auto end = text.find_first_of("{}", at + 1);
    if (end == std::string::npos) return;
    if (text[end] == '}' && end > at + 1 && end - at < 40) holes.insert(text.substr(at + 1, end - at - 1));
  }
}

}  // namespace

/// {"role": "system", "content": x} and ("system", x).
bool Follower::is_system_message(const Expression& e) const {
  if (e.kind == ExpressionKind::map) return is_system_role(names_, m_.member(e, "role"));
  return e.kind == ExpressionKind::list && e.parts.size() == 2 && m_.at(e.parts[0]).kind == ExpressionKind::string && one_of(m_.at(e.parts[0]).text, {"system", "developer"});
}

/// The part of a system message that is its text.
bool Follower::carries_text(const Expression& e, std::size_t k) {
  return e.kind == ExpressionKind::list ? k == 1 : k < e.names.size() && one_of(e.names[k], {"content", "parts", "text"});
}

/// The text of a system template that this expression makes; kNone.
Index Follower::system_template(const Expression& e) const {
  if (e.kind == ExpressionKind::list && is_system_message(e)) return e.parts[1];
  if (e.kind == ExpressionKind::call && one_of(last_of(names_.callee(e)), {"from_template", "fromTemplate"}) && holds(names_.callee(e), "SystemMessage")) return m_.argument(e, 0);
  return kNone;
}

/// Names of the holes in system templates of this file, and of what is made with such a template: {"context": docs} fills the hole of
/// ("system", "Answer from {context}") when it goes through `prompt` or a chain with it.
/// Whether the file writes instructions of a model, or calls one: where it does neither, text that a function brings in reaches none.
bool Follower::writes_instructions() const {
  return std::ranges::any_of(m_.expressions, [&](const Expression& e) {
    if (e.kind == ExpressionKind::string) return one_of(e.text, {"system", "developer"});
    if (e.kind == ExpressionKind::attribute) return one_of(e.text, {"system_prompt", "instructions", "dynamic_prompt"});
    if (e.kind != ExpressionKind::call) return false;
    if (holds(names_.callee(e), {"SystemMessage", "SystemPrompt", "system"}) || is_model_call(names_, e)) return true;
    return std::ranges::any_of(e.names, [](const std::string& name) { return name.starts_with("system") || one_of(name, {"instructions", "backstory"}); });
  });
}

void Follower::find_system_holes() {
  for (const Expression& e : m_.expressions)
    if (const Index text = system_template(e); text != kNone)
      if (const auto written = names_.string_value(text)) holes_of(*written, system_holes_);
  if (system_holes_.empty()) return;
  for (const Statement& s : m_.statements)
    if (s.kind == StatementKind::assign && s.value != kNone && holds_template(s.value))
      for (const Index t : s.targets) with_holes_.insert(m_.at(t).text);
}

bool Follower::holds_template(Index root) const {
  bool found = false;
  each_part(root, [&](Index i) {
    const Expression& e = m_.at(i);
    if (e.kind == ExpressionKind::name || e.kind == ExpressionKind::attribute) found = found || with_holes_.contains(e.text);
    else if (const Index text = system_template(e); text != kNone) found = found || names_.string_value(text).has_value();
  });
  return found;
}

/// What is given by name to the holes: members of a map, keyword arguments of a call.
void Follower::fill_system_holes(Index i, Index owner) {
  const Expression& e = m_.at(i);
  for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k) {
    if (!system_holes_.contains(e.names[k])) continue;
    Taint given = taint(e.parts[k], owner);
    given.labels = effective(given, owner) & kElsewhere;
    given.parameters = given.bare_parameters = 0;
    record("system-prompt", Effect::model, i, owner, given, false);
  }
}

/// {"context": docs} | prompt | model
void Follower::pipeline(const Expression& e, Index owner) {
  if (system_holes_.empty() || e.text != "|") return;
  for (std::size_t k = 1; k < e.parts.size(); ++k)
    if (m_.at(e.parts[k - 1]).kind == ExpressionKind::map && holds_template(e.parts[k])) fill_system_holes(e.parts[k - 1], owner);
}

/// system=x, instructions=x, SystemMessage(x), ChatMessage(role=SYSTEM, content=x), and chains that fill a system template with documents.
void Follower::system_prompts(Index i, const Expression& e, Index owner) {
  const std::string& name = names_.callee(e);
  const auto last = last_of(name);
  const auto reaches = [&](Index given) {
    if (given == kNone) return;
    // instructions=build_prompt: what the function gives back.
    const Index made_by = names_.local_function(given);
    record("system-prompt", Effect::model, i, owner, made_by == kNone ? taint(given, owner) : Taint{.labels = returns_[made_by].labels, .origin = returns_[made_by].origin, .bare = returns_[made_by].bare}, false);
  };
  if (makes_system_message(name)) {
    const Index content = names_.option(e, "content");
    reaches(content == kNone ? m_.argument(e, 0) : content);
  } else if (std::ranges::find(e.names, "role") != e.names.end() && is_system_role(names_, m_.keyword(e, "role"))) {
    reaches(m_.keyword(e, "content"));
  } else if (takes_instructions(names_, e, last)) {
    for (const char* key : {"system", "instructions", "system_instruction", "system_prompt", "system_message", "backstory", "systemPrompt", "systemInstruction", "systemMessage"}) reaches(names_.option(e, key));
    if (one_of(last, {"create_react_agent", "createReactAgent"}))
      for (const char* key : {"prompt", "state_modifier", "messages_modifier", "messageModifier"}) reaches(names_.option(e, key));
  }
  if (system_holes_.empty()) return;
  if (one_of(last, {"create_stuff_documents_chain", "createStuffDocumentsChain"}) && system_holes_.contains("context") && std::any_of(e.parts.begin() + 1, e.parts.end(), [&](Index p) { return holds_template(p); })) record("system-prompt", Effect::model, i, owner, fresh(kRetrieved, i), false);
  const Expression& callee = m_.at(e.parts[0]);
  if (callee.kind != ExpressionKind::attribute || !one_of(callee.text, {"format_messages", "format_prompt", "partial", "formatMessages", "invoke", "ainvoke", "stream", "astream"}) || !holds_template(callee.parts[0])) return;
  fill_system_holes(i, owner);
  for (std::size_t k = 1; k < e.parts.size(); ++k)
    if (m_.at(e.parts[k]).kind == ExpressionKind::map) fill_system_holes(e.parts[k], owner);
}

}  // namespace stormwatch::code
