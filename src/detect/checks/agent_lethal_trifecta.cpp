// SPDX-License-Identifier: Apache-2.0
// One model with untrusted content, private data and a way out.
#include <algorithm>

#include "detect/toolbox.h"

namespace stormwatch::detect {
namespace {

bool approves(const Asset& asset) {
  const auto* agent = std::get_if<AgentFacts>(&asset.facts);
  return agent && agent->human_approval.value_or(false);
}

/// A server beside the flow that starts whatever release of its package is newest.
std::string unpinned_of(const Estate& estate, const Asset& holder) {
  for (const std::uint32_t r : estate.out(estate.index_of(holder.id))) {
    const Asset* server = estate.find(estate.relations()[r].to);
    const auto* facts = server ? std::get_if<McpServerFacts>(&server->facts) : nullptr;
    if (facts && facts->pinned == false && facts->disabled != true) return server->name;
  }
  return {};
}

void look(const Estate& estate, const Context&, Signals& signals) {
  for (const Asset& asset : estate.assets()) {
    if ((asset.kind() != AssetKind::agent && asset.kind() != AssetKind::mcp_client) || asset.places.empty() || approves(asset)) continue;
    const std::vector<Ability> box = toolbox_of(estate, asset);
    const Ability* outside = first_with(box, {"browse"});
    const Ability* inside = first_with(box, {"credential-read", "read-sensitive", "database", "file-read"});
    const Ability* away = first_with(box, {"message-send", "network-send"});
    if (!outside || !inside || !away) continue;
    const std::string flow = shown(*outside) + " > " + shown(*inside) + " > " + shown(*away);
    Signal& signal = signals.raise(asset, asset.places.front(), flow);
    const bool plain = std::ranges::find(*inside->capabilities, "file-read") != inside->capabilities->end() && inside->capabilities->size() == 1;
    signal.severity = asks_nobody(asset) ? Severity::high : plain && asset.kind() != AssetKind::mcp_client ? Severity::low : Severity::medium;
    signal.confidence = Confidence::medium;
    signal.explanation = asset.name + " reads what others write (" + shown(*outside) + "), reads what is private (" + shown(*inside) + ") and can send (" + shown(*away) + ")";
    // Nobody is asked, and whoever publishes the next release writes the tool: nothing is left to stop it.
    if (const std::string loose = asks_nobody(asset) ? unpinned_of(estate, asset) : std::string(); !loose.empty()) {
      signal.severity = Severity::critical;
      signal.explanation += "; nobody is asked, and " + loose + " starts whatever release is newest";
    }
    signal.identity = "trifecta";
  }
}

}  // namespace

extern const Detector agent_lethal_trifecta;
const Detector agent_lethal_trifecta{
    .advisory = {.id = "agent-lethal-trifecta",
                 .title = "One model reads what others write, reads what is private, and can send",
                 .why = "Text in a page, an issue or a message can tell the model what to do. With private data and a way out in the same context, one planted sentence is enough to carry the data away; each tool alone is harmless.",
                 .fix = "Take one of the three away: split the tools between two agents or clients, ask a person before each sending call, or let it send to named places only.",
                 .severity = Severity::high,
                 .vector = Vector::misaligned_behavior,
                 .controls = {"owasp-llm-2025:LLM01", "owasp-llm-2025:LLM06", "mitre-atlas:AML.T0051.001", "mitre-atlas:AML.T0086", "cwe:200", "eu-ai-act:15", "nist-ai-rmf:MANAGE 2.4"},
                 .effort_hours = 3},
    .look = look,
    .examples = [] {
      const std::string fetch = R"("web": {"command": "uvx", "args": ["mcp-server-fetch==2025.4.7"]})";
      const std::string data = R"("db": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-postgres@0.6.2"]})";
      const std::string chat = R"("chat": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-slack@2025.4.25"]})";
      const std::string head = R"({"mcpServers": {)";
      return std::vector<Example>{{"web, database and chat in one client", {{".mcp.json", head + fetch + ", " + data + ", " + chat + "}}"}}, true},
                                  {"nobody is asked and a server is not pinned", {{".claude/settings.json", R"({"enableAllProjectMcpServers": true, "permissions": {"defaultMode": "bypassPermissions"}})"}, {".mcp.json", head + R"("web": {"command": "uvx", "args": ["mcp-server-fetch"]})" + ", " + data + ", " + chat + "}}"}}, true},
                                  {"without a way out", {{".mcp.json", head + fetch + ", " + data + "}}"}}, false}};
    }};

}  // namespace stormwatch::detect
