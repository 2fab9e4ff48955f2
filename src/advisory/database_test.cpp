// SPDX-License-Identifier: Apache-2.0
// Look-ups in tables of a few rows, in the embedded table, and against the end-to-end vectors where they are at hand.
#include "advisory/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "advisory/cvss.h"
#include "advisory/database_file.h"
#include "advisory/table.h"
#include "base/file.h"

namespace stormwatch::advisory {
namespace {

std::string folder_of(const char* name) {
  std::string folder = testing::TempDir() + "stormwatch_advisory_" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

const char* kRecord = R"({"id":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2099-0001"],"affected":[{"package":{"ecosystem":"PyPI","name":"Odd_Name"},
  "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"fixed":"1.5"},{"introduced":"2.0"},{"fixed":"2.2"}]}],"versions":["0.9"]}],
  "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"database_specific":{"cwe_ids":["CWE-502"]}})";

TEST(Database, RangesListsAndFixes) {
  std::string folder = folder_of("ranges");
  ASSERT_TRUE(write_aside(folder + "/a.json", kRecord));
  ASSERT_TRUE(write_aside(folder + "/b.json", R"({"id":"PYSEC-2099-1","aliases":["CVE-2099-0001"],"affected":[{"package":{"ecosystem":"PyPI","name":"odd.name"},
    "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"last_affected":"1.2"}]}]}]})"));
  ASSERT_TRUE(write_aside(folder + "/c.json", "{\"id\":"));
  ASSERT_TRUE(write_aside(folder + "/d.json", R"({"id":"PYSEC-2099-2","withdrawn":"2099-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"odd.name"},
    "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]})"));
  auto database = Database::load(folder);
  ASSERT_TRUE(database) << database.error().message();
  EXPECT_EQ(database->refused(), 1u);
  auto at = [&](const char* version) { return database->look_up("PyPI", "odd-name", version); };
  ASSERT_EQ(at("1.1").size(), 1u);
  EXPECT_EQ(at("1.1")[0].id, "GHSA-aaaa-bbbb-cccc");
  EXPECT_EQ(at("1.1")[0].aliases, (std::vector<std::string>{"CVE-2099-0001", "PYSEC-2099-1"}));
  EXPECT_EQ(at("1.1")[0].fixed_version, "1.5");
  EXPECT_EQ(at("1.1")[0].cvss, 9.8);
  EXPECT_EQ(at("1.1")[0].cwes, std::vector<std::string>{"CWE-502"});
  EXPECT_EQ(at("2.1+cu121")[0].fixed_version, "2.2");
  EXPECT_EQ(at("0.9").size(), 1u) << "listed";
  EXPECT_EQ(at("1.4rc1").size(), 1u);
  EXPECT_TRUE(at("1.5").empty());
  EXPECT_TRUE(at("1.5.post1").empty());
  EXPECT_TRUE(at("2.2").empty());
  EXPECT_TRUE(at("").empty());
  EXPECT_TRUE(database->look_up("npm", "odd-name", "1.1").empty());
}

TEST(Database, ImportedFileSaysTheSame) {
  const std::string folder = folder_of("import"), file = folder + "/made/a.adb";
  ASSERT_TRUE(write_aside(folder + "/a.json", kRecord));
  ASSERT_TRUE(write_aside(folder + "/scores.csv", "#model_version:v1,score_date:2999-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2099-0001,0.5,1\n"));
  const std::vector<std::string> sources{folder + "/a.json", folder + "/scores.csv"};
  auto summary = import_advisories(sources, file, {.today = "2026-11-01"});
  ASSERT_TRUE(summary) << summary.error().message();
  EXPECT_EQ(summary->date, Database::embedded().date()) << "dates to come do not count";
  EXPECT_TRUE(verify_database(file));
  auto database = Database::load(file);
  ASSERT_TRUE(database) << database.error().message();
  EXPECT_EQ(database->count(), summary->advisories);
  const auto found = database->look_up("PyPI", "odd-name", "1.1");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].epss, 0.5);
  // What the embedded table says stays.
  for (const char* version : {"1.0.0", "2.1.0", "2.6.0"})
    for (const auto& [own, embedded] : {std::pair{database->look_up("PyPI", "torch", version), Database::embedded().look_up("PyPI", "torch", version)}}) {
      ASSERT_EQ(own.size(), embedded.size());
      for (std::size_t i = 0; i < own.size(); ++i) EXPECT_EQ(own[i].id + own[i].fixed_version, embedded[i].id + embedded[i].fixed_version);
    }
  auto bytes = read_text(file);
  ASSERT_TRUE(bytes);
  for (std::size_t length : {std::size_t{0}, std::size_t{10}, std::size_t{300}, bytes->size() - 1}) {
    ASSERT_TRUE(write_aside(file, bytes->substr(0, length)));
    EXPECT_FALSE(Database::open(file)) << length;
  }
}

TEST(Database, FileOfAnotherLayoutSaysHowToMakeItAgain) {
  const std::string file = folder_of("layout") + "/a.adb";
  ASSERT_TRUE(write_aside(file, "#stormwatch-advisories 2 date=2026-08-16 advisories=1 rows=1 exploitation=80 bytes=90 sha256=00\nx\n"));
  const auto database = Database::open(file);
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().message().find("make it again with `stormwatch db update`"), std::string::npos) << database.error().message();
}

TEST(Database, DamagedIndexFindsNothingAndReadsNothingOutside) {
  const std::string folder = folder_of("index"), file = folder + "/a.adb";
  ASSERT_TRUE(write_aside(folder + "/a.json", kRecord));
  const std::vector<std::string> sources{folder + "/a.json"};
  ASSERT_TRUE(import_advisories(sources, file, {.today = "2026-11-01"}));
  auto bytes = read_text(file);
  ASSERT_TRUE(bytes);
  auto header = read_database_header(*bytes, file);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->index + 4 * (header->packages + header->scores), bytes->size());
  for (std::size_t at = header->index; at < bytes->size(); ++at) (*bytes)[at] = '\xfe';
  ASSERT_TRUE(write_aside(file, *bytes));
  auto database = Database::open(file);
  ASSERT_TRUE(database) << database.error().message();
  EXPECT_TRUE(database->look_up("PyPI", "odd-name", "1.1").empty());
  EXPECT_FALSE(verify_database(file));
}

TEST(Database, ListedVersionsThatARangeHoldsAreNotKept) {
  std::vector<std::string> lines;
  ASSERT_TRUE(lines_of_osv(R"({"id":"PYSEC-1","affected":[{"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"fixed":"1.5"}]}],
    "versions":["0.9","1.0","1.0.0","1.4rc1","1.5","odd"]}]})", lines));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(split(lines[0], '\t').at(4), "0.9,1.5,odd");
}

TEST(Table, IndexHasTheFirstLineOfEachKey) {
  const std::string table = "#head\na\t1\na\t2\nab\t3\nb\t4\n";
  EXPECT_EQ(index_of(table).size(), 12U);
  const SortedTable sorted(table);
  EXPECT_EQ(sorted.lines_of("a"), "a\t1\na\t2\n");
  EXPECT_EQ(sorted.lines_of("ab"), "ab\t3\n");
  EXPECT_EQ(sorted.lines_of("b"), "b\t4\n");
  for (const char* none : {"", "0", "aa", "abc", "c"}) EXPECT_TRUE(sorted.lines_of(none).empty()) << none;
  EXPECT_TRUE(SortedTable("").lines_of("a").empty());
}

TEST(Database, MissingAndEmptyAreErrors) {
  EXPECT_FALSE(Database::load("/no/such/folder"));
  EXPECT_FALSE(Database::load(folder_of("empty")));
}

TEST(Database, EmbeddedTableIsWhole) {
  const Database& database = Database::embedded();
  EXPECT_GT(database.count(), 15'000u);
  EXPECT_GE(database.date(), "2026-08-16");
  auto text = read_text(std::string(STORMWATCH_SOURCE_DIR) + "/advisories/advisories.tsv");
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->starts_with("#stormwatch-advisories 1 "));
  std::string_view before;
  std::size_t rows = 0;
  for (std::string_view line : split(*text, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    ++rows;
    ASSERT_LT(before, line) << "sorted, without repeats";
    before = line;
    std::vector<std::string_view> cells = split(line, '\t');
    ASSERT_GE(cells.size(), 4u) << line;
    ASSERT_LE(cells.size(), 8u) << line;
    ASSERT_FALSE(cells[3].empty() && (cells.size() < 5 || cells[4].empty())) << line;
    if (cells.size() > 5 && !cells[5].empty()) { ASSERT_FALSE(long_vector(cells[5]).empty()) << line; }
  }
  EXPECT_EQ(std::to_string(rows), header_word(*text, "rows"));
}

TEST(Database, EmbeddedLookUps) {
  const Database& database = Database::embedded();
  auto has = [&](const char* ecosystem, const char* name, const char* version, const char* id) {
    for (const Match& match : database.look_up(ecosystem, name, version))
      if (match.id == id || std::find(match.aliases.begin(), match.aliases.end(), id) != match.aliases.end()) return match;
    ADD_FAILURE() << name << ' ' << version << ": no " << id;
    return Match{};
  };
  EXPECT_TRUE(has("PyPI", "langflow", "1.2.0", "CVE-2025-3248").known_exploited);
  EXPECT_GT(has("PyPI", "langflow", "1.2.0", "CVE-2025-3248").epss.value_or(0), 0.5);
  EXPECT_TRUE(has("PyPI", "litellm", "1.82.7", "MAL-2026-2144").malicious);
  EXPECT_TRUE(has("PyPI", "ultralytics", "8.3.41", "PYSEC-2024-154").malicious);
  EXPECT_TRUE(has("npm", "sw-cur", "", "MAL-2025-3781").malicious);
  EXPECT_TRUE(database.look_up("PyPI", "litellm", "").empty());
  for (const Match& match : database.look_up("PyPI", "litellm", "1.82.6")) EXPECT_FALSE(match.malicious) << match.id;
}

TEST(Database, EndToEndVectors) {
  const char* folder = std::getenv("STORMWATCH_VECTORS");
  std::ifstream in(std::string(folder ? folder : "") + "/versions/match_vectors_pypi.tsv");
  if (!folder || !in) GTEST_SKIP() << "STORMWATCH_VECTORS names no folder with versions/match_vectors_pypi.tsv";
  std::string line;
  std::getline(in, line);
  std::size_t rows = 0, missed = 0, more = 0;
  auto begin = std::chrono::steady_clock::now();
  while (std::getline(in, line)) {
    auto cells = split(line, '\t');
    std::set<std::string> expected, got;
    if (cells.size() > 4)
      for (auto id : split(cells[4], ',')) expected.emplace(id);
    for (const Match& match : Database::embedded().look_up(cells[0], cells[1], cells[2])) {
      if (match.id.starts_with("PYSEC")) got.insert(match.id);
      for (const auto& alias : match.aliases)
        if (alias.starts_with("PYSEC")) got.insert(alias);
    }
    ++rows;
    for (const auto& id : expected)
      if (!got.contains(id) && ++missed <= 10) ADD_FAILURE() << "missed " << cells[1] << ' ' << cells[2] << ' ' << id;
    for (const auto& id : got)
      if (!expected.contains(id) && ++more <= 10) std::printf("more: %s %s %s\n", std::string(cells[1]).c_str(), std::string(cells[2]).c_str(), id.c_str());
  }
  std::printf("%zu look-ups, %zu missed, %zu more, %.0f ms\n", rows, missed, more,
              std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  EXPECT_LT(more, 5u);
}

/// Printed for docs/benchmarks.md: packages as lock files have them, most of which no advisory names.
TEST(Database, LookUpsOfALockFile) {
  const char* folder = std::getenv("STORMWATCH_VECTORS");
  std::ifstream in(std::string(folder ? folder : "") + "/lockfiles/expected.tsv");
  if (!folder || !in) GTEST_SKIP() << "STORMWATCH_VECTORS names no folder with lockfiles/expected.tsv";
  std::vector<std::array<std::string, 3>> packages;
  for (std::string line; std::getline(in, line);)
    if (auto cells = split(line, '\t'); cells.size() > 5) packages.push_back({std::string(cells[2]), std::string(cells[4]), std::string(cells[5])});
  ASSERT_GT(packages.size(), 1000U);
  std::size_t asked = 0, matches = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int round = 0; round < 10; ++round)
    for (const auto& [ecosystem, name, version] : packages) {
      matches += Database::embedded().look_up(ecosystem, name, version).size();
      ++asked;
    }
  std::printf("%zu look-ups of lock files, %zu matches, %.1f ms\n", asked, matches, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
}

TEST(Cvss, Scores) {
  EXPECT_EQ(base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), 9.8);
  EXPECT_EQ(base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:P"), 10.0);
  EXPECT_EQ(base_score("CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:N"), 3.3);
  EXPECT_EQ(base_score("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N"), 6.4);
  EXPECT_EQ(base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), 0.0);
  EXPECT_FALSE(base_score("CVSS:3.1/AV:N/AC:L"));
  EXPECT_FALSE(base_score("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"));
  EXPECT_FALSE(base_score(""));
  EXPECT_EQ(base_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"), 10.0);
  EXPECT_EQ(base_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), 9.3);
  EXPECT_EQ(base_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N"), 6.9);
  EXPECT_EQ(base_score("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), 7.3);
  EXPECT_EQ(base_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N"), 5.3);
  EXPECT_EQ(base_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N"), 0.0);
  EXPECT_EQ(long_vector(short_vector("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N")), "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N");
}

}  // namespace
}  // namespace stormwatch::advisory
