// SPDX-License-Identifier: Apache-2.0
// Relations that no single source states but two together do: a workload built from an application's folder, a role named by a
// service account, a bucket named in a command line. Each rule is one function in join.cpp, with why it holds.
#pragma once

#include <vector>

#include "posture/asset.h"

namespace stormwatch::graph {

/// Adds to `relations`, and fills facts of `assets` that follow (an application is public when a public workload serves it).
/// `assets` has one entry a thing. Deterministic.
void join(std::vector<Asset>& assets, std::vector<Relation>& relations);

}  // namespace stormwatch::graph
