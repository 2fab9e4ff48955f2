// SPDX-License-Identifier: Apache-2.0
// Class Follower, the part that goes through calls: what they bring in, hand on, stop, and what functions of this and other files do.
#include <algorithm>

#include "code/conversions.h"
#include "code/follower.h"
#include "code/foreign_text.h"
#include "code/typed_effects.h"

namespace stormwatch::code {

Taint Follower::call(Index i, const Expression& e, Index owner, bool unused) {
  std::vector<Taint> arguments(e.parts.size());
  const Expression& callee = m_.at(e.parts[0]);
  Taint object;
  if (callee.kind == ExpressionKind::attribute) object = taint(callee.parts[0], owner);
  else if (callee.kind == ExpressionKind::call) object = taint(e.parts[0], owner);
  for (std::size_t k = 1; k < e.parts.size(); ++k) arguments[k] = taint(e.parts[k], owner);
  if (last_) sinks(i, e, owner, unused);

  const std::string& name = names_.callee(e);
  if (is_model_call(names_, e)) return foreign_text_of(names_, e) ? Taint{} : fresh(kModelOutput, i);  // retriever.invoke answers with texts
  // list.append(x) and the like put x into the object.
  if (callee.kind == ExpressionKind::attribute && one_of(callee.text, {"append", "extend", "add", "update", "insert", "push", "write", "setdefault", "set"})) {
    Taint all;
    for (const Taint& a : arguments) all.add(a);
    const bool on_disk = callee.text == "write" && one_of(name, {"tempfile.NamedTemporaryFile.write", "tempfile.TemporaryFile.write", "open.write", "os.fdopen.write"});  // its name stays its own
    if (!all.empty() && !on_disk && m_.at(callee.parts[0]).kind != ExpressionKind::call && !is_module(callee.parts[0])) write(callee.parts[0], all, false);
  }
  if (const Index f = names_.local_function(e.parts[0]); f != kNone) return local_call(f, e, arguments, owner);
  if (const Index f = continuation(e); f != kNone) {
    arguments[1] = object;
    return local_call(f, e, arguments, owner);
  }
  if (const Summary* far = far_function(e, arguments, owner)) return far_call(*far, i, e, arguments, owner, object);

  const CallEffect effect = effect_of(names_, e);
  switch (effect.effect) {
    case Effect::user_input: return fresh(kUserInput, i);
    case Effect::secret_store: return fresh(kCredential, i);
    case Effect::fetch: return fresh(kWebContent, i);
    case Effect::environment: {
      if (name == "os.environ.copy" || name == "os.environ.items") return fresh(kEnvironment | kCredential, i);
      return variable_named(m_.argument(e, 0), i, owner);
    }
    case Effect::read_file:
      return fresh(is_credential_path(names_.pattern_of(effect.argument)) || credential_list(effect.argument) ? kCredential | kFileContent : static_cast<std::uint32_t>(kFileContent), i);
    default: break;
  }
  if (effect.effect == Effect::process || effect.effect == Effect::shell) {
    const Index literal = names_.literal_of(effect.argument);
    const bool list = literal != kNone && m_.at(literal).kind == ExpressionKind::list && !m_.at(literal).parts.empty();
    const std::string program = names_.pattern_of(list ? m_.at(literal).parts[0] : effect.argument);
    if (program.starts_with("pbpaste") || program.starts_with("xclip") || program.starts_with("xsel") || program.starts_with("wl-paste") || program.find("Get-Clipboard") != std::string::npos || program.starts_with("screencapture"))
      return fresh(kPersonal, i);
  }
  if (one_of(name, {"pyperclip.paste", "PIL.ImageGrab.grab", "pyautogui.screenshot", "mss.mss.grab", "win32clipboard.GetClipboardData"})) return fresh(kPersonal, i);
  const bool typed = m_.family > Family::javascript;
  if (typed ? typed_stops(names_, e) : stops(name)) {
    // Written for an address it cannot change the address any more, but a credential is one still.
    Taint secret;
    if (one_of(last_of(name), {"encodeURIComponent", "quote", "quote_plus", "urlencode"}))
      for (Taint& a : arguments) {
        a.labels &= kCredential | kPersonal;
        if (a.labels) secret.add(a);
      }
    return secret.labels ? Taint{.labels = secret.labels, .origin = secret.origin} : Taint{};
  }
  if (const std::size_t filled = typed ? typed_fills(names_, e) : 0; filled && filled < e.parts.size()) write(e.parts[filled], filled == 1 ? object : arguments[1], false);
  if (name == "re.sub" && e.parts.size() > 2 && leaves_only_numbers(names_.string_value(e.parts[1]).value_or(""), names_.string_value(e.parts[2]).value_or("?"))) return {};
  if (name.size() > 1 && name[0] != '.' && callee.kind == ExpressionKind::name && says_clean(name)) return {};
  Taint out = object;
  out.labels &= ~static_cast<std::uint32_t>(kSecretVariable);  // a client made with a key does not answer with it
  if (object.labels & kEnvironment) {
    if (callee.text == "get") return variable_named(m_.argument(e, 0), i, owner);
    out.labels |= kCredential;
  }
  if (one_of(callee.text, {"startswith", "endswith", "isdigit", "exists", "is_file", "includes", "startsWith", "count", "find", "index", "hexdigest", "is_relative_to"})) return {};
  const bool literal_method = callee.kind == ExpressionKind::attribute &&
                              (m_.at(callee.parts[0]).kind == ExpressionKind::string || m_.at(callee.parts[0]).kind == ExpressionKind::format || one_of(callee.text, {"format", "format_map", "substitute", "safe_substitute", "join", "render", "replace", "concat", "from_template", "format_messages"}));
  if ((typed ? typed_passes(names_, e) : passes(name)) || literal_method) {
    for (Taint& a : arguments) {
      if (a.labels & kEnvironment) a.labels |= kCredential;
      if (!last_of(name).empty() && last_of(name)[0] >= 'A' && last_of(name)[0] <= 'Z') a.labels &= ~static_cast<std::uint32_t>(kSecretVariable);
      out.add(a);
    }
  }
  // httpx.URL(host=own, path=data)
  if (last_of(name) == "URL")
    if (const Index host = m_.keyword(e, "host"); host != kNone && taint(host, owner).empty()) out.below = true;
  if (decodes(name) || decodes_as_told(e)) { out.labels |= kDecoded; if (out.origin == kNone) out.origin = i; }
  return out;
}

/// promise.then(f): the function that what was promised is handed to.
Index Follower::continuation(const Expression& e) const {
  const Expression& callee = m_.at(e.parts[0]);
  return m_.family == Family::javascript && callee.kind == ExpressionKind::attribute && callee.text == "then" && e.parts.size() > 1 ? names_.local_function(e.parts[1]) : kNone;
}

/// Buffer.from(x, "base64"), map(chr, numbers): what it gives depends on how it is called.
bool Follower::decodes_as_told(const Expression& e) const {
  const std::string& name = names_.callee(e);
  if (last_of(name) == "from" && name.ends_with("Buffer.from")) return one_of(names_.string_value(m_.argument(e, 1)).value_or(""), {"base64", "base64url", "hex"});
  return name == "map" && e.parts.size() > 1 && m_.at(e.parts[1]).text == "chr";
}

/// open(path) where path runs over a list of names with a credential path among them.
bool Follower::credential_list(Index argument) const {
  bool found = false;
  each_part(argument, [&](Index i) {
    const Expression& e = m_.at(i);
    if (e.kind != ExpressionKind::name) return;
    for (const Statement& s : m_.statements) {
      if (++steps_ > kMaxSteps) break;
      if (s.targets.empty() || s.owner != e.owner || (s.kind != StatementKind::iterate && s.kind != StatementKind::assign)) continue;
      bool target = false;
      for (const Index t : s.targets) each_part(t, [&](Index p) { target |= m_.at(p).kind == ExpressionKind::name && m_.at(p).text == e.text; });
      if (!target) continue;
      each_part(s.value, [&](Index v) {
        each_part(names_.literal_of(v), [&](Index p) {
          if (m_.at(p).kind == ExpressionKind::string && is_credential_path(m_.at(p).text)) found = true;
          if (m_.at(p).kind == ExpressionKind::name)
            each_part(names_.literal_of(p), [&](Index q) { found |= m_.at(q).kind == ExpressionKind::string && is_credential_path(m_.at(q).text); });
        });
      });
    }
  });
  return found;
}

Taint Follower::local_call(Index f, const Expression& e, const std::vector<Taint>& arguments, Index owner) {
  const auto& parameters = m_.functions[f].parameters;
  const std::size_t first = !parameters.empty() && (parameters[0].name == "self" || parameters[0].name == "cls") ? 1 : 0;
  std::vector<Taint> by_parameter(parameters.size());
  std::size_t position = first;
  for (std::size_t k = 1; k < e.parts.size(); ++k) {
    const std::string& keyword = k < e.names.size() ? e.names[k] : std::string();
    std::size_t slot = parameters.size();
    if (keyword.empty()) slot = position++;
    else for (std::size_t p = 0; p < parameters.size(); ++p) if (parameters[p].name == keyword) slot = p;
    if (slot >= parameters.size()) continue;
    by_parameter[slot].add(arguments[k]);
    Taint in{.labels = effective(arguments[k], owner), .origin = origin_of(arguments[k], owner), .below = arguments[k].below, .bare = effective_bare(arguments[k], owner), .guard = guard_of(arguments[k], owner)};
    if (!in.labels) continue;
    if (in.bare) in.cover(guards_.approved(e.begin, in.origin == kNone ? 0 : m_.at(in.origin).begin));
    changed_ |= (in.labels & ~inflow_[f][slot].labels) != 0 || (in.bare & ~inflow_[f][slot].bare) != 0;
    inflow_[f][slot].add(in);
  }
  if (says_clean(m_.functions[f].name)) return {};
  Taint out{.labels = returns_[f].labels, .origin = returns_[f].origin, .below = returns_[f].below, .bare = returns_[f].bare, .guard = returns_[f].guard};
  for (std::size_t p = 0; p < std::min<std::size_t>(64, parameters.size()); ++p) {
    if (!(returns_[f].parameters >> p & 1)) continue;
    by_parameter[p].below |= returns_[f].below;
    if (!(returns_[f].bare_parameters >> p & 1)) by_parameter[p].cover(returns_[f].guard);
    out.add(by_parameter[p]);
  }
  return out;
}

/// Functions that bring in foreign text, by their names: retrieve_context, search_docs, fetch_page.
bool says_bringing(std::string_view name) { return holds(lower(last_of(name)), {"retriev", "search", "context", "relevant", "document", "docs", "knowledge", "scrape", "crawl", "fetch", "tool"}); }

/// Asked only when something foreign is handed over, or the name says that it comes back: other files are not read for less.
const Summary* Follower::far_function(const Expression& e, const std::vector<Taint>& arguments, Index owner) const {
  if (!far_) return nullptr;
  const bool foreign = std::ranges::any_of(arguments, [&](const Taint& a) { const std::uint32_t labels = effective(a, owner); return (labels & (kModelOutput | kUserInput | kToolArgument | kToolResult | kRetrieved | kWebContent)) || labels >= kMark; });
  const std::string& name = names_.callee(e);
  if (name.empty() || (!foreign && !(writes_instructions_ && says_bringing(name))) || name[0] == '.' || says_clean(name)) return nullptr;
  if (const Summary* found = far_named(names_, far_, name)) return found;
  if (m_.family != Family::go) return nullptr;
  // Another file of the package: a function without a root, or a method of the receiver.
  if (name.find('.') == std::string::npos) return far_({".", name, name, {}}, {});
  const Index in_class = name.starts_with("this.") && name.find('.', 5) == std::string::npos ? names_.class_of(e.owner) : kNone;
  return in_class == kNone ? nullptr : far_({".", m_.classes[in_class].name, {}, {}}, std::string_view(name).substr(5));
}

Taint Follower::far_call(const Summary& far, Index i, const Expression& e, const std::vector<Taint>& arguments, Index owner, const Taint& object) {
  std::vector<Taint> given(far.parameters.size());
  std::size_t position = far.has_object ? 1 : 0;
  for (std::size_t k = 1; k < e.parts.size(); ++k) {
    const std::string& keyword = k < e.names.size() ? e.names[k] : std::string();
    const auto named = std::ranges::find(far.parameters, keyword);
    const std::size_t slot = keyword.empty() ? position++ : static_cast<std::size_t>(named - far.parameters.begin());
    if (slot < given.size()) given[slot].add(arguments[k]);
  }
  const auto joined = [&](std::uint32_t parameters) {
    Taint all;
    for (std::size_t p = 0; p < std::min(given.size(), kMarks); ++p)
      if (parameters >> p & 1) all.add(given[p]);
    return all;
  };
  for (const FarSink& sink : far.sinks) {
    bool guarded = sink.guarded;
    for (std::size_t k = 1; k < e.parts.size() && !guarded; ++k) guarded = !effective(arguments[k], owner) ? false : is_guarded(e.parts[k], owner);
    Flow* flow = record(sink.what, sink.effect, i, owner, joined(sink.parameters), false, guarded);
    if (!flow) continue;
    flow->beyond = sink.beyond;
    if (!sink.guard.empty() && !flow->approved) {
      flow->guarded = true;
      flow->approved = sink.approved;
      flow->guard = sink.guard;
    }
  }
  Taint out = object;
  out.labels &= ~static_cast<std::uint32_t>(kSecretVariable);
  out.add(joined(far.returned));
  if (far.labels) out.add(fresh(far.labels, i));
  return out;
}

}  // namespace stormwatch::code
