// SPDX-License-Identifier: Apache-2.0
// The same resource declared in code and seen running: what an export shows is derived from what code declares.
//
// Matched by type, name and scope: Kubernetes kind, namespace and name; AWS and Google type and name, and the region where both say it;
// Azure type, name and resource group where both say it. Only where there is one of each: two of a name are nobody's.
#pragma once

#include <string>
#include <vector>

#include "base/node.h"
#include "posture/asset.h"

namespace stormwatch::graph {

/// Collectors of exports put this into the configuration of what they saw running.
inline constexpr std::string_view kObservedLive = "observed_live";

/// The parsed document of a resource; nullptr for other assets.
const Node* configuration_of(const Asset& asset);
bool is_observed_live(const Asset& asset);
/// "aws_s3_bucket", "Deployment"; empty for what is no resource.
std::string resource_type(const Asset& asset);
/// The name that the provider knows it by; empty where it is not written or not worked out.
std::string resource_name(const Asset& asset);

/// Adds live `derived_from` declared.
void join_live(const std::vector<Asset>& assets, std::vector<Relation>& relations);

}  // namespace stormwatch::graph
