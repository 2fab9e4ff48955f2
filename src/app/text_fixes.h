// SPDX-License-Identifier: Apache-2.0
// Findings whose fix is a few characters of a file: what to write instead, worked out on the file's own text.
//
// Each fix makes the setting the safe one where that fails closed (a load is refused, a port is no longer reached from outside); where the text does
// not hold what the rule saw, there is none.
#pragma once

#include <span>

#include "app/text_edits.h"
#include "posture/posture.h"

namespace stormwatch::app {

/// Whether findings of the rule may have such a fix.
bool has_text_fix(std::string_view rule);

/// Edits of the file in which the finding stands; empty if there is no safe one.
std::vector<TextEdit> text_fix(const Posture& posture, const Finding& finding, std::string_view text);

/// A file with the fixes of its findings.
struct FixedFile {
  std::string path;  ///< as in the findings
  std::string before, after, diff;
  std::vector<FindingId> findings;
};

/// Whether a finding is open and one of `wanted`: ids, or their beginnings, or rules; empty: all.
bool is_wanted(const Finding& finding, std::span<const std::string> wanted);

/// The files below `folder` that can be mended, by path. Files that cannot be read or shown plainly are left out.
std::vector<FixedFile> fixed_files(const Posture& posture, const std::string& folder, std::span<const std::string> wanted);

/// Findings that these are mended for, sorted.
std::vector<FindingId> mendable_findings(const Posture& posture, const std::string& folder);

}  // namespace stormwatch::app
