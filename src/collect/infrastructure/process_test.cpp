// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/process.h"

#include <gtest/gtest.h>

#include "collect/infrastructure/container.h"

namespace stormwatch::collect {
namespace {

Container vllm(std::vector<std::string> arguments) {
  Container container;
  container.image = "vllm/vllm-openai:v0.10.0";
  container.arguments = std::move(arguments);
  return container;
}

TEST(Process, options_have_one_shape_however_they_are_written) {
  const Node process = process_of(vllm({"--trust_remote_code", "--model", "m", "--max-model-len=8", "--lora-modules", "a", "--lora-modules", "b"}), 7);
  EXPECT_EQ(process.text("product"), "vllm");
  EXPECT_EQ(process.text("settings"), "complete");
  const Node* options = process.find("options");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->text("trust-remote-code"), "true");
  EXPECT_EQ(options->text("model"), "m");
  EXPECT_EQ(options->text("max-model-len"), "8");
  ASSERT_TRUE(options->find("lora-modules"));
  EXPECT_EQ(options->find("lora-modules")->items.size(), 2u);
  EXPECT_EQ(options->find("model")->line, 7u);
}

TEST(Process, a_shell_is_what_it_is_given) {
  const Node process = process_of(vllm({"/bin/bash", "-c", "sleep 1 && vllm serve m --api-key $KEY \\\n --port 1"}), 1);
  EXPECT_EQ(process.at_path("options.api-key")->scalar, "${KEY}");
  EXPECT_EQ(process.at_path("options.port")->scalar, "1");
}

TEST(Process, variables_are_worked_out_from_the_environment) {
  Container container = vllm({"--host=$(HOST)", "--model", "${MODEL}"});
  container.environment = {{"HOST", "127.0.0.1"}, {"MODEL", "${MODEL}"}, {"HF_TOKEN", "not-a-real-token-at-all"}};
  const Node process = process_of(container, 1);
  EXPECT_EQ(process.at_path("options.host")->scalar, "127.0.0.1");
  EXPECT_EQ(process.at_path("options.model")->scalar, "${MODEL}");
  EXPECT_EQ(process.at_path("environment.HF_TOKEN")->scalar.find("not-a-real"), std::string::npos);
  EXPECT_EQ(process.text("listens"), "loopback");
}

TEST(Process, what_may_be_set_elsewhere_is_not_complete) {
  Container container = vllm({"--model", "m"});
  container.environment_elsewhere = true;
  EXPECT_NE(process_of(container, 1).text("settings"), "complete");
  Container own;
  own.image = "registry.example.com/team/app:1";
  EXPECT_NE(process_of(own, 1).text("settings"), "complete");
}

TEST(Process, the_address_on_a_host) {
  Container host;
  host.arguments = {"/usr/local/bin/ollama", "serve"};
  EXPECT_EQ(exposure_on_host(host), "local");
  host.environment = {{"OLLAMA_HOST", "0.0.0.0:11434"}};
  EXPECT_EQ(exposure_on_host(host), "internet");
  host.environment = {{"OLLAMA_HOST", "http://10.1.2.3"}};
  EXPECT_EQ(exposure_on_host(host), "internal");
  host.environment = {{"OLLAMA_HOST", "${ADDRESS}"}};
  EXPECT_EQ(exposure_on_host(host), "");
}

TEST(Process, thousands_of_options_end) {
  std::vector<std::string> words;
  for (int i = 0; i < 5000; ++i) words.push_back("--o" + std::to_string(i));
  EXPECT_LE(process_of(vllm(words), 1).find("options")->members.size(), 500u);
}

}  // namespace
}  // namespace stormwatch::collect
