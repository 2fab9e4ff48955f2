// SPDX-License-Identifier: Apache-2.0
#include "graph/join_scopes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "graph/join_live.h"
#include "posture/azure_role.h"

namespace stormwatch::graph {
namespace {

constexpr std::size_t kMostReached = 1'000;
constexpr std::string_view kRoleAssignment = "azurerm_role_assignment";

using Placed = std::pair<std::string, const Asset*>;  // the id in small letters

std::string azure_id(const Asset& asset) {
  const Node* body = configuration_of(asset);
  const std::string_view id = body ? body->text("id") : std::string_view();
  return id.starts_with("/subscriptions/") ? lower(id) : std::string();
}

bool is_assignment(const Asset& asset) {
  const auto* facts = std::get_if<CloudResourceFacts>(&asset.facts);
  return facts && facts->type == kRoleAssignment;
}

void join_assignment(const Asset& assignment, const std::vector<Placed>& placed, std::vector<Relation>& relations, std::vector<Gap>& gaps) {
  const Node* body = configuration_of(assignment);
  const std::string scope = body ? lower(body->text("scope")) : std::string(), principal = body ? lower(body->text("principal_id")) : std::string();
  if (!scope.starts_with("/subscriptions/") || principal.empty() || holds(principal, "${")) return;
  const AssetId who = Asset::id_of(AssetKind::identity, "azure/principal/" + principal);
  std::size_t reached = 0;
  for (auto at = std::ranges::lower_bound(placed, scope, {}, &Placed::first); at != placed.end() && at->first.starts_with(scope); ++at) {
    if (at->first.size() > scope.size() && scope.back() != '/' && at->first[scope.size()] != '/') continue;
    const std::string_view role = body->text("role_definition_name");
    const auto relation = relation_of_role(role, at->second->kind());
    if (!relation) return;
    if (at->first != scope && !is_role_about(role, resource_type(*at->second))) continue;
    if (++reached > kMostReached) {
      const Place place = assignment.places.empty() ? Place{} : assignment.places.front();
      gaps.push_back({place.path, place.member, "over-limit", "a role assignment reaches more than " + std::to_string(kMostReached) + " resources; the rest are not related to its principal"});
      return;
    }
    relations.push_back({who, *relation, at->second->id, Confidence::high, assignment.places});
  }
}

}  // namespace

void join_scopes(const std::vector<Asset>& assets, std::vector<Relation>& relations, std::vector<Gap>& gaps) {
  if (std::ranges::none_of(assets, is_assignment)) return;
  std::vector<Placed> placed;
  for (const Asset& asset : assets) {
    if ((asset.kind() != AssetKind::cloud_resource && asset.kind() != AssetKind::datastore) || is_assignment(asset)) continue;
    if (std::string id = azure_id(asset); !id.empty()) placed.emplace_back(std::move(id), &asset);
  }
  std::ranges::sort(placed, {}, [](const Placed& one) { return std::pair(std::string_view(one.first), one.second->id); });
  for (const Asset& asset : assets)
    if (is_assignment(asset)) join_assignment(asset, placed, relations, gaps);
}

}  // namespace stormwatch::graph
