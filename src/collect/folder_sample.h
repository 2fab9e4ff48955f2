// SPDX-License-Identifier: Apache-2.0
// A folder of files for tests, scanned as a user's would be. Gone with the value.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "collect/collect.h"

namespace stormwatch::collect {

class FolderSample {
 public:
  FolderSample() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / ("stormwatch_" + std::string(test->test_suite_name()) + "_" + test->name() + "_" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  FolderSample(const FolderSample&) = delete;
  FolderSample& operator=(const FolderSample&) = delete;
  ~FolderSample() { std::filesystem::remove_all(folder_); }

  void write(const std::string& path, std::string_view text) const {
    const std::filesystem::path whole = folder_ / path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }

  /// All that collectors say, with the patterns that the executable carries.
  [[nodiscard]] std::vector<Observation> scan() const {
    static const match::Database patterns = [] {
      auto packs = load_packs({});
      EXPECT_TRUE(packs);
      auto database = match::Database::build(std::move(*packs), "");
      EXPECT_TRUE(database);
      return std::move(*database);
    }();
    CollectOptions options;
    options.targets = {folder_.string()};
    options.patterns = &patterns;
    options.jobs = 1;
    auto collected = collect(options);
    EXPECT_TRUE(collected);
    return collected ? std::move(collected->observations) : std::vector<Observation>{};
  }

 private:
  std::filesystem::path folder_;
};

/// The facts of the first asset of that kind; all unknown when there is none.
template <class F>
F facts_in(const std::vector<Observation>& said) {
  for (const Observation& observation : said)
    for (const Asset& asset : observation.assets)
      if (const F* facts = std::get_if<F>(&asset.facts)) return *facts;
  return {};
}

}  // namespace stormwatch::collect
