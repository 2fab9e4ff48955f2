// SPDX-License-Identifier: Apache-2.0
// Expressions of Go, Java and C#.
#include "code/typed_reader.h"

namespace stormwatch::code::typed {

namespace {
bool is_text(const Expression& e) { return e.kind == ExpressionKind::string || e.kind == ExpressionKind::format; }
}  // namespace

std::string Reader::literal_of(TSNode node) {
  std::string_view whole = text(node);
  if (whole.starts_with("\"\"\"") && whole.ends_with("\"\"\"") && whole.size() >= 6) {
    whole = whole.substr(3, whole.size() - 6);
    if (const auto line = whole.find('\n'); line != std::string_view::npos && whole.substr(0, line).find_first_not_of(" \t\r") == std::string_view::npos) whole.remove_prefix(line + 1);
  } else if (whole.size() >= 2) {
    whole = whole.substr(1, whole.size() - 2);
  }
  return unescape(whole);
}

std::string Reader::raw_of(TSNode node) {
  std::string_view whole = text(node);
  while (!whole.empty() && (whole.front() == '@' || whole.front() == '$')) whole.remove_prefix(1);
  const char quote = whole.empty() ? '"' : whole.front();
  while (whole.size() >= 2 && whole.front() == quote && whole.back() == quote) { whole = whole.substr(1, whole.size() - 2); if (quote == '`') break; }
  return std::string(whole);
}

Index Reader::with_parts(TSNode node, int depth) {
  std::string body;
  std::vector<Index> parts;
  each_child(node, [&](TSNode child, std::string_view) {
    const auto kind = type_of(child);
    if (kind == "string_content") body += text(child);
    else if (kind == "escape_sequence") body += unescape(text(child));
    else if (kind == "interpolation") {
      TSNode value{};
      each_child(child, [&](TSNode inner, std::string_view) { if (ts_node_is_null(value) && type_of(inner) != "interpolation_brace") value = inner; });
      body += "{}";
      parts.push_back(expression(value, depth + 1));
    }
  });
  if (parts.empty()) return make(ExpressionKind::string, node, std::move(body));
  return make_of(ExpressionKind::format, node, std::move(parts), std::move(body));
}

Index Reader::binary(TSNode node, int depth) {
  std::vector<TSNode> spine;
  TSNode leftmost = node;
  while (shape_of(leftmost).shape == Shape::binary) {
    spine.push_back(field_of(leftmost, "right"));
    leftmost = field_of(leftmost, "left");
  }
  std::vector<Index> operands{expression(leftmost, depth + 1)};
  for (std::size_t i = spine.size(); i-- > 0;) operands.push_back(expression(spine[i], depth + 1));
  const std::string sign = written(field_of(node, "operator"));
  if (sign == "+" && std::ranges::any_of(operands, [&](Index o) { return is_text(module_.at(o)); })) {
    std::string all;
    bool literal = true;
    for (const Index o : operands) {
      all += is_text(module_.at(o)) ? module_.at(o).text : "{}";
      literal &= module_.at(o).kind == ExpressionKind::string;
    }
    return literal ? make(ExpressionKind::string, node, std::move(all)) : make_of(ExpressionKind::format, node, std::move(operands), std::move(all));
  }
  const bool compare = one_of(sign, {"==", "!=", "<", ">", "<=", ">="});
  return make_of(ExpressionKind::unknown, node, std::move(operands), compare ? "compare" : sign);
}

void Reader::arguments(TSNode list, std::vector<Index>& parts, std::vector<std::string>& names, int depth) {
  if (ts_node_is_null(list)) return;
  each_child(list, [&](TSNode child, std::string_view) {
    if (shape_of(child).shape == Shape::skip) return;
    const auto kind = type_of(child);
    if (kind == "element_value_pair") {
      names.push_back(written(field_of(child, "key")));
      parts.push_back(expression(field_of(child, "value"), depth + 1));
      return;
    }
    if (kind == "argument" || kind == "attribute_argument") {
      const TSNode name = field_of(child, "name");
      TSNode value{};
      each_child(child, [&](TSNode part, std::string_view field) { if (field != "name" && shape_of(part).shape != Shape::skip) value = part; });
      // [Tool(Name = "x")] is an assignment in the grammar.
      if (kind == "attribute_argument" && ts_node_is_null(name) && type_of(value) == "assignment_expression") {
        names.push_back(written(field_of(value, "left")));
        parts.push_back(expression(field_of(value, "right"), depth + 1));
        return;
      }
      names.push_back(written(name));
      parts.push_back(expression(value, depth + 1));
      return;
    }
    names.emplace_back();
    parts.push_back(expression(child, depth + 1));
  });
}

Index Reader::formatted(TSNode node, const std::vector<Index>& parts) {
  const Expression& callee = module_.at(parts[0]);
  if (callee.kind != ExpressionKind::attribute || parts.size() < 2) return kNone;
  const Expression& object = module_.at(callee.parts[0]);
  const bool own = callee.text == "formatted" && object.kind == ExpressionKind::string;
  const bool known = own || (go() && object.text == "fmt" && callee.text == "Sprintf") || (one_of(object.text, {"String", "string"}) && one_of(callee.text, {"format", "Format"}));
  if (!known) return kNone;
  const Expression& pattern = own ? object : module_.at(parts[1]);
  if (pattern.kind != ExpressionKind::string) return kNone;
  std::string body;
  for (std::size_t i = 0; i < pattern.text.size(); ++i) {
    const char c = pattern.text[i];
    if (module_.family == Family::c_sharp && c == '{') {
      const auto close = pattern.text.find('}', i);
      if (close != std::string::npos) { body += "{}"; i = close; continue; }
    } else if (module_.family != Family::c_sharp && c == '%' && i + 1 < pattern.text.size()) {
      if (pattern.text[i + 1] == '%') { body += '%'; ++i; continue; }
      const auto verb = pattern.text.find_first_of("abcdefgnopqstuvxXTUE", i + 1);
      if (verb != std::string::npos && verb - i < 12) { body += "{}"; i = verb; continue; }
    }
    body += c;
  }
  return make_of(ExpressionKind::format, node, std::vector<Index>(parts.begin() + (own ? 1 : 2), parts.end()), std::move(body));
}

Index Reader::call(TSNode node, const NodeShape& shape, int depth) {
  Index callee = kNone;
  if (shape.shape == Shape::method) {
    const TSNode object = field_of(node, shape.a), name = field_of(node, shape.c);
    if (ts_node_is_null(object)) callee = name_of(name);
    else {
      const Index inner = expression(object, depth + 1);
      callee = make_of(ExpressionKind::attribute, node, {inner}, written(name));
    }
  } else {
    callee = expression(field_of(node, shape.a), depth + 1);
  }
  std::vector<Index> parts{callee};
  std::vector<std::string> names{""};
  arguments(field_of(node, shape.b), parts, names, depth);
  if (const Index text = formatted(node, parts); text != kNone) return text;
  return make_call(node, std::move(parts), std::move(names));
}

void Reader::initializer(TSNode body, std::vector<Index>& parts, std::vector<std::string>& names, int depth) {
  if (ts_node_is_null(body)) return;
  each_child(body, [&](TSNode child, std::string_view) {
    if (shape_of(child).shape == Shape::skip) return;
    const bool member = type_of(child) == "assignment_expression";
    names.push_back(member ? written(field_of(child, "left")) : std::string());
    parts.push_back(expression(member ? field_of(child, "right") : child, depth + 1));
  });
}

Index Reader::construct(TSNode node, const NodeShape& shape, int depth) {
  TSNode made = shape.a.empty() ? TSNode{} : field_of(node, shape.a);
  Index callee = kNone;
  if (!ts_node_is_null(made)) callee = expression(made, depth + 1);
  else callee = make(ExpressionKind::name, node, wanted_type_.empty() ? "new" : wanted_type_);
  std::vector<Index> parts{callee};
  std::vector<std::string> names{""};
  each_child(node, [&](TSNode child, std::string_view) {
    const auto kind = type_of(child);
    if (kind == "argument_list") arguments(child, parts, names, depth);
    else if (kind == "initializer_expression") initializer(child, parts, names, depth);
  });
  // The body of an anonymous class.
  each_child(node, [&](TSNode child, std::string_view) { if (type_of(child) == "class_body") block(child, depth + 1); });
  return make_call(node, std::move(parts), std::move(names), "new");
}

Index Reader::literal(TSNode node, TSNode type, TSNode body, int depth) {
  if (depth > kMaxNesting) { module_.cut = true; return make(ExpressionKind::unknown, node); }
  const auto kind = ts_node_is_null(type) ? std::string_view() : type_of(type);
  if (kind == "pointer_type") return literal(node, only_child(type), body, depth + 1);
  const bool list = kind == "slice_type" || kind == "array_type" || kind == "implicit_length_array_type", map = kind == "map_type";
  const TSNode element = list ? field_of(type, "element") : map ? field_of(type, "value") : TSNode{};
  std::vector<Index> parts;
  std::vector<std::string> names;
  if (!list && !map) { parts.push_back(ts_node_is_null(type) ? make(ExpressionKind::name, node, "") : expression(type, depth + 1)); names.emplace_back(); }
  const auto value_of = [&](TSNode wrapped) {
    const TSNode inner = type_of(wrapped) == "literal_element" ? only_child(wrapped) : wrapped;
    return type_of(inner) == "literal_value" ? literal(inner, element, inner, depth + 1) : expression(inner, depth + 1);
  };
  each_child(body, [&](TSNode child, std::string_view) {
    const auto part = type_of(child);
    if (part == "comment") return;
    if (part != "keyed_element") { names.emplace_back(); parts.push_back(value_of(child)); return; }
    const TSNode wrapped = field_of(child, "key");
    const TSNode key = type_of(wrapped) == "literal_element" ? only_child(wrapped) : wrapped;
    names.push_back(type_of(key) == "interpreted_string_literal" ? literal_of(key) : map && type_of(key) != "identifier" ? std::string() : written(key));
    parts.push_back(value_of(field_of(child, "value")));
  });
  if (list) return make_of(ExpressionKind::list, node, std::move(parts));
  if (!map) return make_call(node, std::move(parts), std::move(names), "new");
  const Index i = make_of(ExpressionKind::map, node, std::move(parts));
  module_.expressions[i].names = std::move(names);
  return i;
}

Index Reader::expression(TSNode node, int depth) {
  if (ts_node_is_null(node)) return empty();
  if (depth > kMaxNesting) { module_.cut = true; return make(ExpressionKind::unknown, node); }
  const NodeShape& shape = shape_of(node);
  switch (shape.shape) {
    case Shape::name: return name_of(node);
    case Shape::inside: {
      TSNode inner = shape.a.empty() ? only_child(node) : field_of(node, shape.a);
      if (shape.type == "unary_expression" && text(field_of(node, "operator")) == "!") return make_of(ExpressionKind::unknown, node, {expression(inner, depth + 1)}, "unary");
      return ts_node_is_null(inner) ? make(ExpressionKind::unknown, node) : expression(inner, depth + 1);
    }
    case Shape::attribute: {
      TSNode object{}, name{};
      if (shape.b.empty()) {
        each_child(node, [&](TSNode child, std::string_view) { if (shape_of(child).shape == Shape::skip) return; if (ts_node_is_null(object)) object = child; else name = child; });
        if (type_of(name) == "member_binding_expression") name = field_of(name, "name");
      } else {
        object = field_of(node, shape.a);
        name = field_of(node, shape.b);
      }
      if (type_of(name) == "generic_name") name = only_child(name);
      if (type_of(name) == "element_binding_expression") return make_of(ExpressionKind::subscript, node, {expression(object, depth + 1)});
      const Index inner = expression(object, depth + 1);
      return make_of(ExpressionKind::attribute, node, {inner}, written(name));
    }
    case Shape::call:
    case Shape::method: return call(node, shape, depth);
    case Shape::make: return construct(node, shape, depth);
    case Shape::literal: return literal(node, field_of(node, shape.a), field_of(node, shape.b), depth);
    case Shape::subscript: return make_of(ExpressionKind::subscript, node, children(node, depth));
    case Shape::string: return make(ExpressionKind::string, node, literal_of(node));
    case Shape::raw_string: return make(ExpressionKind::string, node, raw_of(node));
    case Shape::text_with_parts: return with_parts(node, depth);
    case Shape::number: return make(ExpressionKind::number, node, written(node));
    case Shape::boolean: return make(ExpressionKind::boolean, node, written(node));
    case Shape::nothing: return make(ExpressionKind::none, node);
    case Shape::list: {
      std::vector<Index> parts = children(node, depth);
      return go() && parts.size() == 1 ? parts[0] : make_of(ExpressionKind::list, node, std::move(parts));
    }
    case Shape::binary: return binary(node, depth);
    case Shape::choice: {
      const Index test = expression(field_of(node, "condition"), depth + 1);
      emit(StatementKind::condition, {}, test, node);
      const Index yes = expression(field_of(node, "consequence"), depth + 1), no = expression(field_of(node, "alternative"), depth + 1);
      return make_of(ExpressionKind::unknown, node, {yes, no}, "or");
    }
    case Shape::assign: return assignment(node, depth);
    case Shape::closure: return function(node, shape, depth);
    case Shape::reference: {
      // this::look names a function of this class, X::look one of another.
      std::vector<Index> parts = children(node, depth);
      if (parts.size() != 2) return make_of(ExpressionKind::unknown, node, std::move(parts));
      std::string name = module_.at(parts[1]).text;
      return make_of(ExpressionKind::attribute, node, {parts[0]}, std::move(name));
    }
    case Shape::skip: return make(ExpressionKind::unknown, node);
    case Shape::branch:
    case Shape::block: statement(node, depth + 1); return make(ExpressionKind::unknown, node);
    default: return make_of(ExpressionKind::unknown, node, children(node, depth));
  }
}

}  // namespace stormwatch::code::typed
