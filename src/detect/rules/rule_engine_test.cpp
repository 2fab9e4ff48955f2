// SPDX-License-Identifier: Apache-2.0
#include "detect/rules/rule_engine.h"

#include <gtest/gtest.h>

#include <set>

#include "detect/rules/rule_file.h"

namespace stormwatch::detect {
namespace {

constexpr std::string_view kRule =
    "id: open-endpoint\n"
    "title: An endpoint is open\n"
    "why: Anyone can use it.\n"
    "fix: Ask for a token.\n"
    "severity: high\n"
    "vector: insecure-endpoint\n"
    "controls: ['cwe:306']\n"
    "equivalents: {checkov: [CKV_1]}\n"
    "effort_hours: 0.5\n"
    "match:\n"
    "  kind: endpoint\n"
    "  field: exposure\n"
    "  is: internet\n"
    "evidence: '{product} on port {port}'\n"
    "examples:\n"
    "  bad: [{file: a.yaml, content: 'x: 1'}]\n"
    "  good: [{files: {a.yaml: 'x: 2', b.yaml: 'y: 1'}}]\n";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kRule);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(RuleFile, becomes_a_detector_that_fires_with_its_evidence) {
  const auto rules = read_rules(kRule, "r.yaml");
  ASSERT_TRUE(rules) << rules.error().message();
  ASSERT_EQ(rules->size(), 1u);
  const Detector& rule = rules->front();
  EXPECT_EQ(rule.advisory.severity, Severity::high);
  EXPECT_EQ(rule.advisory.equivalents.at("checkov"), std::vector<std::string>{"CKV_1"});
  ASSERT_EQ(rule.examples().size(), 2u);
  EXPECT_EQ(rule.examples()[1].files.size(), 2u);
  EndpointFacts facts;
  facts.product = "ollama";
  facts.exposure = "internet";
  facts.port = 11434;
  const Estate estate({make_asset("a", "a", Facts{facts}, Place{.path = "c.yaml", .line = 4})}, {}, {});
  Signals signals(rule.advisory);
  rule.look(estate, {}, signals);
  const auto raised = signals.take();
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_EQ(raised[0].evidence, "ollama on port 11434");
  EXPECT_EQ(raised[0].explanation, "exposure is internet");
  EXPECT_EQ(raised[0].place.line, 4u);
}

TEST(RuleFile, a_typo_names_file_line_and_what_was_expected) {
  const auto message = [](const std::string& text) {
    const auto rules = read_rules(text, "r.yaml");
    return rules ? std::string() : rules.error().message();
  };
  EXPECT_EQ(message(with("severity: high", "severity: hihg")).find("r.yaml: line 5: unknown severity hihg (expected info, low"), 0u) << message(with("severity: high", "severity: hihg"));
  EXPECT_EQ(message(with("effort_hours", "effort_hour")).find("r.yaml: line 9: unknown key effort_hour"), 0u);
  EXPECT_EQ(message(with("field: exposure", "field: exposed")).find("r.yaml: line 12: unknown field exposed"), 0u) << message(with("field: exposure", "field: exposed"));
  EXPECT_NE(message(with("vector: insecure-endpoint", "vector: bad")), "");
  EXPECT_NE(message(with("why: Anyone can use it.\n", "")), "");
  EXPECT_NE(message(with("id: open-endpoint", "id: Open_Endpoint")), "");
  EXPECT_NE(message(with("cwe:306", "306")), "");
  EXPECT_NE(message(with("effort_hours: 0.5", "effort_hours: -1")), "");
  EXPECT_NE(message(with("  good: [{files", "  god: [{files")), "");
  EXPECT_NE(message(with("  is: internet", "  is: internet\n  finding: x")), "");
  EXPECT_NE(message("- just a list"), "");
  EXPECT_NE(message("id: [unclosed"), "");
}

TEST(RuleEngine, loads_what_the_executable_carries) {
  const auto rules = load_rules({});
  ASSERT_TRUE(rules) << rules.error().message();
  std::set<std::string> ids;
  for (const Detector& rule : *rules) EXPECT_TRUE(ids.insert(rule.advisory.id).second) << rule.advisory.id;
}

TEST(RuleEngine, a_folder_that_is_not_there_is_an_error) { EXPECT_FALSE(load_rules({"/no/such/folder"})); }

}  // namespace
}  // namespace stormwatch::detect
