// SPDX-License-Identifier: Apache-2.0
#include "graph/join_live.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace stormwatch::graph {
namespace {

// Where resources have their names, in Terraform's words and in those that CloudFormation and the interfaces become.
constexpr std::array<std::string_view, 34> kNames{"name", "bucket", "bucket_name", "function_name", "role_name", "user_name", "policy_name", "identifier", "db_instance_identifier", "db_cluster_identifier", "cluster_identifier",
                                                 "replication_group_id", "family", "log_group_name", "repository_name", "cluster_name", "service_name", "group_name", "domain_name", "table_name", "queue_name", "notebook_instance_name",
                                                 "endpoint_config_name", "endpoint_name", "model_name", "feature_group_name", "agent_name", "agent_runtime_name", "guardrail_name", "display_name", "vector_bucket_name", "job_definition_name",
                                                 "monitoring_schedule_name", "output_model_name"};

constexpr std::size_t kMostPairs = 1'000'000;  // of one type and name; so many are nobody's anyway

bool is_known(std::string_view text) { return !text.empty() && text.find("${") == std::string_view::npos; }

std::string_view text_at(const Node& node, std::string_view key) {
  const std::string_view text = node.text(key);
  return is_known(text) ? text : std::string_view();
}

// "/subscriptions/s/resourceGroups/rg/providers/..." -> "rg"
std::string group_of(const Node& body) {
  std::string group(text_at(body, "resource_group_name"));
  const std::string id(text_at(body, "id"));
  for (const std::string_view mark : {"/resourceGroups/", "/resourcegroups/"})
    if (const std::size_t at = id.find(mark); group.empty() && at != std::string::npos) group = id.substr(at + mark.size(), id.find('/', at + mark.size()) - at - mark.size());
  std::ranges::transform(group, group.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return group;
}

std::string scope_of(const Asset& asset, const Node& body) {
  if (body.find("kind") && body.find("metadata")) return std::string(text_at(*body.find("metadata"), "namespace"));
  if (const std::string group = group_of(body); !group.empty()) return group;
  return std::string(resource_type(asset).starts_with("aws_") ? text_at(body, "region") : std::string_view());
}

}  // namespace

const Node* configuration_of(const Asset& asset) {
  const Configuration* found = nullptr;
  visit_fields([&](std::string_view, const auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Configuration>) found = &field;
  }, asset.facts);
  return found ? found->get() : nullptr;
}

bool is_observed_live(const Asset& asset) {
  const Node* body = configuration_of(asset);
  if (!body) return false;
  const Node* metadata = body->find("metadata");
  return body->find(kObservedLive) || (metadata && metadata->find(kObservedLive));
}

std::string resource_type(const Asset& asset) {
  const Node* body = configuration_of(asset);
  if (!body) return {};
  if (const auto* cloud = std::get_if<CloudResourceFacts>(&asset.facts); cloud && !cloud->type.empty()) return cloud->type;
  if (const auto* store = std::get_if<DatastoreFacts>(&asset.facts)) return store->product;
  return std::string(body->find("metadata") ? body->text("kind") : body->text("resource_type"));
}

std::string resource_name(const Asset& asset) {
  const Node* body = configuration_of(asset);
  if (!body) return {};
  if (const Node* metadata = body->find("metadata"); metadata && body->find("kind")) return std::string(text_at(*metadata, "name"));
  const bool google = resource_type(asset).starts_with("google_");
  for (const std::string_view key : kNames)
    if (const std::string_view name = text_at(*body, key); !name.empty()) return std::string(google ? name.substr(name.rfind('/') + 1) : name);
  return {};
}

void join_live(const std::vector<Asset>& assets, std::vector<Relation>& relations) {
  struct Side {
    const Asset* asset;
    std::string scope;
    std::size_t fitting = 0;  // of the other side
    const Asset* fits = nullptr;
  };
  struct Sides {
    std::vector<Side> live, declared;
  };
  if (std::ranges::none_of(assets, is_observed_live)) return;
  std::map<std::pair<std::string, std::string>, Sides> by_name;
  for (const Asset& asset : assets) {
    const std::string type = resource_type(asset), name = type.empty() ? std::string() : resource_name(asset);
    if (name.empty()) continue;
    Sides& sides = by_name[{type, name}];
    (is_observed_live(asset) ? sides.live : sides.declared).push_back({&asset, scope_of(asset, *configuration_of(asset))});
  }
  for (auto& [key, sides] : by_name) {
    if (sides.live.size() * sides.declared.size() > kMostPairs) continue;
    for (Side& live : sides.live)
      for (Side& declared : sides.declared)
        if (live.scope.empty() || declared.scope.empty() || live.scope == declared.scope) ++live.fitting, ++declared.fitting, live.fits = declared.asset, declared.fits = live.asset;
    for (const Side& declared : sides.declared) {
      if (declared.fitting != 1 || std::ranges::find(sides.live, declared.fits, &Side::asset)->fitting != 1) continue;
      Relation relation{declared.fits->id, RelationKind::derived_from, declared.asset->id, Confidence::high, {}};
      if (!declared.asset->places.empty()) relation.evidence.push_back(declared.asset->places[0]);
      relations.push_back(std::move(relation));
    }
  }
}

}  // namespace stormwatch::graph
