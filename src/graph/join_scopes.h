// SPDX-License-Identifier: Apache-2.0
// Role assignments of Azure and the resources below their scopes: the principal may act on each of them.
//
// By the ids that exports print ("/subscriptions/s/resourceGroups/g/providers/..."), without regard to case. An assignment reaches 1,000
// resources at most; more is a Gap.
#pragma once

#include <vector>

#include "posture/asset.h"

namespace stormwatch::graph {

void join_scopes(const std::vector<Asset>& assets, std::vector<Relation>& relations, std::vector<Gap>& gaps);

}  // namespace stormwatch::graph
