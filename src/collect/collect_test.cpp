// SPDX-License-Identifier: Apache-2.0
// The way from a target to sources: what is seen, under which name, and what becomes a gap.
#include "collect/collect.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "posture/context.h"
#include "collect/expand.h"
#include "collect/runner.h"
#include "collect/to_utf8.h"
#include "collect/tar_sample.h"

namespace stormwatch::collect {
namespace {

using namespace std::literals;
namespace fs = std::filesystem;

/// Says of each source what the runner made of it.
const Collector kRecorder{
    .name = "recorder",
    .wants = [](const Source& source) { return source.kind != format::ContentKind::binary || source.name.ends_with(".want"); },
    .read = [](const Source& source) -> Result<Observation> {
      Observation said;
      const std::string key = source.member.empty() ? source.path : source.path + "!/" + source.member;
      DatasetFacts facts;
      facts.format = name_of(source.kind);
      facts.source = source.context;
      facts.bytes = static_cast<std::int64_t>(source.bytes.size());
      facts.digest = std::string(source.text.substr(0, 100));
      said.add(make_asset(key, key, facts));
      if (source.name == "throws.txt") throw std::runtime_error("a library's");
      if (source.name == "fails.txt") return failure("broken");
      return said;
    }};
const Collector* const kCollectors[] = {&kRecorder};

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "collect_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& path, std::string_view content) const {
    fs::create_directories(fs::path(root_ + '/' + path).parent_path());
    std::ofstream(root_ + '/' + path, std::ios::binary) << content;
  }
  /// All sources as the recorder saw them, and the gaps as "path!member reason".
  void look(bool use_ignore_files = true) {
    seen_.clear();
    gaps_.clear();
    const int folder = ::open(root_.c_str(), O_RDONLY | O_DIRECTORY);
    const Walked walked = walk_folder(folder, fs::canonical(root_), use_ignore_files, 2);
    ignored_ = walked.ignored;
    std::vector<std::string> paths;
    for (const FoundFile& file : walked.files) paths.push_back(file.path);
    const FileIndex index(paths);
    const collect::Run run{kCollectors, nullptr, &index, limits_, {}, ""};
    auto keep = [&](const Gap& gap) { gaps_.push_back(gap.path + (gap.member.empty() ? "" : "!/" + gap.member) + " " + gap.reason); };
    for (const Gap& gap : walked.gaps) keep(gap);
    for (const FoundFile& file : walked.files) {
      for (const Observation& said : read_file(run, folder, file).observations) {
        for (const Asset& asset : said.assets) {
          if (const auto* facts = std::get_if<DatasetFacts>(&asset.facts)) seen_[asset.key] = *facts;
          for (const Sighting& sighting : asset.sightings) gaps_.push_back(sighting.place.path + " sighting " + sighting.subject);
        }
        for (const Gap& gap : said.gaps) keep(gap);
      }
    }
    ::close(folder);
  }
  [[nodiscard]] bool has_gap(const std::string& gap) const { return std::ranges::find(gaps_, gap) != gaps_.end(); }
  [[nodiscard]] std::string all_gaps() const {
    std::string all;
    for (const std::string& gap : gaps_) all += gap + "; ";
    return all;
  }

  std::string root_;
  Limits limits_;
  std::map<std::string, DatasetFacts> seen_;
  std::vector<std::string> gaps_;
  std::int64_t ignored_ = 0;
};

TEST_F(Folder, walks_and_respects_ignore_files) {
  write(".gitignore", "*.log\nbuild/\n!keep.log\n");
  write("a.py", "x = 1\n");
  write("a.log", "l");
  write("keep.log", "l");
  write("build/keep.log", "l");
  write("sub/.gitignore", "!*.log\n");
  write("sub/b.log", "l");
  write(".git/config", "c");
  write("node_modules/p/index.js", "x");
  look();
  EXPECT_TRUE(seen_.contains("a.py") && seen_.contains("keep.log") && seen_.contains("sub/b.log"));
  EXPECT_FALSE(seen_.contains("a.log") || seen_.contains("build/keep.log") || seen_.contains(".git/config"));
  EXPECT_EQ(seen_["node_modules/p/index.js"].source, "vendored");
  EXPECT_EQ(ignored_, 2);
  EXPECT_TRUE(gaps_.empty()) << all_gaps();
  look(false);
  EXPECT_TRUE(seen_.contains("a.log") && seen_.contains("build/keep.log"));
}

TEST_F(Folder, never_follows_a_link_out_and_sees_each_file_once) {
  write("a.txt", "text");
  write("d/b.txt", "text");
  fs::create_symlink("/etc/passwd", root_ + "/out");
  fs::create_symlink("..", root_ + "/d/up");
  fs::create_symlink("a.txt", root_ + "/again.txt");
  fs::create_symlink("circle", root_ + "/circle");
  fs::create_symlink("nowhere", root_ + "/dangling");
  fs::create_directory_symlink("/", root_ + "/d/root");
  look();
  EXPECT_EQ(seen_.size(), 2U);
  EXPECT_TRUE(has_gap("out link") && has_gap("circle link") && has_gap("dangling link") && has_gap("d/root link")) << all_gaps();
}

TEST_F(Folder, names_stored_contents_as_people_do) {
  write("models--a--b/blobs/0123abc", "{\"a\": 1}");
  fs::create_directories(root_ + "/models--a--b/snapshots/main");
  fs::create_symlink("../../blobs/0123abc", root_ + "/models--a--b/snapshots/main/config.json");
  look();
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_TRUE(seen_.contains("models--a--b/snapshots/main/config.json"));
}

TEST_F(Folder, says_what_it_does_not_read) {
  ASSERT_EQ(::mkfifo((root_ + "/pipe").c_str(), 0600), 0);
  write("bad\xff" "name.txt", "text");
  write("secret/x.txt", "text");
  write("closed.txt", "text");
  fs::permissions(root_ + "/secret", fs::perms::none);
  fs::permissions(root_ + "/closed.txt", fs::perms::none);
  write("throws.txt", "t");
  write("fails.txt", "t");
  look();
  EXPECT_TRUE(has_gap("pipe unsupported"));
  EXPECT_TRUE(seen_.contains("bad\\xffname.txt"));
  EXPECT_TRUE(has_gap("throws.txt malformed") && has_gap("fails.txt malformed"));
  if (::geteuid() != 0) {
    EXPECT_TRUE(has_gap("secret unreadable"));
    EXPECT_TRUE(has_gap("closed.txt unreadable"));
  }
  fs::permissions(root_ + "/secret", fs::perms::owner_all);
}

TEST_F(Folder, opens_archives_in_archives_to_the_limit) {
  std::string nested = tar_of({{"inner.txt", "innermost"}, {"raw.want", "\x01\x02\x03\x00\x05"s}});
  for (int level = 0; level < 6; ++level) nested = tar_of({{"level" + std::to_string(level) + ".tar", nested}, {"note" + std::to_string(level) + ".txt", "n"}});
  write("deep.tar", nested);
  write("flat.tar", tar_of({{"tests/inner.txt", "inside"}, {"raw.want", "\x01\x02\x03\x00\x05"s}, {"other.bin", "\x01\x02\x03\x00\x05"s}}));
  look();
  EXPECT_EQ(seen_["flat.tar!/tests/inner.txt"].digest, "inside");
  EXPECT_EQ(seen_["flat.tar!/tests/inner.txt"].source, "test");
  EXPECT_EQ(seen_["flat.tar!/raw.want"].bytes, 5);
  EXPECT_FALSE(seen_.contains("flat.tar!/other.bin"));
  EXPECT_TRUE(seen_.contains("deep.tar!/level5.tar!/level4.tar!/note3.txt")) << seen_.size();
  EXPECT_TRUE(has_gap("deep.tar!/level5.tar!/level4.tar!/level3.tar!/level2.tar!/level1.tar too-deep")) << all_gaps();
}

TEST_F(Folder, names_layers_of_an_image_shortly) {
  const std::string digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  write("image.tar", tar_of({{"blobs/sha256/" + digest, tar_of({{"app/main.py", "x = 1\n"}})}, {"manifest.json", "[]"}}));
  look();
  EXPECT_TRUE(seen_.contains("image.tar!/0123456789ab!/app/main.py"));
}

TEST_F(Folder, reads_text_of_other_encodings_and_cuts_long_text) {
  write("wide.txt", "\xff\xfeh\0i\0"sv);
  limits_.text_bytes = 1000;
  write("long.txt", std::string(5000, 'x'));
  look();
  EXPECT_EQ(seen_["wide.txt"].digest, "hi");
  EXPECT_EQ(seen_["long.txt"].bytes, 1000);
  EXPECT_TRUE(has_gap("long.txt over-limit"));
}

TEST_F(Folder, reads_a_huge_sparse_file_without_reading_it) {
  write("huge.want", "");
  fs::resize_file(root_ + "/huge.want", 40ULL << 30);
  look();
  EXPECT_EQ(seen_["huge.want"].bytes, 40LL << 30);
}

TEST_F(Folder, gives_the_same_bytes_with_any_number_of_threads) {
  for (int i = 0; i < 60; ++i) write("d" + std::to_string(i % 7) + "/f" + std::to_string(i) + ".py", "import os\nx = " + std::to_string(i) + "\n");
  write("a.tar", tar_of({{"x.py", "import torch\n"}, {"../y", "z"}}));
  fs::create_symlink("/etc", root_ + "/out");
  auto run = [&](unsigned jobs) {
    CollectOptions options;
    options.targets = {root_};
    options.jobs = jobs;
    std::string all;
    const Result<Collected> collected = collect(options);
    for (const Observation& said : collected->observations) {
      for (const Asset& asset : said.assets) all += asset.key + "\n";
      for (const Gap& gap : said.gaps) all += gap.path + gap.member + gap.reason + gap.detail + "\n";
    }
    return all;
  };
  const std::string one = run(1);
  EXPECT_FALSE(one.empty());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(one, run(8));
}

TEST_F(Folder, takes_a_file_as_target_and_says_when_there_is_none) {
  write("tests/x.tar", tar_of({{"../y", "z"}}));
  CollectOptions options;
  options.targets = {root_ + "/tests/x.tar"};
  const Result<Collected> collected = collect(options);
  ASSERT_TRUE(collected);
  EXPECT_EQ(collected->files, 1);
  ASSERT_FALSE(collected->observations.empty());
  EXPECT_EQ(collected->observations.back().gaps.at(0).path, "x.tar");
  options.targets = {root_ + "/absent"};
  EXPECT_FALSE(collect(options));
  options.targets = {"/dev/null"};
  EXPECT_FALSE(collect(options));
}

TEST_F(Folder, survives_a_file_that_shrinks_under_it) {
  // Big enough to be mapped; the recorder reads its text after it was cut.
  static std::string path;
  path = root_ + "/shrinks.want";
  write("shrinks.want", "\0"s + std::string(3 << 20, 'x'));
  static const Collector shrinker{.name = "shrinker",
                                  .wants = [](const Source&) { return true; },
                                  .read = [](const Source& source) -> Result<Observation> {
                                    fs::resize_file(path, 10);
                                    unsigned sum = 0;
                                    for (std::byte b : source.bytes) sum += static_cast<unsigned>(b);
                                    Observation said;
                                    said.gaps.push_back({.path = source.path, .reason = std::to_string(sum)});
                                    return said;
                                  }};
  const Collector* const collectors[] = {&shrinker};
  const FileIndex index({"shrinks.want"});
  const collect::Run run{collectors, nullptr, &index, limits_, {}, ""};
  const int folder = ::open(root_.c_str(), O_RDONLY | O_DIRECTORY);
  const FileResult result = read_file(run, folder, {"shrinks.want", "shrinks.want"});
  ::close(folder);
  ASSERT_EQ(result.observations.size(), 1U);
  EXPECT_EQ(result.observations[0].gaps.at(0).reason, "changed");
}

TEST(FileIndex, knows_what_stands_beside) {
  const FileIndex index({"a.txt", "d/b.txt", "d/e/c.txt", "d/f.txt", "d0", "z"});
  EXPECT_TRUE(index.contains("d/b.txt"));
  EXPECT_FALSE(index.contains("d"));
  EXPECT_EQ(index.files_in(""), (std::vector<std::string_view>{"a.txt", "d0", "z"}));
  EXPECT_EQ(index.files_in("d"), (std::vector<std::string_view>{"b.txt", "f.txt"}));
  const std::string_view names[] = {"b.txt"};
  EXPECT_EQ(index.nearest_folder_with("d/e/c.txt", names), "d");
  EXPECT_EQ(index.nearest_folder_with("z", names), std::nullopt);
}

TEST(Source, places_bytes_of_text) {
  Source source;
  source.path = "a";
  source.text = "one\ntwo\n\nfour";
  EXPECT_EQ(source.place_at(0).line, 1U);
  EXPECT_EQ(source.place_at(5).line, 2U);
  EXPECT_EQ(source.place_at(5).column, 2U);
  EXPECT_EQ(source.place_at(8).line, 3U);
  EXPECT_EQ(source.place_at(9).line, 4U);
  EXPECT_EQ(source.place_at(12).column, 4U);
}

TEST(Source, places_bytes_of_long_text) {
  std::string text;
  for (int i = 0; i < 30000; ++i) text += std::string(static_cast<std::size_t>(i % 17 == 0 ? 700 : i % 5), 'x') + "\n";
  text += std::string(10000, 'y');
  Source source;
  source.text = text;
  std::uint32_t line = 1, column = 1;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at % 13 == 0 || at == text.size() || text[at] == '\n') {
      const Place place = source.place_at(at);
      ASSERT_EQ(place.line, line) << at;
      ASSERT_EQ(place.column, column) << at;
    }
    if (at < text.size() && text[at] == '\n') ++line, column = 1;
    else ++column;
  }
}

TEST(Source, knows_its_artifact) {
  const auto artifact = [](const char* path, const char* member) {
    Source source;
    source.path = path;
    source.member = member;
    return source.artifact().text();
  };
  EXPECT_EQ(artifact("a/model.pt", ""), "a/model.pt");
  EXPECT_EQ(artifact("a/model.pt", "archive/data.pkl"), "a/model.pt");
  EXPECT_EQ(artifact("image.tar", "0123!/app/m.pkl"), "image.tar!/0123!/app/m.pkl");
  EXPECT_EQ(artifact("image.tar", "0123!/app/m.pt!/archive/data.pkl"), "image.tar!/0123!/app/m.pt");
  EXPECT_EQ(artifact(("blobs/sha256/" + std::string(64, 'a')).c_str(), "app/m.pkl"), "blobs/sha256/" + std::string(64, 'a') + "!/app/m.pkl");
}

TEST(Context, comes_from_the_path) {
  EXPECT_EQ(context_of("src/main.py"), "");
  EXPECT_EQ(context_of("src/tests/main.py"), "test");
  EXPECT_EQ(context_of("test_main.py"), "test");
  EXPECT_EQ(context_of("examples/a.py"), "example");
  EXPECT_EQ(context_of("docs/a.py"), "documentation");
  EXPECT_EQ(context_of("integration_tests/a.py"), "test");
  EXPECT_EQ(context_of("contest/latest.py"), "");
  EXPECT_EQ(context_of("README.md"), "documentation");
  EXPECT_EQ(context_of("skills/x/SKILL.md"), "");
  EXPECT_EQ(context_of("x/site-packages/tests/a.py"), "vendored");
  EXPECT_EQ(context_of("latest/contest.py"), "");
  EXPECT_EQ(context_of("dotnet/Agents.UnitTests/Core.cs"), "test");
  EXPECT_EQ(context_of("src/AgentTests.cs"), "test");
  EXPECT_EQ(context_of("src/Latest.java"), "");
}

TEST(ToUtf8, converts_marked_text) {
  const auto converted = [](std::string_view text) {
    SpooledBytes utf8;
    return convert_marked_text(text, utf8) ? std::string(as_text(utf8.bytes())) : "as it was";
  };
  EXPECT_EQ(converted("\xff\xfe\x3d\xd8\x00\xde"sv), "\xf0\x9f\x98\x80");
  EXPECT_EQ(converted("\xfe\xff\0a\0"sv), "a\xef\xbf\xbd");
  EXPECT_EQ(converted("\xff\xfe\x3d\xd8"sv), "\xef\xbf\xbd");
  EXPECT_EQ(converted("plain"), "as it was");
}

}  // namespace
}  // namespace stormwatch::collect
