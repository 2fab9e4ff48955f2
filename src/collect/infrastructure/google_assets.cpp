// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/google_assets.h"

#include <algorithm>
#include <string>
#include <utility>

#include "collect/infrastructure/cloudformation_forms.h"
#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

struct AssetType {
  std::string_view google, terraform;  // terraform: empty where only the policy is read
  std::string_view policy;             // what Terraform calls a binding of its policy; empty: none is read
};
constexpr AssetType kTypes[] = {
    {"aiplatform.googleapis.com/Endpoint", "google_vertex_ai_endpoint", "google_vertex_ai_endpoint_iam_binding"},
    {"aiplatform.googleapis.com/Dataset", "google_vertex_ai_dataset", ""},
    {"aiplatform.googleapis.com/Index", "google_vertex_ai_index", ""},
    {"aiplatform.googleapis.com/IndexEndpoint", "google_vertex_ai_index_endpoint", ""},
    {"aiplatform.googleapis.com/Featurestore", "google_vertex_ai_featurestore", "google_vertex_ai_featurestore_iam_binding"},
    {"aiplatform.googleapis.com/FeatureOnlineStore", "google_vertex_ai_feature_online_store", ""},
    {"aiplatform.googleapis.com/MetadataStore", "google_vertex_ai_metadata_store", ""},
    {"aiplatform.googleapis.com/Tensorboard", "google_vertex_ai_tensorboard", ""},
    {"aiplatform.googleapis.com/ReasoningEngine", "google_vertex_ai_reasoning_engine", ""},
    {"aiplatform.googleapis.com/PersistentResource", "google_vertex_ai_persistent_resource", ""},
    {"aiplatform.googleapis.com/NotebookRuntimeTemplate", "google_colab_runtime_template", ""},
    {"notebooks.googleapis.com/Instance", "google_workbench_instance", ""},
    {"modelarmor.googleapis.com/Template", "google_model_armor_template", ""},
    {"modelarmor.googleapis.com/FloorSetting", "google_model_armor_floorsetting", ""},
    {"dialogflow.googleapis.com/Agent", "google_dialogflow_cx_agent", ""},
    {"discoveryengine.googleapis.com/DataStore", "google_discovery_engine_data_store", ""},
    {"documentai.googleapis.com/Processor", "google_document_ai_processor", ""},
    {"tpu.googleapis.com/Node", "google_tpu_v2_vm", ""},
    {"storage.googleapis.com/Bucket", "google_storage_bucket", "google_storage_bucket_iam_binding"},
    {"bigquery.googleapis.com/Dataset", "google_bigquery_dataset", ""},
    {"redis.googleapis.com/Instance", "google_redis_instance", ""},
    {"sqladmin.googleapis.com/Instance", "google_sql_database_instance", ""},
    {"pubsub.googleapis.com/Topic", "google_pubsub_topic", "google_pubsub_topic_iam_binding"},
    {"cloudkms.googleapis.com/CryptoKey", "google_kms_crypto_key", "google_kms_crypto_key_iam_binding"},
    {"artifactregistry.googleapis.com/Repository", "google_artifact_registry_repository", "google_artifact_registry_repository_iam_binding"},
    {"cloudfunctions.googleapis.com/CloudFunction", "google_cloudfunctions_function", "google_cloudfunctions_function_iam_binding"},
    {"cloudfunctions.googleapis.com/Function", "google_cloudfunctions2_function", "google_cloudfunctions2_function_iam_binding"},
    {"run.googleapis.com/Service", "google_cloud_run_service", "google_cloud_run_service_iam_binding"},
    {"iam.googleapis.com/ServiceAccount", "google_service_account", ""},
    {"compute.googleapis.com/Firewall", "google_compute_firewall", ""},
    {"compute.googleapis.com/Instance", "google_compute_instance", ""},
    {"container.googleapis.com/Cluster", "google_container_cluster", ""},
    {"cloudresourcemanager.googleapis.com/Project", "", "google_project_iam_binding"},
    {"cloudresourcemanager.googleapis.com/Folder", "", "google_folder_iam_binding"},
    {"cloudresourcemanager.googleapis.com/Organization", "", "google_organization_iam_binding"}};

Node* member(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  return found == map.members.end() ? nullptr : &found->value;
}
void rename(Node& map, std::string_view from, std::string_view to) {
  for (Node::Member& one : map.members)
    if (one.key == from) one.key = to;
}
void copy_up(Node& body, std::string_view path, std::string to) {
  if (const Node* value = body.at_path(path))
    if (!body.find(to)) put(body, std::move(to), Node(*value));
}

void bucket(Node& body) {
  copy_up(body, "iam_configuration.public_access_prevention", "public_access_prevention");
  copy_up(body, "iam_configuration.uniform_bucket_level_access.enabled", "uniform_bucket_level_access");
}
void firewall(Node& body) {
  for (const auto& [from, to] : {std::pair{"allowed", "allow"}, std::pair{"denied", "deny"}}) {
    rename(body, from, to);
    if (Node* list = member(body, to))
      for (Node& rule : list->items) rename(rule, "ip_protocol", "protocol");
  }
}
void cluster(Node& body) {
  copy_up(body, "network_config.datapath_provider", "datapath_provider");
  copy_up(body, "autopilot.enabled", "enable_autopilot");
}
void machine(Node& body) {
  rename(body, "network_interfaces", "network_interface");
  rename(body, "service_accounts", "service_account");
  if (Node* cards = member(body, "network_interface"))
    for (Node& card : cards->items) rename(card, "access_configs", "access_config");
}

// Everywhere else an account is known by its address.
void account(Node& body) {
  const Node* email = body.find("email");
  Node* name = member(body, "name");
  if (email && name) name->scalar = email->scalar;
}

struct Shaper {
  std::string_view type;
  void (*shape)(Node&);
};
constexpr Shaper kShapers[] = {{"google_storage_bucket", bucket}, {"google_compute_firewall", firewall}, {"google_container_cluster", cluster}, {"google_compute_instance", machine}, {"google_service_account", account}};

Resource resource_of(std::string type, std::string name, Node body, std::uint32_t line) {
  Resource resource;
  resource.type = std::move(type);
  resource.name = std::move(name);
  resource.address = resource.type + "." + resource.name;
  resource.body = std::move(body);
  resource.line = line;
  return resource;
}

}  // namespace

std::vector<Resource> google_resources(const Node& asset) {
  std::vector<Resource> found;
  const auto* row = std::ranges::find(kTypes, asset.text("assetType"), &AssetType::google);
  if (row == std::end(kTypes)) return found;
  const std::string_view full = asset.text("name");
  const std::string name(full.substr(full.rfind('/') + 1));
  if (const Node* data = asset.at_path("resource.data"); data && !row->terraform.empty()) {
    // Notebooks of the first version have no set-up of a machine within.
    const bool first = row->terraform == "google_workbench_instance" && !data->find("gceSetup");
    Node body = terraform_body_of(*data);
    for (const Shaper& one : kShapers)
      if (one.type == row->terraform) one.shape(body);
    found.push_back(resource_of(std::string(first ? "google_notebooks_instance" : row->terraform), name, std::move(body), asset.line));
  }
  const Node* bindings = asset.at_path("iamPolicy.bindings");
  if (!bindings || row->policy.empty()) return found;
  for (const Node& binding : bindings->items)
    found.push_back(resource_of(std::string(row->policy), name + "/" + std::string(binding.text("role")), terraform_body_of(binding), binding.line));
  return found;
}

}  // namespace stormwatch::collect
