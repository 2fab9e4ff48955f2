// SPDX-License-Identifier: Apache-2.0
// Role assignments of Azure: who may act on what, and who acts as whom.
//
// A principal is an identity of its own by its object id ("azure/principal/ID"), wherever it is named: `az role assignment list`, Resource
// Graph, the identity of an exported resource. Its scope is joined to the resources below it by graph/join_scopes.h, which knows them all;
// assignments that name both ends by reference (Terraform) are related here.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "collect/infrastructure/resource.h"

namespace stormwatch::collect {

inline constexpr std::string_view kRoleAssignment = "azurerm_role_assignment";

/// "Cognitive Services OpenAI User" of a built-in role's definition id; empty for roles that are not known by number.
std::string_view azure_role_name(std::string_view definition_id);

/// `ids_of` gives the assets that a reference may mean.
void observe_azure_roles(const Source& source, const std::vector<Resource>& resources, const std::function<std::vector<AssetId>(const Reference&)>& ids_of, Observation& into);

}  // namespace stormwatch::collect
