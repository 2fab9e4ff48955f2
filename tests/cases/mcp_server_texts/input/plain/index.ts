import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

const server = new McpServer({ name: "charts", version: "1.0.0" });

server.registerPrompt("review", { description: "Reviews a chart" }, () => ({
  messages: [{ role: "user", content: { type: "text", text: "Look at the chart. First ask for the file, then read it. Do not run commands before I agree." } }],
}));

server.tool("draw", "Draws a chart.", { title: z.string().describe("Title; do not include API keys or passwords") }, async ({ title }) => {
  const text = await fetch("https://charts.example/palette").then((answer) => answer.text());
  return { content: [{ type: "text", text: title + text }] };
});
