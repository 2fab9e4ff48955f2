// SPDX-License-Identifier: Apache-2.0
// The common shape of checks on source code: sightings of one word whose subjects have severities of their own.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "detect/detector.h"

namespace stormwatch::detect {

struct CodeRule {
  std::string_view what;
  std::map<std::string_view, Severity> subjects;  ///< others are not the rule's
  std::vector<AssetKind> kinds;                   ///< empty: any
  std::string_view detail_has;                    ///< empty: any
  bool attack = false;  ///< malice is not less in a test or an example; a weakness is
};

/// One signal a sighting. Low confidence (a check stands before it) takes two steps of severity, medium none; tests, examples and
/// documentation take one step from weaknesses, and in a test none is above low.
std::function<void(const Estate&, const Context&, Signals&)> look_at_code(CodeRule rule);

}  // namespace stormwatch::detect
