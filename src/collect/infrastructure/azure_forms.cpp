// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/azure_forms.h"

#include "base/text.h"
#include "collect/infrastructure/azure_roles.h"
#include "collect/infrastructure/tree.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace stormwatch::collect {
namespace {

struct Type {
  std::string_view arm, terraform;  // arm in lower case: types are compared without case
};
constexpr Type kTypes[] = {{"microsoft.cognitiveservices/accounts", "azurerm_cognitive_account"},
                           {"microsoft.cognitiveservices/accounts/deployments", "azurerm_cognitive_deployment"},
                           {"microsoft.cognitiveservices/accounts/raipolicies", "azurerm_cognitive_account_rai_policy"},
                           {"microsoft.cognitiveservices/accounts/connections", "azurerm_cognitive_account_connection"},
                           {"microsoft.cognitiveservices/accounts/projects/connections", "azurerm_cognitive_account_connection"},
                           {"microsoft.machinelearningservices/workspaces/connections", "azurerm_cognitive_account_connection"},
                           {"microsoft.machinelearningservices/workspaces/onlineendpoints/deployments", "azurerm_machine_learning_online_deployment"},
                           {"microsoft.search/searchservices", "azurerm_search_service"},
                           {"microsoft.machinelearningservices/workspaces", "azurerm_machine_learning_workspace"},
                           {"microsoft.machinelearningservices/workspaces/computes", "azurerm_machine_learning_compute_instance"},
                           {"microsoft.machinelearningservices/registries", "azurerm_machine_learning_registry"},
                           {"microsoft.machinelearningservices/workspaces/onlineendpoints", "azurerm_machine_learning_online_endpoint"},
                           {"microsoft.botservice/botservices", "azurerm_bot_service_azure_bot"},
                           {"microsoft.databricks/workspaces", "azurerm_databricks_workspace"},
                           {"microsoft.storage/storageaccounts", "azurerm_storage_account"},
                           {"microsoft.keyvault/vaults", "azurerm_key_vault"},
                           {"microsoft.containerregistry/registries", "azurerm_container_registry"},
                           {"microsoft.containerservice/managedclusters", "azurerm_kubernetes_cluster"},
                           {"microsoft.containerinstance/containergroups", "azurerm_container_group"},
                           {"microsoft.app/containerapps", "azurerm_container_app"},
                           {"microsoft.documentdb/databaseaccounts", "azurerm_cosmosdb_account"},
                           {"microsoft.cache/redis", "azurerm_redis_cache"},
                           {"microsoft.sql/servers/firewallrules", "azurerm_mssql_firewall_rule"},
                           {"microsoft.dbforpostgresql/servers/firewallrules", "azurerm_postgresql_firewall_rule"},
                           {"microsoft.dbforpostgresql/flexibleservers/firewallrules", "azurerm_postgresql_flexible_server_firewall_rule"},
                           {"microsoft.dbformysql/servers/firewallrules", "azurerm_mysql_firewall_rule"},
                           {"microsoft.dbformysql/flexibleservers/firewallrules", "azurerm_mysql_flexible_server_firewall_rule"},
                           {"microsoft.network/networksecuritygroups", "azurerm_network_security_group"},
                           {"microsoft.network/networksecuritygroups/securityrules", "azurerm_network_security_rule"},
                           {"microsoft.eventgrid/topics", "azurerm_eventgrid_topic"},
                           {"microsoft.eventgrid/domains", "azurerm_eventgrid_domain"},
                           {"microsoft.servicebus/namespaces", "azurerm_servicebus_namespace"},
                           {"microsoft.eventhub/namespaces", "azurerm_eventhub_namespace"},
                           {"microsoft.appconfiguration/configurationstores", "azurerm_app_configuration"},
                           {"microsoft.apimanagement/service", "azurerm_api_management"},
                           {"microsoft.synapse/workspaces", "azurerm_synapse_workspace"},
                           {"microsoft.web/sites", "azurerm_linux_web_app"},
                           {"microsoft.authorization/roleassignments", "azurerm_role_assignment"},
                           {"microsoft.managedidentity/userassignedidentities", "azurerm_user_assigned_identity"},
                           {"microsoft.compute/disks", "azurerm_managed_disk"}};

// `same` keeps the value, `opposite` turns a flag round, `enabled` makes "Enabled" and "Disabled" flags, `version` makes "TLS1_2" "1.2".
enum class As : std::uint8_t { same, opposite, enabled, version };
struct Property {
  std::string_view type, arm, terraform;  // type: the only one the row is for; empty: all
  As as = As::same;
};
constexpr Property kProperties[] = {{"azurerm_machine_learning_workspace", "hbiWorkspace", "high_business_impact"},
                                    {"azurerm_machine_learning_workspace", "managedNetwork", "managed_network"},
                                    {"azurerm_machine_learning_compute_instance", "enableNodePublicIp", "node_public_ip_enabled"},
                                    {"azurerm_search_service", "disableLocalAuth", "local_authentication_enabled", As::opposite},
                                    {"azurerm_bot_service_azure_bot", "disableLocalAuth", "local_authentication_enabled", As::opposite},
                                    {"azurerm_cosmosdb_account", "disableLocalAuth", "local_authentication_disabled"},
                                    {"azurerm_cosmosdb_account", "keyVaultKeyUri", "key_vault_key_id"},
                                    {"azurerm_app_configuration", "publicNetworkAccess", "public_network_access"},
                                    {"azurerm_container_registry", "adminUserEnabled", "admin_enabled"},
                                    {"azurerm_kubernetes_cluster", "disableLocalAccounts", "local_account_disabled"},
                                    {"azurerm_kubernetes_cluster", "authorizedIPRanges", "authorized_ip_ranges"},
                                    {"azurerm_kubernetes_cluster", "enablePrivateCluster", "private_cluster_enabled"},
                                    {"azurerm_storage_account", "supportsHttpsTrafficOnly", "https_traffic_only_enabled"},
                                    {"azurerm_storage_account", "enableHttpsTrafficOnly", "https_traffic_only_enabled"},  // as az prints it
                                    {"azurerm_storage_account", "allowBlobPublicAccess", "allow_nested_items_to_be_public"},
                                    {"azurerm_storage_account", "allowSharedKeyAccess", "shared_access_key_enabled"},
                                    {"azurerm_storage_account", "isLocalUserEnabled", "local_user_enabled"},
                                    {"azurerm_storage_account", "isSftpEnabled", "sftp_enabled"},
                                    {"azurerm_storage_account", "networkAcls", "network_rules"},
                                    {"azurerm_storage_account", "networkRuleSet", "network_rules"},
                                    {"azurerm_storage_account", "minimumTlsVersion", "min_tls_version"},
                                    {"azurerm_cognitive_account", "encryption", "customer_managed_key"},
                                    {"azurerm_cognitive_account", "restrictOutboundNetworkAccess", "outbound_network_access_restricted"},
                                    {"azurerm_cognitive_account", "allowedFqdnList", "fqdns"},
                                    {"azurerm_cognitive_account", "customSubDomainName", "custom_subdomain_name"},
                                    {"azurerm_cognitive_account_rai_policy", "contentFilters", "content_filter"},
                                    {"azurerm_cognitive_account_rai_policy", "enabled", "filter_enabled"},
                                    {"azurerm_cognitive_account_rai_policy", "blocking", "block_enabled"},
                                    {"azurerm_linux_web_app", "minTlsVersion", "minimum_tls_version"},
                                    {"azurerm_linux_web_app", "siteConfig", "site_config"},
                                    {"azurerm_linux_web_app", "clientCertEnabled", "client_certificate_enabled"},
                                    {"azurerm_synapse_workspace", "preventDataExfiltration", "data_exfiltration_protection_enabled"},
                                    {"azurerm_bot_service_azure_bot", "cmekKeyVaultUrl", "cmk_key_vault_key_url"},
                                    {"azurerm_managed_disk", "diskEncryptionSetId", "disk_encryption_set_id"},
                                    {"", "publicNetworkAccess", "public_network_access_enabled", As::enabled},
                                    {"", "disableLocalAuth", "local_auth_enabled", As::opposite},
                                    {"", "minimumTlsVersion", "minimum_tls_version", As::version},
                                    {"", "startIpAddress", "start_ip_address"},
                                    {"", "endIpAddress", "end_ip_address"},
                                    {"", "anonymousPullEnabled", "anonymous_pull_enabled"},
                                    {"", "securityRules", "security_rule"}};

std::string snake(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool upper = std::isupper(static_cast<unsigned char>(name[i])) != 0;
    if (upper && i > 0 && !std::isupper(static_cast<unsigned char>(name[i - 1]))) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return text;
}

void convert(Node& value, As as) {
  const auto flag = [&](bool is) {
    value.kind = Node::Kind::boolean;
    value.scalar = is ? "true" : "false";
  };
  if (as == As::opposite && value.as_bool()) flag(!*value.as_bool());
  if (as == As::enabled && (lower(value.scalar) == "enabled" || lower(value.scalar) == "disabled")) flag(lower(value.scalar) == "enabled");
  if (as == As::version && value.scalar.starts_with("TLS1_")) value.scalar = "1." + value.scalar.substr(5);
}

// {name, properties: {...}} is one level in Terraform.
Node flattened(Node item) {
  const Node* properties = item.find("properties");
  if (!properties || !properties->is_map()) return item;
  Node copy = *properties;
  for (Node::Member& member : item.members)
    if (member.key != "properties" && !copy.find(member.key)) copy.members.push_back(std::move(member));
  return copy;
}

Node renamed(const Node& node, std::string_view type) {
  Node copy;
  copy.kind = node.kind;
  copy.scalar = node.scalar;
  copy.line = node.line;
  copy.column = node.column;
  for (const Node& item : node.items) copy.items.push_back(flattened(renamed(item, type)));
  for (const Node::Member& member : node.members) {
    if (member.value.kind == Node::Kind::null) continue;  // as az prints what is not set
    Node value = member.key == "tags" ? member.value : renamed(member.value, type);
    std::string key = snake(member.key);
    for (const Property& row : kProperties)
      if ((row.type.empty() || row.type == type) && row.arm == member.key) {
        key = row.terraform;
        convert(value, row.as);
        break;
      }
    copy.members.push_back({std::move(key), std::move(value), member.line});
  }
  return copy;
}

Node* find_member(Node& map, std::string_view key) {
  for (Node::Member& member : map.members)
    if (member.key == key) return &member.value;
  return nullptr;
}

void lift(Node& body, std::string_view from) {
  Node* inner = find_member(body, from);
  if (!inner || !inner->is_map()) return;
  const std::vector<Node::Member> members = inner->members;
  for (const Node::Member& member : members)
    if (!body.find(member.key)) body.members.push_back(member);
}

// Where both say the same in another shape.
void reshape(Resource& resource) {
  Node& body = resource.body;
  if (Node* sku = find_member(body, "sku"); sku && sku->is_map() && resource.type == "azurerm_container_registry")
    if (const Node* name = sku->find("name")) {
      Node copy = *name;
      *sku = std::move(copy);
    }
  if (resource.type == "azurerm_machine_learning_compute_instance") {
    lift(body, "properties");
    lift(body, "ssh_settings");
    if (lower(body.text("compute_type")) == "amlcompute") resource.type = "azurerm_machine_learning_compute_cluster";
    if (const Node* access = body.find("ssh_public_access")) {
      Node flag = *access;
      convert(flag, As::enabled);
      body.members.push_back({"ssh_public_access_enabled", flag, flag.line});
    }
    if (const Node* access = body.find("remote_login_port_public_access")) {
      Node flag = *access;
      convert(flag, As::enabled);
      body.members.push_back({"ssh_public_access_enabled", flag, flag.line});
    }
  }
  if (resource.type == "azurerm_linux_web_app") {
    const std::string kind = lower(body.text("kind"));
    if (kind.find("functionapp") != std::string::npos) resource.type = kind.find("linux") != std::string::npos ? "azurerm_linux_function_app" : "azurerm_windows_function_app";
    else if (kind.find("linux") == std::string::npos && !kind.empty()) resource.type = "azurerm_windows_web_app";
  }
  const auto put_flag = [&](std::string key, const Node& like, bool is) {
    Node flag = like;
    flag.kind = Node::Kind::boolean;
    flag.scalar = is ? "true" : "false";
    body.members.push_back({std::move(key), std::move(flag), like.line});
  };
  if (resource.type == "azurerm_search_service")
    if (const Node* enforcement = body.at_path("encryption_with_cmk.enforcement")) {
      if (enforcement->scalar.find("${") != std::string::npos) body.members.push_back({"customer_managed_key_enforcement_enabled", *enforcement, enforcement->line});
      else put_flag("customer_managed_key_enforcement_enabled", *enforcement, lower(enforcement->scalar) == "enabled");
    }
  if (resource.type == "azurerm_databricks_workspace")
    if (const Node* parameters = body.find("parameters")) {
      Node custom;
      custom.kind = Node::Kind::map;
      custom.line = parameters->line;
      for (const auto& [from, to] : {std::pair<std::string_view, const char*>{"custom_virtual_network_id.value", "virtual_network_id"}, {"enable_no_public_ip.value", "no_public_ip"}})
        if (const Node* value = parameters->at_path(from)) custom.members.push_back({to, *value, value->line});
      body.members.push_back({"custom_parameters", std::move(custom), 0});
    }
  if (resource.type == "azurerm_databricks_workspace")
    if (const Node* firewall = body.find("default_storage_firewall")) put_flag("default_storage_firewall_enabled", *firewall, lower(firewall->scalar) == "enabled");
  if (resource.type == kRoleAssignment && body.text("role_definition_name").empty())
    if (const std::string_view role = azure_role_name(body.text("role_definition_id")); !role.empty()) put(body, "role_definition_name", text_node(std::string(role), body.find("role_definition_id")->line));
  if (resource.type == "azurerm_kubernetes_cluster") lift(body, "api_server_access_profile");
  if (resource.type == "azurerm_container_app") {
    lift(body, "configuration");
    if (Node* ingress = find_member(body, "ingress"))
      if (const Node* external = ingress->find("external")) {
        Node flag = *external;
        ingress->members.push_back({"external_enabled", std::move(flag), external->line});
      }
    if (Node* inside = find_member(body, "template"))
      if (const Node* containers = inside->find("containers")) {
        Node copy = *containers;
        inside->members.push_back({"container", std::move(copy), copy.line});
      }
  }
  // The key source is what makes it a key of the customer's own.
  if (resource.type == "azurerm_cognitive_account")
    if (const Node* key = body.find("customer_managed_key"); key && key->is_map() && lower(key->text("key_source")) != "microsoft.keyvault")
      std::erase_if(body.members, [](const Node::Member& member) { return member.key == "customer_managed_key"; });
}

}  // namespace

std::optional<Resource> azure_resource(std::string_view type, std::string_view name, const Node& entry) {
  type = type.substr(0, type.find('@'));
  const std::string wanted = lower(type);
  const auto* row = std::ranges::find(kTypes, wanted, &Type::arm);
  if (row == std::end(kTypes)) return std::nullopt;
  Resource resource;
  resource.type = row->terraform;
  resource.name = name;
  resource.address = std::string(type) + "." + std::string(name);
  resource.body = flattened(renamed(entry, resource.type));
  resource.body.kind = Node::Kind::map;
  std::erase_if(resource.body.members, [](const Node::Member& member) { return member.key == "resources" || member.key == "type"; });
  resource.line = entry.line;
  resource.column = entry.column;
  reshape(resource);
  return resource;
}

}  // namespace stormwatch::collect
