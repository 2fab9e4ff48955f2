// SPDX-License-Identifier: Apache-2.0
#include "collect/machine.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace stormwatch::collect {
namespace {

struct Variables {
  std::map<std::string, std::string, std::less<>> values;
  std::optional<std::string> operator()(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
};

TEST(Machine, HomeAndVariablesAreFilledIn) {
  EXPECT_EQ(place_filled_in("~/.cursor/mcp.json", Variables{{{"HOME", "/home/a"}}}), "/home/a/.cursor/mcp.json");
  EXPECT_EQ(place_filled_in("${CODEX_HOME:-~/.codex}/config.toml", Variables{{{"HOME", "/home/a"}}}), "/home/a/.codex/config.toml");
  EXPECT_EQ(place_filled_in("${CODEX_HOME:-~/.codex}/config.toml", Variables{{{"HOME", "/home/a"}, {"CODEX_HOME", "/opt/c"}}}), "/opt/c/config.toml");
  EXPECT_EQ(place_filled_in("${CODEX_HOME:-~/.codex}/config.toml", Variables{{{"HOME", "/home/a"}, {"CODEX_HOME", "relative"}}}), "/home/a/.codex/config.toml");
  EXPECT_EQ(place_filled_in("~/x", Variables{}), "");
  EXPECT_EQ(place_filled_in("/etc/x", Variables{}), "/etc/x");
  EXPECT_EQ(place_filled_in("~/x", Variables{{{"HOME", "/home/[a]"}}}), "/home/\\[a]/x");
}

TEST(Machine, OnlyPlacesThatAreThereAndNoneWithinAnother) {
  const std::filesystem::path home = std::filesystem::temp_directory_path() / ("stormwatch_machine_[" + std::to_string(::getpid()) + "]");
  for (const char* folder : {".cursor", ".claude/skills/one", ".claude/projects/-home-a", ".config/opencode/skills"}) std::filesystem::create_directories(home / folder);
  for (const char* file : {".cursor/mcp.json", ".claude/settings.json", "private.txt"}) std::ofstream(home / file) << "{}";
  // CODEX_HOME lies within another place: it is read once.
  const auto places = machine_places(Variables{{{"HOME", home.string()}, {"CODEX_HOME", (home / ".config/opencode").string()}}});
  ASSERT_TRUE(places);
  std::vector<std::string> mine;
  for (const std::string& place : *places)
    if (place.starts_with(home.string())) mine.push_back(place.substr(home.string().size()));
  EXPECT_EQ(mine, (std::vector<std::string>{"/.claude/projects", "/.claude/settings.json", "/.claude/skills", "/.config/opencode", "/.cursor/mcp.json"}));
  std::filesystem::remove_all(home);
}

TEST(Machine, HomesOfAWindowsAroundAreLookedAt) {
  const std::filesystem::path users = std::filesystem::temp_directory_path() / ("stormwatch_windows_" + std::to_string(::getpid()));
  for (const char* folder : {"anna/.cursor", "anna/AppData/Roaming/Claude", "otto/.codex"}) std::filesystem::create_directories(users / folder);
  for (const char* file : {"anna/.cursor/mcp.json", "anna/AppData/Roaming/Claude/claude_desktop_config.json", "otto/.codex/config.toml", "otto/private.txt"}) std::ofstream(users / file) << "{}";
  const auto places = machine_places(Variables{}, users.string() + "/*");
  ASSERT_TRUE(places);
  std::vector<std::string> mine;
  for (const std::string& place : *places)
    if (place.starts_with(users.string())) mine.push_back(place.substr(users.string().size()));
  EXPECT_EQ(mine, (std::vector<std::string>{"/anna/.cursor/mcp.json", "/anna/AppData/Roaming/Claude/claude_desktop_config.json", "/otto/.codex/config.toml"}));
  std::filesystem::remove_all(users);
}

}  // namespace
}  // namespace stormwatch::collect
