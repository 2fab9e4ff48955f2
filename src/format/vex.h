// SPDX-License-Identifier: Apache-2.0
// Statements on whether a flaw of a product can be used there: OpenVEX 0.2.0 (openvex.dev/ns/v0.2.0) and the analysis of
// vulnerabilities in a CycloneDX bill of materials (1.4 and later).
//
// A statement counts for the package that a package URL names: the subcomponents where a product lists them, else the product itself.
// Without a version in the URL it is on all versions. What names no package by its URL is counted and left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "format/declared_package.h"

namespace stormwatch::format {

struct VexStatement {
  std::vector<std::string> vulnerabilities;  ///< the id and its aliases
  std::vector<DeclaredPackage> packages;
  std::string status;         ///< not_affected, affected, fixed, under_investigation
  std::string justification;  ///< a word of OpenVEX or CycloneDX; may be empty
  std::string words;          ///< impact statement, detail or notes: free text of the author
  std::string author;
  std::string timestamp;      ///< as written; empty if none
  std::uint32_t line = 0;
};

struct VexDocument {
  std::vector<VexStatement> statements;
  std::size_t left_out = 0;  ///< statements that name no package, no flaw or no known status
};

/// A statement on one package as a sighting's detail holds it: "status=fixed;ids=CVE-1,GHSA-2;by=...".
struct VexNote {
  std::vector<std::string> vulnerabilities;
  std::string status, justification, author, timestamp;
  bool given = false;  ///< by the user, not found in the target
};
std::string write_vex_note(const VexStatement& statement, bool given);
VexNote read_vex_note(std::string_view text);

/// By its content: an OpenVEX document, or a bill of materials whose vulnerabilities carry an analysis.
bool looks_like_vex(std::string_view text);
Result<VexDocument> parse_vex(std::string_view text, const Limits& limits);

}  // namespace stormwatch::format
