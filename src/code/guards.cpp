// SPDX-License-Identifier: Apache-2.0
// Values that tests look at. Who is asked: approvals.cpp.
#include "code/guards.h"

#include "code/conversions.h"
#include "code/guards_walk.h"

namespace stormwatch::code {

namespace {

constexpr int kDerived = 3;          // hops from a checked value back to what it was made of
constexpr std::size_t kMostSpans = 64;  // of one name

/// A look at the same value in another form: what is found wrong in it is wrong in what it was made of.
bool is_view(std::string_view name) {
  return one_of(last_of(name), {"urlparse", "urlsplit", "URL", "split", "splitlines", "Path", "PurePath", "realpath", "abspath", "resolve", "normpath", "normalize", "lower", "strip", "trim", "toLowerCase", "relative", "parse", "upper", "join"});
}

}  // namespace

Guards::Guards(const Names& names, const Symbols& symbols, const std::vector<Role>& roles, const FindFar& far) : names_(names), m_(names.module()), symbols_(symbols), far_(far) {
  const std::size_t n = m_.functions.size();
  judged_.assign(n, 0);
  refused_.assign(n, 0);
  asks_.assign(n, 0);
  waits_.assign(n, false);
  calls_of_.resize(n);
  for (Index i = 0; i < m_.expressions.size(); ++i)
    if (m_.at(i).kind == ExpressionKind::call && m_.at(i).owner != kNone) calls_of_[m_.at(i).owner].push_back(i);
  for (std::size_t k = 0; k < m_.statements.size(); ++k) {
    const Statement& s = m_.statements[k];
    if (s.kind != StatementKind::assign && s.kind != StatementKind::iterate) continue;
    for (const Index t : s.targets)
      if (m_.at(t).kind == ExpressionKind::name) statements_of_[Symbols::key(s.owner, symbols_.of(t))].push_back(k);
  }
  for (const Role& r : roles)
    if (r.function != kNone) role_functions_.insert(r.function);
  collect_anywhere();
  collect_judges();
  collect_checks();
  collect_approvals(roles);
}

/// A test for emptiness or existence is none.
template <class Mark>
void Guards::tests_in(Index root, Mark&& mark) const {
  each_part(root, [&](Index i) {
    const Expression& e = m_.at(i);
    if (e.kind == ExpressionKind::call) {
      const std::string_view method = m_.at(e.parts[0]).text;
      if (one_of(method, {"match", "fullmatch", "startswith", "startsWith", "isdigit", "isalnum", "isalpha", "isidentifier", "is_relative_to", "test", "includes", "has", "commonpath", "search",
                          "HasPrefix", "MatchString", "IsLocal", "ValidPath", "matches", "contains", "StartsWith", "Contains", "IsMatch", "ContainsKey", "containsKey"})) mark(i);
      else if (method == "endswith") {
        // x.endswith(".json") says what kind of file it is, not where.
        const std::string end = names_.string_value(m_.argument(e, 0)).value_or("");
        if (!(end.size() > 1 && end.size() < 8 && end[0] == '.' && end.find('.', 1) == std::string::npos)) mark(i);
      }
    } else if (e.text == "compare" && e.parts.size() == 2) {
      // x in ALLOWED, x not in {...}, x not in self.config.allowed: the other side is a collection.
      const Expression& other = m_.at(e.parts[1]);
      const bool constant = other.kind == ExpressionKind::name && !other.text.empty() && std::isupper(static_cast<unsigned char>(other.text[0]));
      const bool member = !e.names.empty() && (e.names[0] == "in" || e.names[0] == "not in");
      const bool field = other.kind == ExpressionKind::attribute && (member || m_.at(other.parts[0]).kind == ExpressionKind::name);
      // The scheme of an address says nothing of the host.
      if (m_.at(e.parts[0]).kind != ExpressionKind::string && !one_of(m_.at(e.parts[0]).text, {"scheme", "protocol"}) && (other.kind == ExpressionKind::list || other.kind == ExpressionKind::map || constant || field)) mark(e.parts[0]);
    }
  });
}

void Guards::collect_anywhere() {
  const auto mark = [&](Index root) {
    each_part(root, [&](Index i) {
      if (m_.at(i).kind == ExpressionKind::name) looked_at_.insert(Symbols::key(m_.at(i).owner, symbols_.of(i)));
    });
  };
  for (const Statement& s : m_.statements)
    if (s.kind == StatementKind::condition && s.value != kNone) tests_in(s.value, mark);
  for (const Expression& e : m_.expressions) {
    if (e.kind != ExpressionKind::call || !says_clean(m_.at(e.parts[0]).text)) continue;
    for (std::size_t k = 1; k < e.parts.size(); ++k)
      if (m_.at(e.parts[k]).kind == ExpressionKind::name) looked_at_.insert(Symbols::key(m_.at(e.parts[k]).owner, symbols_.of(e.parts[k])));
  }
}

/// Functions of this file whose answer, or whose exception, is a verdict on a parameter.
void Guards::collect_judges() {
  const std::size_t n = m_.functions.size();
  std::vector<char> raises(n, 0), verdicts(n, 0), others(n, 0), leaves(n, 0);
  std::vector<std::uint32_t> in_answer(n, 0);
  const auto parameter = [&](Index owner, std::string_view name) {
    const auto& all = m_.functions[owner].parameters;
    const auto at = std::ranges::find(all, name, &Parameter::name);
    return at == all.end() || at - all.begin() >= 32 ? 0U : 1U << (at - all.begin());
  };
  for (const Branch& b : m_.branches)
    if (b.owner != kNone && (b.leaves || b.other_leaves)) leaves[b.owner] = 1;
  for (const Statement& s : m_.statements) {
    if (s.owner == kNone) continue;
    if (s.kind == StatementKind::raise) raises[s.owner] = 1;
    if (s.kind != StatementKind::give || s.value == kNone) continue;
    const Expression& e = m_.at(s.value);
    const bool verdict = e.kind == ExpressionKind::boolean || (e.kind == ExpressionKind::unknown && one_of(e.text, {"compare", "not", "and", "or", "&&", "||"})) ||
                         (e.kind == ExpressionKind::call && one_of(last_of(names_.callee(e)), {"all", "any", "bool", "Boolean", "some", "every", "startswith", "startsWith", "test", "includes", "has", "fullmatch", "is_relative_to"}));
    (verdict ? verdicts : others)[s.owner] = 1;
    if (!verdict) continue;
    tests_in(s.value, [&](Index root) {
      each_part(root, [&](Index i) { if (m_.at(i).kind == ExpressionKind::name && m_.at(i).owner == s.owner) in_answer[s.owner] |= parameter(s.owner, m_.at(i).text); });
    });
  }
  for (Index f = 0; f < n; ++f) {
    const auto& parameters = m_.functions[f].parameters;
    std::uint32_t tested = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(32, parameters.size()); ++i)
      if (looked_at(f, parameters[i].name)) tested |= 1U << i;
    if (verdicts[f] && !others[f]) judged_[f] = in_answer[f] | tested;
    if (raises[f] && leaves[f]) refused_[f] = tested;
  }
}

std::uint32_t Guards::end_around(std::uint32_t position, Index owner) const {
  std::uint32_t begin = owner == kNone ? 0 : m_.functions[owner].begin, end = owner == kNone ? kNone : m_.functions[owner].end;
  for (const Branch& b : m_.branches) {
    if (++steps_ > kMaxGuardSteps) break;
    if (b.owner != owner) continue;
    for (const auto& [from, to] : {std::pair(b.begin, b.end), std::pair(b.other, b.other_end)})
      if (from <= position && position < to && from >= begin && to <= end && from != to) { begin = from; end = to; }
  }
  return end;
}

void Guards::add_check(Index name, Span span, int depth) {
  const Expression& e = m_.at(name);
  const Key key = Symbols::key(e.owner, symbols_.of(name));
  auto& spans = checks_[key];
  if (spans.size() >= kMostSpans) return;
  if (span.begin < span.end) spans.push_back(span);
  if (depth >= kDerived || !span.end) return;
  const auto made = statements_of_.find(key);
  if (made == statements_of_.end() || made->second.size() > 8) return;
  for (const std::size_t k : made->second) {
    const Statement& s = m_.statements[k];
    if (s.value == kNone || ++steps_ > kMaxGuardSteps) continue;
    Span wider = span;
    if (s.kind == StatementKind::iterate) {
      // Each part is looked at, and a bad one leaves: what follows the loop is governed too.
      for (const Loop& l : m_.loops) {
        if (++steps_ > kMaxGuardSteps) break;
        if (l.owner == e.owner && l.leaves && l.spot.line == s.spot.line && l.spot.column == s.spot.column && l.begin <= span.begin && span.begin <= l.end) wider = {l.end, end_around(l.begin, e.owner), span.line};
      }
    } else if (const Expression& v = m_.at(s.value); v.kind != ExpressionKind::call || !is_view(names_.callee(v).empty() ? std::string_view(m_.at(v.parts[0]).text) : std::string_view(names_.callee(v)))) {
      continue;
    }
    each_part(s.value, [&](Index i) {
      if (m_.at(i).kind == ExpressionKind::name && m_.at(i).owner == e.owner && symbols_.of(i) != symbols_.of(name)) add_check(i, wider, depth + 1);
    });
  }
}

void Guards::collect_checks() {
  const auto arguments = [&](const Expression& call, std::uint32_t mask, std::size_t first, auto&& use) {
    for (std::size_t k = 1, position = first; k < call.parts.size(); ++k, ++position)
      if (position < 32 && (mask >> position & 1)) each_part(call.parts[k], [&](Index i) { if (m_.at(i).kind == ExpressionKind::name) use(i); });
  };
  const auto first_of = [&](Index f) { return !m_.functions[f].parameters.empty() && one_of(m_.functions[f].parameters[0].name, {"self", "cls"}) ? std::size_t{1} : std::size_t{0}; };
  for (const Branch& b : m_.branches) {
    if (b.test == kNone) continue;
    const auto use = [&](Index i) {
      add_check(i, {b.begin, b.end, b.spot.line}, 0);
      add_check(i, {b.other, b.other_end, b.spot.line}, 0);
      if (b.leaves || b.other_leaves) add_check(i, {b.after, b.until, b.spot.line}, 0);
    };
    tests_in(b.test, [&](Index root) { each_part(root, [&](Index i) { if (m_.at(i).kind == ExpressionKind::name) use(i); }); });
    each_part(b.test, [&](Index i) {
      const Expression& call = m_.at(i);
      if (call.kind != ExpressionKind::call) return;
      if (says_clean(m_.at(call.parts[0]).text)) arguments(call, ~0U, 0, use);
      else if (const Index f = names_.local_function(call.parts[0]); f != kNone) arguments(call, judged_[f], first_of(f), use);
      else if (const Summary* far = far_summary(call)) arguments(call, far->judged, far->has_object ? 1 : 0, use);
    });
  }
  // validate(x): what follows is reached only when it did not raise.
  for (const Statement& s : m_.statements) {
    if (s.kind != StatementKind::expression || s.value == kNone || m_.at(s.value).kind != ExpressionKind::call) continue;
    const Expression& call = m_.at(s.value);
    std::uint32_t mask = 0;
    std::size_t first = 0;
    if (const Index f = names_.local_function(call.parts[0]); f != kNone) {
      mask = refused_[f];
      first = first_of(f);
    } else if (says_clean(m_.at(call.parts[0]).text)) {
      mask = ~0U;
    } else if (const Summary* far = far_summary(call)) {
      mask = far->refused;
      first = far->has_object ? 1 : 0;
    }
    if (!mask) continue;
    const std::uint32_t end = end_around(call.begin, s.owner);
    arguments(call, mask, first, [&](Index i) { add_check(i, {call.end, end, s.spot.line}, 0); });
  }
}

const Summary* far_named(const Names& names, const FindFar& far, std::string_view name) {
  for (const std::size_t k : names.imports_behind(name))
    if (const Summary* found = far(names.module().imports[k], name.substr(std::min(name.size(), names.import_root(k).size() + 1)))) return found;
  return nullptr;
}

bool Guards::looked_at(Index owner, std::string_view name) const { return looked_at_.contains(Symbols::key(owner, symbols_.number(name))); }

Guard Guards::checked(Index name) const {
  const Expression& e = m_.at(name);
  for (Index scope = e.owner;; scope = m_.functions[scope].owner) {
    if (const auto found = checks_.find(Symbols::key(scope, symbols_.of(name))); found != checks_.end())
      for (const Span& s : found->second)
        if (s.begin <= e.begin && e.end <= s.end) return {Guard::Kind::check, s.line};
    if (scope == kNone) return {};
  }
}

}  // namespace stormwatch::code
