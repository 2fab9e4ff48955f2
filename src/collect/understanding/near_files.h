// SPDX-License-Identifier: Apache-2.0
// Other files of the target as code, and what an imported name stands for in them: a function, a method of a class, a value.
//
// Files are opened when a name leads to them, and only then: at most kMostFiles and kMostBytes for each file that asks.
// Python and JavaScript only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "code/names.h"
#include "collect/source.h"

namespace stormwatch::collect {

/// One file, read as code. The view's own file is one of them.
struct CodeFile {
  std::string path;
  const code::Module* module = nullptr;
  const code::Names* names = nullptr;
  std::string_view text;
  std::unordered_map<code::Index, std::vector<code::Index>> calls;  ///< by the function they stand in (kNone: the file itself)

  [[nodiscard]] std::string_view text_of_function(code::Index function) const;
  [[nodiscard]] std::string_view text_of(code::Index expression) const;
  /// The function and those that stand in it.
  [[nodiscard]] std::vector<code::Index> functions_in(code::Index function) const;
};

/// What a name stands for: exactly one of the indexes is set, none when it is not known.
struct Found {
  const CodeFile* file = nullptr;
  code::Index function = code::kNone;
  code::Index in_class = code::kNone;  ///< a class
  code::Index value = code::kNone;     ///< what a variable at the top of the file was given
  std::string member;                  ///< what was asked of the value or class and not found there: "ainvoke" of graph.ainvoke
  explicit operator bool() const { return file != nullptr; }
};

class NearFiles {
 public:
  static constexpr std::size_t kMostFiles = 200, kMostBytes = 2 << 20;
  static constexpr int kMostHops = 4;

  NearFiles(const Source& source, std::string application, std::string_view text, const code::Module& module, const code::Names& names);
  NearFiles(const NearFiles&) = delete;

  [[nodiscard]] const CodeFile& own() const { return own_; }
  /// A file of the target; null when it cannot be read or a bound is reached (then `cut`).
  const CodeFile* open(const std::string& path);
  /// The file that an import names; null when it is none of the target's.
  const CodeFile* open_imported(const CodeFile& from, const code::Import& import);
  /// What the qualified name stands for, as seen from the file.
  Found find(const CodeFile& from, std::string_view name, int hops = 0);
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  struct Kept;
  [[nodiscard]] std::string file_of(const CodeFile& from, std::string_view module) const;
  Found find_in(const CodeFile& file, std::string_view symbol, int hops);

  const Source& source_;
  std::string application_;
  CodeFile own_;
  std::map<std::string, std::shared_ptr<Kept>> kept_;  ///< null: cannot be read
  std::size_t bytes_ = 0;
  bool cut_ = false;
};

}  // namespace stormwatch::collect
