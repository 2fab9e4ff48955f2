// SPDX-License-Identifier: Apache-2.0
#include "code/flow.h"

#include <algorithm>
#include <tuple>

#include "code/conversions.h"
#include "code/foreign_text.h"
#include "code/follower.h"

namespace stormwatch::code {

namespace {
constexpr int kRounds = 4;
constexpr Index kSession = kNone - 1;  // in the place of a class: what streamlit keeps for a visitor
constexpr Key kNoField = ~Key{0};

Key session_key(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return Symbols::key(kSession, hash);
}

/// @agent.system_prompt, @agent.instructions: what the function gives back is a system prompt.
bool gives_instructions(const Names& names, Index function) {
  if (function == kNone) return false;
  return std::ranges::any_of(names.module().functions[function].decorators, [&](Index d) {
    const Expression& e = names.module().at(d);
    return one_of(last_of(e.kind == ExpressionKind::call ? names.callee(e) : names.qualified(d)), {"system_prompt", "instructions", "dynamic_prompt"});
  });
}

}  // namespace

Follower::Follower(const Names& names, const std::vector<Role>& roles, const FindFar& far)
    : names_(names), m_(names.module()), far_(far), symbols_(m_), guards_(names, symbols_, roles, far) {
  const std::size_t n = m_.functions.size();
  seeds_.assign(n, {});
  inflow_.assign(n, {});
  returns_.assign(n + 1, {});
  for (std::size_t f = 0; f < n; ++f) {
    seeds_[f].assign(m_.functions[f].parameters.size(), 0);
    inflow_[f].assign(m_.functions[f].parameters.size(), {});
    for (std::uint32_t i = 0; i < m_.functions[f].parameters.size(); ++i) {
      const Parameter& p = m_.functions[f].parameters[i];
      positions_[Symbols::key(static_cast<Index>(f), symbols_.number(p.name))].push_back(i);
      for (const std::string& b : p.bound)
        if (b != p.name) positions_[Symbols::key(static_cast<Index>(f), symbols_.number(b))].push_back(i);
    }
  }
  for (Index i = 0; i < m_.expressions.size(); ++i)
    if (m_.at(i).kind == ExpressionKind::call)
      if (const Index f = names_.local_function(m_.at(i).parts[0]); f != kNone) callers_[f].push_back(i);
  writes_instructions_ = writes_instructions();
  find_system_holes();
  for (const Import& i : m_.imports)
    if (i.name.empty()) module_names_.insert(i.alias);
  for (const Role& r : roles) {
    if (r.function == kNone) continue;
    is_tool_.insert(r.kind == RoleKind::route ? kNone : r.function);
    const auto& parameters = m_.functions[r.function].parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const std::string& p = parameters[i].name;
      if (r.given) {
        if (i < 64 && (r.given >> i & 1)) seeds_[r.function][i] |= r.kind == RoleKind::route ? kUserInput : kToolArgument;
        continue;
      }
      if (one_of(p, {"self", "cls", "ctx", "context", "run_context", "runtime", "extra", "db", "session", "run_manager", "res", "response", "next", "background_tasks", "settings", "config"})) continue;
      if (parameters[i].type.find("Context") != std::string::npos || parameters[i].type.find("Depends") != std::string::npos) continue;
      if (p.starts_with('_')) continue;
      if (parameters[i].value != kNone && names_.qualified(parameters[i].value).ends_with("Depends")) continue;
      if (r.kind == RoleKind::mcp_dispatch && p == "name") continue;
      if (one_of(parameters[i].type, {"int", "float", "bool", "Optional[int]", "int | None", "Optional[float]", ": number", ": boolean"})) continue;
      seeds_[r.function][i] |= r.kind == RoleKind::route ? kUserInput : kToolArgument;
    }
  }
}

Summary Follower::summarise(Index function) {
  Summary out;
  writes_instructions_ = true;  // who asks for the summary does
  const auto& parameters = m_.functions[function].parameters;
  out.has_object = !parameters.empty() && one_of(parameters[0].name, {"self", "cls"});
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    out.parameters.push_back(parameters[i].name);
    if (i < kMarks && (i || !out.has_object)) seeds_[function][i] |= kMark << i;
  }
  for (Flow& f : run().flows) {
    if (!one_of(f.what, {"exec", "eval", "shell", "process", "sql", "template", "deserialize", "system-prompt"}) || f.labels < kMark) continue;
    const Expression& call = m_.at(f.call);
    std::string beyond = !f.beyond.empty() ? std::move(f.beyond) : call.kind == ExpressionKind::call ? names_.callee(call) : std::string("the system prompt");
    out.sinks.push_back({f.labels / kMark, std::move(f.what), f.effect, f.guarded, f.approved, std::move(f.guard), std::move(beyond), call.spot});
  }
  const Taint& given = returns_[function];
  const bool checks = says_clean(m_.functions[function].name) || std::ranges::any_of(m_.statements, [&](const Statement& s) { return s.kind == StatementKind::raise && s.owner == function; });
  if (!checks) out.returned = given.labels / kMark | static_cast<std::uint32_t>(given.parameters & ((1U << kMarks) - 1));
  out.labels = given.labels & (kModelOutput | kUserInput | kWebContent | kToolResult | kRetrieved);
  out.judged = guards_.judged(function);
  out.refused = guards_.refused(function);
  out.asks = guards_.asks(function);
  out.insists = out.asks && guards_.insists(function);
  return out;
}

Flows Follower::run() {
  for (round_ = 0; round_ < kRounds; ++round_) {
    last_ = round_ + 1 == kRounds;
    changed_ = false;
    for (const Statement& s : m_.statements) statement(s);
    if (!changed_ && !last_) { round_ = kRounds - 2; }
  }
  Flows out;
  out.flows = std::move(flows_);
  std::ranges::sort(out.flows, {}, [&](const Flow& f) { return std::tuple(m_.at(f.call).begin, f.call, std::string_view(f.what)); });
  effects_of(names_, out);
  out.waits.resize(m_.functions.size());
  for (Index f = 0; f < m_.functions.size(); ++f) out.waits[f] = guards_.waits(f);
  return out;
}

Taint Follower::variable_named(Index name, Index at, Index owner) {
  if (const auto constant = names_.string_value(name)) return is_secret_name(*constant) ? fresh(kSecretVariable, at) : Taint{};
  const bool chosen = name != kNone && (effective_bare(taint(name, owner), owner) & (kToolArgument | kModelOutput | kUserInput));
  return chosen ? fresh(kCredential, at) : Taint{};
}

std::uint32_t Follower::effective(const Taint& t, Index owner) const {
  std::uint32_t labels = t.labels;
  if (owner != kNone)
    for (std::size_t i = 0; i < std::min<std::size_t>(64, inflow_[owner].size()); ++i)
      if (t.parameters >> i & 1) labels |= inflow_[owner][i].labels;
  return labels;
}

std::uint32_t Follower::effective_bare(const Taint& t, Index owner) const {
  std::uint32_t labels = t.bare;
  if (owner != kNone)
    for (std::size_t i = 0; i < std::min<std::size_t>(64, inflow_[owner].size()); ++i)
      if (t.bare_parameters >> i & 1) labels |= inflow_[owner][i].bare;
  return labels;
}

Guard Follower::guard_of(const Taint& t, Index owner) const {
  Guard found = t.guard;
  if (owner != kNone && found.kind == Guard::Kind::none)
    for (std::size_t i = 0; i < std::min<std::size_t>(64, inflow_[owner].size()); ++i)
      if ((t.parameters >> i & 1) && inflow_[owner][i].guard.kind > found.kind) found = inflow_[owner][i].guard;
  return found;
}

Index Follower::origin_of(const Taint& t, Index owner) const {
  if (t.origin != kNone) return t.origin;
  if (owner != kNone)
    for (std::size_t i = 0; i < std::min<std::size_t>(64, inflow_[owner].size()); ++i)
      if ((t.parameters >> i & 1) && inflow_[owner][i].origin != kNone) return inflow_[owner][i].origin;
  return kNone;
}

Taint Follower::read_name(Index owner, std::uint32_t name) const {
  for (Index scope = owner;; scope = m_.functions[scope].owner) {
    Taint found;
    bool known = false;
    const Key key = Symbols::key(scope, name);
    if (const auto at = store_.find(key); at != store_.end()) { found = at->second; known = true; }
    if (scope != kNone && !(known && replaced_.contains(key))) {
      if (const auto all = positions_.find(key); all != positions_.end()) {
        known = true;
        for (const std::uint32_t i : all->second) {
          found.labels |= seeds_[scope][i];
          found.bare |= seeds_[scope][i];
          if (i < 64) { found.parameters |= 1ULL << i; found.bare_parameters |= 1ULL << i; }
          found.below = !seeds_[scope][i] && !inflow_[scope][i].empty() && inflow_[scope][i].below;
        }
      }
    }
    if (known) {
      if (scope != owner) {
        const std::uint32_t labels = effective(found, scope), bare = effective_bare(found, scope);
        found.guard = guard_of(found, scope);
        found.labels = labels;
        found.bare = bare;
        found.parameters = found.bare_parameters = 0;
      }
      return found;
    }
    if (scope == kNone) return {};
  }
}

void Follower::write(Index target, const Taint& value, bool replace) {
  const Expression& e = m_.at(target);
  const auto add = [&](Taint& slot, const Taint& more) {
    const Taint before = slot;
    slot.add(more);
    changed_ |= before.labels != slot.labels || before.parameters != slot.parameters || before.bare != slot.bare || before.bare_parameters != slot.bare_parameters;
  };
  if (e.kind == ExpressionKind::name) {
    const Key key = Symbols::key(e.owner, symbols_.of(target));
    if (replace) { store_[key] = value; replaced_.insert(key); return; }
    if (!value.empty()) add(store_[key], value);
  } else if (e.kind == ExpressionKind::attribute || e.kind == ExpressionKind::subscript) {
    if (const Key field = field_of(e, target); field != kNoField) {
      Taint flat = value;
      flat.labels = effective(value, e.owner);
      flat.bare = effective_bare(value, e.owner);
      flat.guard = guard_of(value, e.owner);
      flat.parameters = flat.bare_parameters = 0;
      if (flat.labels) add(fields_[field], flat);
    } else if (!e.parts.empty()) write(e.parts[0], value, false);
  } else if (e.kind == ExpressionKind::list || e.kind == ExpressionKind::unknown) {
    for (const Index p : e.parts) write(p, value, false);
  }
}

/// The key of a field that is followed by its own name: self.x, and what streamlit keeps for a visitor; kNoField for other objects,
/// which are followed as one.
Key Follower::field_of(const Expression& e, Index i) const {
  if (e.kind == ExpressionKind::attribute && is_self(e.parts[0])) return Symbols::key(names_.class_of(e.owner), symbols_.of(i));
  if (e.parts.empty() || names_.qualified(e.parts[0]) != "streamlit.session_state") return kNoField;
  if (e.kind == ExpressionKind::attribute) return session_key(e.text);
  if (e.kind != ExpressionKind::subscript || e.parts.size() < 2) return kNoField;
  const auto name = names_.string_value(e.parts[1]);
  return name ? session_key(*name) : kNoField;
}

/// `import streamlit as st`: st.write(x) puts nothing into st.
bool Follower::is_module(Index i) const { return m_.at(i).kind == ExpressionKind::name && module_names_.contains(m_.at(i).text); }

bool Follower::is_self(Index i) const {
  const Expression& e = m_.at(i);
  return e.kind == ExpressionKind::name && (e.text == "self" || e.text == "this" || e.text == "cls");
}

void Follower::statement(const Statement& s) {
  of_call_.clear();
  Taint value = s.value == kNone ? Taint{} : taint(s.value, s.owner, s.kind == StatementKind::expression);
  switch (s.kind) {
    case StatementKind::assign:
    case StatementKind::enter:
      for (const Index t : s.targets) write(t, value, refers(s.value, t));
      break;
    case StatementKind::augment:
      // What is appended to an address cannot change its host.
      for (const Index t : s.targets)
        if (m_.at(t).kind == ExpressionKind::name && read_name(s.owner, symbols_.of(t)).below) value.below = true;
      [[fallthrough]];
    case StatementKind::iterate:
      for (const Index t : s.targets) write(t, value, false);
      break;
    case StatementKind::give: {
      const std::size_t slot = s.owner == kNone ? m_.functions.size() : s.owner;
      const Taint before = returns_[slot];
      returns_[slot].add(value);
      changed_ |= before.labels != returns_[slot].labels || before.parameters != returns_[slot].parameters || before.bare != returns_[slot].bare || before.bare_parameters != returns_[slot].bare_parameters;
      if (last_ && gives_instructions(names_, s.owner)) record("system-prompt", Effect::model, s.value, s.owner, value, false);
      if (last_ && s.owner != kNone && is_tool_.contains(s.owner) && (effective(value, s.owner) & (kCredential | kSecretVariable | kFileContent)))
        record(effective(value, s.owner) & (kCredential | kSecretVariable) ? "result" : "file-result", Effect::none, s.value, s.owner, value, false);
      break;
    }
    default: break;
  }
}

/// x = f(x): what x was before is gone.
bool Follower::refers(Index value, Index target) const {
  const Expression& t = m_.at(target);
  if (t.kind != ExpressionKind::name || value == kNone) return false;
  bool found = false;
  each_part(value, [&](Index i) { found |= m_.at(i).kind == ExpressionKind::name && m_.at(i).text == t.text; });
  return found;
}

Taint Follower::taint(Index i, Index owner, bool unused) {
  if (i == kNone) return {};
  const Expression& e = m_.at(i);
  switch (e.kind) {
    case ExpressionKind::name: {
      if (e.text == "request" && names_.qualified(i).starts_with("flask")) return fresh(kUserInput, i);
      Taint found = read_name(owner, symbols_.of(i));
      if (!found.empty()) found.cover(guards_.checked(i));
      return found;
    }
    case ExpressionKind::attribute: {
      Taint found = taint(e.parts[0], owner);
      if (const Key field = field_of(e, i); field != kNoField) {
        const auto at = fields_.find(field);
        found = at == fields_.end() ? Taint{} : at->second;
      }
      const std::string& name = names_.qualified(i);
      if (name == "os.environ" || name == "process.env") return fresh(kEnvironment, i);
      if (name.starts_with("process.env.")) return is_secret_name(e.text) ? fresh(kSecretVariable, i) : Taint{};
      if (name.starts_with("flask.request.")) return fresh(kUserInput, i);
      if (one_of(e.text, {"status_code", "ok", "status", "returncode", "shape", "size", "length", "name", "suffix", "stem", "usage"}) && !found.parameters && !(e.text == "name" && (found.labels & kUserInput))) return {};  // who uploads a file names it
      return found;
    }
    case ExpressionKind::subscript: {
      if (const Key field = field_of(e, i); field != kNoField) {
        const auto at = fields_.find(field);
        return at == fields_.end() ? Taint{} : at->second;
      }
      Taint found;
      for (std::size_t k = 0; k < e.parts.size(); ++k) {
        const Taint part = taint(e.parts[k], owner);
        if (k == 0) found = part;
      }
      if (!e.parts.empty() && (found.labels & kEnvironment) && e.parts.size() > 1) {
        return variable_named(e.parts[1], i, owner);
      }
      return found;
    }
    case ExpressionKind::call: {
      // Empty while it is worked out: a program that is looked for behind a name may be what the call itself gives.
      if (const auto [known, first] = of_call_.try_emplace(i); !first) return known->second;
      Taint found = call(i, e, owner, unused);
      if (const std::uint32_t brought = foreign_text_of(names_, e)) found.add(fresh(brought, i));
      of_call_[i] = found;
      return found;
    }
    case ExpressionKind::unknown:
      if (e.text == "compare") { for (const Index p : e.parts) taint(p, owner); return {}; }
      [[fallthrough]];
    case ExpressionKind::format:
    case ExpressionKind::list:
    case ExpressionKind::map: {
      Taint all;
      Taint start;
      const bool system = last_ && is_system_message(e);
      for (std::size_t k = 0; k < e.parts.size(); ++k) {
        const Taint part = taint(e.parts[k], owner);
        if (k == 0) start = part;
        all.add(part);
        if (system && carries_text(e, k)) record("system-prompt", Effect::model, i, owner, part, false);
      }
      if (last_ && e.kind == ExpressionKind::unknown) pipeline(e, owner);
      const bool after_own = e.parts.size() > 1 && start.empty() && all.below;  // own + "/" + data
      if (e.kind == ExpressionKind::format && !all.empty()) all.below = after_own || has_own_host(i, e, start);
      return all;
    }
    default: return {};
  }
}

/// A text that begins with a constant host, or with a value of the program itself, and a slash: what follows cannot change the host.
/// `start` is the taint of its first part.
bool Follower::has_own_host(Index i, const Expression& e, const Taint& start) const {
  const std::string pattern = names_.pattern_of(i);
  if (const auto scheme = pattern.find("://"); scheme != std::string::npos) {
    const auto slash = pattern.find_first_of("/?", scheme + 3);
    if (slash != std::string::npos && pattern.substr(0, slash).find("{}") == std::string::npos) return true;
  }
  if (pattern.starts_with('/') && !pattern.starts_with("//")) return true;  // after whatever host it is put
  // A parameter that callers within the file give the program's own values is the program's own.
  if (!start.empty() && (effective(start, e.owner) || e.owner == kNone)) return start.below;
  const std::string_view text(e.text);
  // "{}/..." with the program's own value first; the piece before the first hole may be a scheme.
  for (const std::string_view head : {"{}/", "{}?", "http://{}/", "https://{}/"})
    if (text.starts_with(head) || pattern.starts_with(head)) return true;
  return false;
}

Flows follow(const Names& names, const std::vector<Role>& roles, const FindFar& far) { return Follower(names, roles, far).run(); }

Summary summarise(const Names& names, Index function, const FindFar& far) { return Follower(names, {}, far).summarise(function); }

std::string_view name_of_label(std::uint32_t labels) {
  if (labels & kModelOutput) return "model output";
  if (labels & kToolArgument) return "tool argument";
  if (labels & kUserInput) return "user input";
  if (labels & kWebContent) return "fetched content";
  if (labels & kToolResult) return "result of a tool";
  if (labels & kRetrieved) return "retrieved text";
  if (labels & (kCredential | kSecretVariable)) return "credential";
  if (labels & kPersonal) return "clipboard or screen";
  if (labels & kEnvironment) return "environment";
  if (labels & kDecoded) return "decoded data";
  if (labels & kFileContent) return "file content";
  return "data";
}

}  // namespace stormwatch::code
