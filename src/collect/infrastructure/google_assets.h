// SPDX-License-Identifier: Apache-2.0
// Assets of Google's Cloud Asset Inventory as the resources that Terraform declares. Names on the one side: the REST resources of each
// service; on the other: the google provider's documentation.
#pragma once

#include <vector>

#include "base/node.h"
#include "collect/infrastructure/resource.h"

namespace stormwatch::collect {

/// What one asset is: the resource, and a resource for each binding of its policy. Empty if no rule is about its type.
std::vector<Resource> google_resources(const Node& asset);

}  // namespace stormwatch::collect
