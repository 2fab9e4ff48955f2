// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/google_printed.h"

#include <algorithm>

#include "base/text.h"
#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

// Told by the collection in its name ("projects/p/locations/l/COLLECTION/id") and, where several services have such a collection, a member.
struct Collection {
  std::string_view collection, member, type;
};
constexpr Collection kCollections[] = {{"endpoints", "deployedModels|displayName|dedicatedEndpointEnabled", "aiplatform.googleapis.com/Endpoint"},
                                       {"indexes", "metadataSchemaUri|indexUpdateMethod", "aiplatform.googleapis.com/Index"},
                                       {"indexEndpoints", "", "aiplatform.googleapis.com/IndexEndpoint"},
                                       {"featurestores", "", "aiplatform.googleapis.com/Featurestore"},
                                       {"featureOnlineStores", "", "aiplatform.googleapis.com/FeatureOnlineStore"},
                                       {"metadataStores", "", "aiplatform.googleapis.com/MetadataStore"},
                                       {"tensorboards", "", "aiplatform.googleapis.com/Tensorboard"},
                                       {"reasoningEngines", "", "aiplatform.googleapis.com/ReasoningEngine"},
                                       {"persistentResources", "", "aiplatform.googleapis.com/PersistentResource"},
                                       {"notebookRuntimeTemplates", "", "aiplatform.googleapis.com/NotebookRuntimeTemplate"},
                                       {"instances", "gceSetup", "notebooks.googleapis.com/Instance"},
                                       {"instances", "redisVersion", "redis.googleapis.com/Instance"},
                                       {"templates", "filterConfig", "modelarmor.googleapis.com/Template"},
                                       {"agents", "defaultLanguageCode", "dialogflow.googleapis.com/Agent"},
                                       {"dataStores", "industryVertical", "discoveryengine.googleapis.com/DataStore"},
                                       {"processors", "processEndpoint", "documentai.googleapis.com/Processor"},
                                       {"nodes", "acceleratorType|acceleratorConfig", "tpu.googleapis.com/Node"},
                                       {"topics", "", "pubsub.googleapis.com/Topic"},
                                       {"cryptoKeys", "", "cloudkms.googleapis.com/CryptoKey"},
                                       {"repositories", "format", "artifactregistry.googleapis.com/Repository"},
                                       {"functions", "buildConfig", "cloudfunctions.googleapis.com/Function"},
                                       {"functions", "entryPoint", "cloudfunctions.googleapis.com/CloudFunction"},
                                       {"serviceAccounts", "email", "iam.googleapis.com/ServiceAccount"}};

// Told by their "kind", as the older interfaces print it.
constexpr std::pair<std::string_view, std::string_view> kKinds[] = {{"compute#instance", "compute.googleapis.com/Instance"},
                                                                    {"compute#firewall", "compute.googleapis.com/Firewall"},
                                                                    {"storage#bucket", "storage.googleapis.com/Bucket"},
                                                                    {"sql#instance", "sqladmin.googleapis.com/Instance"},
                                                                    {"bigquery#dataset", "bigquery.googleapis.com/Dataset"}};

bool has_any(const Node& item, std::string_view members) {
  if (members.empty()) return true;
  while (!members.empty()) {
    const std::size_t cut = members.find('|');
    if (item.find(members.substr(0, cut))) return true;
    members = cut == std::string_view::npos ? std::string_view() : members.substr(cut + 1);
  }
  return false;
}

// "projects/p/locations/l/endpoints/1" -> "endpoints"; empty where the name is no such path.
std::string_view collection_of(std::string_view name) {
  if (!name.starts_with("projects/")) return {};
  const std::size_t last = name.rfind('/');
  const std::string_view above = name.substr(0, last);
  const std::string_view collection = last_of(above, '/');
  return above.size() > std::string_view("projects/").size() && above.find('/') != above.rfind('/') ? collection : std::string_view();
}

std::string_view type_of_kind(std::string_view kind) {
  const auto* row = std::ranges::find(kKinds, kind, &std::pair<std::string_view, std::string_view>::first);
  return row == std::end(kKinds) ? std::string_view() : row->second;
}

std::string_view type_of(const Node& item) {
  if (item.text("apiVersion").starts_with("serving.knative.dev/") && item.text("kind") == "Service") return "run.googleapis.com/Service";
  if (item.text("storage_url").starts_with("gs://")) return "storage.googleapis.com/Bucket";
  if (holds(item.text("selfLink"), "container.googleapis.com") && holds(item.text("selfLink"), "/clusters/")) return "container.googleapis.com/Cluster";
  if (const std::string_view type = type_of_kind(item.text("kind")); !type.empty()) return type;
  const std::string_view collection = collection_of(item.text("name"));
  const auto* row = std::ranges::find_if(kCollections, [&](const Collection& one) { return one.collection == collection && has_any(item, one.member); });
  return row == std::end(kCollections) ? std::string_view() : row->type;
}

bool is_policy(const Node& item) {
  const Node* bindings = item.find("bindings");
  return bindings && bindings->is_list() && !bindings->items.empty() && std::ranges::all_of(bindings->items, [](const Node& one) { return one.text("role").find("roles/") != std::string_view::npos && one.find("members"); });
}

// A policy does not say whose it is: basic roles are a project's, roles of one service alone are a resource's of that service.
std::string_view owner_of_policy(const Node& policy) {
  const auto all_of_service = [&](std::string_view prefix) { return std::ranges::all_of(policy.find("bindings")->items, [&](const Node& one) { return one.text("role").starts_with(prefix); }); };
  if (all_of_service("roles/storage.")) return "storage.googleapis.com/Bucket";
  if (all_of_service("roles/run.")) return "run.googleapis.com/Service";
  if (all_of_service("roles/pubsub.")) return "pubsub.googleapis.com/Topic";
  if (all_of_service("roles/cloudkms.")) return "cloudkms.googleapis.com/CryptoKey";
  if (all_of_service("roles/artifactregistry.")) return "artifactregistry.googleapis.com/Repository";
  if (all_of_service("roles/cloudfunctions.")) return "cloudfunctions.googleapis.com/CloudFunction";
  return "cloudresourcemanager.googleapis.com/Project";
}

// `gcloud storage` has words of its own for what Terraform nests.
void nest(Node& body, std::string_view from, std::string into, std::string member) {
  const Node* value = body.find(from);
  if (!value || body.find(into)) return;
  Node inner = map_node(value->line);
  put(inner, std::move(member), Node(*value));
  put(body, std::move(into), std::move(inner));
}

Node asset_of(std::string_view type, std::string_view name, std::string key, Node inner) {
  const std::uint32_t line = inner.line;
  Node asset = map_node(line);
  put(asset, "assetType", text_node(std::string(type), line));
  put(asset, "name", text_node(std::string(name), line));
  put(asset, std::move(key), std::move(inner));
  return asset;
}

Node resource_asset(std::string_view type, const Node& item) {
  Node data = item;
  nest(data, "default_kms_key", "encryption", "default_kms_key_name");
  nest(data, "versioning_enabled", "versioning", "enabled");
  std::string_view name = item.text("name");
  if (const Node* metadata = item.find("metadata"); name.empty() && metadata) name = metadata->text("name");
  if (const std::string_view email = item.text("email"); type.ends_with("/ServiceAccount") && !email.empty()) name = email;
  Node resource = map_node(item.line);
  put(resource, "data", std::move(data));
  return asset_of(type, name, "resource", std::move(resource));
}

}  // namespace

bool looks_printed_by_google(std::string_view head) {
  if (holds(head, "\"storage_url\": \"gs://") || holds(head, "\"kind\": \"compute#") || holds(head, "\"kind\": \"sql#") || holds(head, "\"kind\": \"storage#") || holds(head, "https://container.googleapis.com/")) return true;
  if (holds(head, "\"apiVersion\": \"serving.knative.dev/") || (holds(head, "\"bindings\"") && holds(head, "\"role\": \"roles/") && holds(head, "\"members\""))) return true;
  return holds(head, "\"name\": \"projects/");
}

std::optional<GooglePrinted> google_printed(const Node& item, std::string_view file) {
  if (is_policy(item)) {
    const std::string_view type = owner_of_policy(item);
    return GooglePrinted{std::string(type), true, asset_of(type, file.substr(0, file.rfind('.')), "iamPolicy", item)};
  }
  if (const std::string_view type = type_of(item); !type.empty()) return GooglePrinted{std::string(type), true, resource_asset(type, item)};
  std::string_view kind = item.text("kind");
  if (!holds(kind, "#")) kind = collection_of(item.text("name"));
  if (kind.empty()) return std::nullopt;
  return GooglePrinted{std::string(kind), false, {}};
}

}  // namespace stormwatch::collect
