// SPDX-License-Identifier: Apache-2.0
// The walker behind read_typed (code/typed.h): one object a file. Expressions are read in typed_expressions.cpp, functions, classes and
// imports in typed_definitions.cpp, statements in typed.cpp.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "code/escapes.h"
#include "code/module_writer.h"
#include "code/typed_shapes.h"

namespace stormwatch::code::typed {

class Reader : ModuleWriter {
 public:
  Reader(Language language, std::string_view text, Module& module) : ModuleWriter(text, module), shapes_(shapes_of(language)) {}

  void read(TSNode root);

 private:
  std::string written(TSNode node) const { return std::string(text(node)); }
  bool go() const { return module_.family == Family::go; }
  template <class V>
  static void each_child(TSNode node, V&& visit) {
    if (!ts_node_is_null(node)) code::each_child(node, std::forward<V>(visit));
  }
  const NodeShape& shape_of(TSNode node) const {
    static const NodeShape error{"ERROR", Shape::block}, missing{"", Shape::skip};
    if (ts_node_is_null(node)) return missing;
    const TSSymbol symbol = ts_node_symbol(node);
    return symbol < shapes_.size() ? shapes_[symbol] : error;
  }
  Index make_call(TSNode node, std::vector<Index> parts, std::vector<std::string> names, std::string of = {}) {
    return make_named(ExpressionKind::call, node, std::move(parts), std::move(names), std::move(of));
  }
  Index empty() {
    module_.expressions.emplace_back();
    module_.expressions.back().owner = owner_;
    return static_cast<Index>(module_.expressions.size() - 1);
  }
  void declare(TSNode type, std::string name, bool of_object = false) {
    const auto is = text(type);
    if (is.empty() || is == "var" || is.size() > 200 || name.empty()) return;
    module_.declared.push_back({of_object || owner_ != kNone ? owner_ : kNone, of_object, std::move(name), std::string(is)});
  }
  std::vector<Index> children(TSNode node, int depth) {
    std::vector<Index> parts;
    each_child(node, [&](TSNode child, std::string_view field) {
      if (shape_of(child).shape != Shape::skip && field != "type_arguments") parts.push_back(expression(child, depth + 1));
    });
    return parts;
  }
  TSNode only_child(TSNode node) {
    TSNode found{};
    each_child(node, [&](TSNode child, std::string_view) { if (shape_of(child).shape != Shape::skip && ts_node_is_null(found)) found = child; });
    return found;
  }
  Index name_of(TSNode node) {
    const auto is = text(node);
    return make(ExpressionKind::name, node, !receiver_.empty() && is == receiver_ ? "this" : std::string(is));
  }

  // expressions
  std::string literal_of(TSNode node);
  std::string raw_of(TSNode node);
  Index with_parts(TSNode node, int depth);
  /// A long sum nests to the left: its spine is walked.
  Index binary(TSNode node, int depth);
  void arguments(TSNode list, std::vector<Index>& parts, std::vector<std::string>& names, int depth);
  /// fmt.Sprintf("a %s", x), String.format("a %s", x), string.Format("a {0}", x), "a %s".formatted(x); kNone when it is none.
  Index formatted(TSNode node, const std::vector<Index>& parts);
  Index call(TSNode node, const NodeShape& shape, int depth);
  /// `{ Name = x, Other = y }` after new: named arguments. A list of values: positional ones.
  void initializer(TSNode body, std::vector<Index>& parts, std::vector<std::string>& names, int depth);
  Index construct(TSNode node, const NodeShape& shape, int depth);
  /// Go: T{...}, []T{...}, map[K]V{...}; `type` may be null for an inner value whose type the outer names.
  Index literal(TSNode node, TSNode type, TSNode body, int depth);
  Index expression(TSNode node, int depth);
  // definitions
  void parameters(Function& f, TSNode list);
  /// @Tool(description = "x"), [McpServerTool(Name = "x")].
  void decorators(TSNode node, std::vector<Index>& out, int depth);
  Index class_named(std::string_view name, TSNode node);
  Index function(TSNode node, const NodeShape& shape, int depth);
  void type(TSNode node, int depth);
  void import(TSNode node);
  /// What a Go package of that path may call itself: the last part, without version, "go-", "-go" or "-sdk".
  static std::vector<std::string> package_names(std::string_view path);
  // statements
  Index assignment(TSNode node, int depth);
  /// `a, b = f(), g()` in pairs, `a, err := f()` all from one.
  void pair(StatementKind kind, Index target, Index value, TSNode node);
  void loop(TSNode node, bool endless, int depth);
  void each(TSNode node, std::string_view left, std::string_view right, int depth);
  void loops(TSNode node, int depth);
  /// `T a = x, b;`, Go's var and const.
  void declaration(TSNode node, int depth);
  [[nodiscard]] bool leaves(TSNode node, int depth) const;
  /// What the test of an if governs: its blocks, and what follows where one of them leaves.
  void governed(TSNode node, Index test);
  void statement(TSNode node, int depth);
  void block(TSNode node, int depth);

  const std::vector<NodeShape>& shapes_;
  std::string receiver_, wanted_type_;
};

}  // namespace stormwatch::code::typed
