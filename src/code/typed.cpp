// SPDX-License-Identifier: Apache-2.0
#include "code/typed.h"

#include "code/typed_reader.h"

namespace stormwatch::code {

namespace typed {

void Reader::read(TSNode root) {
  module_.has_errors = ts_node_has_error(root);
  block(root, 0);
}

Index Reader::assignment(TSNode node, int depth) {
  const TSNode left = field_of(node, "left"), right = field_of(node, "right");
  const Index value = expression(right, depth + 1);
  const std::string sign = written(field_of(node, "operator"));
  const StatementKind kind = sign.size() > 1 && sign != ":=" && sign != "==" ? StatementKind::augment : StatementKind::assign;
  if (ts_node_is_null(left)) { emit(StatementKind::expression, {}, value, node); return value; }
  const Index target = expression(left, depth + 1);
  pair(kind, target, value, node);
  // C#: cmd.CommandText = sql is what set_CommandText(sql) does.
  if (const Expression& t = module_.at(target); module_.family == Family::c_sharp && t.kind == ExpressionKind::attribute && t.text == "CommandText") {
    const Index setter = make_call(node, {target, value}, {"", ""});
    emit(StatementKind::expression, {}, setter, node);
  }
  return value;
}

void Reader::pair(StatementKind kind, Index target, Index value, TSNode node) {
  const bool several = go() && module_.at(target).kind == ExpressionKind::list;
  if (!several) { emit(kind, {target}, value, node); return; }
  const std::vector<Index> names = module_.at(target).parts;
  const std::vector<Index> values = module_.at(value).kind == ExpressionKind::list ? module_.at(value).parts : std::vector<Index>();
  if (names.size() == values.size())
    for (std::size_t i = 0; i < names.size(); ++i) emit(kind, {names[i]}, values[i], node);
  else
    // An error carries no data of the call.
    for (const Index n : names) if (module_.at(n).text != "err" && module_.at(n).text != "_" && module_.at(n).text != "ok") emit(kind, {n}, value, node);
}

void Reader::loop(TSNode node, bool endless, int depth) {
  Loop l;
  l.owner = owner_;
  l.endless = endless;
  l.spot = spot_of(node);
  l.begin = ts_node_start_byte(node);
  l.end = ts_node_end_byte(node);
  module_.loops.push_back(l);
  loops_.push_back(module_.loops.size() - 1);
  statement(field_of(node, "body"), depth + 1);
  loops_.pop_back();
}

void Reader::each(TSNode node, std::string_view left, std::string_view right, int depth) {
  const Index source = expression(field_of(node, right), depth + 1);
  const Index target = expression(field_of(node, left), depth + 1);
  declare(field_of(node, "type"), written(field_of(node, left)));
  std::vector<Index> targets = module_.at(target).kind == ExpressionKind::list ? module_.at(target).parts : std::vector<Index>{target};
  emit(StatementKind::iterate, std::move(targets), source, node);
}

void Reader::loops(TSNode node, int depth) {
  bool endless = false;
  if (go()) {
    bool header = false;
    each_child(node, [&](TSNode child, std::string_view field) {
      if (field == "body" || type_of(child) == "comment") return;
      header = true;
      if (type_of(child) == "range_clause") {
        if (!ts_node_is_null(field_of(child, "left"))) each(child, "left", "right", depth);
        else emit(StatementKind::expression, {}, expression(field_of(child, "right"), depth + 1), child);
      } else if (type_of(child) == "for_clause") {
        statement(field_of(child, "initializer"), depth + 1);
        endless = ts_node_is_null(field_of(child, "condition"));
      } else emit(StatementKind::condition, {}, expression(child, depth + 1), child);
    });
    loop(node, endless || !header, depth);
    return;
  }
  const TSNode test = field_of(node, "condition");
  each_child(node, [&](TSNode child, std::string_view field) { if (field == "init" || field == "initializer") statement(child, depth + 1); });
  if (ts_node_is_null(test)) endless = type_of(node) == "for_statement";
  else {
    const Index tested = expression(test, depth + 1);
    endless = module_.at(tested).kind == ExpressionKind::boolean && module_.at(tested).text == "true";
    emit(StatementKind::condition, {}, tested, node);
  }
  loop(node, endless, depth);
}

void Reader::declaration(TSNode node, int depth) {
  const TSNode of = field_of(node, "type");
  if (go()) {
    std::vector<Index> targets;
    each_child(node, [&](TSNode child, std::string_view field) {
      if (field != "name") return;
      declare(of, written(child));
      targets.push_back(name_of(child));
    });
    const TSNode given = field_of(node, "value");
    if (ts_node_is_null(given)) return;
    const Index value = expression(given, depth + 1);
    const Index left = targets.size() == 1 ? targets[0] : make_of(ExpressionKind::list, node, targets);
    pair(StatementKind::assign, left, value, node);
    return;
  }
  each_child(node, [&](TSNode child, std::string_view) {
    if (type_of(child) != "variable_declarator") return;
    const TSNode name = field_of(child, "name");
    declare(of, written(name));
    TSNode value = field_of(child, "value");
    if (ts_node_is_null(value)) each_child(child, [&](TSNode part, std::string_view field) { if (field != "name" && type_of(part) != "bracketed_argument_list" && type_of(part) != "tuple_pattern") value = part; });
    if (ts_node_is_null(value)) return;
    std::string outer = written(of);
    outer.swap(wanted_type_);
    const Index made = expression(value, depth + 1);
    outer.swap(wanted_type_);
    std::vector<Index> targets;
    if (!ts_node_is_null(name)) targets.push_back(name_of(name));
    else each_child(child, [&](TSNode part, std::string_view) {
      // var (a, b) = f();
      if (type_of(part) == "tuple_pattern") each_child(part, [&](TSNode one, std::string_view) { if (type_of(one) == "identifier") targets.push_back(name_of(one)); });
    });
    emit(StatementKind::assign, std::move(targets), made, child);
  });
}

/// The statement ends by leaving what is around it.
bool Reader::leaves(TSNode node, int depth) const {
  constexpr int kDeepest = 8;
  if (ts_node_is_null(node) || depth > kDeepest) return false;
  const auto type = type_of(node);
  if (type == "return_statement" || type == "throw_statement" || type == "break_statement" || type == "continue_statement") return true;
  if (shape_of(node).shape == Shape::block) {
    TSNode last{};
    each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) != "comment") last = child; });
    return leaves(last, depth + 1);
  }
  return type == "if_statement" && leaves(field_of(node, "consequence"), depth + 1) && leaves(field_of(node, "alternative"), depth + 1);
}

void Reader::governed(TSNode node, Index test) {
  const TSNode held = field_of(node, "consequence"), failed = field_of(node, "alternative");
  Branch b{.owner = owner_, .test = test, .after = ts_node_end_byte(node), .until = block_end_, .spot = spot_of(node)};
  if (!ts_node_is_null(held)) { b.begin = ts_node_start_byte(held); b.end = ts_node_end_byte(held); b.leaves = leaves(held, 0); }
  if (!ts_node_is_null(failed)) { b.other = ts_node_start_byte(failed); b.other_end = ts_node_end_byte(failed); b.other_leaves = leaves(failed, 0); }
  module_.branches.push_back(b);
}

void Reader::statement(TSNode node, int depth) {
  if (ts_node_is_null(node)) return;
  if (depth > kMaxNesting) { module_.cut = true; return; }
  const NodeShape& shape = shape_of(node);
  switch (shape.shape) {
    case Shape::skip: return;
    case Shape::import: import(node); return;
    case Shape::expression: {
      // `a = b` as a statement has said all.
      const TSNode inner = only_child(node);
      if (ts_node_is_null(inner)) return;
      if (shape_of(inner).shape == Shape::assign) assignment(inner, depth);
      else emit(StatementKind::expression, {}, expression(inner, depth + 1), node);
      return;
    }
    case Shape::assign: assignment(node, depth); return;
    case Shape::declare: declaration(node, depth); return;
    case Shape::property: {
      declare(field_of(node, "type"), written(field_of(node, "name")));
      const TSNode value = field_of(node, "value");
      if (!ts_node_is_null(value)) { const Index made = expression(value, depth + 1); emit(StatementKind::assign, {name_of(field_of(node, "name"))}, made, node); }
      statement(field_of(node, "accessors"), depth + 1);
      return;
    }
    case Shape::enter: {
      const TSNode value = field_of(node, "value");
      declare(field_of(node, "type"), written(field_of(node, "name")));
      if (!ts_node_is_null(value)) { const Index made = expression(value, depth + 1); emit(StatementKind::enter, {name_of(field_of(node, "name"))}, made, node); }
      return;
    }
    case Shape::give: {
      leave_loop();
      const TSNode inner = only_child(node);
      if (ts_node_is_null(inner)) return;
      const Index value = expression(inner, depth + 1);
      if (go() && module_.at(value).kind == ExpressionKind::list) {
        // The first value last: a function is named after what it returns first. The error of a pair is no answer.
        const std::vector<Index> parts = module_.at(value).parts;
        const bool error = parts.size() > 1 && owner_ != kNone && module_.functions[owner_].returns.ends_with("error)");
        for (std::size_t k = parts.size() - (error ? 1 : 0); k-- > 0;) emit(StatementKind::give, {}, parts[k], node);
      } else emit(StatementKind::give, {}, value, node);
      return;
    }
    case Shape::raise: {
      leave_loop();
      const TSNode inner = only_child(node);
      emit(StatementKind::raise, {}, ts_node_is_null(inner) ? kNone : expression(inner, depth + 1), node);
      return;
    }
    case Shape::leave: leave_loop(); return;
    case Shape::branch: {
      statement(field_of(node, "initializer"), depth + 1);
      const TSNode test = shape.a.empty() ? only_child(node) : field_of(node, shape.a);
      if (!ts_node_is_null(test)) {
        const Index looked = expression(test, depth + 1);
        emit(StatementKind::condition, {}, looked, node);
        if (type_of(node) == "if_statement") governed(node, looked);
      }
      each_child(node, [&](TSNode child, std::string_view field) {
        if (field == "consequence" || field == "alternative" || field == "body" || (field.empty() && shape_of(child).shape == Shape::block)) statement(child, depth + 1);
      });
      return;
    }
    case Shape::loop: loops(node, depth); return;
    case Shape::each: each(node, shape.a, shape.b, depth); loop(node, false, depth); return;
    case Shape::function: function(node, shape, depth); return;
    case Shape::type: type(node, depth); return;
    case Shape::block: block(node, depth + 1); return;
    default: emit(StatementKind::expression, {}, expression(node, depth + 1), node); return;
  }
}

void Reader::block(TSNode node, int depth) {
  if (ts_node_is_null(node)) return;
  if (depth > kMaxNesting) { module_.cut = true; return; }
  const std::uint32_t outside = std::exchange(block_end_, ts_node_end_byte(node));
  each_child(node, [&](TSNode child, std::string_view) { statement(child, depth); });
  block_end_ = outside;
}

}  // namespace typed

Result<Module> read_typed(Family family, std::string_view text, const Limits& limits) {
  const Language language = family == Family::go ? Language::go : family == Family::java ? Language::java : Language::c_sharp;
  auto tree = parse(language, text, limits);
  if (!tree) return std::unexpected(tree.error());
  Module module;
  module.family = family;
  typed::Reader(language, text, module).read(ts_tree_root_node(tree->get()));
  return module;
}

}  // namespace stormwatch::code
