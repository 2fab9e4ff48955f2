// SPDX-License-Identifier: Apache-2.0
// MCP servers that hand the token of their caller on to other services.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector mcp_token_passthrough;
const Detector mcp_token_passthrough{
    .advisory = {.id = "mcp-token-passthrough",
                 .title = "An MCP server hands its caller's token on",
                 .why = "The token was made for this server. Another service that takes it cannot tell who acts, its own limits and records are passed by, and a token that was stolen anywhere works everywhere. The protocol's specification forbids it.",
                 .fix = "Accept only tokens made out for this server (audience), and get one of the other service by token exchange (RFC 8693) or with the server's own credential.",
                 .severity = Severity::medium,
                 .vector = Vector::insecure_endpoint,
                 .controls = {"owasp-llm-2025:LLM06", "mitre-atlas:AML.T0049", "cwe:441", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.4.5"},
                 .effort_hours = 6},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"token-passthrough", Severity::medium}}, .kinds = {AssetKind::mcp_server}}),
    .examples = [] {
      const std::string head = "import httpx\nfrom fastmcp import FastMCP\nfrom fastmcp.server.dependencies import get_http_headers\nmcp = FastMCP(\"w\")\n@mcp.tool()\ndef issues(owner: str) -> str:\n    \"\"\"List issues\"\"\"\n";
      return std::vector<Example>{{"the header goes on", {{"server.py", head + "    token = get_http_headers()[\"authorization\"]\n    return httpx.get(\"https://api.invalid/issues\", headers={\"Authorization\": token}).text\n"}}, true},
                                  {"the token of the request goes on", {{"server.ts", "import { McpServer } from \"@modelcontextprotocol/sdk/server/mcp.js\";\nconst server = new McpServer({name: \"w\", version: \"1\"});\nserver.registerTool(\"issues\", {description: \"List issues\"}, async (args, extra) => {\n  const r = await fetch(\"https://api.invalid/issues\", { headers: { Authorization: `Bearer ${extra.authInfo.token}` } });\n  return { content: [] };\n});\n"}}, true},
                                  {"a credential of its own", {{"server.py", head + "    import os\n    return httpx.get(\"https://api.invalid/issues\", headers={\"Authorization\": \"Bearer \" + os.environ[\"ISSUES_TOKEN\"]}).text\n"}}, false},
                                  {"the token is only checked", {{"server.py", head + "    token = get_http_headers()[\"authorization\"]\n    if not known(token):\n        raise ValueError(\"who?\")\n    return httpx.get(\"https://api.invalid/issues\").text\n"}}, false}};
    }};

}  // namespace stormwatch::detect
