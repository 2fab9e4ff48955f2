// SPDX-License-Identifier: Apache-2.0
// Every flaw that a step of the forecast reads is closed by an action, or a list here says why none is.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <unistd.h>

#include "app/pipeline.h"
#include "app/text_fixes.h"
#include "base/parallel.h"
#include "forecast/step_rules.h"

#include "graph/merge.h"

namespace stormwatch::app {
namespace {

namespace fs = std::filesystem;

/// Rules whose examples differ in what a step reads, or whose findings `fix` mends, and which no control closes.
const std::map<std::string, std::string> kExplained{
    {"agent-lethal-trifecta", "actions take one of its three legs away each; no single one ends it"},
    {"agent-plugin-source", "the examples differ in a package beside the plugin"},
    {"agent-run-harmful", "it happened; the examples differ in what else the record brings into the graph"},
    {"agent-web-to-code", "actions take one of its two legs away each; no single one ends it"},
    {"azure-ml-registry-public", "no step starts from a registry of Azure ML: R69 asks for a store"},
    {"azure-service-public-network", "no step starts from the service: R69 asks for a store"},
    {"azure-vault-public-network", "no step starts from a vault: R69 asks for a store"},
    {"code-insecure-setting", "fix mends certificates that are not verified, which no step reads"},
    {"image-base-unpinned", "no step reads how an image is pinned"},
    {"image-secret-as-argument", "the examples differ in a package that is installed"},
    {"model-external-data", "the examples differ in whether the file is read at all"},
    {"package-lookalike-name", "the examples differ in the version, too"},
    {"package-name-unowned", "the examples differ in the version, too"},
    {"pod-image-without-digest", "no step reads how an image is pinned"},
    {"tool-breaks-promise", "the step reads what the tool can do, whatever it promises"},
    {"vulnerable-package", "upgrades close it"},
};

/// Fields that say what an asset is, not how it is kept: the examples of a rule may differ in them.
const std::set<std::string> kNatures{"type", "product", "platform", "role", "source", "sensitivity", "publisher", "metered", "proprietary", "scripts", "verified", "test_value", "url", "package"};

std::set<std::string> fields_of_steps() {
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(fs::path(STORMWATCH_SOURCE_DIR) / "steps" / "rules")) {
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string all = text.str();
    re2::StringPiece rest(all);
    std::string name;
    while (re2::RE2::FindAndConsume(&rest, "field: ([a-z_]+)", &name))
      if (!kNatures.contains(name)) out.insert(name);
  }
  return out;
}

/// "workload.privileged=true" of all assets of an example, as far as steps read the field.
std::set<std::string> facts_of(const Content& content, const detect::Example& example, const fs::path& folder, const std::set<std::string>& fields) {
  for (const detect::ExampleFile& file : example.files) {
    fs::create_directories((folder / file.path).parent_path());
    std::ofstream(folder / file.path, std::ios::binary) << file.content;
  }
  collect::CollectOptions options;
  options.targets = {folder.string()};
  options.jobs = 1;
  options.patterns = content.patterns.get();
  Result<collect::Collected> collected = collect::collect(options);
  std::set<std::string> out;
  if (!collected) return out;
  const Estate estate = graph::merge(std::move(collected->observations));
  for (const Asset& asset : estate.assets())
    visit_fields([&](std::string_view name, const auto& value) {
      using Value = std::remove_cvref_t<decltype(value)>;
      if (!fields.contains(std::string(name))) return;
      const std::string field = fmt::format("{}.{}", name_of(asset.kind()), name);
      if constexpr (std::is_same_v<Value, Text>) { if (!value.empty()) out.insert(fmt::format("{}={}", field, value)); }
      else if constexpr (std::is_same_v<Value, Flag>) { if (value) out.insert(fmt::format("{}={}", field, *value)); }
      else if constexpr (std::is_same_v<Value, Texts>) { for (const std::string& one : value) out.insert(fmt::format("{}={}", field, one)); }
    }, asset.facts);
  return out;
}

TEST(Closing, EveryFlawThatAStepReadsIsClosedByAnActionOrExplained) {
  const Result<Content> content = load_content({}, "");
  ASSERT_TRUE(content) << content.error().message();
  const std::set<std::string> fields = fields_of_steps();
  ASSERT_TRUE(fields.contains("privileged") && fields.contains("authentication"));
  std::set<std::string> closed, rules;
  for (const forecast::ControlKind& control : content->steps->controls) closed.insert(control.closes.begin(), control.closes.end());
  for (const detect::Detector& detector : content->detectors) rules.insert(detector.advisory.id);
  for (const std::string& rule : closed) EXPECT_TRUE(rules.contains(rule)) << "steps/controls.yaml closes " << rule << ", which is no rule";
  const fs::path folder = fs::path(testing::TempDir()) / fmt::format("closing-{}", ::getpid());
  std::vector<std::string> open(content->detectors.size());
  parallel_for(open.size(), 0, [&](std::size_t i) {
    const detect::Detector& detector = content->detectors[i];
    const std::string& rule = detector.advisory.id;
    if (closed.contains(rule) || !detector.examples) return;
    const std::vector<detect::Example> examples = detector.examples();
    const auto bad = std::ranges::find(examples, true, &detect::Example::fires), good = std::ranges::find(examples, false, &detect::Example::fires);
    if (bad == examples.end() || good == examples.end()) return;
    const std::set<std::string> with = facts_of(*content, *bad, folder / fmt::format("{}b", i), fields), without = facts_of(*content, *good, folder / fmt::format("{}g", i), fields);
    std::string differs;
    for (const std::string& fact : with)
      if (!without.contains(fact)) differs += " " + fact;
    if (has_text_fix(rule)) differs += " (fix mends it)";
    open[i] = differs;
  });
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  for (std::size_t i = 0; i < open.size(); ++i) {
    const std::string& rule = content->detectors[i].advisory.id;
    if (kExplained.contains(rule)) EXPECT_FALSE(open[i].empty()) << rule << " is explained and need not be";
    else EXPECT_TRUE(open[i].empty()) << rule << ": steps read" << open[i] << ", and no control of steps/controls.yaml closes it";
  }
}

}  // namespace
}  // namespace stormwatch::app
