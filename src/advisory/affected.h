// SPDX-License-Identifier: Apache-2.0
// Whether a row of the table speaks of a version: its ranges as OSV evaluates them, its listed versions, and the first fix above.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "advisory/table.h"
#include "advisory/version.h"

namespace stormwatch::advisory {

struct Hit {
  Row row;
  std::string_view fixed;                ///< the lowest fix above the version; empty if none is known
  std::optional<Version> fixed_version;  ///< of `fixed`
};

/// One version, read once and held against many rows.
class VersionQuestion {
 public:
  VersionQuestion(VersionScheme scheme, std::string_view version);
  /// Adds a hit if the row affects the version. One that cannot be read is affected by malware only that names no version.
  void ask(const Row& row, std::vector<Hit>& hits);
  /// Whether one range holds the version.
  bool in_range(std::string_view range);

 private:
  struct Bound {
    char kind;  ///< '+', '-', '='
    std::string_view text;
    std::optional<Version> version;  ///< nullopt for the beginning
  };
  static bool before(const Bound& left, const Bound& right);
  bool read_bounds(std::string_view range);
  void lower_fix(Hit& hit) const;
  [[nodiscard]] bool is_listed(std::string_view versions) const;

  VersionScheme scheme_;
  std::string_view text_;
  std::optional<Version> version_;
  std::vector<Bound> bounds_;  ///< of the range that was read last, in the order of versions
};

/// Of a list joined by ',', the versions that no range of `ranges` holds: the others need not be listed.
std::string outside_ranges(std::string_view ecosystem, std::string_view ranges, std::string_view versions);

}  // namespace stormwatch::advisory
