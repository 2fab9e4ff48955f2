// SPDX-License-Identifier: Apache-2.0
// Summaries of functions, and flows that go through them.
#include "code/flow.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "code/python.h"

namespace stormwatch::code {
namespace {

Summary summary_of(std::string_view text, std::string_view function) {
  const auto module = read_python(text, Limits{});
  EXPECT_TRUE(module);
  const Names names(*module);
  for (Index f = 0; f < module->functions.size(); ++f)
    if (module->functions[f].name == function) return summarise(names, f);
  return {};
}

TEST(Summary, SaysWhichParameterReachesWhat) {
  const Summary s = summary_of("import os\ndef run(a, b):\n  return inner(b)\ndef inner(c):\n  os.system(c)\n", "run");
  ASSERT_EQ(s.sinks.size(), 1U);
  EXPECT_EQ(s.sinks[0].parameters, 2U);
  EXPECT_EQ(s.sinks[0].what, "shell");
  EXPECT_EQ(s.sinks[0].spot.line, 5U);
  EXPECT_EQ(s.returned, 0U);
}

TEST(Summary, SaysWhatComesBack) {
  EXPECT_EQ(summary_of("def join(self, a, b):\n  return 'x' + b\n", "join").returned, 4U);
  EXPECT_EQ(summary_of("def join(a):\n  if not a:\n    raise ValueError\n  return a\n", "join").returned, 0U);
}

TEST(Summary, HoldsNothingAgainstOrdinaryFunctions) {
  EXPECT_TRUE(summary_of("import subprocess\ndef show(name):\n  subprocess.run(['ls', name])\n", "show").sinks.empty());
}

TEST(Summary, CountsTheFirstSixteenParameters) {
  std::string list;
  for (int i = 0; i < 40; ++i) list += fmt::format("{}p{}", i ? ", " : "", i);
  EXPECT_EQ(summary_of("import os\ndef f(" + list + "):\n  os.system(p15)\n", "f").sinks.size(), 1U);
  EXPECT_TRUE(summary_of("import os\ndef f(" + list + "):\n  os.system(p16)\n", "f").sinks.empty());
}

TEST(Summary, SaysWhatStandsInTheSystemRoleAndWhatIsBroughtIn) {
  const Summary s = summary_of("def messages(context, question):\n  return [{'role': 'system', 'content': f'Know {context}'}, {'role': 'user', 'content': question}]\n", "messages");
  ASSERT_EQ(s.sinks.size(), 1U);
  EXPECT_EQ(s.sinks[0].what, "system-prompt");
  EXPECT_EQ(s.sinks[0].parameters, 1U);
  EXPECT_EQ(summary_of("def find(q):\n  return store.similarity_search(q)\n", "find").labels, std::uint32_t{kRetrieved});
  EXPECT_EQ(summary_of("async def run(session, q):\n  return await session.call_tool('x', q)\n", "run").labels, std::uint32_t{kToolResult});
}

TEST(Flow, GoesThroughAFunctionOfAnotherFile) {
  const auto module = read_python("from mcp.server.fastmcp import FastMCP\nimport b\nm = FastMCP('x')\n@m.tool()\ndef t(line: str):\n  b.run(line)\n  b.run('date')\n", Limits{});
  ASSERT_TRUE(module);
  const Names names(*module);
  const Summary far{.parameters = {"cmd"}, .sinks = {{.parameters = 1, .what = "shell", .effect = Effect::shell, .beyond = "b.py:3 os.system"}}};
  int asked = 0;
  const Flows flows = follow(names, roles_of(names), [&](const Import& import, std::string_view member) -> const Summary* {
    ++asked;
    EXPECT_EQ(import.module, "b");
    EXPECT_EQ(member, "run");
    return &far;
  });
  ASSERT_EQ(flows.flows.size(), 1U);
  EXPECT_EQ(flows.flows[0].beyond, "b.py:3 os.system");
  EXPECT_EQ(module->at(flows.flows[0].call).spot.line, 6U);
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace stormwatch::code
