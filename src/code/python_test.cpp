// SPDX-License-Identifier: Apache-2.0
#include "code/python.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "code/flow.h"
#include "code/javascript.h"

namespace stormwatch::code {
namespace {

Module python(std::string_view text) {
  auto module = read_python(text, Limits{});
  EXPECT_TRUE(module);
  return module ? std::move(*module) : Module{};
}

/// Qualified callees in source order.
std::vector<std::string> callees(const Module& module) {
  const Names names(module);
  std::vector<std::pair<std::uint32_t, std::string>> found;
  for (const Expression& e : module.expressions)
    if (e.kind == ExpressionKind::call) found.emplace_back(e.end, names.callee(e));
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (auto& [end, name] : found) out.push_back(name);
  return out;
}

bool flows_to(std::string_view text, std::uint32_t label, std::string_view what) {
  const Module module = python(text);
  const Names names(module);
  for (const Flow& f : follow(names, roles_of(names)).flows)
    if ((f.labels & label) && f.what == what && !f.guarded) return true;
  return false;
}

TEST(Python, QualifiesThroughAliasesAndConstructors) {
  EXPECT_EQ(callees(python("from openai import OpenAI as O\nc = O()\nc.chat.completions.create()\n")),
            (std::vector<std::string>{"openai.OpenAI", "openai.OpenAI.chat.completions.create"}));
  EXPECT_EQ(callees(python("import a.b as c\nc.f()\nimport a.b\na.b.g()\n")), (std::vector<std::string>{"a.b.f", "a.b.g"}));
  EXPECT_EQ(callees(python("import openai\nclass A:\n  def __init__(self):\n    self.c = openai.OpenAI()\n  def f(self):\n    self.c.go()\n")),
            (std::vector<std::string>{"openai.OpenAI", "openai.OpenAI.go"}));
}

TEST(Python, DecodesStringsAndFollowsConstants) {
  const Module module = python("A = 'x' \"\\u0041\"\nB = A + '!'\nf(r'\\n', B, f'{A}-{b}')\n");
  const Names names(module);
  for (const Expression& e : module.expressions)
    if (e.kind == ExpressionKind::call) {
      EXPECT_EQ(names.string_value(e.parts[1]), "\\n");
      EXPECT_EQ(names.string_value(e.parts[2]), "xA!");
      EXPECT_EQ(names.pattern_of(e.parts[3]), "xA-{}");
    }
}

TEST(Python, AStepOfADrawnFlowIsNoToolOfAModel) {
  const auto tools = [](std::string_view head) {
    const Module module = python(std::string(head) + "@tool\ndef render(template: str):\n  return template\n");
    return roles_of(Names(module)).size();
  };
  EXPECT_EQ(tools("from promptflow.core import tool\n"), 0U);
  EXPECT_EQ(tools("from langchain_core.tools import tool\n"), 1U);
}

TEST(Python, SurvivesNestingAndBrokenText) {
  EXPECT_TRUE(python(std::string(20000, '(')).expressions.size() < 100000);
  const Module deep = python("x = " + std::string(3000, '[') + std::string(3000, ']'));
  EXPECT_TRUE(deep.cut);
  std::string sum = "x = 'a'";
  for (int i = 0; i < 5000; ++i) sum += " + 'a'";
  EXPECT_FALSE(python(sum).cut);
  EXPECT_TRUE(python("def f(:\n  return (").has_errors);
}

TEST(Flow, FollowsModelOutputThroughHelpers) {
  const std::string head = "import openai, os\nc = openai.OpenAI()\ndef ask(q):\n  return c.chat.completions.create(messages=q).choices[0].message.content\n";
  EXPECT_TRUE(flows_to(head + "def run(cmd):\n  os.system(cmd)\nrun(ask('x'))\n", kModelOutput, "shell"));
  EXPECT_TRUE(flows_to(head + "import json\nd = json.loads(ask('x'))\neval(d['code'])\n", kModelOutput, "eval"));
  EXPECT_FALSE(flows_to(head + "print(ask('x'))\nos.system('ls')\n", kModelOutput, "shell"));
  EXPECT_FALSE(flows_to(head + "import shlex\nx = ask('q')\nx = shlex.quote(x)\nos.system('echo ' + x)\n", kModelOutput, "shell"));
}

TEST(Flow, FollowsToolArgumentsUntilTheyAreChecked) {
  const std::string head = "import subprocess, re\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP('a')\n@mcp.tool()\ndef t(host: str, n: int):\n";
  EXPECT_TRUE(flows_to(head + "  return subprocess.run(f'ping {host}', shell=True)\n", kToolArgument, "shell"));
  EXPECT_FALSE(flows_to(head + "  return subprocess.run(['ping', host])\n", kToolArgument, "shell"));
  EXPECT_FALSE(flows_to(head + "  return subprocess.run(f'ping -c {n} x', shell=True)\n", kToolArgument, "shell"));
  EXPECT_FALSE(flows_to(head + "  if not re.fullmatch('[a-z]+', host):\n    return ''\n  return subprocess.run(f'ping {host}', shell=True)\n", kToolArgument, "shell"));
}

TEST(Flow, KnowsWhoChoosesTheProgram) {
  const std::string head = "import openai, subprocess\nc = openai.OpenAI()\ndef ask(q):\n  return c.chat.completions.create(messages=q).choices[0].message.content\n"
                           "def run(cmd: list[str]):\n  subprocess.run(cmd, check=True)\n";
  EXPECT_FALSE(flows_to(head + "run(['git', 'log', ask('x')])\ncall = ['gh', ask('y')]\ncall.extend(['--json', ask('z')])\nrun(call)\n", kModelOutput, "process"));
  EXPECT_FALSE(flows_to(head + "rest = ask('x').split()\nsubprocess.run(['git'] + rest)\n", kModelOutput, "process"));
  EXPECT_TRUE(flows_to(head + "run(['git', 'log'])\nrun([ask('x'), '--version'])\n", kModelOutput, "process"));
  EXPECT_TRUE(flows_to(head + "run(['git', 'log'])\nrun(ask('x').split())\n", kModelOutput, "process"));
}

TEST(Flow, KnowsWhoChoosesTheHost) {
  const std::string head = "import requests, httpx\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP('a')\n";
  const std::string tool = "@mcp.tool()\ndef t(a: str):\n";
  EXPECT_TRUE(flows_to(head + tool + "  return requests.get(a).text\n", kToolArgument, "url"));
  EXPECT_TRUE(flows_to(head + tool + "  return requests.get(f'https://{a}/x').text\n", kToolArgument, "url"));
  EXPECT_TRUE(flows_to(head + tool + "  return requests.get('https://api.example.com' + a).text\n", kToolArgument, "url"));
  EXPECT_FALSE(flows_to(head + "BASE = load()\n" + tool + "  url = f'{BASE}/v1/{a}'\n  return requests.get(url).text\n", kToolArgument, "url"));
  EXPECT_FALSE(flows_to(head + tool + "  url = httpx.URL(scheme='https', host=HOST, path=a)\n  return httpx.get(url).text\n", kToolArgument, "url"));
  EXPECT_FALSE(flows_to(head + "def make(kind):\n  return f'{BASE}/{kind}'\n" + tool + "  url = make(a)\n  return requests.get(url).text\n", kToolArgument, "url"));
  EXPECT_TRUE(flows_to(head + "def make(kind):\n  return f'{kind}/x'\n" + tool + "  url = make(a)\n  return requests.get(url).text\n", kToolArgument, "url"));
}

TEST(Flow, KeepsTheFieldsOfASessionApart) {
  const std::string head = "import streamlit as st\nst.session_state.question = st.text_input('q')\n";
  EXPECT_TRUE(flows_to(head + "eval(st.session_state.question)\n", kUserInput, "eval"));
  EXPECT_TRUE(flows_to(head + "eval(st.session_state['question'])\n", kUserInput, "eval"));
  EXPECT_FALSE(flows_to(head + "eval(st.session_state.formula)\n", kUserInput, "eval"));
  EXPECT_FALSE(flows_to(head + "st.write(st.session_state.question)\neval(st.selectbox('q', ['1', '2']))\n", kUserInput, "eval"));
}

TEST(Flow, StaysCheapOnHostileCode) {
  std::string chain = "x = input()\n";
  for (int i = 0; i < 3000; ++i) chain += "x = x.f(x)\n";
  EXPECT_FALSE(flows_to(chain, kModelOutput, "eval"));
  std::string nested = "x = input()\ny = x";
  for (int i = 0; i < 150; ++i) nested = "x = input()\ny = (" + nested.substr(nested.find("y = ") + 4) + " + x)";
  EXPECT_FALSE(flows_to(nested + "\n", kModelOutput, "eval"));
  std::string runs = "import subprocess\n";
  for (int i = 0; i < 300; ++i) runs += "def f" + std::to_string(i) + "(c):\n  subprocess.run(c)\n  f" + std::to_string((i + 1) % 300) + "(c)\n";
  EXPECT_FALSE(flows_to(runs, kModelOutput, "process"));
  std::string calls;
  for (int i = 0; i < 60; ++i) calls += "open(requests.get(";
  EXPECT_FALSE(flows_to("import requests\n" + calls + "1" + std::string(120, ')') + "\n", kModelOutput, "eval"));
}

TEST(JavaScript, ReadsToolsAndFlows) {
  auto module = read_javascript(Dialect::typescript,
                                "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst { exec } = require('child_process');\n"
                                "const s = new McpServer({name: 'a'});\ns.tool('run', 'Runs', {}, async ({ host }: any) => { exec(`ping ${host}`); });\n",
                                Limits{});
  ASSERT_TRUE(module);
  const Names names(*module);
  const auto roles = roles_of(names);
  ASSERT_EQ(roles.size(), 1u);
  EXPECT_EQ(roles[0].name, "run");
  EXPECT_EQ(roles[0].description, "Runs");
  const Flows flows = follow(names, roles);
  ASSERT_FALSE(flows.flows.empty());
  EXPECT_EQ(flows.flows[0].what, "shell");
  EXPECT_TRUE(flows.flows[0].labels & kToolArgument);
}

}  // namespace
}  // namespace stormwatch::code
