// SPDX-License-Identifier: Apache-2.0
#include "code/javascript.h"

#include <utility>

#include "code/escapes.h"
#include "code/module_writer.h"

namespace stormwatch::code {

namespace {

class Reader : ModuleWriter {
 public:
  Reader(std::string_view text, Module& module) : ModuleWriter(text, module) {}

  void read(TSNode root) {
    module_.has_errors = ts_node_has_error(root);
    block(root, 0);
  }

 private:
  std::string literal_of(TSNode node) {
    const auto whole = text(node);
    return whole.size() < 2 ? std::string() : unescape(whole.substr(1, whole.size() - 2));
  }

  std::vector<Index> children(TSNode node, int depth) {
    std::vector<Index> parts;
    each_child(node, [&](TSNode child, std::string_view field) {
      if (type_of(child) != "comment" && field != "type_arguments" && field != "type") parts.push_back(expression(child, depth + 1));
    });
    return parts;
  }

  Index binary(TSNode node, int depth) {
    std::vector<TSNode> spine;
    TSNode leftmost = node;
    const std::string sign(text(field_of(node, "operator")));
    const bool logical = sign == "&&" || sign == "||" || sign == "??";
    const auto compares = [](std::string_view o) { return o == "===" || o == "!==" || o == "==" || o == "!=" || o == "<" || o == ">" || o == "<=" || o == ">=" || o == "in" || o == "instanceof"; };
    const bool compare = compares(sign);
    const auto same = [&](TSNode other) {
      const auto o = text(field_of(other, "operator"));
      return logical ? o == sign : compare ? false : o != "&&" && o != "||" && o != "??" && !compares(o);
    };
    while (type_of(leftmost) == "binary_expression" && (ts_node_eq(leftmost, node) || same(leftmost))) {
      spine.push_back(field_of(leftmost, "right"));
      leftmost = field_of(leftmost, "left");
    }
    std::vector<Index> operands{expression(leftmost, depth + 1)};
    for (std::size_t i = spine.size(); i-- > 0;) operands.push_back(expression(spine[i], depth + 1));
    if (logical && sign != "??") beside(sign == "&&", operands);
    if (sign == "+") {
      std::string all;
      bool any = false, literal = true;
      for (const Index o : operands) {
        const Expression& e = module_.at(o);
        any |= e.kind == ExpressionKind::string || e.kind == ExpressionKind::format;
        literal &= e.kind == ExpressionKind::string;
        all += e.kind == ExpressionKind::string || e.kind == ExpressionKind::format ? e.text : "{}";
      }
      if (literal) return make(ExpressionKind::string, node, std::move(all));
      if (any) return make_of(ExpressionKind::format, node, std::move(operands), std::move(all));
    }
    const Index i = make_of(ExpressionKind::unknown, node, std::move(operands), compare ? "compare" : sign);
    if (compare) module_.expressions[i].names = {sign};
    return i;
  }

  /// The statement ends by leaving what is around it.
  bool leaves(TSNode node, int depth = 0) const {
    if (ts_node_is_null(node) || depth > 8) return false;
    const auto type = type_of(node);
    if (type == "return_statement" || type == "throw_statement" || type == "break_statement" || type == "continue_statement") return true;
    if (type == "statement_block" || type == "else_clause") {
      TSNode last{};
      each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) != "comment") last = child; });
      return leaves(last, depth + 1);
    }
    if (type == "expression_statement" && ts_node_named_child_count(node)) {
      const TSNode inner = ts_node_named_child(node, 0);
      return type_of(inner) == "call_expression" && text(field_of(inner, "function")) == "process.exit";
    }
    return type == "if_statement" && leaves(field_of(node, "consequence"), depth + 1) && leaves(field_of(node, "alternative"), depth + 1);
  }

  void branch(TSNode node, Index test, TSNode held, TSNode failed) {
    Branch b{.owner = owner_, .test = test, .spot = spot_of(node)};
    if (!ts_node_is_null(held)) { b.begin = ts_node_start_byte(held); b.end = ts_node_end_byte(held); b.leaves = leaves(held); }
    if (!ts_node_is_null(failed)) { b.other = ts_node_start_byte(failed); b.other_end = ts_node_end_byte(failed); b.other_leaves = leaves(failed); }
    if (type_of(node) == "if_statement") { b.after = ts_node_end_byte(node); b.until = block_end_; }
    module_.branches.push_back(b);
  }

  Index call(TSNode node, std::string_view callee, int depth) {
    std::vector<Index> parts{expression(field_of(node, callee), depth + 1)};
    std::vector<std::string> names{""};
    const TSNode arguments = field_of(node, "arguments");
    if (!ts_node_is_null(arguments)) {
      if (type_of(arguments) == "template_string") {
        parts.push_back(expression(arguments, depth + 1));
        names.emplace_back();
      } else {
        each_child(arguments, [&](TSNode child, std::string_view) {
          if (type_of(child) == "comment") return;
          const bool spread = type_of(child) == "spread_element";
          parts.push_back(expression(spread ? ts_node_named_child(child, 0) : child, depth + 1));
          names.emplace_back(spread ? "*" : "");
        });
      }
    }
    return make_named(ExpressionKind::call, node, std::move(parts), std::move(names));
  }

  Index object(TSNode node, int depth) {
    std::vector<Index> parts;
    std::vector<std::string> names;
    each_child(node, [&](TSNode child, std::string_view) {
      const auto type = type_of(child);
      if (type == "pair") {
        const TSNode key = field_of(child, "key");
        names.push_back(type_of(key) == "string" ? literal_of(key) : std::string(text(key)));
        parts.push_back(expression(field_of(child, "value"), depth + 1));
      } else if (type == "shorthand_property_identifier") {
        names.emplace_back(text(child));
        parts.push_back(make(ExpressionKind::name, child, std::string(text(child))));
      } else if (type == "method_definition") {
        names.emplace_back(text(field_of(child, "name")));
        parts.push_back(function(child, depth));
      } else if (type == "spread_element") {
        names.emplace_back("*");
        parts.push_back(expression(ts_node_named_child(child, 0), depth + 1));
      }
    });
    return make_named(ExpressionKind::map, node, std::move(parts), std::move(names));
  }

  Index expression(TSNode node, int depth) {
    if (ts_node_is_null(node)) {
      module_.expressions.emplace_back();
      module_.expressions.back().owner = owner_;
      return static_cast<Index>(module_.expressions.size() - 1);
    }
    if (depth > kMaxNesting) { module_.cut = true; return make(ExpressionKind::unknown, node); }
    const auto type = type_of(node);
    if (type == "identifier" || type == "this" || type == "property_identifier" || type == "shorthand_property_identifier_pattern" || type == "import")
      return make(ExpressionKind::name, node, std::string(text(node)));
    if (type == "member_expression") return make_of(ExpressionKind::attribute, node, {expression(field_of(node, "object"), depth + 1)}, std::string(text(field_of(node, "property"))));
    if (type == "subscript_expression") return make_of(ExpressionKind::subscript, node, {expression(field_of(node, "object"), depth + 1), expression(field_of(node, "index"), depth + 1)});
    if (type == "call_expression") return call(node, "function", depth);
    if (type == "new_expression") return call(node, "constructor", depth);
    if (type == "string") return make(ExpressionKind::string, node, literal_of(node));
    if (type == "template_string") {
      std::string body;
      std::vector<Index> parts;
      std::uint32_t at = ts_node_start_byte(node) + 1;
      each_child(node, [&](TSNode child, std::string_view) {
        if (type_of(child) != "template_substitution") return;
        body += text_.substr(at, ts_node_start_byte(child) - at);
        body += "{}";
        at = ts_node_end_byte(child);
        parts.push_back(expression(ts_node_named_child(child, 0), depth + 1));
      });
      if (ts_node_end_byte(node) > at) body += text_.substr(at, ts_node_end_byte(node) - 1 - at);
      if (parts.empty()) return make(ExpressionKind::string, node, unescape(body));
      return make_of(ExpressionKind::format, node, std::move(parts), std::move(body));
    }
    if (type == "number") return make(ExpressionKind::number, node, std::string(text(node)));
    if (type == "true" || type == "false") return make(ExpressionKind::boolean, node, std::string(type));
    if (type == "null" || type == "undefined") return make(ExpressionKind::none, node);
    if (type == "object") return object(node, depth);
    if (type == "array") return make_of(ExpressionKind::list, node, children(node, depth));
    if (type == "binary_expression") return binary(node, depth);
    if (type == "await_expression" || type == "parenthesized_expression" || type == "non_null_expression" || type == "as_expression" || type == "satisfies_expression") {
      if (!ts_node_named_child_count(node)) return make(ExpressionKind::unknown, node);
      return expression(ts_node_named_child(node, 0), depth + 1);
    }
    if (type == "arrow_function" || type == "function_expression" || type == "function" || type == "generator_function") return function(node, depth);
    if (type == "assignment_expression" || type == "augmented_assignment_expression") {
      const Index value = expression(field_of(node, "right"), depth + 1);
      const bool adds = type == "augmented_assignment_expression";
      bind(field_of(node, "left"), value, adds ? StatementKind::augment : StatementKind::assign, depth);
      return value;
    }
    if (type == "ternary_expression") {
      const Index i = make_of(ExpressionKind::unknown, node, children(node, depth));
      if (module_.at(i).parts.size() == 3) branch(node, module_.at(i).parts[0], field_of(node, "consequence"), field_of(node, "alternative"));
      return i;
    }
    if (type == "unary_expression" && text(field_of(node, "operator")) == "!") return make_of(ExpressionKind::unknown, node, children(node, depth), "not");
    if (type == "unary_expression" || type == "update_expression") return make_of(ExpressionKind::unknown, node, children(node, depth), "unary");
    return make_of(ExpressionKind::unknown, node, children(node, depth));
  }

  /// `a = v`, `{a, b: c} = v`, `[a, b] = v`.
  void bind(TSNode pattern, Index value, StatementKind kind, int depth) {
    const auto type = type_of(pattern);
    if (depth > kMaxNesting) { module_.cut = true; return; }
    if (type == "object_pattern") {
      each_child(pattern, [&](TSNode child, std::string_view) {
        const auto part = type_of(child);
        TSNode name = child, target = child;
        if (part == "pair_pattern") { name = field_of(child, "key"); target = field_of(child, "value"); }
        else if (part == "object_assignment_pattern") { name = field_of(child, "left"); target = name; }
        else if (part == "rest_pattern") { target = ts_node_named_child(child, 0); }
        if (type_of(target) == "assignment_pattern") target = field_of(target, "left");
        const Index source = part == "rest_pattern" ? value : make_of(ExpressionKind::attribute, child, {value}, std::string(text(name)));
        bind(target, source, kind, depth + 1);
      });
      return;
    }
    if (type == "array_pattern") {
      each_child(pattern, [&](TSNode child, std::string_view) { bind(child, value, kind, depth + 1); });
      return;
    }
    emit(kind, {expression(pattern, depth + 1)}, value, pattern);
  }

  void pattern_names(TSNode pattern, std::vector<std::string>& names, int depth) {
    if (depth > kMaxNesting) return;
    const auto type = type_of(pattern);
    if (type == "identifier" || type == "shorthand_property_identifier_pattern") names.emplace_back(text(pattern));
    else if (type == "pair_pattern") pattern_names(field_of(pattern, "value"), names, depth + 1);
    else if (type == "assignment_pattern" || type == "object_assignment_pattern") pattern_names(field_of(pattern, "left"), names, depth + 1);
    else if (type == "object_pattern" || type == "array_pattern" || type == "rest_pattern") each_child(pattern, [&](TSNode child, std::string_view) { pattern_names(child, names, depth + 1); });
  }

  void parameter(Function& f, TSNode node, int depth) {
    TSNode pattern = node;
    Parameter p;
    if (type_of(node) == "required_parameter" || type_of(node) == "optional_parameter") {
      pattern = field_of(node, "pattern");
      p.type = text(field_of(node, "type"));
    }
    if (type_of(pattern) == "assignment_pattern") pattern = field_of(pattern, "left");
    if (type_of(pattern) == "identifier" || type_of(pattern) == "this") p.name = text(pattern);
    else {
      p.name = "$" + std::to_string(f.parameters.size());
      pattern_names(pattern, p.bound, depth + 1);
    }
    f.parameters.push_back(std::move(p));
  }

  Index function(TSNode node, int depth, std::string name = {}) {
    Function f;
    f.name = name.empty() ? std::string(text(field_of(node, "name"))) : std::move(name);
    f.owner = owner_;
    f.in_class = class_;
    f.spot = spot_of(node);
    f.begin = ts_node_start_byte(node);
    f.end = ts_node_end_byte(node);
    if (const TSNode list = field_of(node, "parameters"); !ts_node_is_null(list))
      each_child(list, [&](TSNode child, std::string_view) { if (type_of(child) != "comment" && type_of(child) != "decorator") parameter(f, child, depth); });
    else if (const TSNode only = field_of(node, "parameter"); !ts_node_is_null(only)) parameter(f, only, depth);
    module_.functions.push_back(std::move(f));
    const auto at = static_cast<Index>(module_.functions.size() - 1);
    const Index i = make(ExpressionKind::function, node);
    module_.expressions[i].function = at;
    const Index outside = owner_, outer_class = class_;
    std::vector<std::size_t> outer_loops;
    outer_loops.swap(loops_);
    owner_ = at;
    class_ = kNone;
    const TSNode body = field_of(node, "body");
    if (type_of(body) == "statement_block") block(body, depth + 1);
    else if (!ts_node_is_null(body)) emit(StatementKind::give, {}, expression(body, depth + 1), body);
    owner_ = outside;
    class_ = outer_class;
    loops_.swap(outer_loops);
    return i;
  }

  void class_declaration(TSNode node, int depth) {
    Class c;
    c.name = text(field_of(node, "name"));
    c.spot = spot_of(node);
    c.begin = ts_node_start_byte(node);
    c.end = ts_node_end_byte(node);
    each_child(node, [&](TSNode child, std::string_view) {
      if (type_of(child) != "class_heritage") return;
      each_child(child, [&](TSNode base, std::string_view) {
        const TSNode inner = type_of(base) == "extends_clause" ? field_of(base, "value") : base;
        if (type_of(base) != "implements_clause") c.bases.push_back(expression(inner, depth + 1));
      });
    });
    module_.classes.push_back(std::move(c));
    const Index outer = class_;
    class_ = static_cast<Index>(module_.classes.size() - 1);
    each_child(field_of(node, "body"), [&](TSNode child, std::string_view) {
      const auto type = type_of(child);
      if (type == "method_definition") function(child, depth);
      else if (type == "field_definition" || type == "public_field_definition") {
        const TSNode value = field_of(child, "value");
        if (ts_node_is_null(value)) return;
        const TSNode name = ts_node_is_null(field_of(child, "name")) ? field_of(child, "property") : field_of(child, "name");
        const Index made = expression(value, depth + 1);
        emit(StatementKind::assign, {make(ExpressionKind::name, child, std::string(text(name)))}, made, child);
      }
    });
    class_ = outer;
  }

  void import(TSNode node) {
    const TSNode source = field_of(node, "source");
    if (ts_node_is_null(source)) return;
    const std::string module = literal_of(source);
    bool named = false;
    each_child(node, [&](TSNode clause, std::string_view) {
      if (type_of(clause) != "import_clause") return;
      each_child(clause, [&](TSNode child, std::string_view) {
        const auto type = type_of(child);
        named = true;
        if (type == "identifier") module_.imports.push_back({module, "default", std::string(text(child)), spot_of(child)});
        else if (type == "namespace_import" && ts_node_named_child_count(child)) module_.imports.push_back({module, "default", std::string(text(ts_node_named_child(child, 0))), spot_of(child)});
        else if (type == "named_imports")
          each_child(child, [&](TSNode item, std::string_view) {
            const TSNode alias = field_of(item, "alias");
            const std::string name(text(field_of(item, "name")));
            if (!name.empty()) module_.imports.push_back({module, name, ts_node_is_null(alias) ? name : std::string(text(alias)), spot_of(item)});
          });
      });
    });
    if (!named) module_.imports.push_back({module, "*", "*", spot_of(node)});
  }

  void loop(TSNode node, bool endless, int depth) {
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

  void declarator(TSNode node, int depth) {
    const TSNode value = field_of(node, "value"), name = field_of(node, "name");
    if (ts_node_is_null(value)) return;
    const auto kind = type_of(value);
    const bool callable = kind == "arrow_function" || kind == "function_expression" || kind == "function";
    const Index made = callable && type_of(name) == "identifier" ? function(value, depth, std::string(text(name))) : expression(value, depth + 1);
    // const { exec } = require("x"), const x = require("x")
    if (module_.at(made).kind == ExpressionKind::call && module_.at(made).parts.size() == 2) {
      const Expression& required = module_.at(made);
      if (module_.at(required.parts[0]).text == "require" && module_.at(required.parts[1]).kind == ExpressionKind::string) {
        const std::string module = module_.at(required.parts[1]).text;
        if (type_of(name) == "object_pattern") {
          each_child(name, [&](TSNode child, std::string_view) {
            if (type_of(child) == "pair_pattern") module_.imports.push_back({module, std::string(text(field_of(child, "key"))), std::string(text(field_of(child, "value"))), spot_of(child)});
            else if (type_of(child) == "shorthand_property_identifier_pattern") module_.imports.push_back({module, std::string(text(child)), std::string(text(child)), spot_of(child)});
          });
        } else module_.imports.push_back({module, "default", std::string(text(name)), spot_of(name)});
        return;
      }
    }
    bind(name, made, StatementKind::assign, depth);
  }

  void statement(TSNode node, int depth) {
    if (ts_node_is_null(node)) return;
    if (depth > kMaxNesting) { module_.cut = true; return; }
    const auto type = type_of(node);
    if (type == "comment" || type == "interface_declaration" || type == "type_alias_declaration") return;
    if (type == "import_statement") import(node);
    else if (type == "expression_statement") { if (ts_node_named_child_count(node)) emit(StatementKind::expression, {}, expression(ts_node_named_child(node, 0), depth + 1), node); }
    else if (type == "lexical_declaration" || type == "variable_declaration") each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) == "variable_declarator") declarator(child, depth); });
    else if (type == "function_declaration" || type == "generator_function_declaration") function(node, depth);
    else if (type == "class_declaration" || type == "abstract_class_declaration") class_declaration(node, depth);
    else if (type == "return_statement") {
      leave_loop();
      if (ts_node_named_child_count(node)) emit(StatementKind::give, {}, expression(ts_node_named_child(node, 0), depth + 1), node);
    } else if (type == "throw_statement") {
      leave_loop();
      if (ts_node_named_child_count(node)) emit(StatementKind::raise, {}, expression(ts_node_named_child(node, 0), depth + 1), node);
    } else if (type == "break_statement") leave_loop();
    else if (type == "if_statement" || type == "switch_statement") {
      const TSNode test = ts_node_is_null(field_of(node, "condition")) ? field_of(node, "value") : field_of(node, "condition");
      const Index tested = expression(test, depth + 1);
      emit(StatementKind::condition, {}, tested, node);
      if (type == "if_statement") branch(node, tested, field_of(node, "consequence"), field_of(node, "alternative"));
      statement(field_of(node, "consequence"), depth + 1);
      statement(field_of(node, "alternative"), depth + 1);
      if (type == "switch_statement") block(field_of(node, "body"), depth + 1);
    } else if (type == "while_statement" || type == "do_statement") {
      const Index test = expression(field_of(node, "condition"), depth + 1);
      const Expression& e = module_.at(test);
      const bool endless = e.kind == ExpressionKind::boolean && e.text == "true";
      emit(StatementKind::condition, {}, test, node);
      if (type == "while_statement") branch(node, test, field_of(node, "body"), TSNode{});
      loop(node, endless, depth);
    } else if (type == "for_in_statement") {
      const Index source = expression(field_of(node, "right"), depth + 1);
      bind(field_of(node, "left"), source, StatementKind::iterate, depth + 1);
      loop(node, false, depth);
    } else if (type == "for_statement") {
      statement(field_of(node, "initializer"), depth + 1);
      loop(node, ts_node_is_null(field_of(node, "condition")) || type_of(field_of(node, "condition")) == "empty_statement", depth);
    } else if (type == "export_statement") {
      const TSNode declaration = field_of(node, "declaration");
      if (!ts_node_is_null(declaration)) statement(declaration, depth + 1);
      else if (const TSNode value = field_of(node, "value"); !ts_node_is_null(value)) emit(StatementKind::expression, {}, expression(value, depth + 1), node);
    } else if (type == "switch_case") {
      (void)expression(field_of(node, "value"), depth + 1);
      block(node, depth + 1);
    } else block(node, depth + 1);
  }

  void block(TSNode node, int depth) {
    if (ts_node_is_null(node)) return;
    if (depth > kMaxNesting) { module_.cut = true; return; }
    const std::uint32_t outside = std::exchange(block_end_, ts_node_end_byte(node));
    each_child(node, [&](TSNode child, std::string_view) { statement(child, depth); });
    block_end_ = outside;
  }
};

}  // namespace

Result<Module> read_javascript(Dialect dialect, std::string_view text, const Limits& limits) {
  auto tree = parse(dialect == Dialect::tsx ? Language::tsx : dialect == Dialect::typescript ? Language::typescript : Language::javascript, text, limits);
  if (!tree) return std::unexpected(tree.error());
  Module module;
  module.family = Family::javascript;
  Reader(text, module).read(ts_tree_root_node(tree->get()));
  return module;
}

}  // namespace stormwatch::code
