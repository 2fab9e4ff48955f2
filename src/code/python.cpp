// SPDX-License-Identifier: Apache-2.0
#include "code/python.h"

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
    module_.documentation = documentation_of(root);
  }

 private:
  /// The body of a string node without prefix and quotes; raw strings keep their backslashes.
  std::string literal_of(TSNode node) {
    std::string_view opening;
    std::string body;
    each_child(node, [&](TSNode child, std::string_view) {
      const auto type = type_of(child);
      if (type == "string_start") opening = text(child);
      else if (type == "string_content") body += text(child);
    });
    const bool raw = opening.find_first_of("rR") != std::string_view::npos;
    return raw ? body : unescape(body);
  }

  std::string documentation_of(TSNode body) {
    std::string found;
    bool first = true;
    each_child(body, [&](TSNode child, std::string_view) {
      if (type_of(child) == "comment" || !first) return;
      first = false;
      if (type_of(child) != "expression_statement" || ts_node_named_child_count(child) != 1) return;
      const TSNode inner = ts_node_named_child(child, 0);
      if (type_of(inner) == "string") found = literal_of(inner);
      else if (type_of(inner) == "concatenated_string")
        each_child(inner, [&](TSNode part, std::string_view) { found += literal_of(part); });
    });
    return found;
  }

  Index string_expression(TSNode node, int depth) {
    std::string body;
    std::string_view opening;
    std::vector<Index> parts;
    each_child(node, [&](TSNode child, std::string_view) {
      const auto type = type_of(child);
      if (type == "string_start") opening = text(child);
      else if (type == "string_content") body += text(child);
      else if (type == "interpolation") {
        body += "{}";
        parts.push_back(expression(field_of(child, "expression"), depth + 1));
      }
    });
    const bool raw = opening.find_first_of("rR") != std::string_view::npos;
    const bool formatted = opening.find_first_of("fF") != std::string_view::npos && !parts.empty();
    const Index i = make(formatted ? ExpressionKind::format : ExpressionKind::string, node, raw ? body : unescape(body));
    module_.expressions[i].parts = std::move(parts);
    return i;
  }

  Index joined(TSNode node, std::vector<Index> operands) {
    std::string all;
    bool literal = true;
    for (const Index o : operands) {
      const Expression& e = module_.at(o);
      if (e.kind == ExpressionKind::string) all += e.text;
      else { all += e.kind == ExpressionKind::format ? e.text : "{}"; literal = false; }
    }
    const Index i = make(literal ? ExpressionKind::string : ExpressionKind::format, node, std::move(all));
    if (!literal) module_.expressions[i].parts = std::move(operands);
    return i;
  }

  /// `a + b + c` nests to the left as deep as it is long: its spine is walked, not recursed.
  Index binary(TSNode node, int depth) {
    std::vector<TSNode> spine;
    TSNode leftmost = node;
    const bool logical = type_of(node) == "boolean_operator";
    const auto word = text(field_of(node, "operator"));
    while (type_of(leftmost) == type_of(node) && (!logical || text(field_of(leftmost, "operator")) == word)) {
      spine.push_back(field_of(leftmost, "right"));
      leftmost = field_of(leftmost, "left");
    }
    std::vector<Index> operands{expression(leftmost, depth + 1)};
    for (std::size_t i = spine.size(); i-- > 0;) operands.push_back(expression(spine[i], depth + 1));
    const auto sign = word;
    if (logical) beside(sign == "and", operands);
    const bool has_text = module_.at(operands[0]).kind == ExpressionKind::string || module_.at(operands[0]).kind == ExpressionKind::format;
    bool any_text = has_text;
    for (const Index o : operands)
      any_text |= module_.at(o).kind == ExpressionKind::string || module_.at(o).kind == ExpressionKind::format;
    if (sign == "+" && any_text) return joined(node, std::move(operands));
    if (sign == "%" && has_text) {
      std::string format = module_.at(operands[0]).text;
      return make_of(ExpressionKind::format, node, std::move(operands), std::move(format));
    }
    return make_of(ExpressionKind::unknown, node, std::move(operands), std::string(sign));
  }

  /// The block ends by leaving what is around it.
  bool leaves(TSNode block, int depth = 0) const {
    TSNode last{};
    each_child(block, [&](TSNode child, std::string_view) { if (type_of(child) != "comment") last = child; });
    if (ts_node_is_null(last)) return false;
    const auto type = type_of(last);
    if (type == "return_statement" || type == "raise_statement" || type == "break_statement" || type == "continue_statement") return true;
    if (type == "expression_statement" && ts_node_named_child_count(last)) {
      const TSNode inner = ts_node_named_child(last, 0);
      const auto callee = type_of(inner) == "call" ? text(field_of(inner, "function")) : std::string_view();
      return callee == "sys.exit" || callee == "exit" || callee == "quit" || callee == "os._exit";
    }
    if (type != "if_statement" || depth > 8) return false;
    bool all = leaves(field_of(last, "consequence"), depth + 1), otherwise = false;
    each_child(last, [&](TSNode child, std::string_view field) {
      if (field != "alternative") return;
      const bool is_else = type_of(child) == "else_clause";
      otherwise |= is_else;
      all = all && leaves(field_of(child, is_else ? "body" : "consequence"), depth + 1);
    });
    return all && otherwise;
  }

  /// if, elif ... else: each test governs its own block, what follows it in the chain, and what follows the whole.
  void branches(TSNode node, int depth) {
    struct Part { TSNode test, block; };
    std::vector<Part> parts{{field_of(node, "condition"), field_of(node, "consequence")}};
    TSNode otherwise{};
    each_child(node, [&](TSNode child, std::string_view field) {
      if (field != "alternative") return;
      if (type_of(child) == "elif_clause") parts.push_back({field_of(child, "condition"), field_of(child, "consequence")});
      else otherwise = child;
    });
    const std::uint32_t end = ts_node_end_byte(node);
    const bool else_leaves = !ts_node_is_null(otherwise) && leaves(field_of(otherwise, "body"));
    for (const Part& p : parts) {
      const Index test = expression(p.test, depth + 1);
      emit(StatementKind::condition, {}, test, p.test);
      Branch b{.owner = owner_, .test = test, .after = end, .until = block_end_, .spot = spot_of(p.test)};
      if (!ts_node_is_null(p.block)) {
        b.begin = ts_node_start_byte(p.block);
        b.other = b.end = ts_node_end_byte(p.block);
        b.leaves = leaves(p.block);
      }
      b.other_end = end;
      b.other_leaves = else_leaves && &p == &parts.back();
      module_.branches.push_back(b);
      block(p.block, depth + 1);
    }
    if (!ts_node_is_null(otherwise)) statement(otherwise, depth + 1);
  }

  Index call(TSNode node, int depth) {
    std::vector<Index> parts{expression(field_of(node, "function"), depth + 1)};
    std::vector<std::string> names{""};
    const TSNode arguments = field_of(node, "arguments");
    if (type_of(arguments) == "argument_list") {
      each_child(arguments, [&](TSNode child, std::string_view) {
        const auto type = type_of(child);
        if (type == "comment") return;
        if (type == "keyword_argument") {
          names.emplace_back(text(field_of(child, "name")));
          parts.push_back(expression(field_of(child, "value"), depth + 1));
        } else if (type == "list_splat" || type == "dictionary_splat") {
          names.emplace_back(type == "list_splat" ? "*" : "**");
          parts.push_back(expression(ts_node_named_child(child, 0), depth + 1));
        } else {
          names.emplace_back();
          parts.push_back(expression(child, depth + 1));
        }
      });
    } else {
      names.emplace_back();
      parts.push_back(expression(arguments, depth + 1));
    }
    return make_named(ExpressionKind::call, node, std::move(parts), std::move(names));
  }

  Index several(ExpressionKind kind, TSNode node, int depth) {
    std::vector<Index> parts;
    each_child(node, [&](TSNode child, std::string_view) {
      if (type_of(child) == "comment") return;
      parts.push_back(expression(child, depth + 1));
    });
    const Index i = make(kind, node);
    module_.expressions[i].parts = std::move(parts);
    return i;
  }

  Index map(TSNode node, int depth) {
    std::vector<Index> parts;
    std::vector<std::string> names;
    each_child(node, [&](TSNode child, std::string_view) {
      const auto type = type_of(child);
      if (type == "pair") {
        const Index key = expression(field_of(child, "key"), depth + 1);
        const bool literal = module_.at(key).kind == ExpressionKind::string;
        names.push_back(literal ? module_.at(key).text : std::string());
        parts.push_back(expression(field_of(child, "value"), depth + 1));
      } else if (type == "dictionary_splat") {
        names.emplace_back("*");
        parts.push_back(expression(ts_node_named_child(child, 0), depth + 1));
      }
    });
    return make_named(ExpressionKind::map, node, std::move(parts), std::move(names));
  }

  Index comprehension(TSNode node, int depth) {
    std::vector<Index> parts;
    each_child(node, [&](TSNode child, std::string_view field) {
      if (field == "body") return;
      if (type_of(child) == "for_in_clause") {
        const Index source = expression(field_of(child, "right"), depth + 1);
        emit(StatementKind::iterate, {expression(field_of(child, "left"), depth + 1)}, source, child);
        parts.push_back(source);
      } else if (type_of(child) == "if_clause" && ts_node_named_child_count(child)) {
        parts.push_back(expression(ts_node_named_child(child, 0), depth + 1));
      }
    });
    const TSNode body = field_of(node, "body");
    if (type_of(body) == "pair") {
      parts.push_back(expression(field_of(body, "key"), depth + 1));
      parts.push_back(expression(field_of(body, "value"), depth + 1));
    } else {
      parts.push_back(expression(body, depth + 1));
    }
    return make_of(ExpressionKind::list, node, std::move(parts));
  }

  Index expression(TSNode node, int depth) {
    if (ts_node_is_null(node)) { module_.expressions.emplace_back(); module_.expressions.back().owner = owner_; return static_cast<Index>(module_.expressions.size() - 1); }
    if (depth > kMaxNesting) { module_.cut = true; return make(ExpressionKind::unknown, node); }
    const auto type = type_of(node);
    if (type == "identifier") return make(ExpressionKind::name, node, std::string(text(node)));
    if (type == "attribute") {
      const Index object = expression(field_of(node, "object"), depth + 1);
      const Index i = make(ExpressionKind::attribute, node, std::string(text(field_of(node, "attribute"))));
      module_.expressions[i].parts = {object};
      return i;
    }
    if (type == "call") return call(node, depth);
    if (type == "string") return string_expression(node, depth);
    if (type == "concatenated_string") {
      std::vector<Index> operands;
      each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) == "string") operands.push_back(expression(child, depth + 1)); });
      return joined(node, std::move(operands));
    }
    if (type == "integer" || type == "float") return make(ExpressionKind::number, node, std::string(text(node)));
    if (type == "true" || type == "false") return make(ExpressionKind::boolean, node, std::string(type));
    if (type == "none") return make(ExpressionKind::none, node);
    if (type == "binary_operator" || type == "boolean_operator") return binary(node, depth);
    if (type == "subscript") return several(ExpressionKind::subscript, node, depth);
    if (type == "list" || type == "tuple" || type == "set" || type == "expression_list" || type == "pattern_list" ||
        type == "tuple_pattern" || type == "list_pattern")
      return several(ExpressionKind::list, node, depth);
    if (type == "dictionary") return map(node, depth);
    if (type == "list_comprehension" || type == "generator_expression" || type == "set_comprehension" || type == "dictionary_comprehension")
      return comprehension(node, depth);
    if (type == "await" || type == "parenthesized_expression") {
      TSNode inner{};
      each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) != "comment") inner = child; });
      return expression(inner, depth + 1);
    }
    if (type == "named_expression") {
      const Index value = expression(field_of(node, "value"), depth + 1);
      emit(StatementKind::assign, {expression(field_of(node, "name"), depth + 1)}, value, node);
      return value;
    }
    if (type == "lambda") return lambda(node, depth);
    if (type == "comparison_operator") {
      const Index i = several(ExpressionKind::unknown, node, depth);
      module_.expressions[i].text = "compare";
      module_.expressions[i].names = {std::string(text(field_of(node, "operators")))};
      return i;
    }
    if (type == "not_operator") {
      const Index i = several(ExpressionKind::unknown, node, depth);
      module_.expressions[i].text = "not";
      return i;
    }
    if (type == "conditional_expression") {
      const Index i = several(ExpressionKind::unknown, node, depth);
      const std::vector<Index>& parts = module_.at(i).parts;
      if (parts.size() == 3) {
        const Expression &held = module_.at(parts[0]), &failed = module_.at(parts[2]);
        module_.branches.push_back({.owner = owner_, .test = parts[1], .begin = held.begin, .end = held.end, .other = failed.begin, .other_end = failed.end, .spot = held.spot});
      }
      return i;
    }
    return several(ExpressionKind::unknown, node, depth);
  }

  Index lambda(TSNode node, int depth) {
    const Index at = new_function(node);
    module_.functions[at].name = "lambda";
    parameters(at, field_of(node, "parameters"), depth);
    const Index outside = owner_;
    owner_ = at;
    const TSNode body = field_of(node, "body");
    emit(StatementKind::give, {}, expression(body, depth + 1), body);
    owner_ = outside;
    const Index i = make(ExpressionKind::function, node);
    module_.expressions[i].function = at;
    return i;
  }

  Index new_function(TSNode node) {
    Function f;
    f.owner = owner_;
    f.in_class = class_;
    f.spot = spot_of(node);
    f.begin = ts_node_start_byte(node);
    f.end = ts_node_end_byte(node);
    module_.functions.push_back(std::move(f));
    return static_cast<Index>(module_.functions.size() - 1);
  }

  void parameters(Index function, TSNode list, int depth) {
    if (ts_node_is_null(list)) return;
    each_child(list, [&](TSNode child, std::string_view) {
      const auto type = type_of(child);
      Parameter p;
      if (type == "identifier") p.name = text(child);
      else if (type == "default_parameter" || type == "typed_default_parameter") {
        p.name = text(field_of(child, "name"));
        p.type = text(field_of(child, "type"));
        p.value = expression(field_of(child, "value"), depth + 1);
      } else if (type == "typed_parameter") {
        TSNode first = ts_node_named_child(child, 0);
        if (type_of(first) == "list_splat_pattern" || type_of(first) == "dictionary_splat_pattern") first = ts_node_named_child(first, 0);
        p.name = text(first);
        p.type = text(field_of(child, "type"));
      } else if (type == "list_splat_pattern" || type == "dictionary_splat_pattern") {
        p.name = text(ts_node_named_child(child, 0));
        p.type = "*";
      } else return;
      module_.functions[function].parameters.push_back(std::move(p));
    });
  }

  void function(TSNode node, std::vector<Index> decorators, int depth) {
    const Index at = new_function(node);
    module_.functions[at].name = text(field_of(node, "name"));
    module_.functions[at].decorators = std::move(decorators);
    module_.functions[at].returns = text(field_of(node, "return_type"));
    parameters(at, field_of(node, "parameters"), depth);
    const TSNode body = field_of(node, "body");
    module_.functions[at].documentation = documentation_of(body);
    const Index outside = owner_, outer_class = class_;
    std::vector<std::size_t> outer_loops;
    outer_loops.swap(loops_);
    owner_ = at;
    class_ = kNone;
    block(body, depth + 1);
    owner_ = outside;
    class_ = outer_class;
    loops_.swap(outer_loops);
  }

  void class_definition(TSNode node, std::vector<Index> decorators, int depth) {
    Class c;
    c.name = text(field_of(node, "name"));
    c.decorators = std::move(decorators);
    c.spot = spot_of(node);
    c.begin = ts_node_start_byte(node);
    c.end = ts_node_end_byte(node);
    const TSNode bases = field_of(node, "superclasses");
    if (!ts_node_is_null(bases))
      each_child(bases, [&](TSNode child, std::string_view) {
        if (type_of(child) != "keyword_argument" && type_of(child) != "comment") c.bases.push_back(expression(child, depth + 1));
      });
    const TSNode body = field_of(node, "body");
    c.documentation = documentation_of(body);
    module_.classes.push_back(std::move(c));
    const Index outer = class_;
    class_ = static_cast<Index>(module_.classes.size() - 1);
    block(body, depth + 1);
    class_ = outer;
  }

  void imports(TSNode node, std::string module) {
    each_child(node, [&](TSNode child, std::string_view field) {
      const auto type = type_of(child);
      if (type == "wildcard_import") module_.imports.push_back({module, "*", "*", spot_of(child)});
      if (field != "name") return;
      std::string name, alias;
      if (type == "aliased_import") {
        name = text(field_of(child, "name"));
        alias = text(field_of(child, "alias"));
      } else name = text(child);
      if (module.empty()) {
        // `import a.b` binds a; `import a.b as c` binds c to a.b.
        if (alias.empty()) module_.imports.push_back({name, "", name.substr(0, name.find('.')), spot_of(child)});
        else module_.imports.push_back({name, "", alias, spot_of(child)});
      } else {
        module_.imports.push_back({module, name, alias.empty() ? name : alias, spot_of(child)});
      }
    });
  }

  void loop(TSNode node, bool endless) {
    Loop l;
    l.owner = owner_;
    l.endless = endless;
    l.spot = spot_of(node);
    l.begin = ts_node_start_byte(node);
    l.end = ts_node_end_byte(node);
    module_.loops.push_back(l);
    loops_.push_back(module_.loops.size() - 1);
  }

  void assignment(TSNode node, int depth) {
    // `a = b = c` nests to the right.
    std::vector<Index> targets;
    TSNode value = node;
    std::string annotation;
    while (type_of(value) == "assignment") {
      targets.push_back(expression(field_of(value, "left"), depth + 1));
      value = field_of(value, "right");
    }
    if (ts_node_is_null(value)) return;
    const Index result = expression(value, depth + 1);
    const Expression& left = module_.at(targets[0]);
    const Expression& right = module_.at(result);
    if (targets.size() == 1 && left.kind == ExpressionKind::list && right.kind == ExpressionKind::list && left.parts.size() == right.parts.size()) {
      const std::vector<Index> names = left.parts, values = right.parts;
      for (std::size_t i = 0; i < names.size(); ++i) emit(StatementKind::assign, {names[i]}, values[i], node);
      return;
    }
    emit(StatementKind::assign, std::move(targets), result, node);
  }

  void statement(TSNode node, int depth) {
    const auto type = type_of(node);
    if (type == "comment" || type == "pass_statement" || type == "global_statement" || type == "nonlocal_statement") return;
    if (type == "expression_statement") {
      each_child(node, [&](TSNode child, std::string_view) {
        const auto inner = type_of(child);
        if (inner == "assignment") assignment(child, depth);
        else if (inner == "augmented_assignment") {
          const Index target = expression(field_of(child, "left"), depth + 1);
          emit(StatementKind::augment, {target}, expression(field_of(child, "right"), depth + 1), child);
        } else if (inner != "comment") emit(inner == "yield" ? StatementKind::give : StatementKind::expression, {}, expression(child, depth + 1), child);
      });
    } else if (type == "function_definition") function(node, {}, depth);
    else if (type == "class_definition") class_definition(node, {}, depth);
    else if (type == "decorated_definition") {
      std::vector<Index> decorators;
      each_child(node, [&](TSNode child, std::string_view) {
        if (type_of(child) == "decorator") decorators.push_back(expression(ts_node_named_child(child, 0), depth + 1));
      });
      const TSNode definition = field_of(node, "definition");
      if (type_of(definition) == "class_definition") class_definition(definition, std::move(decorators), depth);
      else function(definition, std::move(decorators), depth);
    } else if (type == "import_statement") imports(node, {});
    else if (type == "import_from_statement") imports(node, std::string(text(field_of(node, "module_name"))));
    else if (type == "return_statement") {
      leave_loop();
      if (ts_node_named_child_count(node)) emit(StatementKind::give, {}, expression(ts_node_named_child(node, 0), depth + 1), node);
    } else if (type == "raise_statement") {
      leave_loop();
      const Index value = ts_node_named_child_count(node) ? expression(ts_node_named_child(node, 0), depth + 1) : kNone;
      emit(StatementKind::raise, {}, value, node);
    } else if (type == "break_statement") leave_loop();
    else if (type == "delete_statement") {
      if (ts_node_named_child_count(node)) emit(StatementKind::remove, {}, expression(ts_node_named_child(node, 0), depth + 1), node);
    } else if (type == "for_statement") {
      const Index source = expression(field_of(node, "right"), depth + 1);
      emit(StatementKind::iterate, {expression(field_of(node, "left"), depth + 1)}, source, node);
      loop(node, false);
      block(field_of(node, "body"), depth + 1);
      loops_.pop_back();
      block(field_of(node, "alternative"), depth + 1);
    } else if (type == "while_statement") {
      const Index test = expression(field_of(node, "condition"), depth + 1);
      const Expression& e = module_.at(test);
      loop(node, (e.kind == ExpressionKind::boolean && e.text == "true") || (e.kind == ExpressionKind::number && e.text == "1"));
      emit(StatementKind::condition, {}, test, node);
      const TSNode body = field_of(node, "body");
      if (!ts_node_is_null(body)) module_.branches.push_back({.owner = owner_, .test = test, .begin = ts_node_start_byte(body), .end = ts_node_end_byte(body), .spot = spot_of(node)});
      block(body, depth + 1);
      loops_.pop_back();
    } else if (type == "if_statement") {
      branches(node, depth);
    } else if (type == "elif_clause") {
      block(node, depth + 1);  // of a broken text
    } else if (type == "with_item") {
      const TSNode value = field_of(node, "value");
      if (type_of(value) == "as_pattern") {
        const Index source = expression(ts_node_named_child(value, 0), depth + 1);
        const TSNode alias = field_of(value, "alias");
        std::vector<Index> targets;
        if (!ts_node_is_null(alias) && ts_node_named_child_count(alias)) targets.push_back(expression(ts_node_named_child(alias, 0), depth + 1));
        emit(StatementKind::enter, std::move(targets), source, node);
      } else emit(StatementKind::expression, {}, expression(value, depth + 1), node);
    } else if (type == "assert_statement") {
      if (ts_node_named_child_count(node)) {
        const Index test = expression(ts_node_named_child(node, 0), depth + 1);
        emit(StatementKind::condition, {}, test, node);
        module_.branches.push_back({.owner = owner_, .test = test, .begin = ts_node_end_byte(node), .end = block_end_, .spot = spot_of(node)});
      }
    } else if (type == "exec_statement" || type == "print_statement") {
      // Python 2: `exec code` is a call of exec.
      const Index callee = make(ExpressionKind::name, node, type == "exec_statement" ? "exec" : "print");
      std::vector<Index> parts{callee};
      each_child(node, [&](TSNode child, std::string_view) { parts.push_back(expression(child, depth + 1)); });
      const Index i = make(ExpressionKind::call, node);
      module_.expressions[i].names.assign(parts.size(), "");
      module_.expressions[i].parts = std::move(parts);
      emit(StatementKind::expression, {}, i, node);
    } else if (type == "match_statement") {
      emit(StatementKind::condition, {}, expression(field_of(node, "subject"), depth + 1), node);
      block(field_of(node, "body"), depth + 1);
    } else if (type == "case_clause") {
      // case "a" | "b": the words that it is compared with.
      each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) == "case_pattern") words_of_pattern(child, depth + 1); });
      block(node, depth + 1);
    } else if (type == "except_clause" || type == "else_clause" || type == "finally_clause" || type == "try_statement" ||
               type == "with_statement" || type == "with_clause" || type == "block" || type == "ERROR" || type == "except_group_clause") {
      block(node, depth + 1);
    }
  }

  void words_of_pattern(TSNode pattern, int depth) {
    if (depth > kMaxNesting) return;
    each_child(pattern, [&](TSNode child, std::string_view) {
      if (type_of(child) == "string") (void)expression(child, depth + 1);
      else if (type_of(child) == "union_pattern" || type_of(child) == "case_pattern") words_of_pattern(child, depth + 1);
    });
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

Result<Module> read_python(std::string_view text, const Limits& limits) {
  auto tree = parse(Language::python, text, limits);
  if (!tree) return std::unexpected(tree.error());
  Module module;
  Reader(text, module).read(ts_tree_root_node(tree->get()));
  return module;
}

}  // namespace stormwatch::code
