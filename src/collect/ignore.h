// SPDX-License-Identifier: Apache-2.0
// .gitignore rules as git reads them (gitignore(5)): anchoring, "**", negation, folders only, nested files; the last rule of
// the deepest file that matches decides. A folder that is left out is not entered, so nothing below it can come back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::collect {

struct IgnoreRule {
  std::string pattern;    ///< without '!', the leading and the trailing '/'
  bool negated = false;
  bool folders_only = false;
  bool anchored = false;  ///< against the path from the file's folder; otherwise against the last part
};

/// Rules of one ignore file's text, in order. Never fails: a line that makes no pattern is left out.
std::vector<IgnoreRule> parse_ignore_file(std::string_view text);

/// fnmatch with FNM_PATHNAME and git's "**". Linear in practice; bounded in steps against patterns made to explode.
bool matches_glob(std::string_view pattern, std::string_view text);

/// The rules that hold in one folder: its own and those of the folders above. Immutable, shared by the folders below.
class IgnoreRules {
 public:
  /// `folder` is relative to the target ("" is its root); rules of later files in it win.
  IgnoreRules(std::shared_ptr<const IgnoreRules> above, std::string folder, std::vector<IgnoreRule> rules);
  /// `path` relative to the target, directly in a folder at or below this one's.
  [[nodiscard]] bool ignores(std::string_view path, bool is_folder) const;

 private:
  std::shared_ptr<const IgnoreRules> above_;
  std::string folder_;
  std::vector<IgnoreRule> rules_;
};

}  // namespace stormwatch::collect
