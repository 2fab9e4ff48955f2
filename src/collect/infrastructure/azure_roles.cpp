// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/azure_roles.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "posture/azure_role.h"

namespace stormwatch::collect {
namespace {

struct BuiltIn {
  std::string_view id, name;
};
// Microsoft's list of built-in roles: those that act on AI services and what they stand on.
constexpr BuiltIn kBuiltIn[] = {{"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"},
                                {"b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"},
                                {"acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"},
                                {"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"},
                                {"f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"},
                                {"25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68", "Cognitive Services Contributor"},
                                {"a97b65f3-24c7-4388-baec-2e87135dc908", "Cognitive Services User"},
                                {"a001fd3d-188f-4b5d-821b-7da978bf7442", "Cognitive Services OpenAI Contributor"},
                                {"5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "Cognitive Services OpenAI User"},
                                {"64702f94-c441-49e6-a78b-ef80e0188fee", "Azure AI Developer"},
                                {"f6c7c914-8db3-469d-8ca1-694a8f32e121", "AzureML Data Scientist"},
                                {"7ca78c08-252a-4471-8644-bb5ff32d4ba0", "Search Service Contributor"},
                                {"8ebe5a00-799e-43f5-93ac-243d3dce84a7", "Search Index Data Contributor"},
                                {"1407120a-92aa-4202-b7e9-c0e197c71c8f", "Search Index Data Reader"},
                                {"17d1049b-9a84-46fb-8f53-869881c3d3ab", "Storage Account Contributor"},
                                {"b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner"},
                                {"ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"},
                                {"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader"},
                                {"00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"},
                                {"4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User"}};

std::string_view known_text(const Node& body, std::string_view key) {
  const std::string_view text = body.text(key);
  return holds(text, "${") ? std::string_view() : text;
}

std::string principal_key(std::string_view object_id) { return "azure/principal/" + lower(object_id); }
AssetId principal_id(std::string_view object_id) { return Asset::id_of(AssetKind::identity, principal_key(object_id)); }

bool gives_rights(std::string_view role) { return one_of(role, {"Owner", "User Access Administrator", "Role Based Access Control Administrator"}); }

Place place_of(const Source& source, const Resource& resource) {
  Place place = source.place_of_line(resource.line, resource.column);
  place.resource = resource.address;
  return place;
}

void add_principal(const Source& source, const Resource& assignment, Observation& into) {
  const std::string_view object_id = known_text(assignment.body, "principal_id");
  if (object_id.empty()) return;
  const std::string_view role = assignment.body.text("role_definition_name");
  IdentityFacts facts;
  facts.platform = "azure";
  facts.principal = assignment.body.text("principal_name", object_id);
  if (!role.empty()) facts.permissions.emplace_back(role);
  // What is above a resource group holds for all that is in the subscription.
  if (role == "Owner" && !holds(lower(assignment.body.text("scope")), "/resourcegroups/")) facts.administrator = true;
  if (gives_rights(role)) facts.can_escalate = true;
  into.add(make_asset(principal_key(object_id), facts.principal, Facts{facts}, place_of(source, assignment)));
}

// Terraform names both ends: `scope = azurerm_x.y.id`, `principal_id = azurerm_z.w.principal_id`.
void relate_references(const Source& source, const Resource& assignment, const std::function<std::vector<AssetId>(const Reference&)>& ids_of, Observation& into) {
  const std::string_view role = assignment.body.text("role_definition_name");
  for (const Reference& principal : assignment.references) {
    if (principal.attribute != "principal_id") continue;
    for (const Reference& scope : assignment.references) {
      if (scope.attribute != "scope") continue;
      const AssetKind kind = kind_of_type(std::string_view(scope.target).substr(0, scope.target.find('.')));
      const auto relation = relation_of_role(role, kind);
      if (!relation) continue;
      for (const AssetId from : ids_of(principal))
        for (const AssetId to : ids_of(scope)) into.relate(from, *relation, to, place_of(source, assignment));
    }
  }
}

// The identity that Azure made for the resource itself, and those that were given to it.
void relate_own_identity(const Source& source, const Resource& resource, AssetId self, Observation& into) {
  const Node* identity = resource.body.find("identity");
  const bool is_identity = kind_of_type(resource.type) == AssetKind::identity;
  const auto act_as = [&](std::string_view object_id) {
    if (!object_id.empty()) into.relate(self, is_identity ? RelationKind::can_assume : RelationKind::authenticates_as, principal_id(object_id), place_of(source, resource));
  };
  if (is_identity) act_as(known_text(resource.body, "principal_id"));
  if (!identity || kind_of_type(resource.type) != AssetKind::cloud_resource) return;
  act_as(known_text(*identity, "principal_id"));
  if (const Node* given = identity->find("user_assigned_identities"))
    for (const Node::Member& one : given->members) act_as(known_text(one.value, "principal_id"));
}

}  // namespace

std::string_view azure_role_name(std::string_view definition_id) {
  const std::string id = lower(last_of(definition_id, '/'));
  const auto* found = std::ranges::find(kBuiltIn, std::string_view(id), &BuiltIn::id);
  return found == std::end(kBuiltIn) ? std::string_view() : found->name;
}

void observe_azure_roles(const Source& source, const std::vector<Resource>& resources, const std::function<std::vector<AssetId>(const Reference&)>& ids_of, Observation& into) {
  for (const Resource& resource : resources) {
    if (resource.data || platform_of(resource.type) != "azure") continue;
    if (resource.type != kRoleAssignment) {
      for (const AssetId self : ids_of({"", resource.address, resource.line})) relate_own_identity(source, resource, self, into);
      continue;
    }
    add_principal(source, resource, into);
    relate_references(source, resource, ids_of, into);
  }
}

}  // namespace stormwatch::collect
