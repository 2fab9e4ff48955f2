// SPDX-License-Identifier: Apache-2.0
// Class Follower, the part that says what reaches where it does harm.
#include <algorithm>
#include <fmt/format.h>

#include "code/conversions.h"
#include "code/follower.h"

namespace stormwatch::code {

namespace {
constexpr std::size_t kMaxPrograms = 1000;
}

/// The element of a process's argument list that names the program; kNone when the argument is no list known here. A parameter
/// is what the callers in this file pass, if all of them pass lists: their first elements go to `programs`.
bool Follower::programs_of(Index argument, std::vector<Index>& programs, int depth) const {
  if (argument == kNone || depth > 6 || programs.size() > kMaxPrograms) return false;
  const Expression& e = m_.at(argument);
  if (e.kind == ExpressionKind::list) {
    if (e.parts.empty()) return false;
    programs.push_back(e.parts[0]);
    return true;
  }
  if ((e.kind == ExpressionKind::unknown || e.kind == ExpressionKind::format) && !e.parts.empty()) return m_.at(e.parts[0]).kind != ExpressionKind::string && programs_of(e.parts[0], programs, depth + 1);
  if (e.kind != ExpressionKind::name) return false;
  if (const Index bound = names_.binding(argument); bound != kNone && bound != argument && m_.at(bound).owner == e.owner) return programs_of(bound, programs, depth + 1);
  for (Index f = e.owner; f != kNone; f = m_.functions[f].owner) {
    const auto& parameters = m_.functions[f].parameters;
    const auto found = std::ranges::find(parameters, e.text, &Parameter::name);
    if (found == parameters.end()) continue;
    const std::size_t first = !parameters.empty() && one_of(parameters[0].name, {"self", "cls"}) ? 1 : 0;
    const auto position = static_cast<std::size_t>(found - parameters.begin()) - first;
    bool called = false;
    const auto callers = callers_.find(f);
    if (callers == callers_.end()) return false;
    for (const Index at : callers->second) {
      if (++steps_ > kMaxSteps) return false;
      const Expression& call = m_.at(at);
      const Index given = m_.argument(call, position, e.text);
      if (given == kNone) continue;
      if (!programs_of(given, programs, depth + 1)) return false;
      called = true;
    }
    return called;
  }
  const Index bound = names_.binding(argument);
  return bound != kNone && bound != argument && programs_of(bound, programs, depth + 1);
}

/// Null when nothing foreign reaches it, or it is known already.
Flow* Follower::record(std::string_view what, Effect effect, Index call, Index owner, const Taint& t, bool unused, bool guarded) {
  if (!last_) return nullptr;
  const std::uint32_t labels = effective(t, owner);
  if (!labels || !seen_.emplace(call, std::string(what)).second) return nullptr;
  Flow f;
  f.labels = labels;
  f.what = what;
  f.effect = effect;
  f.call = call;
  f.owner = owner;
  f.origin = origin_of(t, owner);
  f.guarded = guarded;
  f.unused = unused;
  Guard guard = guards_.approved(m_.at(call).begin, f.origin == kNone ? 0 : m_.at(f.origin).begin);
  if (guard.kind == Guard::Kind::none && !effective_bare(t, owner)) guard = guard_of(t, owner);
  if (guard.kind != Guard::Kind::none) {
    f.guarded = true;
    f.approved = guard.kind == Guard::Kind::approval;
    f.guard = fmt::format("{} in line {}", f.approved ? "a person agrees" : "a check", guard.line);
  }
  flows_.push_back(std::move(f));
  return &flows_.back();
}

/// Every name in the argument that carries foreign data was tested.
bool Follower::is_guarded(Index argument, Index owner) const {
  bool any = false, all = true;
  const auto look = [&](Index i) {
    const Expression& e = m_.at(i);
    if (e.kind != ExpressionKind::name) return;
    const Taint t = read_name(owner, symbols_.of(i));
    if (!effective(t, owner)) return;
    if (guards_.looked_at(owner, e.text)) any = true;
    else all = false;
  };
  const Index literal = names_.literal_of(argument);
  if (literal != argument && literal != kNone && m_.at(literal).owner == owner && guards_.looked_at(owner, m_.at(argument).text)) return true;
  each_part(literal != kNone && m_.at(literal).owner == owner ? literal : argument, look);
  return any && all;
}

bool Follower::parses_text() const {
  if (!parses_text_)
    parses_text_ = std::ranges::any_of(m_.expressions, [&](const Expression& e) { return e.kind == ExpressionKind::call && one_of(names_.callee(e), {"json.loads", "ast.literal_eval", "bson.json_util.loads"}); }) ? 1 : -1;
  return parses_text_ > 0;
}

void Follower::sinks(Index i, const Expression& e, Index owner, bool unused) {
  const CallEffect effect = effect_of(names_, e);
  if (!effect.what.empty() && effect.argument != kNone) {
    Taint reached;
    const Index literal = names_.literal_of(effect.argument);
    const bool is_list = literal != kNone && m_.at(literal).kind == ExpressionKind::list;
    if (std::vector<Index> programs; effect.what == "process" && programs_of(effect.argument, programs)) {
      // Only who chooses the program runs what he likes; further arguments are the program's to understand.
      for (const Index program : programs) {
        Taint own = taint(program, m_.at(program).owner);
        if (m_.at(program).owner != owner) own = {.labels = effective(own, m_.at(program).owner), .origin = own.origin, .bare = effective_bare(own, m_.at(program).owner), .guard = guard_of(own, m_.at(program).owner)};
        reached.add(own);
      }
    } else if (effect.what == "shell" && is_list && names_.boolean_value(m_.keyword(e, "shell")) != true) {
      for (std::size_t k = 2; k < m_.at(literal).parts.size(); ++k) reached.add(taint(m_.at(literal).parts[k], owner));
    } else {
      reached = taint(effect.argument, owner);
    }
    bool harmless = false;
    if (effect.what == "url") {
      // A constant host with a variable path or query is no request forgery.
      const std::string pattern = names_.pattern_of(effect.argument);
      const auto scheme = pattern.find("://");
      harmless = reached.below || (scheme != std::string::npos && pattern.find('/', scheme + 3) != std::string::npos && pattern.substr(0, pattern.find('/', scheme + 3)).find("{}") == std::string::npos);
    }
    if (!harmless) record(effect.what, effect.effect, i, owner, reached, unused, is_guarded(effect.argument, owner));
  }
  if (effect.effect == Effect::send || effect.effect == Effect::message || effect.effect == Effect::fetch) {
    Taint sent;
    for (std::size_t k = 1; k < e.parts.size(); ++k) {
      if (k < e.names.size() && one_of(e.names[k], {"headers", "auth", "timeout", "verify", "cert", "cookies"})) continue;
      sent.add(taint(e.parts[k], owner));
    }
    record("network", effect.effect, i, owner, sent, unused);
  }
  // A filter that was parsed from text may hold operators ({"$gt": ""}) where a value was meant.
  if (const Expression& method = m_.at(e.parts[0]); method.kind == ExpressionKind::attribute && one_of(method.text, {"find", "find_one", "aggregate", "delete_many", "update_many", "count_documents"}) && e.parts.size() > 1 && (names_.imports("pymongo") || names_.imports("motor")) && parses_text())
    record("nosql", Effect::database, i, owner, taint(e.parts[1], owner), unused, is_guarded(e.parts[1], owner));
  if (const Expression& method = m_.at(e.parts[0]); method.kind == ExpressionKind::attribute && one_of(method.text, {"format", "format_map"}) && m_.at(method.parts[0]).kind == ExpressionKind::name && e.parts.size() > 1)
    record("format", Effect::none, i, owner, taint(method.parts[0], owner), unused, is_guarded(method.parts[0], owner));
  system_prompts(i, e, owner);
}

}  // namespace stormwatch::code
