// SPDX-License-Identifier: Apache-2.0
// Source files of the target as parsed, kept for the files that call into them, so that a file is parsed about once a scan instead of once
// for each that imports it. What is kept never changes and says nothing that parsing again would not say: answers do not depend on it.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.h"
#include "base/result.h"
#include "code/module.h"

namespace stormwatch::collect {

struct ParsedFile {
  code::Module module;
  std::string text;
};

/// Python, JavaScript, TypeScript, Go, Java or C#, by the ending of the path; without such an ending it is Python, or JavaScript if `script`.
Result<code::Module> parse_code(std::string_view path, std::string_view text, const Limits& limits, bool script = false);

/// For several threads at once. Forgets what was used longest ago.
class ParsedFiles {
 public:
  static constexpr std::size_t kMostBytes = 2 << 20;  ///< of text; a parsed file takes some thirty times its text

  [[nodiscard]] std::shared_ptr<const ParsedFile> find(const std::string& path);
  void keep(const std::string& path, std::shared_ptr<const ParsedFile> file);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const ParsedFile>>;
  std::mutex mutex_;
  std::list<Entry> entries_;  ///< last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_path_;  ///< keys are views into the entries
  std::size_t bytes_ = 0;
};

}  // namespace stormwatch::collect
