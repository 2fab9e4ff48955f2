// SPDX-License-Identifier: Apache-2.0
// What the readers of all languages write into a Module in the same way: expressions, statements, branches beside and/or, loops.
//
// Damaged source lacks children that the grammar promises: a null node has no place, no text and no children.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "code/grammar.h"
#include "code/module.h"

namespace stormwatch::code {

class ModuleWriter {
 protected:
  ModuleWriter(std::string_view text, Module& module) : text_(text), module_(module) {}

  static Spot spot_of(TSNode node) {
    if (ts_node_is_null(node)) return {};
    const TSPoint p = ts_node_start_point(node);
    return {p.row + 1, p.column + 1};
  }
  std::string_view text(TSNode node) const { return text_of(node, text_); }

  Index make(ExpressionKind kind, TSNode node, std::string written = {}) {
    Expression e;
    e.kind = kind;
    e.spot = spot_of(node);
    e.begin = ts_node_is_null(node) ? 0 : ts_node_start_byte(node);
    e.end = ts_node_is_null(node) ? 0 : ts_node_end_byte(node);
    e.owner = owner_;
    e.text = std::move(written);
    module_.expressions.push_back(std::move(e));
    return static_cast<Index>(module_.expressions.size() - 1);
  }
  Index make_of(ExpressionKind kind, TSNode node, std::vector<Index> parts, std::string written = {}) {
    const Index i = make(kind, node, std::move(written));
    module_.expressions[i].parts = std::move(parts);
    return i;
  }
  /// `names` beside `parts`: "" for what has none.
  Index make_named(ExpressionKind kind, TSNode node, std::vector<Index> parts, std::vector<std::string> names, std::string written = {}) {
    const Index i = make_of(kind, node, std::move(parts), std::move(written));
    module_.expressions[i].names = std::move(names);
    return i;
  }
  void emit(StatementKind kind, std::vector<Index> targets, Index value, TSNode node) {
    module_.statements.push_back({kind, owner_, std::move(targets), value, spot_of(node)});
  }

  /// What stands right of `and` runs when the left side holds, right of `or` when it fails. The first sixteen operands only.
  void beside(bool both, const std::vector<Index>& operands) {
    constexpr std::size_t kMost = 16;
    const Expression& last = module_.at(operands.back());
    for (std::size_t k = 0; k + 1 < operands.size() && k < kMost; ++k) {
      Branch b{.owner = owner_, .test = operands[k], .spot = module_.at(operands[k]).spot};
      (both ? b.begin : b.other) = module_.at(operands[k + 1]).begin;
      (both ? b.end : b.other_end) = last.end;
      module_.branches.push_back(b);
    }
  }

  /// return, raise and break end the innermost loop that is open.
  void leave_loop() {
    if (!loops_.empty()) module_.loops[loops_.back()].leaves = true;
  }

  std::string_view text_;
  Module& module_;
  Index owner_ = kNone, class_ = kNone;
  std::uint32_t block_end_ = 0;
  std::vector<std::size_t> loops_;
};

}  // namespace stormwatch::code
