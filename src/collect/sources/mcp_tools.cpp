// SPDX-License-Identifier: Apache-2.0
// Tool definitions in JSON and YAML: MCP tools/list results, arrays of tools, one tool, function definitions of model APIs.
//
// A map is a tool if it has a name, a description and a schema of its input (inputSchema, input_schema, parameters). All texts
// that a model would read of it are judged together: description, title, parameter names and descriptions, defaults, enums.
#include <algorithm>
#include <set>

#include "collect/collector.h"
#include "collect/hidden_text.h"
#include "collect/prose.h"
#include "collect/phrases.h"
#include "collect/tool_text.h"
#include "collect/tool_words.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kTools = 5'000;
constexpr std::size_t kDepth = 24;
constexpr std::size_t kTextOfTool = 256 << 10;

const Node* schema_of(const Node& tool) {
  for (const char* key : {"inputSchema", "input_schema", "parameters", "parametersJsonSchema"})
    if (const Node* schema = tool.find(key); schema && schema->is_map()) return schema;
  return nullptr;
}

bool looks_like_tool(const Node& node) {
  const Node* name = node.find("name");
  const Node* description = node.find("description");
  return name && name->is_string() && !name->scalar.empty() && description && description->is_string() && schema_of(node);
}

/// The texts of one tool as one, with the place each part came from.
class ToolText {
 public:
  void add(const Node& node, std::string_view text) {
    if (text.empty() || text_.size() > kTextOfTool) return;
    starts_.push_back({text_.size(), node.line, node.column});
    text_.append(text);
    text_.append(".\n\n");
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Place place_at(const Source& source, std::size_t offset) const {
    auto after = std::ranges::upper_bound(starts_, offset, {}, &Start::offset);
    if (after == starts_.begin()) return source.place();
    --after;
    return source.place_of_line(after->line, after->column);
  }

 private:
  struct Start {
    std::size_t offset = 0;
    std::uint32_t line = 0, column = 0;
  };
  std::string text_;
  std::vector<Start> starts_;
};

/// What the schema of a tool's input is made of: as the model reads it, as words on what the tool is for, and as questions.
struct SchemaTexts {
  ToolText &instructions, &purpose, &asked;
  Texts& parameters;
};

void add_schema(const Node& schema, SchemaTexts& into, std::size_t depth) {
  if (depth > kDepth) return;
  if (const Node* properties = schema.find("properties"); properties && properties->is_map())
    for (const Node::Member& property : properties->members) {
      if (depth == 0) into.parameters.push_back(property.key);
      into.purpose.add(property.value, words_of_name(property.key));
      into.instructions.add(property.value, property.key);
      add_schema(property.value, into, depth + 1);
    }
  else if (depth == 0 && !schema.find("type"))  // {"query": {"type": "string"}}: the parameters themselves
    for (const Node::Member& parameter : schema.members) {
      if (!parameter.value.is_map()) continue;
      into.parameters.push_back(parameter.key);
      into.purpose.add(parameter.value, words_of_name(parameter.key));
      into.instructions.add(parameter.value, parameter.key);
      add_schema(parameter.value, into, depth + 1);
    }
  for (const char* key : {"description", "title", "default", "$comment"})
    if (const Node* text = schema.find(key); text && text->is_string()) {
      into.instructions.add(*text, text->scalar);
      if (depth > 0) into.asked.add(*text, text->scalar);
    }
  for (const char* key : {"enum", "examples"})
    if (const Node* list = schema.find(key); list && list->is_list())
      for (const Node& item : list->items)
        if (item.is_string()) into.instructions.add(item, item.scalar);
  if (const Node* items = schema.find("items"); items && items->is_map()) add_schema(*items, into, depth + 1);
}

std::vector<Sighting> purposes_of(const ToolText& text, const Source& source) {
  std::vector<Sighting> sightings;
  std::set<std::string_view> kinds;
  for (const PhraseHit& hit : Phrases::embedded("purpose.yaml").read_text(text.text())) {
    kinds.insert(hit.subject);
    const bool repeat = std::ranges::any_of(sightings, [&](const Sighting& s) { return s.subject == hit.subject && s.confidence >= hit.confidence; });
    if (repeat) continue;
    Sighting sighting{.what = "harmful-purpose", .subject = std::string(hit.subject)};
    sighting.excerpt = excerpt_of(std::string_view(text.text()).substr(hit.begin, hit.end - hit.begin));
    while (!sighting.excerpt.empty() && (sighting.excerpt.back() == '\n' || sighting.excerpt.back() == ' ')) sighting.excerpt.pop_back();
    sighting.place = text.place_at(source, hit.begin);
    sighting.confidence = hit.confidence;
    sightings.push_back(std::move(sighting));
  }
  // Two uncertain words are in many honest tools. Parameters that name a target, a payload or a listener say how they are meant.
  if (kinds.size() >= 2 && kinds.contains("attack-parameters")) {
    for (Sighting& sighting : sightings) sighting.confidence = Confidence::high;
    std::erase_if(sightings, [](const Sighting& s) { return s.subject == "attack-parameters"; });
  }
  return sightings;
}

Asset read_tool(const Node& tool, const Source& source) {
  const Node& name = *tool.find("name");
  const Node& description = *tool.find("description");
  ToolFacts facts;
  facts.description = excerpt_of(description.scalar, 1000);
  ToolText instructions, purpose, asked;
  purpose.add(name, words_of_name(name.scalar));
  instructions.add(name, name.scalar);
  purpose.add(description, description.scalar);
  instructions.add(description, description.scalar);
  if (const Node* title = tool.find("title"); title && title->is_string()) {
    purpose.add(*title, title->scalar);
    instructions.add(*title, title->scalar);
  }
  if (const Node* notes = tool.find("annotations"); notes && notes->is_map()) {
    if (const Node* flag = notes->find("readOnlyHint")) facts.read_only = flag->as_bool();
    for (const Node::Member& member : notes->members)
      if (member.value.is_string()) instructions.add(member.value, member.value.scalar);
  }
  const Node& schema = *schema_of(tool);
  SchemaTexts texts{instructions, purpose, asked, facts.parameters};
  add_schema(schema, texts, 0);
  std::string names;  // a name asks, too: content_of_id_rsa, chain_of_thought
  for (const std::string& parameter : facts.parameters) names += (names.empty() ? "" : ", ") + words_of_name(parameter);
  asked.add(schema, names);
  for (std::size_t i = 0; i < facts.parameters.size() && i < 40; ++i) facts.schema += (i ? "," : "") + excerpt_of(facts.parameters[i], 60);

  std::set<std::string> capabilities = capabilities_in_words(name.scalar, description.scalar);
  std::vector<Sighting> purposes = purposes_of(purpose, source);
  for (const Sighting& sighting : purposes) {
    if (sighting.subject == "command-execution") capabilities.insert("code-exec");
    if (sighting.subject == "credential-theft") capabilities.insert("credential-read");
    if (sighting.subject == "exfiltration") capabilities.insert("network-send");
  }
  facts.capabilities.assign(capabilities.begin(), capabilities.end());

  Asset asset = make_asset(source.path + (source.member.empty() ? "" : "!/" + source.member) + "#" + name.scalar, excerpt_of(name.scalar, 120),
                           std::move(facts), source.place_of_line(tool.line, tool.column));
  asset.sightings = read_tool_text({instructions.text(), [&](std::size_t offset) { return instructions.place_at(source, offset); },
                                    asked.text(), [&](std::size_t offset) { return asked.place_at(source, offset); }});
  if (asset.sightings.empty())
    if (std::optional<Sighting> guess = guess_attack(instructions.text(), Ground::obeyed, [&](std::size_t offset) { return instructions.place_at(source, offset); })) asset.sightings.push_back(std::move(*guess));
  std::ranges::move(purposes, std::back_inserter(asset.sightings));
  if (has_lookalike_letters(name.scalar))
    asset.sightings.push_back({"invisible-text", "look-alike", "the name mixes letters of two scripts that look the same", excerpt_of(name.scalar),
                               source.place_of_line(name.line, name.column), Confidence::high});
  return asset;
}

void find_tools(const Node& node, const Source& source, Observation& observation, std::size_t depth) {
  if (depth > kDepth || observation.assets.size() >= kTools) return;
  if (node.is_map()) {
    if (looks_like_tool(node)) {
      observation.add(read_tool(node, source));
      return;
    }
    for (const Node::Member& member : node.members)
      if (member.value.is_map() || member.value.is_list()) find_tools(member.value, source, observation, depth + 1);
  } else {
    for (const Node& item : node.items)
      if (item.is_map() || item.is_list()) find_tools(item, source, observation, depth + 1);
  }
}

bool wants_tools(const Source& source) {
  if (source.cut || source.bytes.size() > (16U << 20)) return false;
  const bool json = source.kind == format::ContentKind::json;
  const bool yaml = source.kind == format::ContentKind::yaml;
  if (!json && !yaml) return false;
  const auto has = [&](std::string_view word) { return source.text.find(word) != std::string_view::npos; };
  const bool schema = has("inputSchema") || has("input_schema") || has(json ? "\"parameters\"" : "parameters:") || has("parametersJsonSchema");
  return schema && has("description") && (has(json ? "\"properties\"" : "properties:") || has(json ? "\"tools\"" : "tools:"));
}

Result<Observation> read_tools(const Source& source) {
  Observation observation;
  if (source.kind == format::ContentKind::yaml) {
    auto documents = format::parse_yaml(source.text, *source.limits);
    if (!documents) return std::unexpected(documents.error());
    for (const Node& document : *documents) find_tools(document, source, observation, 0);
  } else {
    auto document = format::parse_json(source.text, *source.limits);
    if (!document) return std::unexpected(document.error());
    find_tools(*document, source, observation, 0);
  }
  if (observation.assets.size() >= kTools)
    observation.gaps.push_back({source.path, source.member, "over-limit", "more than " + std::to_string(kTools) + " tools in one file"});
  return observation;
}

}  // namespace

extern const Collector mcp_tools;
const Collector mcp_tools{.name = "tool definitions", .wants = wants_tools, .read = read_tools};

}  // namespace stormwatch::collect
