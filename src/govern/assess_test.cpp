// SPDX-License-Identifier: Apache-2.0
#include "govern/assess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <filesystem>

#include "govern/frameworks.h"

namespace stormwatch::govern {
namespace {

Estate estate_of(std::vector<Asset> assets) {
  std::ranges::sort(assets, {}, &Asset::id);
  return {std::move(assets), {}, {}};
}

const Assessment& control(const std::vector<Assessment>& all, std::string_view framework, std::string_view id) {
  const auto found = std::ranges::find_if(all, [&](const Assessment& a) { return a.control.framework == framework && a.control.id == id; });
  EXPECT_NE(found, all.end()) << framework << " " << id;
  return *found;
}

TEST(Assess, nothing_is_met_by_silence) {
  const auto frameworks = load_frameworks({});
  ASSERT_TRUE(frameworks) << frameworks.error().message();
  EXPECT_GE((*frameworks)->controls.size(), 350U);
  for (const Assessment& a : assess(Estate{}, {}, **frameworks))
    EXPECT_TRUE(a.status == ControlStatus::not_assessed || a.status == ControlStatus::manual) << a.control.framework << " " << a.control.id;
}

TEST(Assess, logging_is_met_only_where_it_was_seen) {
  const auto frameworks = load_frameworks({});
  ASSERT_TRUE(frameworks);
  Asset seen = make_asset("a", "a", ApplicationFacts{.logs_interactions = true});
  Asset unknown = make_asset("b", "b", ApplicationFacts{});
  EXPECT_EQ(control(assess(estate_of({seen}), {}, **frameworks), "eu-ai-act", "12").status, ControlStatus::met);
  EXPECT_EQ(control(assess(estate_of({unknown}), {}, **frameworks), "eu-ai-act", "12").status, ControlStatus::not_assessed);
  EXPECT_EQ(control(assess(estate_of({seen, unknown}), {}, **frameworks), "eu-ai-act", "12").status, ControlStatus::partial);
}

TEST(Assess, an_open_finding_against_a_control_says_not_met_and_an_accepted_one_does_not) {
  const auto frameworks = load_frameworks({});
  ASSERT_TRUE(frameworks);
  Finding finding{.id = FindingId{7}, .title = "T", .controls = {"eu-ai-act:15"}};
  finding.signal.severity = Severity::high;
  EXPECT_EQ(control(assess(Estate{}, std::span(&finding, 1), **frameworks), "eu-ai-act", "15").status, ControlStatus::not_met);
  finding.state = FindingState::accepted;
  EXPECT_EQ(control(assess(Estate{}, std::span(&finding, 1), **frameworks), "eu-ai-act", "15").status, ControlStatus::not_assessed);
}

TEST(Frameworks, a_typo_names_file_line_and_what_was_expected) {
  const std::string folder = testing::TempDir() + "frameworks-typo";
  std::filesystem::create_directories(folder);
  { std::ofstream(folder + "/mine.yaml") << "framework: mine\ncontrols:\n  - id: \"1\"\n    titel: x\n"; }
  const auto read = load_frameworks({folder});
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().where.find("mine.yaml"), std::string::npos);
  EXPECT_EQ(read.error().position, "line 4");
  EXPECT_NE(read.error().expected.find("title"), std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace stormwatch::govern
