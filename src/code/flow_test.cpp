// SPDX-License-Identifier: Apache-2.0
// Summaries of functions, and flows that go through them.
#include "code/flow.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "code/python.h"
#include "code/roles.h"
#include "code/typed.h"

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

std::vector<std::string> sinks_of(std::string_view text) {
  const auto module = read_python(text, Limits{});
  EXPECT_TRUE(module);
  const Names names(*module);
  std::vector<std::string> sinks;
  for (const Flow& f : follow(names, roles_of(names)).flows)
    if (!f.guarded && f.what != "network" && f.what != "result") sinks.push_back(f.what);
  return sinks;
}
const std::string kTool = "from mcp.server.fastmcp import FastMCP\nimport httpx, os, re, tempfile\nm = FastMCP('x')\n@m.tool()\n";

TEST(Flow, WhatIsWrittenIntoAFileIsNotItsName) {
  EXPECT_TRUE(sinks_of(kTool + "def t(text: str):\n  with tempfile.NamedTemporaryFile(delete=False) as f:\n    f.write(text)\n    place = f.name\n  os.remove(place)\n").empty());
  EXPECT_EQ(sinks_of(kTool + "def t(text: str):\n  with open(text) as f:\n    pass\n  os.remove(text)\n").size(), 2U);
}

TEST(Flow, DigitsAndSignsRunNothing) {
  EXPECT_TRUE(sinks_of(kTool + "def t(sum: str):\n  sum = re.sub(r'[^0-9+\\-*/().]', '', sum)\n  return eval(sum)\n").empty());
  for (const std::string_view kept : {R"([^\w().])", "[^a-z0-9()]", "[^0-9'()]", "[0-9]", "[^ -~]"}) EXPECT_EQ(sinks_of(kTool + "def t(sum: str):\n  sum = re.sub(r\"" + std::string(kept) + "\", '', sum)\n  return eval(sum)\n").size(), 1U) << kept;
  EXPECT_EQ(sinks_of(kTool + "def t(sum: str):\n  sum = re.sub('[^0-9]', sum, '1')\n  return eval(sum)\n").size(), 1U);
}

TEST(Flow, APathAfterTheProgramsOwnHostStaysThere) {
  const std::string get = "class C:\n  def __init__(self, base):\n    self.base = base\n  def get(self, path):\n    return httpx.get(self.base + path)\nc = C('https://a.example')\n";
  EXPECT_TRUE(sinks_of(kTool + "def t(id: str):\n  return c.get(f'/things/{id}')\n" + get).empty());
  EXPECT_EQ(sinks_of(kTool + "def t(address: str):\n  return httpx.get(address)\n").size(), 1U);
  EXPECT_EQ(sinks_of(kTool + "def t(name: str):\n  with open(f'/tmp/{name}.txt') as f:\n    return f.read()\n").front(), "path");
}

// Found by fuzzing: the program behind `st` is what the call itself gives, which was followed without end.
TEST(Flow, AProgramThatIsItsOwnCallEnds) {
  const auto module = read_typed(Family::c_sharp, "st=a(Process.Start(st);", Limits{});
  ASSERT_TRUE(module);
  const Names names(*module);
  EXPECT_TRUE(follow(names, roles_of(names)).flows.empty());
}

}  // namespace
}  // namespace stormwatch::code
