// SPDX-License-Identifier: Apache-2.0
// What is known of the use of packages: code that imports them, workloads that start them, statements of others on their flaws.
//
// `PackageFacts::reach` is a word only where something shows it: "listens" (a workload or image starts the package's program), "imported"
// (the product's own code imports it), "not-imported" (a direct package that is used by importing it only, of a manifest others of which are
// imported, and no file of the target that was read imports it). Else it stays empty: not known.
#pragma once

#include <span>
#include <vector>

#include "posture/asset.h"

namespace stormwatch::graph {

/// Puts remarks on the packages that are there, and adds "AGENT depends_on PACKAGE" and "WORKLOAD depends_on PACKAGE". `gaps` says which
/// source files were not read. Deterministic.
void join_packages(std::vector<Asset>& assets, std::vector<Relation>& relations, std::span<const PackageRemark> remarks, std::span<const Gap> gaps);

}  // namespace stormwatch::graph
