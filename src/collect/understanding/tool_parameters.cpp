// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/tool_parameters.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

constexpr std::size_t kMostText = 64 << 10;

void add(std::string& texts, std::string_view text) {
  if (text.size() < 4 || texts.size() + text.size() > kMostText) return;
  texts.append(text);
  texts.append(".\n\n");
}

/// What one expression says of a parameter: z.string().describe("..."), Field(description="..."), mcp.Description("..."), {description: "..."}.
std::string said_by(const View& v, const Expression& e) {
  if (e.kind == ExpressionKind::map) return names_string(v, v.module.member(e, "description"));
  if (e.kind != ExpressionKind::call || e.parts.size() < 2) return {};
  const Expression& callee = v.module.at(e.parts[0]);
  if (callee.kind == ExpressionKind::attribute && (callee.text == "describe" || callee.text == "Description")) return names_string(v, v.module.argument(e, 0));
  return callee.text == "Field" ? names_string(v, v.module.keyword(e, "description")) : std::string();
}

/// Everything said between two places of the source but within `body`, and but for the description of the tool itself.
void add_between(const View& v, std::uint32_t begin, std::uint32_t end, const code::Function* body, std::string_view description, std::string& texts) {
  for (const Expression& e : v.module.expressions) {
    if (e.begin < begin || e.end > end || (body && e.begin >= body->begin && e.end <= body->end)) continue;
    if (const std::string text = said_by(v, e); text != description) add(texts, text);
  }
}

/// The literals in a type as written: Annotated[str, Field(description="...")], @ToolParam(description = "...") String.
void add_literals(std::string_view type, std::string& texts) {
  for (std::size_t at = type.find('"'); at != std::string_view::npos;) {
    const std::size_t end = type.find('"', at + 1);
    if (end == std::string_view::npos) return;
    add(texts, type.substr(at + 1, end - at - 1));
    at = type.find('"', end + 1);
  }
}

/// `jsonschema:"..."` beside the fields of the struct that a handler takes.
void add_tags(const View& v, std::string_view type, std::string& texts) {
  type = type.substr(type.find_last_of("*. ") + 1);  // npos + 1 is 0
  for (const code::Class& c : v.module.classes) {
    if (c.name != type || c.end > v.text.size() || c.begin > c.end) continue;
    const std::string_view fields = v.text.substr(c.begin, c.end - c.begin);
    constexpr std::string_view kTag = "jsonschema:\"";
    for (std::size_t at = fields.find(kTag); at != std::string_view::npos; at = fields.find(kTag, at)) {
      at += kTag.size();
      add(texts, fields.substr(at, std::min(fields.find('"', at), fields.size()) - at));
    }
  }
}

}  // namespace

std::string parameter_texts(const View& v, Index schema, std::string_view description) {
  std::string texts;
  if (const Index made = v.names.literal_of(schema); made != kNone) schema = made;
  if (schema != kNone) add_between(v, v.module.at(schema).begin, v.module.at(schema).end, nullptr, description, texts);
  return texts;
}

std::string parameter_texts(const View& v, const code::Role& tool) {
  std::string texts;
  const code::Function* body = tool.function == kNone ? nullptr : &v.module.functions[tool.function];
  if (tool.declared != kNone && v.module.at(tool.declared).kind == ExpressionKind::call) {
    const Expression& made = v.module.at(tool.declared);
    add_between(v, made.begin, made.end, body, tool.description, texts);
    // A schema that stands elsewhere under a name.
    for (const char* key : {"inputSchema", "paramsSchema", "schema", "parameters", "args_schema"})
      if (const Index given = v.names.option(made, key); given != kNone && v.module.at(given).kind == ExpressionKind::name) texts += parameter_texts(v, given, tool.description);
    for (std::size_t k = 2; k < made.parts.size(); ++k)
      if (v.module.at(made.parts[k]).kind == ExpressionKind::name && v.names.local_function(made.parts[k]) == kNone) texts += parameter_texts(v, made.parts[k], tool.description);
  }
  if (!body) return texts;
  for (const code::Parameter& p : body->parameters) {
    add_literals(p.type, texts);
    if (p.value != kNone) add(texts, said_by(v, v.module.at(p.value)));
    if (v.module.family == code::Family::go) add_tags(v, p.type, texts);
  }
  return texts;
}

}  // namespace stormwatch::collect
