// SPDX-License-Identifier: Apache-2.0
#include "detect/rules/rule_engine.h"

#include <algorithm>
#include <filesystem>

#include "base/embedded.h"
#include "base/file.h"
#include "detect/rules/rule_file.h"

namespace stormwatch::embedded {
extern const EmbeddedFile rules[];
extern const std::size_t rules_count;
}  // namespace stormwatch::embedded

namespace stormwatch::detect {
namespace {

bool is_rule_file(std::string_view path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

// Rule files at or below the path, sorted.
Result<std::vector<std::string>> rule_files(const std::string& path) {
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  if (problem || !std::filesystem::exists(status)) return failure("no such folder of rules", path, "", "a folder with *.yaml, or one file");
  if (!std::filesystem::is_directory(status)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (std::filesystem::recursive_directory_iterator at(path, problem), end; !problem && at != end; at.increment(problem))
    if (at->is_regular_file(problem) && is_rule_file(at->path().native())) files.push_back(at->path().native());
  if (problem) return failure("cannot read the folder: " + problem.message(), path);
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::vector<Detector>> load_rules(const std::vector<std::string>& extra_folders) {
  std::vector<Detector> all;
  const auto add = [&](std::string_view text, std::string_view file) -> Result<void> {
    auto rules = read_rules(text, file);
    if (!rules) return std::unexpected(rules.error());
    std::ranges::move(*rules, std::back_inserter(all));
    return {};
  };
  for (std::size_t i = 0; i < embedded::rules_count; ++i) {
    const EmbeddedFile& file = embedded::rules[i];
    if (!is_rule_file(file.path)) continue;
    if (auto done = add(file.text(), std::string("rules/") + file.path); !done) return std::unexpected(done.error());
  }
  for (const std::string& folder : extra_folders) {
    const auto files = rule_files(folder);
    if (!files) return std::unexpected(files.error());
    for (const std::string& path : *files) {
      const auto text = read_text(path, 4ULL << 20);
      if (!text) return std::unexpected(text.error());
      if (auto done = add(*text, path); !done) return std::unexpected(done.error());
    }
  }
  return all;
}

}  // namespace stormwatch::detect
