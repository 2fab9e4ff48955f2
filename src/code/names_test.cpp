// SPDX-License-Identifier: Apache-2.0
// Imports behind a name: which, in what order, and what asking costs when a file has very many.
#include <gtest/gtest.h>

#include <string>

#include "code/flow.h"
#include "code/guards.h"
#include "code/javascript.h"
#include "code/python.h"

namespace stormwatch::code {
namespace {

std::vector<std::string> behind(const std::string& text, std::string_view name) {
  const auto module = read_python(text, Limits{});
  if (!module) return {"error"};
  const Names names(*module);
  std::vector<std::string> found;
  for (const std::size_t k : names.imports_behind(name)) found.push_back(names.import_root(k));
  return found;
}

TEST(ImportsBehind, EachPartOfTheNameInTheOrderOfTheSource) {
  using Roots = std::vector<std::string>;
  EXPECT_EQ(behind("from a.b import c\nimport a\nimport a.b\nfrom x import y\n", "a.b.c.run"), (Roots{"a.b.c", "a", "a.b"}));
  EXPECT_EQ(behind("import a\nimport ab\n", "ab.run"), (Roots{"ab"}));
  EXPECT_EQ(behind("import ab\n", "a.b"), (Roots{}));
  EXPECT_EQ(behind("from a import *\nfrom a import run\n", "a.run"), (Roots{"a.run"}));
  EXPECT_EQ(behind("from .a import run\n", "~a.run"), (Roots{"~a.run"}));
}

TEST(ImportsBehind, TheSameThingCountsOnce) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "from a import b\n";
  EXPECT_EQ(behind(text, "a.b.run").size(), 1U);
}

TEST(ImportsBehind, ThingsThatReadAlikeAreFew) {
  std::string text, up = "./";
  for (int i = 0; i < 1000; ++i, up += "../") text += "import { run } from \"" + up + "a\";\n";
  const auto module = read_javascript(Dialect::typescript, text, Limits{});
  ASSERT_TRUE(module);
  const Names names(*module);
  EXPECT_EQ(names.imports_behind("~a.run").size(), 8U);
}

TEST(ImportsBehind, EachCallAsksForItsOwnImportOnly) {
  constexpr int kMany = 20'000;
  std::string text, calls = "def go(x):\n";
  for (int i = 0; i < kMany; ++i) {
    text += "from m" + std::to_string(i) + " import f\n";
    calls += "  m" + std::to_string(i) + ".g(x)\n";
  }
  const auto module = read_python(text + calls, Limits{});
  ASSERT_TRUE(module);
  const Names names(*module);
  std::size_t asked = 0;
  const FindFar far = [&](const Import&, std::string_view) { ++asked; return nullptr; };
  for (int i = 0; i < kMany; ++i) EXPECT_EQ(far_named(names, far, "m" + std::to_string(i) + ".f.run"), nullptr);
  EXPECT_EQ(asked, static_cast<std::size_t>(kMany));
}

TEST(Names, TextsKeptInMapsListsAndFunctions) {
  const auto module = read_python("T = {'a': 'one ' + 'two'}\ndef about():\n    return 'three'\nf(T['a'], about(), '-'.join(['x', 'y']), T['b'])\n", Limits{});
  ASSERT_TRUE(module);
  const Names names(*module);
  for (const Expression& e : module->expressions)
    if (e.kind == ExpressionKind::call && names.callee(e) == "f") {
      EXPECT_EQ(names.string_value(e.parts[1]), "one two");
      EXPECT_EQ(names.string_value(e.parts[2]), "three");
      EXPECT_EQ(names.string_value(e.parts[3]), "x-y");
      EXPECT_EQ(names.string_value(e.parts[4]), std::nullopt);
    }
}

}  // namespace
}  // namespace stormwatch::code
