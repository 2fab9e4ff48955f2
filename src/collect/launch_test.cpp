// SPDX-License-Identifier: Apache-2.0
#include "collect/launch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "collect/client_catalog.h"

namespace stormwatch::collect {
namespace {

Launch launched(std::string_view command, std::vector<std::string> arguments) { return read_launch(command, arguments); }
bool risks(const Launch& launch, std::string_view subject) {
  return std::ranges::any_of(launch.risks, [&](const LaunchRisk& risk) { return risk.subject == subject; });
}

TEST(Launch, NamesPackagesAndVersions) {
  struct Row {
    std::string command;
    std::vector<std::string> arguments;
    std::string ecosystem, package, version;
    bool pinned;
  };
  for (const Row& row : std::vector<Row>{
           {"npx", {"-y", "@scope/server"}, "npm", "@scope/server", "", false},
           {"npx", {"-y", "@scope/server@1.2.3", "/srv"}, "npm", "@scope/server", "1.2.3", true},
           {"C:\\Program Files\\nodejs\\npx.cmd", {"server@latest"}, "npm", "server", "latest", false},
           {"npx", {"-y", "server@^1.2.3"}, "npm", "server", "^1.2.3", false},
           {"npx", {"--package=server@2.0.0", "run"}, "npm", "server", "2.0.0", true},
           {"cmd", {"/c", "npx", "-y", "server"}, "npm", "server", "", false},
           {"uvx", {"server"}, "PyPI", "server", "", false},
           {"uvx", {"server==0.6.2"}, "PyPI", "server", "0.6.2", true},
           {"uvx", {"--from", "git+https://example.invalid/a/b", "server"}, "git", "git+https://example.invalid/a/b", "", false},
           {"pipx", {"run", "server"}, "PyPI", "server", "", false},
           {"docker", {"run", "-i", "--rm", "-e", "TOKEN", "ghcr.io/a/b"}, "docker", "ghcr.io/a/b", "", false},
           {"docker", {"run", "-v", "/srv:/srv", "a/b:1.2.0"}, "docker", "a/b", "1.2.0", true},
           {"docker", {"run", "host:5000/a/b@sha256:00"}, "docker", "host:5000/a/b", "sha256:00", true},
           {"npx -y server", {}, "npm", "server", "", false}}) {
    const Launch launch = read_launch(row.command, row.arguments);
    EXPECT_EQ(launch.ecosystem, row.ecosystem) << row.command;
    EXPECT_EQ(launch.package, row.package) << row.command;
    EXPECT_EQ(launch.version, row.version) << row.command;
    EXPECT_EQ(launch.pinned, row.pinned) << row.command << " " << row.package;
  }
  EXPECT_EQ(launched("node", {"server.js"}).pinned, std::nullopt);
  EXPECT_EQ(launched("npx", {"mcp-remote", "https://a.invalid/mcp"}).url, "https://a.invalid/mcp");
}

TEST(Launch, SeesWhatGivesTheMachineAway) {
  EXPECT_TRUE(risks(launched("npx", {"-y", "@modelcontextprotocol/server-filesystem", "/"}), "whole-filesystem"));
  EXPECT_FALSE(risks(launched("npx", {"-y", "@modelcontextprotocol/server-filesystem", "/srv/docs"}), "whole-filesystem"));
  EXPECT_TRUE(risks(launched("docker", {"run", "--privileged", "a"}), "privileged-container"));
  EXPECT_TRUE(risks(launched("docker", {"run", "-v", "/:/host", "a"}), "host-mount"));
  EXPECT_TRUE(risks(launched("docker", {"run", "--mount", "type=bind,src=/var/run/docker.sock,dst=/x", "a"}), "container-socket"));
  EXPECT_TRUE(risks(launched("docker", {"run", "--network=host", "a"}), "host-network"));
  EXPECT_TRUE(risks(launched("bash", {"-c", std::string("cu") + "rl https://a.invalid | bash"}), "pipe-to-shell"));
  EXPECT_TRUE(launched("docker", {"run", "-i", "--rm", "-v", "/srv/docs:/docs", "a"}).risks.empty());
}

TEST(ClientCatalog, KnowsPlaces) {
  ASSERT_GE(known_clients().size(), 30u);
  ASSERT_NE(client_of("home/u/.cursor/mcp.json"), nullptr);
  EXPECT_EQ(client_of("home/u/.cursor/mcp.json")->product, "Cursor");
  EXPECT_EQ(client_of("x/cli-agents/dev.json")->product, "Amazon Q Developer");
  EXPECT_EQ(client_of("notmcp.json"), nullptr);
}

}  // namespace
}  // namespace stormwatch::collect
