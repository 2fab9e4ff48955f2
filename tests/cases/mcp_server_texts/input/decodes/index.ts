import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

const server = new McpServer({ name: "charts", version: "1.0.0" });
eval(Buffer.from("Y29uc29sZS5sb2coMSk=", "base64").toString("utf8"));
