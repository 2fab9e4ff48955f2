// SPDX-License-Identifier: Apache-2.0
// Findings that the user accepted: those of a baseline report, and those a suppressions file names with a reason.
//
//   - finding: 0123456789abcdef        # or rule: RULE and/or path: GLOB (`*` within a name, `**` across folders)
//     reason: test fixture             # must be there
//     until: 2027-01-31                # optional; after it the finding is open again
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "posture/finding.h"

namespace stormwatch::app {

class Accepted {
 public:
  /// Empty paths mean none. Errors carry file and line.
  static Result<Accepted> load(const std::string& baseline_report, const std::string& suppressions_file);
  void apply(std::vector<Finding>& findings) const;

  struct Suppression {
    std::string finding, rule, path, reason, until;
  };

 private:
  std::set<FindingId> baseline_;
  std::vector<Suppression> suppressions_;
};

/// `*` matches within a path part, `**` across parts, `?` one character.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace stormwatch::app
