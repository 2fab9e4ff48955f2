// SPDX-License-Identifier: Apache-2.0
// Clients that run tools without asking.
#include "detect/sighting_rule.h"

namespace stormwatch::detect {

extern const Detector mcp_client_auto_approve;
const Detector mcp_client_auto_approve{
    .advisory = {.id = "mcp-client-auto-approve",
                 .title = "Tools run without anyone being asked",
                 .why = "Approval is the last stop between an injected instruction and its effect. With it switched off, text in a web page or an issue can act with the "
                        "rights of the person at the keyboard.",
                 .fix = "Approve single harmless tools by name, never a whole server or a shell; remove the bypass from settings that are shared in a repository.",
                 .severity = Severity::high,
                 .vector = Vector::misconfiguration,
                 .controls = {"owasp-llm-2025:LLM06", "mitre-atlas:AML.T0053", "cwe:862", "eu-ai-act:14", "nist-ai-rmf:MANAGE 2.4", "iso-42001:A.9.2"},
                 .effort_hours = 0.25},
    .look = look_for({.what = "insecure-setting",
                      .kinds = {AssetKind::mcp_server, AssetKind::mcp_client, AssetKind::agent},
                      .when = [](const Asset&, const Sighting& s) { return s.subject.starts_with("auto-approve"); },
                      .severity = [](const Asset&, const Sighting& s) { return s.subject == "auto-approve-all" ? Severity::high : s.subject == "auto-approve-shell" ? Severity::medium : Severity::low; }}),
    .examples = [] {
      const std::string head = R"({"mcpServers": {"x": {"command": "node", "args": ["x.js"])";
      return std::vector<Example>{{"a trusted server", {{".gemini/settings.json", head + R"(, "trust": true}}})"}}, true},
                                  {"all tools", {{".roo/mcp.json", head + R"(, "alwaysAllow": ["*"]}}})"}}, true},
                                  {"permissions bypassed", {{".claude/settings.json", R"({"permissions": {"defaultMode": "bypassPermissions"}})"}}, true},
                                  {"an empty list", {{".roo/mcp.json", head + R"(, "alwaysAllow": []}}})"}}, false},
                                  {"one harmless command", {{".claude/settings.json", R"x({"permissions": {"allow": ["Bash(npm test)"], "deny": ["Read(./.env)"]}})x"}}, false}};
    }};

}  // namespace stormwatch::detect
