// SPDX-License-Identifier: Apache-2.0
#include "collect/git_history.h"

#include <git2.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/file.h"
#include "match/example.h"

namespace stormwatch::collect {
namespace {

const match::Database& packs() {
  static const match::Database database = [] {
    auto built = match::Database::build(*load_packs({}), "");
    EXPECT_TRUE(built.has_value());
    return std::move(*built);
  }();
  return database;
}

class Repository {
 public:
  Repository() : folder_(std::filesystem::path(testing::TempDir()) / ("stormwatch_history_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    git_libgit2_init();
    EXPECT_EQ(git_repository_init(&repository_, folder_.c_str(), 0), 0);
  }
  ~Repository() {
    git_repository_free(repository_);
    std::filesystem::remove_all(folder_);
  }
  git_oid blob(const std::string& text) {
    git_oid id;
    EXPECT_EQ(git_blob_create_from_buffer(&id, repository_, text.data(), text.size()), 0);
    return id;
  }
  /// A commit whose tree is folder/NAME; `reference` may be null: then nothing leads to it.
  git_oid commit(const char* reference, const std::string& name, const std::string& text, const git_oid* parent) {
    const git_oid content = blob(text);
    git_treebuilder* builder = nullptr;
    git_oid inner, outer, id;
    git_treebuilder_new(&builder, repository_, nullptr);
    git_treebuilder_insert(nullptr, builder, name.c_str(), &content, GIT_FILEMODE_BLOB);
    git_treebuilder_write(&inner, builder);
    git_treebuilder_clear(builder);
    git_treebuilder_insert(nullptr, builder, "folder", &inner, GIT_FILEMODE_TREE);
    git_treebuilder_write(&outer, builder);
    git_treebuilder_free(builder);
    git_tree* tree = nullptr;
    git_tree_lookup(&tree, repository_, &outer);
    git_signature* by = nullptr;
    git_signature_new(&by, "a", "a@example.com", 1'700'000'000 + ++commits_, 0);
    git_commit* before = nullptr;
    if (parent) git_commit_lookup(&before, repository_, parent);
    const git_commit* parents[] = {before};
    EXPECT_EQ(git_commit_create(&id, repository_, reference, by, by, nullptr, "m", tree, parent ? 1 : 0, parents), 0);
    git_commit_free(before);
    git_signature_free(by);
    git_tree_free(tree);
    return id;
  }
  [[nodiscard]] std::filesystem::path git() const { return folder_ / ".git"; }
  FileResult read(unsigned jobs) {
    const FileIndex files({});
    const Run run{.collectors = {}, .patterns = &packs(), .files = &files, .limits = {}, .depth = {}, .prefix = ""};
    return read_history(run, folder_.string(), jobs);
  }

 private:
  std::filesystem::path folder_;
  git_repository* repository_ = nullptr;
  int commits_ = 0;
};

std::string short_id(const git_oid& id) {
  char text[13];
  git_oid_tostr(text, sizeof text, &id);
  return text;
}

TEST(History, NamesTheFirstCommitAlsoOfWhatNothingLeadsTo) {
  Repository repository;
  const std::string key = match::example_of("OPENROUTER_API_KEY=sk-or-v1-{hex:64}\n", 1), other = match::example_of("GROQ_API_KEY=gsk_{alnum:52}\n", 2),
                    staged = match::example_of("REPLICATE_API_TOKEN=r8_{alnum:37}\n", 3);
  const git_oid first = repository.commit("HEAD", "a.env", "A=1\n" + key, nullptr);
  const git_oid second = repository.commit("HEAD", "a.env", "A=2\n" + key, &first);
  repository.commit("HEAD", "a.env", "A=3\n", &second);
  const git_oid lost = repository.commit(nullptr, "b.env", other, &first);
  const git_oid loose = repository.blob(staged);
  for (const unsigned jobs : {1U, 4U}) {
    const FileResult result = repository.read(jobs);
    ASSERT_EQ(result.observations.size(), 1U);
    std::vector<std::string> places;
    for (const Asset& asset : result.observations[0].assets)
      for (const Sighting& sighting : asset.sightings) {
        EXPECT_EQ(sighting.place.path, ".git");
        EXPECT_EQ(std::get<SecretFacts>(asset.facts).exposure, "history");
        places.push_back(sighting.place.member + " line " + std::to_string(sighting.place.line));
      }
    std::ranges::sort(places);
    std::vector<std::string> expected{short_id(first) + ":folder/a.env line 2", short_id(lost) + ":folder/b.env line 1", short_id(loose) + " line 1"};
    std::ranges::sort(expected);
    EXPECT_EQ(places, expected);
  }
}

TEST(History, AFolderWithoutRepositoryIsAGap) {
  const collect::Run run{.collectors = {}, .patterns = &packs(), .files = nullptr, .limits = {}, .depth = {}, .prefix = ""};
  const FileResult result = read_history(run, testing::TempDir(), 1);
  ASSERT_EQ(result.observations.size(), 1U);
  ASSERT_EQ(result.observations[0].gaps.size(), 1U);
  EXPECT_EQ(result.observations[0].gaps[0].reason, "unsupported");
}

TEST(History, ObjectsOutsideTheTargetAreNotRead) {
  const auto gaps_after = [](const std::function<void(const std::filesystem::path&)>& change) {
    Repository repository;
    repository.commit("HEAD", "a.txt", "plain\n", nullptr);
    change(repository.git());
    std::string text;
    for (const Observation& observation : repository.read(1).observations)
      for (const Gap& gap : observation.gaps) text += gap.reason + " ";
    return text;
  };
  const auto write = [](const std::filesystem::path& path, const std::string& text) { EXPECT_TRUE(write_aside(path.string(), text)); };
  EXPECT_EQ(gaps_after([](const auto&) {}), "");
  EXPECT_EQ(gaps_after([&](const auto& git) { write(git / "objects/info/alternates", "/elsewhere/objects\n"); }), "link ");
  EXPECT_EQ(gaps_after([&](const auto& git) { write(git / "commondir", "/elsewhere\n"); }), "link ");
  EXPECT_EQ(gaps_after([](const auto& git) { std::filesystem::create_directory_symlink("/tmp", git / "objects/pack/x"); }), "link ");
  EXPECT_EQ(gaps_after([&](const auto& git) {
              std::filesystem::rename(git, git.parent_path() / "moved");
              write(git, "gitdir: moved\n");
            }), "link ");
}

}  // namespace
}  // namespace stormwatch::collect
