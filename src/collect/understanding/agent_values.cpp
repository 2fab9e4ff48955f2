// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/agent_values.h"

#include <algorithm>

#include "base/text.h"
#include "collect/understanding/far_functions.h"

namespace stormwatch::collect {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

namespace {

constexpr int kMostLinks = 60;  // of a chain of calls

std::string capital(std::string_view key) {
  std::string out(key);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

/// The tool, or list of tools, of another file that a name or attribute stands for: "FILE#NAME"; "" when it is none. Whether a tool
/// is there shows when all files are read (graph/join.cpp).
std::string imported_tool(const View& v, const Expression& e) {
  const bool attribute = e.kind == ExpressionKind::attribute;
  if (!attribute && e.kind != ExpressionKind::name) return {};
  const Expression& root = attribute ? v.module.at(e.parts[0]) : e;
  if (root.kind != ExpressionKind::name) return {};
  for (const code::Import& i : v.module.imports) {
    if (i.alias != root.text || i.name == "*") continue;
    const std::string module = !attribute || i.name.empty() ? i.module : i.module + (i.module.ends_with('.') ? "" : ".") + i.name;
    if (!attribute && i.name.empty()) continue;
    const std::string file = file_of_import(v.source, v.out.assets[v.application].key, v.source.path, module);
    return file.empty() ? std::string() : file + "#" + (attribute ? e.text : i.name);
  }
  return {};
}

void give_tool(View& v, const std::string& name, GivenTools& out) {
  const AssetId id = Asset::id_of(AssetKind::tool, v.file + "#" + name);
  out.tools.push_back(id);
  for (const Asset& a : v.out.assets)
    if (a.id == id)
      for (const std::string& c : std::get<ToolFacts>(a.facts).capabilities) add_word(out.capabilities, c);
}

/// A tool of a library or of the provider, known by its name.
void give_known_tool(View& v, std::string name, std::string_view capability, code::Spot spot, GivenTools& out) {
  add_word(out.capabilities, capability);
  ToolFacts tool;
  tool.capabilities = {std::string(capability)};
  out.tools.push_back(v.out.add(make_asset(v.file + "#" + name, name, std::move(tool), v.place(spot))));
}

/// {"type": "function", "function": {"name": ..., "description": ...}}, {"name", "description", "input_schema"}, {"type": "web_search"}:
/// as the APIs take them.
bool declared_tool(View& v, const Expression& e, GivenTools& out) {
  const Index inner = v.names.literal_of(v.module.member(e, "function"));
  const Expression& named = inner != kNone && v.module.at(inner).kind == ExpressionKind::map ? v.module.at(inner) : e;
  const std::string name = names_string(v, v.module.member(named, "name")), type = names_string(v, v.module.member(e, "type"));
  if (const auto capability = tool_capability(type); !capability.empty()) {
    give_known_tool(v, name.empty() ? type : name, capability, e.spot, out);
    return true;
  }
  if (name.empty() || name.size() > 100 || (v.module.member(named, "description") == kNone && v.module.member(named, "parameters") == kNone && v.module.member(named, "input_schema") == kNone)) return false;
  for (const code::Role& r : v.roles)
    if (r.name == name && r.kind != code::RoleKind::route) { give_tool(v, name, out); return true; }
  ToolFacts tool;
  tool.description = names_string(v, v.module.member(named, "description"));
  for (const code::Function& f : v.module.functions)
    if (f.name == name) {
      const std::size_t at = static_cast<std::size_t>(&f - v.module.functions.data());
      for (const code::CallEffect& effect : v.flows.effects[at])
        if (const auto word = code::capability_of(effect.effect); !word.empty()) { add_word(tool.capabilities, word); add_word(out.capabilities, word); }
    }
  out.tools.push_back(v.out.add(make_asset(v.file + "#" + name, name, std::move(tool), v.place(e.spot))));
  return true;
}

}  // namespace

void add_word(Texts& to, std::string_view word) {
  if (std::ranges::find(to, word) == to.end()) to.emplace_back(word);
}

std::vector<Index> values_given(const View& v, Index call, std::string_view key) {
  const Expression* e = &v.module.at(call);
  if (const Index found = v.names.option(*e, key); found != kNone) return {found};
  if (v.module.family <= code::Family::javascript) return {};
  const std::string big = capital(key);
  if (const Index found = v.module.keyword(*e, big); found != kNone) return {found};
  // New(ctx, Config{Name: x})
  for (const Index p : e->parts) {
    const Index made = p == e->parts[0] || v.module.family != code::Family::go ? kNone : v.names.literal_of(p);
    if (made == kNone || v.module.at(made).kind != ExpressionKind::call || v.module.at(made).text != "new") continue;
    if (const Index found = v.module.keyword(v.module.at(made), big); found != kNone) return {found};
  }
  std::vector<Index> all;
  for (int link = 0; link < kMostLinks && e->kind == ExpressionKind::call; ++link) {
    const Expression& callee = v.module.at(e->parts[0]);
    if (callee.kind != ExpressionKind::attribute) break;
    if (callee.text == key || callee.text == big || callee.text == "with" + big) all.insert(all.end(), e->parts.begin() + 1, e->parts.end());
    e = &v.module.at(callee.parts[0]);
    // `builder` was made in another statement.
    if (e->kind == ExpressionKind::name) {
      const Index made = v.names.literal_of(callee.parts[0]);
      if (made == kNone || made == callee.parts[0]) break;
      e = &v.module.at(made);
    }
  }
  return all;
}

Index value_given(const View& v, Index call, Keys keys) {
  for (const std::string_view key : keys)
    if (const auto all = values_given(v, call, key); !all.empty() && v.module.at(all[0]).kind != ExpressionKind::none) return all[0];
  return kNone;
}

std::string_view framework_of(const View& v, const Expression& call) {
  const std::string& name = v.names.callee(call);
  if (name.empty() || name[0] == '.') return {};
  if (v.module.family == code::Family::c_sharp) {
    const bool known = v.names.imports("Microsoft.SemanticKernel") || v.names.imports("Microsoft.Agents") || v.names.imports("Microsoft.Extensions.AI");
    const auto found = known ? bare_agent_framework(name) : std::string_view();
    return found.empty() || (call.text != "new" && !one_of(last_of(name), {"CreateAIAgent", "AsAIAgent"})) ? std::string_view() : found;
  }
  return agent_framework(name);
}

NamedModel model_named(const View& v, Index given, int depth) {
  if (given == kNone || depth > 4) return {};
  std::string text = names_string(v, given);
  const Index made = v.names.literal_of(given);
  std::string callee;
  if (text.empty() && made != kNone) {
    const Expression& e = v.module.at(made);
    if (e.kind == ExpressionKind::call) {
      callee = v.names.callee(e);
      if (const Index inner = value_given(v, made, model_name_keys()); inner != kNone && inner != given) {
        text = names_string(v, inner);
        if (text.empty()) { const NamedModel found = model_named(v, inner, depth + 1); if (!found.name.empty()) return {found.vendor.empty() ? vendor_of(callee, found.name) : found.vendor, found.name}; }
      }
      // openai("gpt-4o"), LLM("gpt-4o"), client.GetChatClient("gpt-4o").AsIChatClient()
      const Expression* link = &e;
      for (int hop = 0; hop < 8 && text.empty() && link->kind == ExpressionKind::call; ++hop) {
        for (std::size_t k = 1; k < link->parts.size() && text.empty(); ++k) {
          const std::string first = names_string(v, link->parts[k]);
          if ((k >= link->names.size() || link->names[k].empty()) && !first.empty() && first.find(' ') == std::string::npos && first.find("://") == std::string::npos && first.size() < 100 && (first.find('-') != std::string::npos || !vendor_of("", first).empty())) text = first;
        }
        const Expression& inner = v.module.at(link->parts[0]);
        if (inner.kind != ExpressionKind::attribute) break;
        link = &v.module.at(inner.parts[0]);
      }
    } else if (e.kind == ExpressionKind::map) {
      // llm_config = {"config_list": [{"model": "gpt-4"}]}
      text = names_string(v, v.module.member(e, "model"));
      const Index list = v.names.literal_of(v.module.member(e, "config_list"));
      if (text.empty() && list != kNone && v.module.at(list).kind == ExpressionKind::list && !v.module.at(list).parts.empty()) return model_named(v, v.module.at(list).parts[0], depth + 1);
    } else if (e.kind == ExpressionKind::attribute && v.module.family > code::Family::javascript && e.text.find_first_of("0123456789") != std::string::npos) {
      text = e.text;  // openai.GPT4o, ChatModel.GPT_4O: the constant's name is the model's
      callee = v.names.qualified(made);
    }
  }
  NamedModel found;
  if (text.empty() || text.size() > 120 || text.find(' ') != std::string::npos || text.find("{}") != std::string::npos) return found;
  found.name = text;
  static constexpr std::string_view vendors[] = {"openai", "anthropic", "google", "google-gla", "google-vertex", "google_genai", "gemini", "mistral", "mistralai", "groq", "cohere", "ollama", "ollama_chat", "bedrock", "azure", "azure_openai", "together", "together_ai", "deepseek", "xai", "openrouter", "vertex_ai", "fireworks", "fireworks_ai", "huggingface", "perplexity", "cerebras"};
  for (const char split : {':', '/'}) {
    const auto at = text.find(split);
    if (at == std::string::npos || at == 0) continue;
    if (const std::string_view head = std::string_view(text).substr(0, at); std::ranges::find(vendors, head) != std::end(vendors)) {
      found.vendor = head == "gemini" || head.starts_with("google") || head == "vertex_ai" ? "google" : head == "mistralai" ? "mistral" : head == "bedrock" ? "amazon-bedrock" : head == "ollama_chat" ? "ollama" : head.starts_with("azure") ? "azure-openai" : head.starts_with("together") ? "together" : head.starts_with("fireworks") ? "fireworks" : std::string(head);
      found.name = text.substr(at + 1);
      return found;
    }
  }
  found.vendor = vendor_of(callee, text);
  return found;
}

AssetId add_model(View& v, const NamedModel& model, Place place) {
  ModelFacts facts;
  facts.source = model.vendor;
  facts.publisher = model.vendor;
  return v.out.add(make_asset(model.vendor + "/" + model.name, model.name, std::move(facts), place));
}

AssetId tools_of_class(const View& v, std::string_view name) { return Asset::id_of(AssetKind::tool, v.out.assets[v.application].key + "#class " + std::string(name)); }

void tools_given(View& v, Index list, GivenTools& out, int depth) {
  list = v.names.literal_of(list);
  if (list == kNone || depth > 4) return;
  const Expression& e = v.module.at(list);
  if (e.kind == ExpressionKind::list || (e.kind == ExpressionKind::unknown && e.text == "+")) {
    for (const Index p : e.parts) tools_given(v, p, out, depth + 1);
    return;
  }
  if (e.kind == ExpressionKind::map) {
    if (out.as_data && declared_tool(v, e, out)) return;
    // { search: tool({...}), send }, toolConfig = {"tools": [{"toolSpec": {...}}]}
    if (const Index inner = v.module.member(e, "tools"); inner != kNone) return tools_given(v, inner, out, depth + 1);
    if (const Index inner = v.module.member(e, "toolSpec"); inner != kNone) return tools_given(v, inner, out, depth + 1);
    if (depth <= 1)
      for (std::size_t k = 0; k < e.parts.size(); ++k) {
        const std::size_t before = out.tools.size();
        tools_given(v, e.parts[k], out, depth + 1);
        if (out.tools.size() == before && k < e.names.size() && !e.names[k].empty() && e.names[k] != "*")
          for (const code::Role& r : v.roles)
            if (r.name == e.names[k] && r.kind != code::RoleKind::route) { give_tool(v, r.name, out); break; }
      }
    return;
  }
  const std::string name = v.names.qualified(list);
  const std::string written = e.kind == ExpressionKind::name || e.kind == ExpressionKind::attribute ? e.text : std::string();
  if (e.kind == ExpressionKind::call) {
    for (const char* key : {"needs_approval", "needsApproval", "require_confirmation", "requireApproval", "human_approval"})
      if (const Index asks = v.names.option(e, key); asks != kNone && v.names.boolean_value(asks) != false) out.asks = true;
    if (!framework_of(v, e).empty()) { out.agents.push_back(list); return; }
    // agent.as_tool(), AgentTool(agent=x)
    const auto last = last_of(name);
    const Expression& callee = v.module.at(e.parts[0]);
    if (one_of(last, {"as_tool", "asTool", "AsAIFunction", "as_function"}) && callee.kind == ExpressionKind::attribute) { out.agents.push_back(callee.parts[0]); return; }
    if (one_of(last, {"AgentTool", "handoff"})) { if (const Index agent = v.module.argument(e, 0, "agent"); agent != kNone) out.agents.push_back(agent); return; }
    if (one_of(last, {"FunctionTool", "LongRunningFunctionTool", "function_tool", "StructuredTool", "from_function", "from_defaults"}) && e.parts.size() > 1 && v.names.local_function(e.parts[1]) != kNone) {
      const Index f = v.names.local_function(e.parts[1]);
      for (const code::Role& r : v.roles)
        if (r.function == f) { give_tool(v, r.name, out); return; }
    }
    if (last.find("MCP") != std::string_view::npos || last.find("Mcp") != std::string_view::npos) { out.servers.push_back(std::string(last)); return; }
  }
  const Index function = v.names.local_function(list);
  for (const code::Role& r : v.roles) {
    if (r.kind == code::RoleKind::route || (r.function == kNone && r.name != written && r.declared != list)) continue;
    if ((function != kNone && r.function == function) || r.name == written || (!name.empty() && name == "." + r.name) || r.declared == list) {
      if (r.declared != kNone && v.module.at(r.declared).kind == ExpressionKind::call)
        for (const char* key : {"needs_approval", "needsApproval", "requireApproval"})
          if (const Index asks = v.names.option(v.module.at(r.declared), key); asks != kNone && v.names.boolean_value(asks) != false) out.asks = true;
      give_tool(v, r.name, out);
      return;
    }
  }
  // An object of a class of this file whose methods are tools: tools(new Weather()).
  if (e.kind == ExpressionKind::call && !name.empty() && name[0] == '.') {
    bool any = false;
    for (const code::Role& r : v.roles) {
      if (r.function == kNone || r.kind != code::RoleKind::tool) continue;
      const Index in_class = v.module.functions[r.function].in_class;
      if (in_class != kNone && name == "." + v.module.classes[in_class].name) { give_tool(v, r.name, out); any = true; }
    }
    if (any) return;
  }
  // tools(new Weather()), tools(weather) where the class stands in another file.
  const bool typed = v.module.family == code::Family::java || v.module.family == code::Family::c_sharp;
  if (const auto last = last_of(name); typed && !last.empty() && name[0] != '.' && std::isupper(static_cast<unsigned char>(last[0])) && (e.kind != ExpressionKind::call || e.text == "new")) {
    out.tools.push_back(tools_of_class(v, last));
    return;
  }
  if (const std::string key = imported_tool(v, e); !key.empty()) {
    out.tools.push_back(Asset::id_of(AssetKind::tool, key));
    return;
  }
  if (name.starts_with('.')) return;
  if (const auto capability = tool_capability(name); !capability.empty()) give_known_tool(v, std::string(last_of(name)), capability, e.spot, out);
}

}  // namespace stormwatch::collect
