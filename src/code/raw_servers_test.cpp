// SPDX-License-Identifier: Apache-2.0
#include "code/raw_servers.h"

#include <gtest/gtest.h>

#include "code/javascript.h"
#include "code/python.h"

namespace stormwatch::code {
namespace {

/// "desk 1: tools/call@handle look_up@look_up (Looks a word up)"
std::string told(const Result<Module>& module) {
  if (!module) return "error";
  const Names names(*module);
  RawServer server;
  if (!read_raw_server(names, server)) return "none";
  std::vector<Role> roles;
  raw_server_roles(names, roles);
  std::string out = server.name + ":";
  for (const Role& r : roles) out += " " + r.name + "@" + (r.function == kNone ? "" : module->functions[r.function].name) + (r.description.empty() ? "" : " (" + r.description + ")");
  return out;
}
std::string python(std::string_view text) { return told(read_python(text, {})); }
std::string script(std::string_view text) { return told(read_javascript(Dialect::javascript, text, {})); }

const std::string kAnswers = "def handle(m):\n    method = m['method']\n    if method == 'initialize':\n        return {'serverInfo': {'name': 'desk', 'version': '1'}}\n    if method == 'tools/list':\n        return {'tools': TOOLS}\n    if method == 'tools/call':\n        return call(m['params'])\n";

TEST(RawServers, ToolsAsDataAndWhoAnswersThem) {
  const std::string tools = "TOOLS = [{'name': 'look_up', 'description': 'Looks a word up', 'inputSchema': {'type': 'object', 'properties': {'word': {}}}}]\n";
  const std::string want = "desk: tools/call@handle look_up@find (Looks a word up)";
  EXPECT_EQ(python(tools + "def find(a):\n    return a\nHANDLERS = {'look_up': find}\n" + kAnswers), want);
  EXPECT_EQ(python(tools + "def ok(x):\n    return x\ndef find(a):\n    return a\ndef call(p):\n    if p['name'] == 'look_up':\n        return ok(find(p['arguments']))\n" + kAnswers).substr(0, 29), want.substr(0, 29));
  EXPECT_EQ(python(tools + "def handle_look_up(a):\n    return a\n" + kAnswers), "desk: tools/call@handle look_up@handle_look_up (Looks a word up)");
  EXPECT_EQ(python("def find(a):\n    return a\nTOOLS = [('look_up', 'Looks a word up', {'type': 'object'}, find)]\n" + kAnswers), want);
  EXPECT_EQ(python("class S:\n    def make(self):\n        self.register_tool('look_up', 'Looks a word up', self.find)\n    def find(self, a):\n        return a\n" + kAnswers), want);
}

TEST(RawServers, SwitchesAndMapsOfScripts) {
  const std::string tools = "const tools = [{ name: 'look_up', description: 'Looks a word up', inputSchema: { type: 'object' } }];\nfunction find(a) { return a; }\nconst handlers = { look_up: find };\n";
  const std::string want = "desk: tools/call@handle look_up@find (Looks a word up)";
  EXPECT_EQ(script(tools + "function handle(m) { switch (m.method) { case 'initialize': return { serverInfo: { name: 'desk' } }; case 'tools/list': return { tools }; case 'tools/call': return handlers[m.params.name](m.params.arguments); } }\n"), want);
  EXPECT_EQ(script(tools + "const info = { serverInfo: { name: 'desk' } };\nconst methods = { 'tools/list': () => ({ tools }), 'tools/call': handle };\nfunction handle(m) { return handlers[m.name](m.arguments); }\n"), want);
}

TEST(RawServers, ClientsAndOnlookersAreNone) {
  EXPECT_EQ(python("def list(c):\n    c.send({'jsonrpc': '2.0', 'method': 'tools/list'})\n    return c.request('tools/call', {'name': 'x'})\n"), "none");
  EXPECT_EQ(python("def span(m):\n    if m['method'] in ('tools/list',) or m['method'] == 'tools/call':\n        return 'call'\n"), "none");
  EXPECT_EQ(script("const req = { method: 'tools/call', params: {} };\nconst tool = { name: 'x', inputSchema: {} };\n"), "none");
}

}  // namespace
}  // namespace stormwatch::code
