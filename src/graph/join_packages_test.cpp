// SPDX-License-Identifier: Apache-2.0
#include "graph/join_packages.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "format/import_names.h"
#include "graph/merge.h"

namespace stormwatch::graph {
namespace {

Asset package(std::string name, std::string manifest, bool direct = true, std::string ecosystem = "PyPI") {
  PackageFacts facts{.ecosystem = ecosystem, .version = "1.0"};
  facts.direct = direct;
  return make_asset(ecosystem + "/" + name + "@1.0", name, std::move(facts), Place{.path = std::move(manifest), .line = 1});
}
PackageRemark imports(std::string file, std::string modules, std::string context = "", std::string ecosystem = "PyPI") {
  return {std::move(ecosystem), "", "", {"import", "", std::move(modules), "", Place{.path = std::move(file)}, Confidence::high, std::move(context)}};
}

struct Joined {
  Estate estate;
  const PackageFacts& facts(std::string_view name, std::string_view ecosystem = "PyPI") const {
    return std::get<PackageFacts>(estate.find(Asset::id_of(AssetKind::package, std::string(ecosystem) + "/" + std::string(name) + "@1.0"))->facts);
  }
};
Joined joined(std::vector<Asset> assets, std::vector<PackageRemark> remarks, std::vector<Gap> gaps = {}) {
  Observation said;
  for (Asset& asset : assets) said.add(std::move(asset));
  said.remarks = std::move(remarks);
  said.gaps = std::move(gaps);
  std::vector<Observation> all;
  all.push_back(std::move(said));
  return {merge(std::move(all))};
}

TEST(JoinPackages, AnImportIsPutOnThePackageThatBringsIt) {
  const Joined all = joined({package("pillow", "app/requirements.txt"), package("pyyaml", "app/requirements.txt"), package("openai", "web/package.json", true, "npm")},
                            {imports("app/main.py", "PIL.Image:3 "), imports("web/src/a.ts", "openai:1 ", "", "npm")});
  EXPECT_EQ(all.facts("pillow").reach, "imported");
  EXPECT_EQ(all.facts("openai", "npm").reach, "imported");
  EXPECT_EQ(all.facts("pyyaml").reach, "not-imported");
  const Asset* pillow = all.estate.find(Asset::id_of(AssetKind::package, "PyPI/pillow@1.0"));
  ASSERT_EQ(pillow->sightings.size(), 1U);
  EXPECT_EQ(pillow->sightings[0].place.text(), "app/main.py:3");
}
TEST(JoinPackages, WhatIsNotKnownStaysNotKnown) {
  // Another application's import, a test's import, a transitive package, a driver that is loaded by name, a manifest without code, code that was not read.
  EXPECT_EQ(joined({package("pillow", "a/requirements.txt")}, {imports("b/main.py", "PIL:1 ")}).facts("pillow").reach, "");
  EXPECT_EQ(joined({package("pillow", "requirements.txt")}, {imports("tests/t.py", "PIL:1 ", "test")}).facts("pillow").reach, "");
  const std::vector<PackageRemark> code{imports("main.py", "requests:1 ")};
  EXPECT_EQ(joined({package("requests", "r.txt"), package("pyyaml", "r.txt", false)}, code).facts("pyyaml").reach, "");
  EXPECT_EQ(joined({package("requests", "r.txt"), package("asyncpg", "r.txt")}, code).facts("asyncpg").reach, "");
  EXPECT_EQ(joined({package("requests", "r.txt"), package("no-table-knows-it", "r.txt")}, code).facts("no-table-knows-it").reach, "");
  EXPECT_EQ(joined({package("requests", "r.txt"), package("pyyaml", "other.txt")}, code).facts("pyyaml").reach, "");
  EXPECT_EQ(joined({package("requests", "r.txt"), package("pyyaml", "r.txt")}, code, {{"big.py", "", "over-limit", ""}}).facts("pyyaml").reach, "");
  EXPECT_EQ(joined({package("requests", "r.txt"), package("pyyaml", "r.txt")}, code).facts("pyyaml").reach, "not-imported");
}
TEST(JoinPackages, TheProgramThatAWorkloadStartsListens) {
  for (const Texts& arguments : std::vector<Texts>{{"uvicorn", "app:app"}, {"sh", "-c", "exec uvicorn app:app --port 80"}, {"python3", "-m", "uvicorn", "app:app"}, {"/usr/local/bin/uvicorn app:app"}, {"uv", "run", "uvicorn", "app:app"}}) {
    WorkloadFacts facts{.platform = "compose"};
    facts.arguments = arguments;
    const Joined all = joined({package("uvicorn", "requirements.txt"), package("click", "requirements.txt"), make_asset("compose.yaml#web", "web", std::move(facts), Place{.path = "compose.yaml", .line = 3})}, {});
    EXPECT_EQ(all.facts("uvicorn").reach, "listens") << arguments.front();
    EXPECT_EQ(all.facts("click").reach, "");
    ASSERT_EQ(all.estate.relations().size(), 1U);
  }
  WorkloadFacts other;
  other.arguments = {"python", "main.py"};
  EXPECT_EQ(joined({package("main", "requirements.txt"), make_asset("Dockerfile#image", "x", std::move(other), Place{.path = "Dockerfile"})}, {}).facts("main").reach, "");
}
TEST(JoinPackages, AnAgentUsesWhatItsFileImports) {
  const Joined all = joined({package("langchain", "requirements.txt"), make_asset("agent.py#a", "a", AgentFacts{}, Place{.path = "agent.py"})}, {imports("agent.py", "langchain.agents:1 ")});
  ASSERT_EQ(all.estate.relations().size(), 1U);
  EXPECT_EQ(all.estate.relations()[0].evidence[0].text(), "agent.py:1");
}
TEST(JoinPackages, RemarksFindTheirVersionOnly) {
  PackageRemark remark{"PyPI", "pillow", "2.0", {"exploitability", "CVE-2024-1", "not_affected", "", Place{.path = "vex.json"}}};
  EXPECT_TRUE(joined({package("pillow", "r.txt")}, {remark}).estate.assets()[0].sightings.empty());
  remark.version = "1.0";
  EXPECT_EQ(joined({package("pillow", "r.txt")}, {remark}).estate.assets()[0].sightings.size(), 1U);
}
TEST(ImportNames, ModulesAndTheirPackages) {
  const auto first = [](std::string_view ecosystem, std::string_view module) { return format::packages_of_module(ecosystem, module).at(0); };
  EXPECT_EQ(first("PyPI", "PIL"), "pillow");
  EXPECT_EQ(first("PyPI", "google.generativeai"), "google-generativeai");
  EXPECT_EQ(first("npm", "@scope/a/b"), "@scope/a");
  EXPECT_EQ(first("crates.io", "async_openai"), "async_openai");
  const auto all = format::packages_of_module("PyPI", "some_thing.part");
  EXPECT_NE(std::ranges::find(all, "some-thing"), all.end());
  EXPECT_TRUE(format::packages_of_module("PyPI", "").empty());
  EXPECT_TRUE(format::is_used_by_import("PyPI", "pyyaml"));
  EXPECT_FALSE(format::is_used_by_import("PyPI", "uvicorn"));
}

}  // namespace
}  // namespace stormwatch::graph
