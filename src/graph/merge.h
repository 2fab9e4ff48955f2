// SPDX-License-Identifier: Apache-2.0
// Observations -> one Estate: the same thing seen twice is one asset, with all places, sightings and facts united.
#pragma once

#include <span>

#include "posture/asset.h"

namespace stormwatch::graph {

/// Deterministic whatever the order of the observations. Adds the relations that two sources state together
/// (graph/join.h). Relations between kinds that the table of allowed pairs does not know are dropped into a Gap.
Estate merge(std::vector<Observation> observations);

}  // namespace stormwatch::graph
