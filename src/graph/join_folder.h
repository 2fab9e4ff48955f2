// SPDX-License-Identifier: Apache-2.0
// Relations to a resource of whichever file of a folder declares it: Terraform reads a folder as one, and listings of one account stand
// beside each other. A collector that reads one file at a time cannot know which.
#pragma once

#include <vector>

#include "posture/asset.h"

namespace stormwatch::graph {

/// Ends "FOLDER/*.tf#ADDRESS" become the resources, identities, networks and stores of that address in files of the folder that end so
/// (".tf.json" is an ending of its own); an end that nobody declared stays as it is. More than 64 of one address are a Gap.
void join_folder(const std::vector<Asset>& assets, std::vector<Relation>& relations, std::vector<Gap>& gaps);

}  // namespace stormwatch::graph
