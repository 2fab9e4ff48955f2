// SPDX-License-Identifier: Apache-2.0
// Credentials written into the environment or the headers of an MCP server's entry.
#include "detect/sighting_rule.h"

namespace stormwatch::detect {

extern const Detector mcp_server_literal_credential;
const Detector mcp_server_literal_credential{
    .advisory = {.id = "mcp-server-literal-credential",
                 .title = "An MCP configuration holds a credential in plain text",
                 .why = "These files are copied between machines, shared in repositories and read by other agents. Whoever reads one holds the credential.",
                 .fix = "Rotate it, and refer to a variable or an input prompt of the client (${env:NAME}, ${input:NAME}) instead of the value.",
                 .severity = Severity::high,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "mitre-atlas:AML.T0055", "cwe:798", "cwe:522", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.4.4"},
                 .effort_hours = 0.5},
    .look = look_for({.what = "secret", .kinds = {AssetKind::mcp_server}, .severity = [](const Asset&, const Sighting&) { return Severity::high; }}),
    .examples = [] {
      const auto file = [](const std::string& value) {
        return std::vector<ExampleFile>{{".mcp.json", R"({"mcpServers": {"x": {"command": "node", "args": ["x.js"], "env": {"CRM_TOKEN": ")" + value + R"("}}}})"}};
      };
      return std::vector<Example>{{"a value", file(std::string("q8Zk2v") + "Lw0RtY7mXc4Bn1" + "Gh6Jd"), true}, {"a reference", file("${env:CRM_TOKEN}"), false}, {"a placeholder", file("your-crm-token-goes-here"), false}};
    }};

}  // namespace stormwatch::detect
