// SPDX-License-Identifier: Apache-2.0
#include "posture/context.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stormwatch {

namespace {
using namespace std::literals;
enum Rank { own, documentation, example, test, vendored };

constexpr std::array kVendored{"node_modules"sv, "bower_components"sv, ".venv"sv, "venv"sv, "site-packages"sv, "dist-packages"sv, "third_party"sv, "third-party"sv, "vendor"sv, "vendored"sv, "_vendor"sv, ".tox"sv, ".yarn"sv};
constexpr std::array kTest{"test"sv, "tests"sv, "testing"sv, "selftest"sv, "testsuite"sv, "test_suite"sv, "unittest"sv, "spec"sv, "specs"sv, "fixtures"sv, "fixture"sv, "testdata"sv, "test_data"sv, "test-data"sv, "__tests__"sv, "__mocks__"sv, "mocks"sv, "e2e"sv};
constexpr std::array kTestEndings{"_tests"sv, "-tests"sv, "_test"sv, "-test"sv, ".tests"sv, ".test"sv, "fixtures"sv, "unittests"sv, "integrationtests"sv};
constexpr std::array kExample{"examples"sv, "example"sv, "samples"sv, "sample"sv, "demo"sv, "demos"sv, "tutorial"sv, "tutorials"sv, "cookbook"sv};
constexpr std::array kDocumentation{"docs"sv, "doc"sv, "documentation"sv, "man"sv};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view lower) {
  return std::ranges::find(names, lower) != names.end();
}

Rank rank_of_folder(std::string_view lower) {
  if (holds(kVendored, lower)) return vendored;
  // integration_tests, e2e-test; Demo.UnitTests, IntegrationTests: how C# names the folders of tests.
  if (holds(kTest, lower) || std::ranges::any_of(kTestEndings, [&](std::string_view ending) { return lower.ends_with(ending); })) return test;
  if (holds(kExample, lower)) return example;
  return holds(kDocumentation, lower) ? documentation : own;
}

Rank rank_of_file(std::string_view lower) {
  if (lower.starts_with("test_") || lower.ends_with("_test.py") || lower.ends_with("_test.go") || lower == "conftest.py" ||
      lower.find(".test.") != std::string_view::npos || lower.find(".spec.") != std::string_view::npos)
    return test;
  // Instructions to a model are the product, whatever their ending.
  const bool instructions = lower == "skill.md" || lower == "agents.md" || lower == "claude.md" || lower == "gemini.md" || lower.ends_with(".mdc") || lower.ends_with(".prompt.md") || lower.ends_with(".instructions.md");
  if (lower.starts_with(".env") && std::ranges::any_of(std::array{".example"sv, ".sample"sv, ".template"sv, ".dist"sv}, [&](std::string_view ending) { return lower.ends_with(ending); })) return example;
  if (!instructions && (lower.ends_with(".md") || lower.ends_with(".md.gotmpl") || lower.ends_with(".rst") || lower.ends_with(".adoc") || lower.ends_with(".mdx"))) return documentation;
  return own;
}
/// AgentTests.cs, AgentTest.java; not Latest.java.
bool is_test_class(std::string_view name) {
  return name.ends_with("Test.java") || name.ends_with("Tests.java") || name.ends_with("Tests.cs") || name.ends_with("Test.cs");
}
}  // namespace

std::string context_of(std::string_view path) {
  Rank rank = own;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string small = lower(path.substr(0, slash));
    if (slash == std::string_view::npos && is_test_class(path)) rank = std::max(rank, test);
    rank = std::max(rank, slash == std::string_view::npos ? rank_of_file(small) : rank_of_folder(small));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  constexpr std::array kWords{""sv, "documentation"sv, "example"sv, "test"sv, "vendored"sv};
  return std::string(kWords[rank]);
}

}  // namespace stormwatch
