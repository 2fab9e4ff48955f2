// SPDX-License-Identifier: Apache-2.0
// Facts that follow from several sources together: a policy that closes the way out of a workload, a pool of users that strangers may join,
// a test of a pipeline that a model has passed. Each rule is one function in join_facts.cpp. What no source says stays unknown.
#pragma once

#include <vector>

#include "posture/asset.h"

namespace stormwatch::graph {

/// `assets` are merged by identity, in any order, and joined (graph/join.h) as far as relations are read here. Deterministic.
void join_facts(std::vector<Asset>& assets, std::vector<Relation>& relations);

}  // namespace stormwatch::graph
