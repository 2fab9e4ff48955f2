// SPDX-License-Identifier: Apache-2.0
// Services that scripts start, each beside what only speaks of one.
#include <gtest/gtest.h>

#include <algorithm>

#include "collect/collector.h"

namespace stormwatch::collect {

extern const Collector started_services;

namespace {

Observation read(const std::string& name, std::string_view text) {
  static const Limits limits;
  Source source;
  source.path = source.name = name;
  source.text = text;
  source.limits = &limits;
  source.kind = name.ends_with(".sh") ? format::ContentKind::shell : name.ends_with(".json") ? format::ContentKind::json : format::ContentKind::text;
  if (!started_services.wants(source)) return {};
  auto observation = started_services.read(source);
  return observation ? std::move(*observation) : Observation{};
}

const EndpointFacts* endpoint(const Observation& seen) {
  for (const Asset& asset : seen.assets)
    if (const auto* facts = std::get_if<EndpointFacts>(&asset.facts)) return facts;
  return nullptr;
}

TEST(StartedServices, EveryKindOfScriptIsRead) {
  for (const auto& [name, text] : {std::pair{"start.sh", "#!/bin/sh\nset -e\nnohup mlflow server --host 0.0.0.0 --port 5000 > log 2>&1 &\n"},
                                   {"Makefile", ".PHONY: serve\nserve:\n\t@mlflow server --host 0.0.0.0\n"},
                                   {"Procfile", "web: mlflow server --host 0.0.0.0\n"},
                                   {"package.json", R"({"scripts": {"start": "mlflow server --host 0.0.0.0"}})"}}) {
    const Observation seen = read(name, text);
    const EndpointFacts* facts = endpoint(seen);
    ASSERT_NE(facts, nullptr) << name;
    EXPECT_EQ(facts->product, "mlflow") << name;
    EXPECT_EQ(facts->exposure, "internal") << "a script does not say who reaches the host";
    EXPECT_TRUE(std::ranges::all_of(seen.assets, [](const Asset& asset) { return asset.confidence == Confidence::medium; }));
  }
}

TEST(StartedServices, TheCommandOfAContainerIsReadWithItsPortsAndVariables) {
  const Observation seen = read("run.sh", "docker run -d --gpus all -p 127.0.0.1:8888:8888 -e A=1 --name x jupyter/base-notebook:1 start-notebook.sh --NotebookApp.token=''\n");
  const EndpointFacts* facts = endpoint(seen);
  ASSERT_NE(facts, nullptr);
  EXPECT_EQ(facts->product, "jupyter");
  EXPECT_EQ(facts->exposure, "local");
  EXPECT_EQ(facts->port, 8888);
}

TEST(StartedServices, VariablesOfTheScriptCount) {
  EXPECT_EQ(endpoint(read("a.sh", "export OLLAMA_HOST=0.0.0.0\nollama serve\n"))->exposure, "internal");
  EXPECT_EQ(endpoint(read("a.sh", "ollama serve\n"))->exposure, "local");
}

TEST(StartedServices, SettingsOfJupyterAreItsOptions) {
  const Observation open = read("jupyter_notebook_config.py", "c.NotebookApp.token = ''\nc.NotebookApp.password = ''\nc.NotebookApp.ip = '0.0.0.0'  # all\n");
  ASSERT_NE(endpoint(open), nullptr);
  EXPECT_EQ(endpoint(open)->authentication, "none");
  EXPECT_EQ(endpoint(open)->exposure, "internal");
  const Observation json = read("jupyter_server_config.json", R"({"ServerApp": {"token": "", "ip": "0.0.0.0"}})");
  ASSERT_NE(endpoint(json), nullptr);
  EXPECT_EQ(endpoint(json)->authentication, "none");
  EXPECT_NE(endpoint(read("jupyter_server_config.py", "c.ServerApp.token = ''\nc.ServerApp.password = 'argon2:x'\n"))->authentication, "none");
  EXPECT_EQ(endpoint(read("jupyter_server_config.py", "# c.ServerApp.token = ''\n")), nullptr) << "as it is generated: all commented out";
}

TEST(StartedServices, WhatIsShownWrittenOrInstalledIsNotStarted) {
  for (const std::string_view text : {"echo \"mlflow server --host 0.0.0.0\"\n", "# mlflow server --host 0.0.0.0\n", "cat > unit <<EOF\nmlflow server --host 0.0.0.0\nEOF\n", "pip install 'mlflow server'\n", "docker build -t mlflow .\n"})
    EXPECT_EQ(endpoint(read("a.sh", text)), nullptr) << text;
}

TEST(StartedServices, AVeryLongScriptIsCutAndSaysSo) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "true\n";
  const Observation seen = read("a.sh", text);
  ASSERT_EQ(seen.gaps.size(), 1U);
  EXPECT_EQ(seen.gaps[0].reason, "over-limit");
}

}  // namespace
}  // namespace stormwatch::collect
