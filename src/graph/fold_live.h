// SPDX-License-Identifier: Apache-2.0
// What is both declared and live as one asset: a copy of the estate for the forecast, so that one thing bears its incidents once.
#pragma once

#include <optional>
#include <vector>

#include "posture/asset.h"
#include "posture/finding.h"

namespace stormwatch::graph {

struct Folded {
  Estate estate;
  std::vector<Finding> findings;  ///< all that were given, in their order
};

/// The declared asset stays, with its identity; facts seen live go before declared ones, lists are united, and relations and findings of
/// both are its own. nullopt where nothing is both (graph/join_live.h says what is).
std::optional<Folded> fold_live(const Estate& estate, const std::vector<Finding>& findings);

}  // namespace stormwatch::graph
