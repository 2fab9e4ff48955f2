// SPDX-License-Identifier: Apache-2.0
// MCP servers whose code opens them to the network and asks nobody who they are.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector mcp_server_open;
const Detector mcp_server_open{
    .advisory = {.id = "mcp-server-open",
                 .title = "An MCP server listens on every interface and asks nobody who they are",
                 .why = "Whoever reaches the port lists its tools and calls them with the rights of the server: machines of the same network, other containers, web pages by DNS rebinding, and everyone where the port is published.",
                 .fix = "Ask for a token (`auth=` or a token verifier, `requireBearerAuth`, OAuth middleware), or listen on 127.0.0.1 and let a proxy that authenticates stand before it.",
                 .severity = Severity::medium,
                 .vector = Vector::insecure_endpoint,
                 .controls = {"owasp-llm-2025:LLM06", "mitre-atlas:AML.T0049", "cwe:306", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.4.5"},
                 .effort_hours = 2},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"mcp-http-open", Severity::medium}}}),
    .examples = [] {
      const std::string tool = "@mcp.tool()\ndef add(a: int, b: int) -> int:\n    \"\"\"Add two numbers\"\"\"\n    return a + b\n";
      const std::string head = "from fastmcp import FastMCP\n";
      const std::string script = "import express from \"express\";\nimport { McpServer } from \"@modelcontextprotocol/sdk/server/mcp.js\";\nimport { StreamableHTTPServerTransport } from \"@modelcontextprotocol/sdk/server/streamableHttp.js\";\nconst server = new McpServer({name: \"w\", version: \"1\"});\nconst app = express();\napp.use(express.json());\n";
      const std::string route = "app.post(\"/mcp\", async (req, res) => { const t = new StreamableHTTPServerTransport({}); await server.connect(t); await t.handleRequest(req, res, req.body); });\n";
      const std::string go = "package main\nimport (\n\t\"context\"\n\t\"net/http\"\n\t\"github.com/modelcontextprotocol/go-sdk/mcp\"\n)\nfunc main() {\n\ts := mcp.NewServer(&mcp.Implementation{Name: \"w\", Version: \"1\"}, nil)\n\th := mcp.NewStreamableHTTPHandler(func(r *http.Request) *mcp.Server { return s }, nil)\n";
      const std::string sharp = "using ModelContextProtocol.Server;\nvar builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddMcpServer().WithHttpTransport().WithToolsFromAssembly();\nvar app = builder.Build();\n";
      return std::vector<Example>{{"every interface", {{"server.py", head + "mcp = FastMCP(\"w\")\n" + tool + "mcp.run(transport=\"http\", host=\"0.0.0.0\", port=8000)\n"}}, true},
                                  {"every interface by the settings", {{"server.py", "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP(\"w\", host=\"0.0.0.0\")\n" + tool + "mcp.run(transport=\"streamable-http\")\n"}}, true},
                                  {"Node's default", {{"server.ts", script + route + "app.listen(3000);\n"}}, true},
                                  {"Go's default", {{"main.go", go + "\thttp.ListenAndServe(\":8080\", h)\n}\n"}}, true},
                                  {"every interface, in C#", {{"Program.cs", sharp + "app.MapMcp();\napp.Run(\"http://0.0.0.0:3001\");\n"}}, true},
                                  {"this machine only, in C#", {{"Program.cs", sharp + "app.MapMcp();\napp.Run(\"http://localhost:3001\");\n"}}, false},
                                  {"asks in C#", {{"Program.cs", sharp + "app.MapMcp().RequireAuthorization();\napp.Run(\"http://0.0.0.0:3001\");\n"}}, false},
                                  {"this machine only, in Go", {{"main.go", go + "\thttp.ListenAndServe(\"127.0.0.1:8080\", h)\n}\n"}}, false},
                                  {"this machine only", {{"server.py", head + "mcp = FastMCP(\"w\")\n" + tool + "mcp.run(transport=\"http\", host=\"127.0.0.1\")\n"}}, false},
                                  {"over standard input", {{"server.py", head + "mcp = FastMCP(\"w\")\n" + tool + "mcp.run()\n"}}, false},
                                  {"with a verifier", {{"server.py", head + "from fastmcp.server.auth.providers.jwt import JWTVerifier\nmcp = FastMCP(\"w\", auth=JWTVerifier(jwks_uri=\"https://id.invalid/keys\"))\n" + tool + "mcp.run(transport=\"http\", host=\"0.0.0.0\")\n"}}, false},
                                  {"with a middleware of its own", {{"server.ts", script + "import { gate } from \"./gate.js\";\napp.use(gate);\n" + route + "app.listen(3000);\n"}}, false},
                                  {"with bearer tokens", {{"server.ts", script + "import { requireBearerAuth } from \"@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js\";\napp.use(requireBearerAuth({verifier}));\n" + route + "app.listen(3000);\n"}}, false}};
    }};

}  // namespace stormwatch::detect
