// SPDX-License-Identifier: Apache-2.0
// What a role of Azure lets its holder do with a resource in its scope, as a relation of the graph.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "posture/words.h"

namespace stormwatch {

/// Whether the role is about resources of this type (Terraform's name): Microsoft names roles after the service. Roles that are not known
/// by name are about nothing but the very resource that they were assigned on.
constexpr bool is_role_about(std::string_view role, std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kServices{{{"Storage ", "azurerm_storage_"},
                                                                                  {"Cognitive Services ", "azurerm_cognitive_"},
                                                                                  {"Azure AI ", "azurerm_cognitive_"},
                                                                                  {"Azure AI ", "azurerm_machine_learning_"},
                                                                                  {"AzureML ", "azurerm_machine_learning_"},
                                                                                  {"Search ", "azurerm_search_"},
                                                                                  {"Key Vault ", "azurerm_key_vault"},
                                                                                  {"Acr", "azurerm_container_registry"},
                                                                                  {"Cosmos ", "azurerm_cosmosdb_"}}};
  if (role == "Owner" || role == "Contributor" || role == "User Access Administrator" || role == "Role Based Access Control Administrator") return true;
  for (const auto& [prefix, types] : kServices)
    if (role.starts_with(prefix) && type.starts_with(types)) return true;
  return false;
}

/// Readers of data read it, all others of a store write to it; what is no store is opened to them. nullopt for the plain Reader, who sees
/// settings and no data.
constexpr std::optional<RelationKind> relation_of_role(std::string_view role, AssetKind target) {
  if (role == "Reader") return std::nullopt;
  if (target != AssetKind::datastore) return RelationKind::grants_access;
  return role.ends_with("Reader") ? RelationKind::reads : RelationKind::writes;
}

}  // namespace stormwatch
