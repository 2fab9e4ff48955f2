// SPDX-License-Identifier: Apache-2.0
#include "code/names.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace stormwatch::code {

namespace {

constexpr int kMaxHops = 12;
constexpr std::size_t kMaxName = 400;
constexpr std::size_t kMostOfRoot = 8;  // imports of different things that read alike: "./a", "../a"
constexpr int kMaxSteps = 400;  // a name assigned from itself many times would else be followed exponentially often

std::string scope_key(Index owner, std::string_view name) { return std::to_string(owner) + ":" + std::string(name); }
std::string field_key(Index in_class, std::string_view name) { return std::to_string(in_class) + "." + std::string(name); }

bool is_self(const Expression& e) { return e.kind == ExpressionKind::name && (e.text == "self" || e.text == "cls" || e.text == "this"); }

std::string module_name(std::string_view written) {
  if (written.starts_with("node:")) written.remove_prefix(5);
  std::string name(written);
  if (!name.empty() && name[0] == '.') {
    std::size_t dots = 0;
    while (dots < name.size() && (name[dots] == '.' || name[dots] == '/')) ++dots;
    name = "~" + name.substr(dots);
  }
  return name;
}

bool ends_with_call_of(std::string_view name, std::string_view last) {
  return name == last || (name.size() > last.size() && name.ends_with(last) && name[name.size() - last.size() - 1] == '.');
}

}  // namespace

Names::Names(const Module& module) : module_(module), cache_(module.expressions.size()) {
  for (const Import& i : module.imports) {
    const std::string from = module_name(i.module);
    import_roots_.push_back(imported_as(i));
    if (i.name != "*") keep_import(import_roots_.size() - 1);
    for (std::size_t end = 0, parts = 0; end <= i.module.size() && parts < 16; ++end)
      if (end == i.module.size() || i.module[end] == '.' || i.module[end] == '/') { import_parts_.insert(i.module.substr(0, end)); ++parts; }
    if (i.name.empty()) imported_[i.alias] = i.alias == from.substr(0, from.find('.')) ? i.alias : from;
    else if (i.name != "*") imported_[i.alias] = i.name == "default" ? from : from + "." + i.name;
  }
  for (Index f = 0; f < module.functions.size(); ++f) functions_[module.functions[f].name].push_back(f);
  for (Index c = 0; c < module.classes.size(); ++c) classes_.emplace(module.classes[c].name, c);
  for (const Declared& d : module.declared) {
    std::string type = resolve_type(d.type);
    if (!type.empty()) (d.of_object ? fields_ : declared_).emplace(d.of_object ? d.name : scope_key(d.owner, d.name), std::move(type));
  }
  for (const Statement& s : module.statements) {
    if (s.kind == StatementKind::give && s.value != kNone && s.owner != kNone) gives_[s.owner] = s.value;
    if (s.kind != StatementKind::assign && s.kind != StatementKind::enter) continue;
    for (const Index t : s.targets) {
      const Expression& target = module.at(t);
      if (target.kind == ExpressionKind::name) bindings_[scope_key(s.owner, target.text)].push_back(s.value);
      else if (target.kind == ExpressionKind::attribute && is_self(module.at(target.parts[0]))) {
        bindings_[field_key(class_of(s.owner), target.text)].push_back(s.value);
      }
    }
  }
}

void Names::keep_import(std::size_t position) {
  auto& kept = imports_by_root_[import_roots_[position]];
  const Import& i = module_.imports[position];
  const bool known = std::ranges::any_of(kept, [&](std::size_t k) { return module_.imports[k].module == i.module && module_.imports[k].name == i.name; });
  if (!known && kept.size() < kMostOfRoot) kept.push_back(position);
}

std::vector<std::size_t> Names::imports_behind(std::string_view name) const {
  std::vector<std::size_t> found;
  std::string root;
  for (std::size_t end = 0; end <= name.size(); ++end) {
    if (end == name.size() || name[end] == '.')
      if (const auto kept = imports_by_root_.find(root); kept != imports_by_root_.end()) found.insert(found.end(), kept->second.begin(), kept->second.end());
    if (end < name.size()) root += name[end];
  }
  std::ranges::sort(found);
  return found;
}

std::string Names::imported_as(const Import& import) {
  const std::string from = module_name(import.module);
  return import.name.empty() || import.name == "default" ? from : from + "." + import.name;
}

Index Names::class_of(Index function) const {
  while (function != kNone) {
    const Function& f = module_.functions[function];
    if (f.in_class != kNone) return f.in_class;
    function = f.owner;
  }
  return kNone;
}

Index Names::local_class(std::string_view name) const {
  const auto found = classes_.find(std::string(name));
  return found == classes_.end() ? kNone : found->second;
}

const std::vector<Index>* Names::bound(Index owner, const std::string& name, Index* scope) const {
  for (;; owner = module_.functions[owner].owner) {
    const auto found = bindings_.find(scope_key(owner, name));
    if (found != bindings_.end()) {
      if (scope) *scope = owner;
      return &found->second;
    }
    if (owner == kNone) return nullptr;
  }
}

Index Names::parameter_owner(Index owner, std::string_view name, std::size_t* position) const {
  for (; owner != kNone; owner = module_.functions[owner].owner) {
    const auto& parameters = module_.functions[owner].parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].name == name) { *position = i; return owner; }
  }
  return kNone;
}

Index Names::binding(Index expression) const {
  if (expression == kNone) return kNone;
  const Expression& e = module_.at(expression);
  const std::vector<Index>* values = nullptr;
  if (e.kind == ExpressionKind::name) {
    values = bound(e.owner, e.text);
  } else if (e.kind == ExpressionKind::attribute) {
    const Expression& object = module_.at(e.parts[0]);
    Index in_class = kNone;
    if (is_self(object)) in_class = class_of(e.owner);
    else if (object.kind == ExpressionKind::name) in_class = local_class(object.text);
    const auto found = bindings_.find(field_key(in_class, e.text));
    if (in_class != kNone && found != bindings_.end()) values = &found->second;
    else if (in_class != kNone) values = bound(kNone, e.text);  // a constant of the class body
  }
  return values && !values->empty() ? values->back() : kNone;
}

std::string Names::resolve_type(std::string_view type) const {
  // `Optional[X]`, `X | None`, `"X"`, JavaScript's `: X`: the first name that an import explains.
  std::size_t at = 0;
  while (at < type.size()) {
    const auto is_word = [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
    while (at < type.size() && !is_word(type[at])) ++at;
    std::size_t end = at;
    while (end < type.size() && is_word(type[end])) ++end;
    const std::string word(type.substr(at, end - at));
    at = end;
    const std::string root = word.substr(0, word.find('.'));
    const auto found = imported_.find(root);
    if (found != imported_.end()) {
      if (found->second.starts_with("typing")) continue;
      return found->second + word.substr(root.size());
    }
    if (classes_.contains(root)) return "." + word;
    // The same package, or imported with all of another: the type's own name.
    const bool own_name = (module_.family == Family::java || module_.family == Family::c_sharp) && std::isupper(static_cast<unsigned char>(root[0]));
    if (own_name && word != "String" && word != "Object" && word != "List" && word != "Task" && word != "Optional") return word;
  }
  return {};
}

const std::string* Names::declared_type(Index owner, const std::string& name, Index* scope) const {
  if (declared_.empty()) return nullptr;
  for (;; owner = module_.functions[owner].owner) {
    if (const auto found = declared_.find(scope_key(owner, name)); found != declared_.end()) { *scope = owner; return &found->second; }
    if (owner == kNone) return nullptr;
    // A parameter or an undeclared variable of a nearer scope hides it.
    const auto& parameters = module_.functions[owner].parameters;
    for (const Parameter& p : parameters) if (p.name == name) return nullptr;
    if (bindings_.contains(scope_key(owner, name))) return nullptr;
  }
}

std::string Names::resolve(Index index, int depth) const {
  if (index == kNone || depth > kMaxHops || ++steps_ > kMaxSteps) return {};
  const Expression& e = module_.at(index);
  switch (e.kind) {
    case ExpressionKind::name: {
      Index scope = kNone;
      if (Index at = kNone; const std::string* type = declared_type(e.owner, e.text, &at)) return *type;
      const auto* values = bound(e.owner, e.text, &scope);
      std::size_t position = 0;
      const Index parameter = parameter_owner(e.owner, e.text, &position);
      if (parameter != kNone && (!values || scope == kNone)) {
        const Parameter& p = module_.functions[parameter].parameters[position];
        std::string type = resolve_type(p.type);
        return type.empty() ? e.text : type;
      }
      if (values && !values->empty()) {
        for (std::size_t i = values->size(); i-- > 0;) {
          const Index value = (*values)[i];
          if (value == index) continue;
          const ExpressionKind kind = module_.at(value).kind;
          if (kind == ExpressionKind::string || kind == ExpressionKind::number || kind == ExpressionKind::none) continue;
          std::string found = resolve(value, depth + 1);
          if (!found.empty() && found != e.text) return found;
        }
        return e.text;
      }
      if (const auto import = imported_.find(e.text); import != imported_.end()) return import->second;
      if (functions_.contains(e.text) || classes_.contains(e.text)) return "." + e.text;
      return e.text;
    }
    case ExpressionKind::attribute: {
      const Expression& object = module_.at(e.parts[0]);
      if (is_self(object)) {
        const Index in_class = class_of(e.owner);
        if (const auto field = fields_.find(e.text); field != fields_.end()) return field->second;
        if (const auto field = declared_.find(scope_key(kNone, e.text)); field != declared_.end()) return field->second;
        const auto found = bindings_.find(field_key(in_class, e.text));
        if (found != bindings_.end())
          for (std::size_t i = found->second.size(); i-- > 0;) {
            std::string name = resolve(found->second[i], depth + 1);
            if (!name.empty()) return name;
          }
        if (in_class != kNone) {
          if (functions_.contains(e.text)) return "." + module_.classes[in_class].name + "." + e.text;
          // A field that the class declares with a value.
          if (const auto* values = bound(kNone, e.text); values && !values->empty()) {
            std::string name = resolve(values->back(), depth + 1);
            if (!name.empty()) return name;
          }
        }
        return object.text + "." + e.text;
      }
      std::string base = resolve(e.parts[0], depth);  // parts of one expression are no hops: kMaxSteps bounds them
      return base.empty() ? base : base + "." + e.text;
    }
    case ExpressionKind::call: {
      std::string name = resolve(e.parts[0], depth);
      if ((name == "require" || name == "importlib.import_module" || name == "__import__" || name == "import") && e.parts.size() > 1) {
        if (const auto module = string_value(e.parts[1], depth + 1)) return module_name(*module);
      }
      if (ends_with_call_of(name, "promisify") && e.parts.size() > 1) return resolve(e.parts[1], depth + 1);
      if (name == "getattr" && e.parts.size() > 2) {
        const std::string base = resolve(e.parts[1], depth + 1);
        if (const auto attribute = string_value(e.parts[2], depth + 1); attribute && !base.empty()) return base + "." + *attribute;
      }
      if (name.size() > 1 && name[0] == '.') {
        // What a function of this file gives back names the value.
        const auto found = functions_.find(name.substr(name.rfind('.') + 1));
        if (found != functions_.end() && found->second.size() == 1)
          if (const auto given = gives_.find(found->second.front()); given != gives_.end()) {
            std::string made = resolve(given->second, depth + 1);
            if (!made.empty() && made.find('.') != std::string::npos && made[0] != '.') return made;
          }
      }
      return name;
    }
    case ExpressionKind::subscript: return e.parts.empty() ? std::string() : resolve(e.parts[0], depth + 1);
    case ExpressionKind::unknown:
      // `a or b`, `a ?? b`, `new X` in an operation: the first part that has a name.
      if (e.text == "or" || e.text == "||" || e.text == "??" || e.text == "new" || e.parts.size() == 1)
        for (const Index p : e.parts) {
          std::string name = resolve(p, depth + 1);
          if (!name.empty()) return name;
        }
      return {};
    default: return {};
  }
}

const std::string& Names::qualified(Index expression) const {
  static const std::string none;
  if (expression == kNone) return none;
  const auto& slot = cache_[expression];
  if (!slot) {
    if (!resolving_) steps_ = 0;
    const bool outer = std::exchange(resolving_, true);
    std::string name = resolve(expression, 0);
    resolving_ = outer;
    if (name.size() > kMaxName) name.resize(kMaxName);
    cache_[expression] = std::move(name);
  }
  return *cache_[expression];
}

Index Names::literal_of(Index expression) const {
  for (int hop = 0; hop < kMaxHops && expression != kNone; ++hop) {
    const ExpressionKind kind = module_.at(expression).kind;
    if (kind != ExpressionKind::name && kind != ExpressionKind::attribute) return expression;
    const Index next = binding(expression);
    if (next == kNone || next == expression) return expression;
    expression = next;
  }
  return expression;
}

Index Names::option(const Expression& call, std::string_view name) const {
  Index found = module_.keyword(call, name);
  for (std::size_t k = call.parts.size(); found == kNone && k-- > 1;) {
    const Index literal = literal_of(call.parts[k]);
    if (literal != kNone && literal != call.parts[k]) found = module_.member(module_.at(literal), name);
  }
  return found;
}

std::optional<std::string> Names::string_value(Index expression, int depth) const {
  if (expression == kNone || depth > kMaxHops || ++steps_ > kMaxSteps) return std::nullopt;
  const Expression& e = module_.at(expression);
  switch (e.kind) {
    case ExpressionKind::string: return e.text;
    case ExpressionKind::name:
    case ExpressionKind::attribute: {
      const Index value = binding(expression);
      if (value == kNone && e.kind == ExpressionKind::attribute) return string_value(kept_under(e.parts[0], e.text), depth + 1);
      return value == expression ? std::nullopt : string_value(value, depth + 1);
    }
    case ExpressionKind::subscript:
      if (e.parts.size() != 2) return std::nullopt;
      if (const auto key = string_value(e.parts[1], depth + 1)) return string_value(kept_under(e.parts[0], *key), depth + 1);
      return std::nullopt;
    case ExpressionKind::format: {
      std::string found = pattern_of(expression, depth);
      if (found.empty() || found.find("{}") != std::string::npos) return std::nullopt;
      return found;
    }
    case ExpressionKind::unknown:
      if (e.text == "or" || e.text == "||" || e.text == "??")
        for (std::size_t i = e.parts.size(); i-- > 0;)
          if (auto found = string_value(e.parts[i], depth + 1)) return found;
      return std::nullopt;
    case ExpressionKind::call: {
      const std::string& name = qualified(e.parts[0]);
      if (ends_with_call_of(name, "getenv") || name.ends_with("environ.get")) return string_value(module_.argument(e, 1, "default"), depth + 1);
      if (ends_with_call_of(name, "expanduser") || ends_with_call_of(name, "Path") || name == "str" || ends_with_call_of(name, "dedent"))
        return string_value(module_.argument(e, 0), depth + 1);
      const Expression& callee = module_.at(e.parts[0]);
      if (callee.kind == ExpressionKind::attribute &&
          (callee.text == "strip" || callee.text == "format" || callee.text == "expanduser" || callee.text == "encode" || callee.text == "trim"))
        return string_value(callee.parts[0], depth + 1);
      // "\n".join(["a", "b"]), ["a", "b"].join("\n")
      if (callee.kind == ExpressionKind::attribute && callee.text == "join" && e.parts.size() == 2) return joined(callee.parts[0], e.parts[1], depth + 1);
      // def about(): return "..."
      if (const Index f = e.parts.size() == 1 ? local_function(e.parts[0]) : kNone; f != kNone)
        if (const auto given = gives_.find(f); given != gives_.end()) return string_value(given->second, depth + 1);
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

Index Names::kept_under(Index map, std::string_view key) const {
  const Index at = literal_of(map);
  return at != kNone && module_.at(at).kind == ExpressionKind::map ? module_.member(module_.at(at), key) : kNone;
}

std::optional<std::string> Names::joined(Index left, Index right, int depth) const {
  const Index a = literal_of(left), b = literal_of(right);
  const bool list_left = a != kNone && module_.at(a).kind == ExpressionKind::list;
  if (!list_left && (b == kNone || module_.at(b).kind != ExpressionKind::list)) return std::nullopt;
  const auto between = string_value(list_left ? right : left, depth);
  if (!between) return std::nullopt;
  std::string all;
  bool first = true;
  for (const Index part : module_.at(list_left ? a : b).parts) {
    const auto text = string_value(part, depth);
    if (!text || all.size() > (64U << 10)) return std::nullopt;
    all += (first ? "" : *between) + *text;
    first = false;
  }
  return all;
}

std::string Names::pattern_of(Index expression, int depth) const {
  if (expression == kNone || depth > kMaxHops || ++steps_ > kMaxSteps) return {};
  const Expression& e = module_.at(expression);
  if (e.kind != ExpressionKind::format) {
    if (e.kind == ExpressionKind::name || e.kind == ExpressionKind::attribute) {
      const Index value = binding(expression);
      if (value != kNone && value != expression) return pattern_of(value, depth + 1);
    }
    if (e.kind == ExpressionKind::call && e.parts.size() > 1) {
      // Path("a") / "b", os.path.join("a", b), X.format(...)
      const std::string& name = qualified(e.parts[0]);
      if (ends_with_call_of(name, "path.join")) {
        std::string all;
        for (std::size_t i = 1; i < e.parts.size(); ++i) {
          std::string part = pattern_of(e.parts[i], depth + 1);
          all += (i > 1 ? "/" : "") + (part.empty() ? std::string("{}") : part);
        }
        return all;
      }
      if (ends_with_call_of(name, "Path") || ends_with_call_of(name, "expanduser")) return pattern_of(e.parts[1], depth + 1);
    }
    if (e.kind == ExpressionKind::unknown && e.text == "/") {
      std::string all;
      for (const Index p : e.parts) {
        std::string part = qualified(p).ends_with("Path.home") ? "~" : pattern_of(p, depth + 1);
        all += (all.empty() ? "" : "/") + (part.empty() ? std::string("{}") : part);
      }
      return all;
    }
    return string_value(expression, depth).value_or("");
  }
  // Holes are filled in order with the parts that are known; literal operands of a concatenation are in the text already.
  std::string out;
  std::size_t part = 0;
  std::vector<Index> holes;
  for (const Index p : e.parts)
    if (module_.at(p).kind != ExpressionKind::string) holes.push_back(p);
  for (std::size_t i = 0; i < e.text.size(); ++i) {
    if (e.text.compare(i, 2, "{}") == 0 && part < holes.size() && module_.at(holes[part]).kind != ExpressionKind::format) {
      const std::string inner = pattern_of(holes[part++], depth + 1);
      out += inner.empty() ? "{}" : inner;
      ++i;
    } else out += e.text[i];
    if (out.size() > 4096) break;
  }
  return out;
}

std::optional<bool> Names::boolean_value(Index expression) const {
  const Index literal = literal_of(expression);
  if (literal == kNone || module_.at(literal).kind != ExpressionKind::boolean) return std::nullopt;
  return module_.at(literal).text == "true";
}

std::optional<std::int64_t> Names::integer_value(Index expression) const {
  const Index literal = literal_of(expression);
  if (literal == kNone || module_.at(literal).kind != ExpressionKind::number) return std::nullopt;
  std::string digits;
  for (const char c : module_.at(literal).text) if (c != '_') digits += c;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

Index Names::local_function(Index callee) const {
  if (callee == kNone) return kNone;
  const Expression& e = module_.at(callee);
  if (e.kind == ExpressionKind::function) return e.function;
  if (e.kind == ExpressionKind::name) {
    const Index value = binding(callee);
    if (value != kNone && module_.at(value).kind == ExpressionKind::function) return module_.at(value).function;
  }
  const std::string& name = qualified(callee);
  if (name.empty() || name[0] != '.') return kNone;
  const auto dot = name.rfind('.');
  const auto found = functions_.find(name.substr(dot + 1));
  if (found == functions_.end()) {
    // Calling a class runs its __init__.
    return kNone;
  }
  if (dot > 0) {
    const Index in_class = local_class(name.substr(1, name.find('.', 1) - 1));
    for (const Index f : found->second)
      if (module_.functions[f].in_class == in_class) return f;
    return kNone;
  }
  return found->second.front();
}

bool Names::imports(std::string_view module) const { return import_parts_.contains(std::string(module)); }

}  // namespace stormwatch::code
