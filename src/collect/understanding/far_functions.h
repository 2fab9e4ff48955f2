// SPDX-License-Identifier: Apache-2.0
// What functions of other files of the target do with what they are given: files are opened when something foreign is handed to
// them, and only then.
//
// Bounded for each file that asks: kMostFiles opened, kMostFunctions and kMostBytes followed, kMostHops from file to file. A circle of imports ends where
// it closes. The answer depends on nothing but the files, so it is the same for any number of threads; what other files say is
// forgotten with the file that asked.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "code/flow.h"
#include "collect/source.h"

namespace stormwatch::collect {

/// The file of the target that an import names, as seen from the file `path`; "" when it is not among the target's. Python: below the
/// application, the target or the file's folder; JavaScript: relative paths only. Go packages of the
/// target and Java classes are found by FarFunctions itself; C# is followed within one file.
std::string file_of_import(const Source& source, std::string_view application, std::string_view path, std::string_view module);

class FarFunctions {
 public:
  static constexpr std::size_t kMostFiles = 16, kMostFunctions = 32, kMostBytes = 2 << 20;
  static constexpr std::size_t kMostLookedAt = 64;  ///< files of Go packages whose functions are listed
  static constexpr int kMostHops = 3, kMostOfPackage = 40;

  FarFunctions(const Source& source, std::string application) : source_(source), application_(std::move(application)) {}

  /// For `code::follow` of the file at hand; holds a reference to this.
  [[nodiscard]] code::FindFar finder() { return finder_of(source_.path, 0); }

  /// A function of another file; `module` is null when it is not known. Valid as long as this.
  struct Body {
    std::string path;
    const code::Module* module = nullptr;
    const code::Names* names = nullptr;
    std::string_view text;
    code::Index function = code::kNone;
  };
  /// The function that a qualified name stands for in the file `from`, whose names are given.
  [[nodiscard]] Body body_of(const std::string& from, const code::Names& names, std::string_view name);

  /// Something was not followed because a bound was reached.
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  struct File;
  [[nodiscard]] code::FindFar finder_of(std::string path, int hops);
  const code::Summary* find(const std::string& from, const code::Import& import, std::string_view member, int hops);
  const code::Summary* find_typed(const std::string& from, const code::Import& import, std::string_view member, int hops);
  bool defines(const std::string& path, std::string_view function);
  const code::Summary* function_of(const std::string& path, const std::string& name, int hops);
  const File* open(const std::string& path);

  const Source& source_;
  std::string application_;
  std::map<std::string, std::shared_ptr<const File>> files_;              ///< null: cannot be read
  std::map<std::string, std::shared_ptr<const code::Summary>> summaries_; ///< by "FILE#NAME"; null: not known, or being made
  std::map<const code::Summary*, Body> bodies_;                           ///< of `summaries_`
  std::map<std::string, std::set<std::string>> defined_;                  ///< functions of Go files, by path
  std::size_t followed_ = 0, functions_ = 0;
  bool cut_ = false;
};

}  // namespace stormwatch::collect
