// SPDX-License-Identifier: Apache-2.0
// Lists of names and digests that are known, from known/ of the executable and of the folders given with --rules.
//
// One entry a line; '#' begins a comment, as a whole line. publishers.txt: a name. malicious_digests.txt: a SHA-256 of 64 hex digits,
// then the words that say what it is. packages.txt: an ecosystem, a well-known package of it, and its product's word if it has one.
// unowned_names.txt: an ecosystem, a name that its registry did not have, the package that is meant.
// package_neighbours.txt: an ecosystem and a name (or "@scope") that is near to a well-known one and honest.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stormwatch::detect {

/// A name in the forms that look-alikes are told by (lookalike.h).
struct Spelling {
  std::string bare;  ///< lower case, without separators
  std::string read;  ///< as_read()
  bool scoped = false;
};

struct KnownPackage {
  std::string name;
  std::string product;  ///< "claude-code" of "@anthropic-ai/claude-code": in another scope it is another publisher's
  Spelling spelling;
};

struct KnownPackages {
  std::vector<KnownPackage> names;  ///< sorted, without repeats
  std::set<std::string, std::less<>> neighbours;
  std::map<std::string, std::string, std::less<>> unowned;  ///< a name that the registry did not have -> the package that is meant
};

struct Known {
  std::vector<std::string> publishers;                             ///< sorted, without repeats
  std::map<std::string, std::string, std::less<>> malicious;       ///< digest in lower case -> words
  std::map<std::string, KnownPackages, std::less<>> packages;      ///< by ecosystem
  bool own_digests = false;                                        ///< the user brought digests

  /// What the executable brings. Made once.
  static const Known& embedded();
};

/// Adds the text of a list of this file name; others are not ours and are left alone. A malformed line is an Error with file and line.
Result<void> add_list(std::string_view name, std::string_view text, std::string_view shown_path, Known& known);

/// The embedded lists and those of the folders.
Result<Known> load_known(const std::vector<std::string>& folders);

}  // namespace stormwatch::detect
