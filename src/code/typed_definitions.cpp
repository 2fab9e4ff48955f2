// SPDX-License-Identifier: Apache-2.0
// Functions, classes, annotations and imports of Go, Java and C#.
#include "code/typed_reader.h"

namespace stormwatch::code::typed {

void Reader::parameters(Function& f, TSNode list) {
  if (ts_node_is_null(list)) return;
  if (shape_of(list).shape == Shape::name) { f.parameters.push_back({written(list), {}, kNone, {}}); return; }
  each_child(list, [&](TSNode child, std::string_view field) {
    const auto kind = type_of(child);
    if (kind == "identifier" && field != "type") { f.parameters.push_back({written(child), {}, kNone, {}}); return; }
    if (kind == "implicit_parameter") { f.parameters.push_back({written(child), {}, kNone, {}}); return; }
    if (kind != "formal_parameter" && kind != "parameter" && kind != "parameter_declaration" && kind != "variadic_parameter_declaration" && kind != "spread_parameter") return;
    Parameter p;
    p.type = written(field_of(child, "type"));
    if (kind == "spread_parameter") {
      each_child(child, [&](TSNode part, std::string_view) { if (type_of(part) == "variable_declarator") p.name = text(field_of(part, "name")); else if (p.type.empty() && type_of(part) != "modifiers") p.type = text(part); });
    }
    // Annotations say where a web framework takes a value from.
    each_child(child, [&](TSNode part, std::string_view) { if (type_of(part) == "attribute_list" || type_of(part) == "modifiers") p.type = written(part).substr(0, 200) + " " + p.type; });
    bool named = false;
    each_child(child, [&](TSNode part, std::string_view where) {
      if (where != "name") return;
      named = true;
      Parameter one = p;
      one.name = text(part);
      f.parameters.push_back(std::move(one));
    });
    if (named) return;
    if (p.name.empty()) p.name = "$" + std::to_string(f.parameters.size());
    f.parameters.push_back(std::move(p));
  });
}

void Reader::decorators(TSNode node, std::vector<Index>& out, int depth) {
  const auto add = [&](TSNode mark) {
    const Index name = expression(field_of(mark, "name"), depth + 1);
    std::vector<Index> parts{name};
    std::vector<std::string> names{""};
    TSNode given = field_of(mark, "arguments");
    each_child(mark, [&](TSNode child, std::string_view) { if (type_of(child) == "attribute_argument_list") given = child; });
    arguments(given, parts, names, depth);
    out.push_back(make_call(mark, std::move(parts), std::move(names)));
  };
  each_child(node, [&](TSNode child, std::string_view) {
    if (type_of(child) != "modifiers" && type_of(child) != "attribute_list") return;
    each_child(child, [&](TSNode mark, std::string_view) {
      if (type_of(mark) == "annotation" || type_of(mark) == "marker_annotation" || type_of(mark) == "attribute") add(mark);
    });
  });
}

Index Reader::class_named(std::string_view name, TSNode node) {
  for (Index c = 0; c < module_.classes.size(); ++c)
    if (module_.classes[c].name == name) return c;
  Class made;
  made.name = name;
  made.spot = spot_of(node);
  made.begin = ts_node_start_byte(node);
  made.end = ts_node_end_byte(node);
  module_.classes.push_back(std::move(made));
  return static_cast<Index>(module_.classes.size() - 1);
}

Index Reader::function(TSNode node, const NodeShape& shape, int depth) {
  Function f;
  f.name = text(field_of(node, "name"));
  f.owner = owner_;
  f.in_class = class_;
  f.spot = spot_of(node);
  f.begin = ts_node_start_byte(node);
  f.end = ts_node_end_byte(node);
  f.returns = text(field_of(node, go() ? "result" : module_.family == Family::java ? "type" : "returns"));
  if (f.returns.size() > 200) f.returns.clear();
  std::string receiver = shape.shape == Shape::closure ? receiver_ : std::string();
  if (const TSNode given = field_of(node, "receiver"); !ts_node_is_null(given)) {
    each_child(given, [&](TSNode child, std::string_view) {
      receiver = text(field_of(child, "name"));
      std::string_view of = text(field_of(child, "type"));
      while (!of.empty() && (of.front() == '*' || of.front() == ' ' || of.front() == '(')) of.remove_prefix(1);
      f.in_class = class_named(of.substr(0, of.find_first_of("[ )")), node);
    });
  }
  parameters(f, field_of(node, shape.a));
  if (shape.shape == Shape::function) decorators(node, f.decorators, depth);
  module_.functions.push_back(std::move(f));
  const auto at = static_cast<Index>(module_.functions.size() - 1);
  const Index i = make(ExpressionKind::function, node);
  module_.expressions[i].function = at;
  const Index outside = owner_, outer_class = class_;
  std::vector<std::size_t> outer_loops;
  outer_loops.swap(loops_);
  receiver.swap(receiver_);
  owner_ = at;
  class_ = kNone;
  const TSNode body = field_of(node, shape.b);
  const Shape is = ts_node_is_null(body) ? Shape::skip : shape_of(body).shape;
  if (is == Shape::block) block(body, depth + 1);
  else if (is != Shape::skip) emit(StatementKind::give, {}, expression(body, depth + 1), body);
  // delegate { ... }
  if (ts_node_is_null(body)) each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) == "block") block(child, depth + 1); });
  receiver_.swap(receiver);
  owner_ = outside;
  class_ = outer_class;
  loops_.swap(outer_loops);
  return i;
}

void Reader::type(TSNode node, int depth) {
  const Index at = class_named(text(field_of(node, "name")), node);
  std::vector<Index> marks, bases;
  decorators(node, marks, depth);
  each_child(node, [&](TSNode child, std::string_view field) {
    const auto kind = type_of(child);
    if (field == "superclass") bases.push_back(expression(child, depth + 1));
    else if (kind == "base_list" || kind == "super_interfaces") {
      each_child(child, [&](TSNode base, std::string_view) {
        if (type_of(base) == "type_list") each_child(base, [&](TSNode inner, std::string_view) { bases.push_back(expression(inner, depth + 1)); });
        else if (type_of(base) != "argument_list") bases.push_back(expression(type_of(base) == "primary_constructor_base_type" ? field_of(base, "type") : base, depth + 1));
      });
    } else if (kind == "parameter_list" || kind == "formal_parameters") {
      Function taken;
      parameters(taken, child);
      for (Parameter& p : taken.parameters) module_.declared.push_back({kNone, false, std::move(p.name), std::move(p.type)});
    }
  });
  module_.classes[at].spot = spot_of(node);
  module_.classes[at].begin = ts_node_start_byte(node);
  module_.classes[at].end = ts_node_end_byte(node);
  module_.classes[at].decorators = std::move(marks);
  module_.classes[at].bases = std::move(bases);
  if (go()) {
    const TSNode body = field_of(node, "type");
    if (type_of(body) == "struct_type")
      each_child(only_child(body), [&](TSNode field, std::string_view) {
        const TSNode of = field_of(field, "type");
        each_child(field, [&](TSNode part, std::string_view where) { if (where == "name") declare(of, written(part), true); });
      });
    return;
  }
  const Index outer = class_;
  class_ = at;
  block(field_of(node, "body"), depth + 1);
  class_ = outer;
}

void Reader::import(TSNode node) {
  if (go()) {
    const TSNode path = field_of(node, "path");
    const std::string module = raw_of(path);
    std::string alias = written(field_of(node, "name"));
    if (!alias.empty()) { module_.imports.push_back({module, "default", alias, spot_of(node)}); return; }
    for (std::string& name : package_names(module)) module_.imports.push_back({module, "default", std::move(name), spot_of(node)});
    return;
  }
  if (module_.family == Family::java) {
    std::string path;
    bool all = false;
    each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) == "asterisk") all = true; else path = text(child); });
    const auto dot = path.rfind('.');
    if (all) module_.imports.push_back({path, "*", "*", spot_of(node)});
    else if (dot != std::string::npos) module_.imports.push_back({path.substr(0, dot), path.substr(dot + 1), path.substr(dot + 1), spot_of(node)});
    return;
  }
  const std::string alias = written(field_of(node, "name"));
  std::string path;
  each_child(node, [&](TSNode child, std::string_view field) { if (field != "name") path = text(child); });
  if (path.empty()) return;
  if (alias.empty()) module_.imports.push_back({path, "*", "*", spot_of(node)});
  else module_.imports.push_back({path, "default", alias, spot_of(node)});
}

std::vector<std::string> Reader::package_names(std::string_view path) {
  const auto is_version = [](std::string_view part) { return part.size() > 1 && part[0] == 'v' && part.find_first_not_of("0123456789", 1) == std::string_view::npos; };
  std::string_view last = path.substr(path.rfind('/') + 1);
  if (is_version(last) && path.size() > last.size()) {
    path.remove_suffix(last.size() + 1);
    last = path.substr(path.rfind('/') + 1);
  }
  if (const auto dot = last.rfind(".v"); dot != std::string_view::npos && dot) last = last.substr(0, dot);
  std::vector<std::string> names{std::string(last)};
  std::string_view bare = last;
  if (bare.ends_with("-go")) bare.remove_suffix(3);
  if (bare.ends_with("-sdk")) bare.remove_suffix(4);
  if (bare.starts_with("go-")) bare.remove_prefix(3);
  if (bare.ends_with(".go")) bare.remove_suffix(3);
  if (bare != last && !bare.empty()) names.emplace_back(bare);
  return names;
}

}  // namespace stormwatch::code::typed
