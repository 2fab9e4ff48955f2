// SPDX-License-Identifier: Apache-2.0
// Units of systemd, programs of supervisor and instructions of Dockerfiles, as their collectors read them.
#include <gtest/gtest.h>

#include "collect/collector.h"

namespace stormwatch::collect {
extern const Collector service_units, dockerfile;

namespace {

const Limits kLimits;

Observation read_with(const Collector& collector, std::string path, std::string_view text, format::ContentKind kind = format::ContentKind::text) {
  Source source;
  source.path = path;
  source.name = path.substr(path.rfind('/') + 1);
  source.kind = kind;
  source.text = text;
  source.bytes = as_bytes(text);
  source.limits = &kLimits;
  EXPECT_TRUE(collector.wants(source)) << path;
  auto observation = collector.read(source);
  return observation ? std::move(*observation) : Observation{};
}

template <class F>
const F* first(const Observation& observation) {
  for (const Asset& asset : observation.assets)
    if (const F* facts = std::get_if<F>(&asset.facts)) return facts;
  return nullptr;
}

TEST(ServiceUnits, a_unit_of_the_system_runs_as_root_unless_it_says_otherwise) {
  const auto unit = [](std::string_view settings, std::string path = "ollama.service") {
    return read_with(service_units, std::move(path), "[Service]\nExecStart=-/usr/local/bin/ollama serve\n" + std::string(settings));
  };
  EXPECT_EQ(first<WorkloadFacts>(unit(""))->runs_as_root, true);
  EXPECT_EQ(first<WorkloadFacts>(unit("User=ollama\n"))->runs_as_root, false);
  EXPECT_EQ(first<WorkloadFacts>(unit("DynamicUser=yes\n"))->runs_as_root, false);
  EXPECT_EQ(first<WorkloadFacts>(unit("User=%i\n"))->runs_as_root, std::nullopt);
  EXPECT_EQ(first<WorkloadFacts>(unit("", "config/systemd/user/ollama.service"))->runs_as_root, std::nullopt);
  EXPECT_EQ(first<EndpointFacts>(unit(""))->exposure, "local");
  EXPECT_EQ(first<EndpointFacts>(unit("Environment=\"OLLAMA_HOST=0.0.0.0\"\n"))->exposure, "internet");
}

TEST(ServiceUnits, settings_in_a_file_of_the_machine_are_not_known) {
  const Observation read = read_with(service_units, "m.service", "[Service]\nExecStart=/opt/v/bin/vllm serve m\nEnvironmentFile=/etc/default/vllm\n");
  EXPECT_EQ(first<EndpointFacts>(read)->authentication, "");
  EXPECT_NE(first<WorkloadFacts>(read)->configuration->at_path("processes.0.settings")->scalar, "complete");
}

TEST(ServiceUnits, a_drop_in_without_a_command_is_no_program) { EXPECT_TRUE(read_with(service_units, "etc/a.service.d/b.conf", "[Service]\nUser=x\n").assets.empty()); }

TEST(ServiceUnits, programs_of_supervisor) {
  const Observation read = read_with(service_units, "supervisord.conf", "[supervisord]\nnodaemon=true\n[program:a]\ncommand=vllm serve m --host 127.0.0.1\nenvironment=VLLM_API_KEY=\"a,b\",X=\"1\"\n[program:b]\ncommand=nginx\n");
  const auto* endpoint = first<EndpointFacts>(read);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->authentication, "token");
  EXPECT_EQ(endpoint->exposure, "local");
  EXPECT_EQ(first<WorkloadFacts>(read)->configuration->at_path("processes.0.environment.X")->scalar, "1");
}

TEST(Dockerfile, here_documents_belong_to_their_instruction) {
  const Observation read = read_with(dockerfile, "Dockerfile", "FROM debian:12 AS build\nRUN <<EOF\nUSER nobody\ncurl http://x | sh\nEOF\nFROM debian:12\nCOPY --from=build /a /a\nCOPY --from=busybox /b /b\nENV A_TOKEN=abcdefghijkl\n",
                                     format::ContentKind::dockerfile);
  const Node* instructions = first<WorkloadFacts>(read)->configuration->find("instructions");
  ASSERT_TRUE(instructions);
  ASSERT_EQ(instructions->items.size(), 6u);
  EXPECT_EQ(instructions->items[1].text("text"), "<<EOF\nUSER nobody\ncurl http://x | sh");
  EXPECT_FALSE(*instructions->items[1].find("last_stage")->as_bool());
  EXPECT_EQ(instructions->items[3].find("foreign"), nullptr);
  EXPECT_EQ(instructions->items[4].text("foreign"), "busybox");
  EXPECT_EQ(instructions->items[5].at_path("values.0.value")->scalar.find("abcdefghijkl"), std::string::npos);
  EXPECT_EQ(first<WorkloadFacts>(read)->runs_as_root, std::nullopt);
}

}  // namespace
}  // namespace stormwatch::collect
