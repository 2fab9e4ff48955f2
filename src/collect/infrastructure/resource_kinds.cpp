// SPDX-License-Identifier: Apache-2.0
// Which kind of asset a type of resource is (resource.h).
#include <algorithm>
#include <array>

#include "collect/infrastructure/resource.h"

namespace stormwatch::collect {
namespace {

constexpr std::array<std::string_view, 33> kDatastores{
    "aws_s3_bucket", "aws_dynamodb_table", "aws_db_instance", "aws_rds_cluster", "aws_redshift_cluster", "aws_opensearch_domain",
    "aws_elasticsearch_domain", "aws_elasticache_cluster", "aws_elasticache_replication_group", "aws_efs_file_system",
    "aws_docdb_cluster", "aws_neptune_cluster", "aws_glue_catalog_database", "aws_kinesis_stream", "aws_timestreamwrite_table",
    "google_storage_bucket", "google_bigquery_dataset", "google_bigquery_table", "google_sql_database_instance",
    "google_firestore_database", "google_spanner_database", "google_redis_instance", "google_bigtable_instance", "azurerm_storage_account",
    "azurerm_storage_container", "azurerm_cosmosdb_account", "azurerm_mssql_database", "azurerm_mssql_server",
    "azurerm_postgresql_server", "azurerm_postgresql_flexible_server", "azurerm_redis_cache", "azurerm_data_lake_store",
    "azurerm_mysql_flexible_server"};
constexpr std::array<std::string_view, 10> kIdentities{"aws_iam_role", "aws_iam_user", "aws_iam_group", "google_service_account",
                                                      "azurerm_user_assigned_identity", "azuread_service_principal", "azuread_application",
                                                      "azuread_user", "kubernetes_service_account", "aws_cognito_user_pool"};
constexpr std::array<std::string_view, 6> kNetworks{"aws_security_group", "google_compute_firewall", "azurerm_network_security_group",
                                                    "aws_vpc", "google_compute_network", "azurerm_virtual_network"};

}  // namespace

std::string_view platform_of(std::string_view type) {
  const std::string_view provider = type.substr(0, type.find('_'));
  if (provider == "aws" || provider == "awscc") return "aws";
  if (provider.starts_with("azure") || provider == "azapi") return "azure";
  if (provider == "google") return "gcp";
  return provider;
}

AssetKind kind_of_type(std::string_view type) {
  const auto is_in = [&](const auto& list) { return std::ranges::find(list, type) != list.end(); };
  if (is_in(kDatastores)) return AssetKind::datastore;
  if (is_in(kIdentities)) return AssetKind::identity;
  if (is_in(kNetworks)) return AssetKind::network;
  return AssetKind::cloud_resource;
}

}  // namespace stormwatch::collect
