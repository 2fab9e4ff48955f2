// SPDX-License-Identifier: Apache-2.0
// Tools that take from the model whose records they open, beside a session that knows it.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector tool_takes_identity;
const Detector tool_takes_identity{
    .advisory = {.id = "tool-takes-identity",
                 .title = "A tool lets the model choose whose data it opens",
                 .why = "What the model fills in is what the conversation says. Whoever writes another customer's number, or plants one in a document, gets that customer's records, though the session knows who is logged in.",
                 .fix = "Take the identity from the session (context, dependencies, token) inside the tool and leave it out of the tool's parameters; where it must be given, compare it with the session's before the look-up.",
                 .severity = Severity::medium,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM06", "owasp-llm-2025:LLM02", "mitre-atlas:AML.T0053", "cwe:639", "eu-ai-act:15", "nist-ai-rmf:MANAGE 2.4"},
                 .effort_hours = 2},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"tool-identity-argument", Severity::medium}}}),
    .examples = [] {
      const std::string head = "from dataclasses import dataclass\nfrom pydantic_ai import Agent, RunContext\n@dataclass\nclass Deps:\n    customer_id: int\n    db: object\nagent = Agent(\"openai:gpt-4o\", deps_type=Deps)\n@agent.tool\nasync def orders(ctx: RunContext[Deps]";
      const std::string say = ") -> list:\n    \"\"\"Orders of the customer\"\"\"\n";
      const std::string script = "import { tool } from \"ai\";\nimport { z } from \"zod\";\nimport { db } from \"./db\";\nexport function tools(session) {\n  audit(session.user.id);\n  return { orders: tool({ description: \"Orders\", parameters: z.object({ userId: z.string() }), execute: async ({ userId }) => ";
      return std::vector<Example>{{"a customer of the model's choice", {{"app.py", head + ", customer_id: int" + say + "    return await ctx.deps.db.fetch(\"SELECT * FROM orders WHERE customer = $1\", customer_id)\n"}}, true},
                                  {"a user of the model's choice, in TypeScript", {{"app.ts", script + "db.order.findMany({ where: { userId } }) }) };\n}\n"}}, true},
                                  {"compared with the session's, in TypeScript", {{"app.ts", script + "userId === session.user.id ? db.order.findMany({ where: { userId } }) : [] }) };\n}\n"}}, false},
                                  {"the customer of the session", {{"app.py", head + say + "    return await ctx.deps.db.fetch(\"SELECT * FROM orders WHERE customer = $1\", ctx.deps.customer_id)\n"}}, false},
                                  {"compared with the session's", {{"app.py", head + ", customer_id: int" + say + "    if customer_id != ctx.deps.customer_id:\n        raise ValueError(\"no\")\n    return await ctx.deps.db.fetch(\"SELECT * FROM orders WHERE customer = $1\", customer_id)\n"}}, false},
                                  {"a program that knows no session", {{"app.py", "from mcp.server.fastmcp import FastMCP\nimport sqlite3\nmcp = FastMCP(\"w\")\n@mcp.tool()\ndef orders(customer_id: int) -> list:\n    \"\"\"Orders of a customer\"\"\"\n    return sqlite3.connect(\"o.db\").execute(\"SELECT * FROM orders WHERE customer = ?\", (customer_id,)).fetchall()\n"}}, false}};
    }};

}  // namespace stormwatch::detect
