// SPDX-License-Identifier: Apache-2.0
// What a name stands for within one file: qualified names through imports, aliases and constructors, constants, local functions.
//
// `client = OpenAI()` after `from openai import OpenAI` makes `client.chat.completions.create` "openai.OpenAI.chat.completions.create":
// a value is named after the callable that made it. What the file itself defines begins with "." (".Class.method"), what comes
// from a relative import with "~"; a root that nothing explains stays as written. Not for several threads at once. Answers are guesses by the last assignment
// in the nearest scope, good for recognising, not for proving.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "code/module.h"

namespace stormwatch::code {

class Names {
 public:
  /// Keeps a reference to the module.
  explicit Names(const Module& module);

  [[nodiscard]] const Module& module() const { return module_; }
  /// "" when the expression has no name (a literal, an operation).
  [[nodiscard]] const std::string& qualified(Index expression) const;
  /// Of a call: of its callee.
  [[nodiscard]] const std::string& callee(const Expression& call) const { return qualified(call.parts[0]); }
  /// A literal, a constant, a concatenation of them, or the default of an environment lookup.
  [[nodiscard]] std::optional<std::string> string_value(Index expression) const { steps_ = 0; return string_value(expression, 0); }
  /// As string_value with "{}" for what is not known; "" when nothing is.
  [[nodiscard]] std::string pattern_of(Index expression) const { steps_ = 0; return pattern_of(expression, 0); }
  [[nodiscard]] std::optional<bool> boolean_value(Index expression) const;
  [[nodiscard]] std::optional<std::int64_t> integer_value(Index expression) const;
  /// The value last assigned to a name or self-attribute seen from the expression's scope; kNone.
  [[nodiscard]] Index binding(Index expression) const;
  /// The function of this file that a callee expression names; kNone.
  [[nodiscard]] Index local_function(Index callee) const;
  /// The class of this file with that name; kNone.
  [[nodiscard]] Index local_class(std::string_view name) const;
  /// The class around a function, through nested functions; kNone.
  [[nodiscard]] Index class_of(Index function) const;
  /// Whether the module is imported (or a part of it): "torch" holds for `from torch.hub import load`.
  [[nodiscard]] bool imports(std::string_view module) const;
  /// What the import's alias stands for at the beginning of qualified names: "b" or "b.run", "~b.run" of a relative one.
  [[nodiscard]] static std::string imported_as(const Import& import);
  /// The same for the import at that position of Module::imports.
  [[nodiscard]] const std::string& import_root(std::size_t position) const { return import_roots_[position]; }
  /// Positions of the imports that a qualified name begins with ("a.b" of "a.b.run"), in source order; of imports of the same thing
  /// the first. Costs what the name is long, however many imports there are.
  [[nodiscard]] std::vector<std::size_t> imports_behind(std::string_view name) const;
  /// The keyword argument of a call, or the member of an object argument, also when that is a constant: f(config). kNone.
  [[nodiscard]] Index option(const Expression& call, std::string_view name) const;
  /// Follows one name to the list, map, string or function expression that it was bound to.
  [[nodiscard]] Index literal_of(Index expression) const;

 private:
  void keep_import(std::size_t position);
  [[nodiscard]] std::string resolve(Index expression, int depth) const;
  [[nodiscard]] std::string resolve_type(std::string_view type) const;
  [[nodiscard]] std::optional<std::string> string_value(Index expression, int depth) const;
  [[nodiscard]] std::string pattern_of(Index expression, int depth) const;
  /// The member of a map that a name stands for; kNone.
  [[nodiscard]] Index kept_under(Index map, std::string_view key) const;
  [[nodiscard]] std::optional<std::string> joined(Index left, Index right, int depth) const;
  [[nodiscard]] const std::vector<Index>* bound(Index owner, const std::string& name, Index* scope = nullptr) const;
  /// The type that the nearest declaration of a variable gives it, and the scope it stands in; null.
  [[nodiscard]] const std::string* declared_type(Index owner, const std::string& name, Index* scope) const;
  [[nodiscard]] Index parameter_owner(Index owner, std::string_view name, std::size_t* position) const;

  const Module& module_;
  std::unordered_map<std::string, std::vector<Index>> bindings_;  ///< "OWNER:name" or "CLASS.name"
  std::unordered_map<std::string, std::string> imported_;
  std::unordered_map<std::string, std::vector<Index>> functions_;
  std::unordered_map<std::string, Index> classes_;
  std::unordered_map<std::string, std::string> declared_, fields_;  ///< "OWNER:name", name -> qualified type
  std::unordered_map<Index, Index> gives_;  ///< the last value a function returns
  std::vector<std::string> import_roots_;
  std::unordered_map<std::string, std::vector<std::size_t>> imports_by_root_;
  std::unordered_set<std::string> import_parts_;  ///< "a", "a.b" and "a.b.c" of an import of a.b.c
  mutable std::vector<std::optional<std::string>> cache_;
  mutable int steps_ = 0;
  mutable bool resolving_ = false;
};

}  // namespace stormwatch::code
