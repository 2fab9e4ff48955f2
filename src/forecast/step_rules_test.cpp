// SPDX-License-Identifier: Apache-2.0
#include "forecast/step_rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include <unistd.h>

namespace stormwatch::forecast {
namespace {

TEST(StepRules, AllEightyEightLoad) {
  const auto rules = load_steps({});
  ASSERT_TRUE(rules) << rules.error().message();
  std::set<std::string> numbered;
  for (const StepRule& rule : (*rules)->rules) {
    if (rule.id[0] == 'R') numbered.insert(rule.id.substr(0, 3));
    EXPECT_FALSE(rule.name.empty()) << rule.id;
    EXPECT_TRUE(rule.bridge || !rule.needs.empty()) << rule.id;
  }
  EXPECT_EQ(numbered.size(), 88U);
  EXPECT_EQ((*rules)->incidents.size(), 14U);
  EXPECT_EQ((*rules)->controls.size(), 107U);
}

class BrokenRule : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BrokenRule, IsRefusedWithFileAndLine) {
  const auto folder = std::filesystem::temp_directory_path() / ("stormwatch-steps-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "broken.yaml") << GetParam().first;
  const auto rules = load_steps({folder.string()});
  std::filesystem::remove_all(folder);
  ASSERT_FALSE(rules);
  const std::string message = rules.error().message();
  EXPECT_NE(message.find("broken.yaml"), std::string::npos) << message;
  EXPECT_NE(message.find("line"), std::string::npos) << message;
  EXPECT_NE(message.find(GetParam().second), std::string::npos) << message;
}

#define RULE_HEAD "id: Z1\nname: n\nfrom: [EXT]\nto: CODE\ntier: C\n"
INSTANTIATE_TEST_SUITE_P(Typos, BrokenRule, testing::Values(
    std::pair{RULE_HEAD "on: {kind: endpont}\nhazard: 1\n", "endpont"},
    std::pair{RULE_HEAD "on: {kind: endpoint}\n", "hazard"},
    std::pair{RULE_HEAD "on: {kind: endpoint}\nhazard: 1\nacros: [same]\n", "acros"},
    std::pair{RULE_HEAD "on: {kind: endpoint}\nhazard: 1\nacross: [\"> reeds\"]\n", "reeds"},
    std::pair{RULE_HEAD "on: {kind: endpoint}\nhazard: 1\ncontrols: {luck: 0.5}\n", "luck"},
    std::pair{"id: Z1\nname: n\nfrom: [CODDE]\nto: CODE\ntier: C\non: {kind: endpoint}\nhazard: 1\n", "CODDE"},
    std::pair{"id: R01\nname: n\nfrom: [EXT]\nto: CODE\ntier: C\non: {kind: endpoint}\nhazard: 1\n", "second"},
    std::pair{RULE_HEAD "on: {kind: endpoint}\nchance: 1.5\n", "number"}));

}  // namespace
}  // namespace stormwatch::forecast
