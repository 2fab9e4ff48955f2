// SPDX-License-Identifier: Apache-2.0
// What calls in a pickle come to: follows getattr, attrgetter, methodcaller, partial, imports and resolvers to the name that is
// really called, notes code objects and pickles within pickles.
#include <algorithm>
#include <set>

#include "format/pickle_machine.h"

namespace stormwatch::format::pickle {
namespace {

constexpr int kDeepestCalls = 24;
constexpr int kDeepestNesting = 4;
constexpr std::size_t kMostDangerous = 1500, kMostOther = 400;

Special special_of(std::string_view module, std::string_view name) {
  if (module == "__builtin__") module = "builtins";
  if (module == "copy_reg") module = "copyreg";
  if (module == "builtins") {
    if (name == "getattr") return Special::get_attribute;
    if (name == "__import__") return Special::import_module;
    if (name == "apply" || name == "map" || name == "filter") return Special::apply;
    if (name == "type") return Special::make_type;
  }
  if (module == "importlib" && (name == "import_module" || name == "__import__")) return Special::import_module;
  if (name == "subimport" && module.starts_with("cloudpickle")) return Special::import_module;
  if (module.starts_with("dill")) {
    if (name == "_import_module") return Special::import_module;
    if (name == "_create_code") return Special::make_code;
    if (name == "_load_type") return Special::builtin_type;
    if (name == "_get_attr") return Special::get_attribute;
  }
  if (module == "types" && name == "CodeType") return Special::make_code;
  if (name == "_builtin_type" && module.starts_with("cloudpickle")) return Special::builtin_type;
  if ((module == "pkgutil" && name == "resolve_name") || (module == "pydoc" && name == "locate")) return Special::resolve_name;
  if (module == "copyreg") {
    if (name == "_reconstructor") return Special::reconstructor;
    if (name == "__newobj__") return Special::new_object;
    if (name == "__newobj_ex__") return Special::new_object_ex;
  }
  if (module == "torch._tensor" && name.starts_with("_rebuild_from_type")) return Special::rebuild_from_type;
  if (name == "_ufunc_reconstruct") return Special::ufunc;
  if (module == "_codecs" && name == "encode") return Special::encode;
  if (name == "NumpyArrayWrapper") return Special::array_wrapper;
  if (name == "loads" || name == "_load_from_bytes" || (module == "joblib" && name == "load")) return Special::load_bytes;
  return Special::none;
}

/// Attributes by which any object leads to code; __new__ and __init__ of a class do not.
bool reaches_internals(std::string_view name) {
  for (std::string_view internal : {"__globals__", "__builtins__", "__subclasses__", "__dict__", "__class__", "__base__", "__bases__", "__mro__", "__getattribute__",
                                    "__code__", "__import__", "__reduce__", "__reduce_ex__", "__self__", "__func__", "__closure__", "__loader__", "__call__", "__module__"})
    if (name == internal) return true;
  return false;
}

bool is_module_kind(std::string_view module, std::string_view name) { return module == "dill" || name.empty(); }

}  // namespace

const Machine::Known& Machine::known(Value name) {
  if (name.data >= known_.size()) {
    known_.resize(values_.names().size());
    is_known_.resize(values_.names().size());
  }
  if (!is_known_[name.data]) {
    const Name& found = values_.names()[name.data];
    known_[name.data] = {group_of_global(found.module, found.name), special_of(found.module, found.name)};
    is_known_[name.data] = true;
  }
  return known_[name.data];
}

void Machine::record(GlobalGroup group, std::string callee, Value callee_value, const std::vector<Value>& arguments, bool constructs) {
  if (group == GlobalGroup::vetted || group == GlobalGroup::torchscript_class) {
    ++report_.vetted_calls;
    return;
  }
  int& seen = recorded_[callee + (constructs ? " new" : "")];
  if (seen >= 4) return;
  std::size_t& recorded = is_dangerous(group) ? recorded_dangerous_ : recorded_other_;
  if (recorded >= (is_dangerous(group) ? kMostDangerous : kMostOther)) {
    anomaly("many-names", "the pickle calls more different names than are kept", opcode_at_);
    return;
  }
  ++seen;
  ++recorded;
  std::string shown = constructs ? "new " : "";
  shown += callee_value.kind == ValueKind::global ? callee : values_.show(callee_value, 120);
  shown += '(';
  for (std::size_t i = 0; i < arguments.size() && i < 8; ++i) {
    if (i) shown += ", ";
    shown += values_.show(arguments[i], shown.size() < 180 ? 180 - shown.size() : 4);
    if (shown.size() > 190) break;
  }
  shown += ')';
  if (shown.size() > 240) shown.resize(240);
  report_.calls.push_back({std::move(callee), std::move(shown), opcode_at_, group, constructs});
}

Value Machine::call(Value callee, const std::vector<Value>& arguments, bool constructs) {
  if (callee.kind == ValueKind::global || callee.kind == ValueKind::module) return call_name(callee, arguments, constructs);
  if (++call_depth_ > kDeepestCalls) {
    --call_depth_;
    report_.over_limit = true;
    return {};
  }
  Value result = call_computed(callee, arguments, constructs);
  --call_depth_;
  return result;
}

Value Machine::attribute(Value object, std::string_view name) {
  if (const Name* owner = values_.name_of(object)) {
    std::string module = owner->module, path = owner->name.empty() ? std::string(name) : owner->name + "." + std::string(name);
    std::size_t before = values_.names().size();
    Value result = values_.name(module, path, opcode_at_);
    if (values_.names().size() > before) values_.names().back().resolved = true;
    return result;
  }
  Value made = values_.make_with_head(ValueKind::attribute, object, nullptr, 0);
  if (Node* node = values_.node(made)) node->state = values_.decoded(std::string(name.substr(0, 256)));
  return made;
}

GlobalGroup Machine::group_of_owner(Value object, std::string_view method) {
  const Node* node = values_.node(object);
  if (node && (object.kind == ValueKind::instance || object.kind == ValueKind::call) && node->head.kind == ValueKind::global) {
    const Name& head = values_.names()[node->head.data];
    return group_of_global(head.module, head.name + "." + std::string(method));
  }
  if (method == "__globals__" || method == "__subclasses__" || method == "__builtins__" || method == "__dict__" || method == "__code__")
    return GlobalGroup::resolver;
  return GlobalGroup::custom_function;
}

Value Machine::get_attribute(Value callee, const std::vector<Value>& arguments) {
  if (arguments.size() < 2) return {};
  auto name = values_.text(arguments[1]);
  if (!name || name->size() > 256) {
    record(GlobalGroup::resolver, values_.qualified(callee), callee, arguments, false);
    return {};
  }
  Value object = arguments[0];
  const Name* owner = values_.name_of(object);
  // Members of a class (enum values, class methods) are pickled with getattr; a module's or a special one never is.
  bool special = reaches_internals(*name);
  bool of_module = owner && owner->name.empty();
  Value result = attribute(object, *name);
  GlobalGroup reached = result.kind == ValueKind::global ? known(result).group : group_of_owner(object, *name);
  if (special || of_module || is_dangerous(reached)) record(GlobalGroup::resolver, values_.qualified(callee), callee, arguments, false);
  else ++report_.vetted_calls;
  return result;
}

Value Machine::import_module(const std::vector<Value>& arguments) {
  auto name = arguments.empty() ? std::nullopt : values_.text(arguments[0]);
  if (!name || name->size() > 256) return {};
  std::size_t before = values_.names().size();
  Value result = values_.name(*name, "", opcode_at_);
  if (values_.names().size() > before) values_.names().back().resolved = true;
  return result;
}

Value Machine::resolve_name(const std::vector<Value>& arguments) {
  auto name = arguments.empty() ? std::nullopt : values_.text(arguments[0]);
  if (!name || name->size() > 512) return {};
  std::size_t split = name->find(':');
  if (split == std::string_view::npos) split = name->find('.');
  std::size_t before = values_.names().size();
  Value result = values_.name(name->substr(0, split), split == std::string_view::npos ? "" : name->substr(split + 1), opcode_at_);
  if (values_.names().size() > before) values_.names().back().resolved = true;
  return result;
}

void Machine::read_nested(const std::vector<Value>& arguments, bool expected) {
  for (Value argument : arguments) {
    auto text = values_.text(argument);
    if (!text || text->size() < 3 || depth_ >= kDeepestNesting || argument.decoded) continue;
    Bytes inner = stormwatch::as_bytes(*text);
    if (!looks_like_pickle(inner, inner.size())) continue;
    if (!expected) anomaly("nested-pickle", "a pickle of " + std::to_string(text->size()) + " bytes stands within the pickle", opcode_at_);
    PickleReport within;
    within.operations = report_.operations;
    Machine machine(inner, limits_, within, depth_ + 1, follow_arrays_);
    machine.run();
    report_.operations = within.operations;
    report_.over_limit |= within.over_limit;
    report_.vetted_calls += within.vetted_calls;
    for (PickleCall& call : within.calls) {
      call.offset += argument.data;
      if (report_.calls.size() < kMostDangerous + kMostOther) report_.calls.push_back(std::move(call));
    }
    for (PickleGlobal& name : within.globals) {
      name.offset += argument.data;
      if (report_.globals.size() < kMostOther) report_.globals.push_back(std::move(name));
    }
    for (PickleCode& code : within.codes)
      if (report_.codes.size() < 64) report_.codes.push_back(std::move(code));
    for (PickleAnomaly& found : within.anomalies)
      if (found.what != "trailing-data") anomaly(found.what, found.detail, found.offset + argument.data);
  }
}

void Machine::collect_words(Value value, int depth, std::vector<std::string>& words) const {
  if (auto text = values_.text(value); text && value.kind == ValueKind::text) {
    if (text->size() <= 32 && is_dangerous_word(*text)) words.emplace_back(*text);
    return;
  }
  const Node* node = values_.node(value);
  if (!node || depth <= 0 || words.size() > 16) return;
  for (std::size_t i = 0; i < node->kept; ++i) collect_words(values_.item(*node, i), depth - 1, words);
}

void Machine::note_code(std::string maker, const std::vector<Value>& arguments) {
  std::vector<std::string> words;
  for (Value argument : arguments) collect_words(argument, 3, words);
  std::set<std::string> unique(words.begin(), words.end());
  std::string names;
  for (const std::string& word : unique) (names += names.empty() ? "" : ", ") += word;
  if (report_.codes.size() < 64) report_.codes.push_back({std::move(maker), std::move(names), opcode_at_});
}

Value Machine::call_name(Value callee, const std::vector<Value>& arguments, bool constructs) {
  const Known what = known(callee);
  values_.names()[callee.data].called = true;
  const bool builtin = values_.names()[callee.data].module == "builtins";
  ValueKind made = constructs ? ValueKind::instance : ValueKind::call;
  if (values_.names()[callee.data].name.ends_with("setattr") && !arguments.empty() && (arguments[0].kind == ValueKind::global || arguments[0].kind == ValueKind::module))
    anomaly("build-on-global", "rewrites the attributes of " + values_.qualified(arguments[0]), opcode_at_);
  auto all = [&](std::size_t from) { return std::vector<Value>(arguments.begin() + static_cast<std::ptrdiff_t>(std::min(from, arguments.size())), arguments.end()); };
  switch (what.special) {
    case Special::get_attribute: return get_attribute(callee, arguments);
    case Special::import_module:
      if (is_dangerous(what.group)) record(what.group, values_.qualified(callee), callee, arguments, constructs);
      return import_module(arguments);
    case Special::resolve_name:
      record(what.group, values_.qualified(callee), callee, arguments, constructs);
      return resolve_name(arguments);
    case Special::reconstructor:
    case Special::new_object:
    case Special::new_object_ex:
      if (arguments.empty() || arguments[0].kind != ValueKind::global) break;
      return call_name(arguments[0], all(1), true);
    case Special::apply:
    case Special::rebuild_from_type: {
      if (what.special == Special::apply) record(what.group, values_.qualified(callee), callee, arguments, constructs);
      const Node* inner = values_.node(arguments.size() > 1 ? arguments[what.special == Special::apply ? 1 : std::min<std::size_t>(2, arguments.size() - 1)] : Value{});
      std::vector<Value> passed;
      for (std::size_t i = 0; inner && i < inner->kept; ++i) passed.push_back(values_.item(*inner, i));
      if (!arguments.empty() && (arguments[0].kind == ValueKind::global || is_node(arguments[0].kind)) && call_depth_ < kDeepestCalls) {
        ++call_depth_;
        call(arguments[0], passed, false);
        --call_depth_;
      }
      break;
    }
    case Special::ufunc: {
      auto from = arguments.empty() ? std::nullopt : values_.text(arguments[0]);
      auto name = arguments.size() < 2 ? std::nullopt : values_.text(arguments[1]);
      if (from && name && (from->starts_with("numpy") || from->starts_with("scipy"))) break;
      record(GlobalGroup::resolver, values_.qualified(callee), callee, arguments, constructs);
      return from && name && from->size() + name->size() < 512 ? values_.name(*from, *name, opcode_at_) : Value{};
    }
    case Special::make_type:
      if (arguments.size() == 1) {
        ++report_.vetted_calls;
        return values_.make_with_head(made, callee, arguments.data(), arguments.size());
      }
      break;
    case Special::make_code: note_code(values_.qualified(callee), arguments); break;
    case Special::encode:
      read_nested(arguments, false);
      ++report_.vetted_calls;
      if (!arguments.empty() && arguments[0].kind == ValueKind::text && !arguments[0].decoded)
        return {.kind = ValueKind::bytes, .extra = arguments[0].extra, .data = arguments[0].data};
      break;
    case Special::load_bytes:
      record(what.group, values_.qualified(callee), callee, arguments, constructs);
      read_nested(arguments, true);
      return values_.make_with_head(made, callee, arguments.data(), arguments.size());
    default: break;
  }
  if (what.special == Special::none || what.special == Special::make_type || what.special == Special::make_code || what.special == Special::builtin_type)
    record(what.group, values_.qualified(callee), callee, arguments, constructs);
  if (what.group != GlobalGroup::vetted || (builtin && !constructs)) read_nested(arguments, false);
  return values_.make_with_head(made, callee, arguments.data(), arguments.size());
}

Value Machine::call_computed(Value callee, const std::vector<Value>& arguments, bool constructs) {
  const Node* node = values_.node(callee);
  if (!node) {
    anomaly("unresolved-call", "calls a value that is no function: " + values_.show(callee, 60), opcode_at_);
    return {};
  }
  if (callee.kind == ValueKind::attribute) {
    auto method = values_.text(node->state);
    std::string name = method ? std::string(*method) : "?";
    GlobalGroup group = group_of_owner(node->head, name);
    if (group == GlobalGroup::vetted || group == GlobalGroup::custom_class || group == GlobalGroup::custom_reducer) group = GlobalGroup::custom_function;
    record(group, values_.show(callee, 160), callee, arguments, false);
    return values_.make_with_head(ValueKind::call, callee, arguments.data(), arguments.size());
  }
  std::string head = values_.qualified(node->head);
  if (head.starts_with("_")) head.erase(0, head.starts_with("_operator") || head.starts_with("_functools") ? 1 : 0);
  Value object = arguments.empty() ? Value{} : arguments[0];
  if (head == "operator.attrgetter") {
    auto name = node->kept ? values_.text(values_.item(*node, 0)) : std::nullopt;
    if (!name || name->size() > 512) return {};
    std::string path(*name);
    Value reached = object;
    for (std::size_t start = 0; start <= path.size();) {
      std::size_t dot = std::min(path.find('.', start), path.size());
      reached = attribute(reached, std::string_view(path).substr(start, dot - start));
      start = dot + 1;
    }
    GlobalGroup group = reached.kind == ValueKind::global ? known(reached).group : group_of_owner(object, path.substr(path.rfind('.') + 1));
    const Name* owner = values_.name_of(object);
    if (is_dangerous(group) || (owner && owner->name.empty())) record(GlobalGroup::resolver, head, node->head, {values_.item(*node, 0), object}, false);
    return reached;
  }
  if (head == "operator.methodcaller") {
    auto name = node->kept ? values_.text(values_.item(*node, 0)) : std::nullopt;
    if (!name || name->size() > 512) return {};
    std::vector<Value> passed;
    for (std::size_t i = 1; i < node->kept; ++i) passed.push_back(values_.item(*node, i));
    return call(attribute(object, std::string(*name)), passed, false);
  }
  if (head == "operator.itemgetter") {
    auto key = node->kept ? values_.text(values_.item(*node, 0)) : std::nullopt;
    const Name* owner = values_.name_of(object);
    std::size_t end = owner ? owner->name.rfind("__dict__") : std::string::npos;
    if (key && key->size() < 256 && owner && end != std::string::npos) return values_.name(owner->module, *key, opcode_at_);
    return {};
  }
  if (head == "functools.partial") {
    std::vector<Value> passed;
    const Node* from = node;
    // BUILD replaces what the partial calls: its state is (function, arguments, keywords, attributes).
    if (const Node* state = values_.node(node->state); state && state->kept >= 2) {
      passed.push_back(values_.item(*state, 0));
      from = values_.node(values_.item(*state, 1));
    }
    for (std::size_t i = 0; from && i < from->kept; ++i) passed.push_back(values_.item(*from, i));
    if (passed.empty()) return {};
    Value target = passed.front();
    passed.erase(passed.begin());
    passed.insert(passed.end(), arguments.begin(), arguments.end());
    return call(target, passed, false);
  }
  if (node->head.kind == ValueKind::global && known(node->head).special == Special::builtin_type) {
    auto name = node->kept ? values_.text(values_.item(*node, 0)) : std::nullopt;
    if (name && (*name == "CodeType" || *name == "code")) note_code(head, arguments);
    return values_.make_with_head(ValueKind::call, callee, arguments.data(), arguments.size());
  }
  if (constructs) {
    // An instance of a class that the pickle itself made.
    record(GlobalGroup::custom_class, values_.show(callee, 160), callee, arguments, true);
    return values_.make_with_head(ValueKind::instance, callee, arguments.data(), arguments.size());
  }
  GlobalGroup group = node->head.kind == ValueKind::global ? known(node->head).group : GlobalGroup::custom_function;
  if (head.ends_with("._make_function") || head.ends_with("._create_function") || head.ends_with("._make_skel_func")) group = GlobalGroup::runs_code;
  if (head.find("._make_skeleton_") != std::string::npos || head.ends_with("._create_type")) {
    record(GlobalGroup::custom_class, values_.show(callee, 160), callee, arguments, false);
    return values_.make_with_head(ValueKind::call, callee, arguments.data(), arguments.size());
  }
  // The result of vetted code that is called: reducers of closures do that (cloudpickle), data never do.
  record(is_dangerous(group) ? group : GlobalGroup::custom_function, values_.show(callee, 160), callee, arguments, false);
  return values_.make_with_head(ValueKind::call, callee, arguments.data(), arguments.size());
}

Value Machine::build(Value object, Value state) {
  if (object.kind == ValueKind::global || object.kind == ValueKind::module) {
    anomaly("build-on-global", "rewrites the attributes of " + values_.qualified(object) + ": " + values_.show(state, 100), opcode_at_);
    return object;
  }
  if (Node* node = values_.node(object)) node->state = state;
  return object;
}

void Machine::report_names() {
  std::set<std::string> libraries;
  const std::vector<Name>& names = values_.names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Name& name = names[i];
    if (is_module_kind(name.module, name.name)) continue;
    GlobalGroup group = known({.kind = ValueKind::global, .data = i}).group;
    if (group == GlobalGroup::torchscript_class) report_.torchscript = true;
    std::string top = name.module.substr(0, name.module.find('.'));
    if (!is_standard_module(top) && top != "__torch__" && libraries.size() < 64) libraries.insert(top.substr(0, 64));
    if (group == GlobalGroup::vetted || group == GlobalGroup::torchscript_class || name.called) continue;
    if (name.resolved && !is_dangerous(group)) continue;
    if (known({.kind = ValueKind::global, .data = i}).special == Special::make_type) continue;
    std::string qualified = name.module + "." + name.name;
    if (is_dangerous(group) || report_.globals.size() < kMostOther) report_.globals.push_back({qualified.substr(0, 400), name.offset, group});
    if (report_.globals.size() >= kMostDangerous) break;
  }
  for (const std::string& library : libraries)
    if (std::find(report_.libraries.begin(), report_.libraries.end(), library) == report_.libraries.end()) report_.libraries.push_back(library);
  if (values_.full()) report_.over_limit = true;
}

}  // namespace stormwatch::format::pickle
