// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/deeds.h"

#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/understanding/far_functions.h"

namespace stormwatch::collect {

namespace {

using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

/// A file that was read, the tool's or one that it calls into.
struct Code {
  const code::Module& module;
  const code::Names& names;
  std::string_view text;
  [[nodiscard]] std::string_view text_of(const Expression& e) const { return e.end <= text.size() && e.begin <= e.end ? text.substr(e.begin, e.end - e.begin) : std::string_view{}; }
};

bool is_temporary(std::string_view text) { return holds(lower(first_part(text)), {"tmp", "temp", "cache", "log", "lock", "spool", "devnull", "/dev/null"}); }

/// The first word of a constant SQL statement, in capitals.
std::string verb_of_statement(const Code& c, Index statement) {
  const std::string text = c.names.pattern_of(statement);
  std::size_t begin = text.find_first_not_of(" \n\t(");
  if (begin == std::string::npos) return {};
  std::string verb = text.substr(begin, text.find_first_of(" \n\t", begin) - begin);
  for (char& letter : verb) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return verb;
}

bool is_delete_request(const Code& c, const Expression& call) {
  const std::string& name = c.names.callee(call);
  if (last_of(name) == "delete" && holds(name, {"requests", "httpx", "axios", "aiohttp"})) return true;
  return c.names.string_value(c.names.option(call, "method")) == "DELETE";
}

/// What a call does to the world beyond reading, where its effect says so without doubt.
Done deed_of(const Code& c, const code::CallEffect& effect, const Expression& call) {
  switch (effect.effect) {
    case Effect::remove_file: return is_temporary(c.text_of(call)) ? Done{} : Done{Deed::deletes, "deletes files"};
    case Effect::write_file: {
      const bool folder = one_of(last_of(c.names.callee(call)), {"mkdir", "makedirs", "mkdirSync", "MkdirAll"});
      return folder || is_temporary(c.text_of(call)) ? Done{} : Done{Deed::writes, "writes files"};
    }
    case Effect::transact: return {Deed::sends, "moves money"};
    case Effect::message: return {Deed::sends, "sends messages"};
    case Effect::database: {
      const std::string verb = effect.argument == kNone ? std::string() : verb_of_statement(c, effect.argument);
      if (one_of(verb, {"DELETE", "DROP", "TRUNCATE"})) return {Deed::deletes, "deletes rows"};
      return one_of(verb, {"INSERT", "UPDATE", "ALTER"}) ? Done{Deed::writes, "changes rows"} : Done{};
    }
    case Effect::send:
    case Effect::fetch: return is_delete_request(c, call) ? Done{Deed::deletes, "sends requests that delete"} : Done{};
    default: return {};
  }
}

/// What programs do for themselves whatever tool was called: keep tokens, settings, statistics, tables.
bool keeps_house(std::string_view name) {
  return holds(lower(name), {"log", "cache", "telemetry", "metric", "audit", "config", "setting", "auth", "session"}) ||
         holds(lower(last_of(name)), {"token", "init", "setup", "connect", "credential", "history", "usage", "track", "migrat", "lock", "temp", "seed", "refresh", "ensure", "register", "download"});
}

/// The function and those of its file that it calls or holds.
std::set<Index> reached_from(const Code& c, Index function) {
  std::vector<std::vector<Index>> callees(c.module.functions.size());
  for (const Expression& e : c.module.expressions) {
    if (e.owner == kNone) continue;
    if (e.kind == ExpressionKind::function && e.function != kNone) callees[e.owner].push_back(e.function);
    if (e.kind != ExpressionKind::call) continue;
    if (const Index f = c.names.local_function(e.parts[0]); f != kNone) callees[e.owner].push_back(f);
  }
  std::set<Index> reached{function};
  std::vector<Index> stack{function};
  while (!stack.empty()) {
    const Index f = stack.back();
    stack.pop_back();
    for (const Index next : callees[f])
      if (reached.insert(next).second) stack.push_back(next);
  }
  return reached;
}

/// Follows calls from file to file.
class Beyond {
 public:
  explicit Beyond(FarFunctions& far) : far_(far) {}

  /// What the functions of other files do that `reached` functions of the file call. `call`: kNone keeps the call of this file.
  void add(const Code& c, const std::string& path, const std::set<Index>& reached, Index call, int files, std::vector<Done>& out) {
    for (Index i = 0; i < c.module.expressions.size(); ++i) {
      const Expression& e = c.module.at(i);
      if (e.kind != ExpressionKind::call || !reached.contains(e.owner)) continue;
      const std::string& name = c.names.callee(e);
      if (name.empty() || name[0] == '.' || keeps_house(name)) continue;
      const FarFunctions::Body body = far_.body_of(path, c.names, name);
      if (body.module && seen_.size() < kMostBodies && seen_.emplace(body.path, body.function).second) enter(body, call == kNone ? i : call, files, out);
    }
  }

 private:
  void enter(const FarFunctions::Body& body, Index call, int files, std::vector<Done>& out) {
    const Code c{*body.module, *body.names, body.text};
    const std::set<Index> reached = reached_from(c, body.function);
    const bool scratches = c.names.imports("tempfile") || c.names.imports("tmp");  // what it writes and deletes is its own
    for (const Expression& e : c.module.expressions) {
      if (e.kind != ExpressionKind::call || !reached.contains(e.owner) || keeps_house(c.module.functions[e.owner].name)) continue;
      const code::CallEffect does = code::effect_of(c.names, e);
      const Effect effect = does.effect;
      Done done = deed_of(c, does, e);
      const bool file = effect == Effect::write_file || effect == Effect::remove_file;
      if (done.deed == Deed::none || (file && scratches)) continue;
      done.call = call;
      done.beyond = fmt::format("{}:{} {}", body.path, e.spot.line, c.names.callee(e));
      out.push_back(std::move(done));
    }
    if (files > 1) add(c, body.path, reached, call, files - 1, out);
  }

  FarFunctions& far_;
  std::set<std::pair<std::string, Index>> seen_;
};

}  // namespace

std::vector<Done> deeds_of(const View& v, Index function) {
  const Code c{v.module, v.names, v.text};
  std::vector<Done> found;
  for (std::size_t k = 0; k < v.flows.effects[function].size(); ++k) {
    const Index call = v.flows.calls[function][k];
    if (v.module.at(call).kind != ExpressionKind::call) continue;
    Done done = deed_of(c, v.flows.effects[function][k], v.module.at(call));
    done.call = call;
    if (done.deed != Deed::none) found.push_back(std::move(done));
  }
  for (const code::Flow& f : v.flows.flows)
    if (f.owner == function && (f.labels & code::kToolArgument) && one_of(f.what, {"exec", "eval", "shell"}) && !f.guarded) found.push_back({Deed::runs, "runs what the caller gives", f.call, f.beyond});
  if (v.far) Beyond(*v.far).add(c, v.source.path, reached_from(c, function), kNone, 2, found);
  return found;
}

}  // namespace stormwatch::collect
