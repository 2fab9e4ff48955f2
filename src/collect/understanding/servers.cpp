// SPDX-License-Identifier: Apache-2.0
// MCP servers written in code, and tools: what they say (name, description) and what their bodies do (capabilities).
#include <algorithm>
#include <set>

#include "code/raw_servers.h"
#include "collect/phrases.h"
#include "collect/tool_text.h"
#include "collect/understanding/tool_parameters.h"
#include "collect/understanding/tool_promises.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;
using code::RoleKind;

bool makes_server(std::string_view name) {
  static constexpr std::string_view kinds[] = {"mcp.server.fastmcp.FastMCP", "fastmcp.FastMCP", "mcp.FastMCP", "mcp.server.FastMCP", "mcp.server.Server", "mcp.server.lowlevel.Server", "FastMCP", "fastmcp.server.FastMCP", "mcp.server.mcpserver.MCPServer", "mcp.server.lowlevel.server.Server"};
  if (std::ranges::find(kinds, name) != std::end(kinds)) return true;
  if (name == "github.com/mark3labs/mcp-go/server.NewMCPServer" || name == "github.com/modelcontextprotocol/go-sdk/mcp.NewServer" || name.ends_with(".AddMcpServer")) return true;
  if (name.ends_with(".build") && (name.find("McpServer.sync") != std::string_view::npos || name.find("McpServer.async") != std::string_view::npos)) return true;
  return name.starts_with("@modelcontextprotocol/sdk/server") && (name.ends_with(".McpServer") || name.ends_with(".Server"));
}

Texts capabilities_of(const View& v, Index function) {
  std::set<std::string> found;
  const std::size_t slot = function == kNone ? v.module.functions.size() : function;
  for (std::size_t k = 0; k < v.flows.effects[slot].size(); ++k) {
    const code::CallEffect& e = v.flows.effects[slot][k];
    const auto capability = code::capability_of(e.effect);
    if (!capability.empty()) found.emplace(capability);
    if (e.effect == code::Effect::environment || e.effect == code::Effect::read_file) {
      const Expression& call = v.module.at(v.flows.calls[slot][k]);
      const std::string subject = v.names.pattern_of(v.module.argument(call, 0));
      if (e.effect == code::Effect::read_file && code::is_credential_path(subject)) found.emplace("credential-read");
    }
  }
  return {found.begin(), found.end()};
}

ToolFacts tool_facts(const View& v, const code::Role& r) {
  ToolFacts facts;
  facts.description = r.description.size() > 8000 ? r.description.substr(0, 8000) : r.description;
  facts.parameters = r.parameters;
  const ToolHints hints = hints_of(v, r);
  facts.read_only = hints.read_only;
  facts.destructive = hints.destructive;
  if (r.function == kNone) return facts;
  for (const code::Parameter& p : v.module.functions[r.function].parameters) {
    if (p.name == "self" || p.name == "cls" || p.name == "ctx" || p.name == "$0") {
      for (const std::string& b : p.bound) facts.parameters.push_back(b);
      continue;
    }
    facts.parameters.push_back(p.name);
  }
  facts.capabilities = capabilities_of(v, r.function);
  if (r.function < v.flows.waits.size() && v.flows.waits[r.function]) facts.human_approval = true;
  if (!r.parameters.empty()) facts.parameters = r.parameters;
  return facts;
}

/// What a model reads of a tool, judged as text: hidden instructions, and a purpose that is an attack. Lines are those of the
/// literal when it can be found in the source, else of the tool.
void judge_description(const View& v, Asset& tool, const std::string& text, std::string parameters, code::Spot spot) {
  parameters += parameter_section(text);
  if (text.empty() && parameters.empty()) return;
  const std::size_t at = v.text.find(text);
  const auto place_at = [&](std::size_t offset) {
    if (at == std::string_view::npos) return v.place(spot);
    std::uint32_t line = 1;
    for (const char c : v.text.substr(0, at + offset)) line += c == '\n';
    return v.place({line, 1});
  };
  for (Sighting& s : read_tool_text({text, place_at, parameters, [&](std::size_t) { return v.place(spot); }})) {
    s.context = v.source.context;
    tool.sightings.push_back(std::move(s));
  }
  std::set<std::string_view> kinds;
  for (const PhraseHit& hit : Phrases::embedded("purpose.yaml").read_text(text)) {
    if (!kinds.insert(hit.subject).second) continue;
    Sighting s{.what = "harmful-purpose", .subject = std::string(hit.subject)};
    s.excerpt = excerpt_of(std::string_view(text).substr(hit.begin, hit.end - hit.begin));
    s.place = place_at(hit.begin);
    s.confidence = hit.confidence;
    s.context = v.source.context;
    tool.sightings.push_back(std::move(s));
  }
}

/// &mcp.Implementation{Name: "x"}, serverInfo("x", "1"): where Go and Java name a server.
Index named_inside(const View& v, Index call, std::string_view key, std::size_t position) {
  const Expression* e = &v.module.at(call);
  for (const Index p : e->parts)
    if (const Index made = v.names.literal_of(p); made != kNone && v.module.at(made).kind == ExpressionKind::call && v.names.callee(v.module.at(made)).ends_with(".Implementation")) return v.module.keyword(v.module.at(made), key);
  for (int hop = 0; hop < 60 && e->kind == ExpressionKind::call; ++hop) {
    const Expression& callee = v.module.at(e->parts[0]);
    if (callee.kind != ExpressionKind::attribute) break;
    if (callee.text == "serverInfo") return v.module.argument(*e, position);
    e = &v.module.at(callee.parts[0]);
  }
  return kNone;
}

/// The variable a server is bound to, for its key.
AssetId add_server(View& v, const std::string& name, Index call, code::Spot spot, std::string key = {}, std::string version = {}) {
  McpServerFacts facts;
  facts.version = excerpt_of(version, 80);
  for (const Expression& e : v.module.expressions) {
    if (e.kind != ExpressionKind::call) continue;
    const std::string& callee = v.names.callee(e);
    if (callee.ends_with(".run") && v.module.keyword(e, "transport") != kNone) facts.transport = names_string(v, v.module.keyword(e, "transport"));
    else if (callee.ends_with("stdio_server") || callee.ends_with("StdioServerTransport")) facts.transport = "stdio";
    else if (callee.ends_with("SseServerTransport") || callee.ends_with("SSEServerTransport")) facts.transport = "sse";
    else if (callee.ends_with("mcp-go/server.ServeStdio") || callee.ends_with("WithStdioServerTransport")) facts.transport = "stdio";
    else if (callee.ends_with("mcp-go/server.NewSSEServer")) facts.transport = "sse";
    else if (callee.ends_with("mcp-go/server.NewStreamableHTTPServer") || callee.ends_with("go-sdk/mcp.NewStreamableHTTPHandler") || callee.ends_with("WithHttpTransport")) facts.transport = "http";
    else if (callee.ends_with("StreamableHTTPServerTransport") || callee.ends_with("StreamableHTTPSessionManager")) facts.transport = "http";
  }
  if (call == kNone && !version.empty() && facts.transport.empty()) facts.transport = v.text.find("stdin") != std::string_view::npos ? "stdio" : "http";
  if (call != kNone) {
    const Expression& e = v.module.at(call);
    if (v.module.keyword(e, "auth") != kNone || v.module.keyword(e, "token_verifier") != kNone || v.module.keyword(e, "auth_server_provider") != kNone) facts.authenticated = true;
    if (const std::string given = names_string(v, v.module.keyword(e, "version")); !given.empty()) facts.version = given;
    if (facts.version.empty()) facts.version = names_string(v, named_inside(v, call, "Version", 1));
    if (facts.version.empty() && v.names.callee(e).ends_with(".NewMCPServer")) facts.version = names_string(v, v.module.argument(e, 1));
  }
  const Place place = v.place(spot);
  const AssetId id = v.out.add(make_asset(key.empty() ? v.file + "#" + name : std::move(key), name, std::move(facts), place));
  v.out.relate(v.app().id, RelationKind::contains, id, place);
  v.owners.push_back({id, AssetKind::mcp_server, name});
  return id;
}

}  // namespace

void observe_servers(View& v) {
  // Tests of Go, Java and C# libraries make servers by the hundred.
  if (v.module.family > code::Family::javascript && (v.source.context == "test" || v.source.context == "vendored")) return;
  AssetId server{};
  bool has_server = false;
  code::RawServer raw;
  const bool written_out = v.module.family <= code::Family::javascript && std::ranges::any_of(v.roles, [](const code::Role& r) { return r.kind == RoleKind::mcp_dispatch && r.name == "tools/call"; }) && code::read_raw_server(v.names, raw);
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || !makes_server(v.names.callee(e))) continue;
    std::string name = names_string(v, v.module.keyword(e, "name"));
    if (name.empty()) name = names_string(v, named_inside(v, i, "Name", 0));
    if (name.empty()) name = names_string(v, v.module.argument(e, 0));
    if (name.empty() || name.size() > 100) name = "server";
    const AssetId id = add_server(v, name, i, e.spot);
    if (!has_server) server = id;
    has_server = true;
  }
  if (written_out && (v.source.context == "test" || v.source.context == "vendored")) return;  // a stub for a client
  for (const code::Role& r : v.roles) {
    if (r.kind == RoleKind::route) continue;
    const bool mcp = r.kind != RoleKind::tool;
    if (mcp && !has_server) {
      // Registered with a server that another file makes.
      // Go, Java and C# spread the tools of one server over many files: they are the application's.
      if (written_out) server = add_server(v, raw.name.empty() || raw.name.size() > 100 ? "server" : raw.name, kNone, raw.spot, {}, raw.version);
      else server = add_server(v, "server", kNone, r.spot, v.module.family > code::Family::javascript ? v.app().key + "#mcp-server" : std::string());
      has_server = true;
    }
    if (r.kind == RoleKind::mcp_dispatch || r.kind == RoleKind::mcp_resource || r.kind == RoleKind::mcp_prompt) {
      v.owners.push_back({server, AssetKind::mcp_server, r.name, r.function});
      if (r.kind != RoleKind::mcp_dispatch)
        for (Asset& a : v.out.assets)
          if (a.id == server) { judge_description(v, a, r.description, {}, r.spot); break; }
      continue;
    }
    const Place place = v.place(r.spot);
    Asset tool = make_asset(v.file + "#" + r.name, r.name, tool_facts(v, r), place);
    judge_description(v, tool, r.description, parameter_texts(v, r), r.spot);
    const AssetId id = v.out.add(std::move(tool));
    v.out.relate(mcp ? server : v.app().id, RelationKind::has_tool, id, place);
    v.owners.push_back({mcp ? server : id, mcp ? AssetKind::mcp_server : AssetKind::tool, r.name, r.function});
  }
  // Low-level servers declare tools as data: types.Tool(name=..., description=..., inputSchema=...).
  if (!has_server || written_out) return;
  for (const Expression& e : v.module.expressions) {
    const bool python = e.kind == ExpressionKind::call && (v.names.callee(e).ends_with("types.Tool") || v.names.callee(e) == "mcp.Tool");
    const bool script = e.kind == ExpressionKind::map && v.module.member(e, "inputSchema") != kNone;
    if (!python && !script) continue;
    const auto member = [&](std::string_view key) { return python ? v.module.keyword(e, key) : v.module.member(e, key); };
    const std::string name = names_string(v, member("name"));
    if (name.empty() || name.size() > 100) continue;
    ToolFacts facts;
    facts.description = names_string(v, member("description"));
    const Index schema = member("inputSchema");
    if (schema != kNone && v.text_of(schema).size() < 4000) facts.schema = std::string(v.text_of(schema));
    const Place place = v.place(e.spot);
    const std::string description = facts.description;
    Asset tool = make_asset(v.file + "#" + name, name, std::move(facts), place);
    judge_description(v, tool, description, parameter_texts(v, schema, description), e.spot);
    v.out.relate(server, RelationKind::has_tool, v.out.add(std::move(tool)), place);
  }
}

}  // namespace stormwatch::collect
