// SPDX-License-Identifier: Apache-2.0
// AWS CloudFormation and SAM templates (YAML or JSON) and files of the Serverless Framework: resources in Terraform's names, so that the same rules judge both.
//
// AWS::SageMaker::Model's EnableNetworkIsolation becomes aws_sagemaker_model's enable_network_isolation; the few names that
// differ are in kTypes and kProperties. Intrinsic functions: cloudformation_functions.h.
#include <algorithm>
#include <array>
#include <cctype>

#include "collect/collector.h"
#include "collect/infrastructure/cloudformation_forms.h"
#include "collect/infrastructure/cloudformation_functions.h"
#include "collect/infrastructure/serverless_forms.h"
#include "collect/infrastructure/serverless_framework.h"
#include "collect/infrastructure/resource.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

struct Renamed {
  std::string_view from, to;
};
constexpr std::array<Renamed, 41> kTypes{{{"AWS::Backup::BackupVault", "aws_backup_vault"},
                                          {"AWS::AppSync::GraphQLApi", "aws_appsync_graphql_api"},
                                          {"AWS::Serverless::Api", "aws_api_gateway_stage"},
                                          {"AWS::Bedrock::Agent", "aws_bedrockagent_agent"},
                                          {"AWS::Bedrock::AgentAlias", "aws_bedrockagent_agent_alias"},
                                          {"AWS::Bedrock::KnowledgeBase", "aws_bedrockagent_knowledge_base"},
                                          {"AWS::Bedrock::DataSource", "aws_bedrockagent_data_source"},
                                          {"AWS::Bedrock::Prompt", "aws_bedrockagent_prompt"},
                                          {"AWS::Bedrock::Flow", "aws_bedrockagent_flow"},
                                          {"AWS::BedrockAgentCore::Runtime", "aws_bedrockagentcore_agent_runtime"},
                                          {"AWS::BedrockAgentCore::BrowserCustom", "aws_bedrockagentcore_browser"},
                                          {"AWS::BedrockAgentCore::CodeInterpreterCustom", "aws_bedrockagentcore_code_interpreter"},
                                          {"AWS::SageMaker::EndpointConfig", "aws_sagemaker_endpoint_configuration"},
                                          {"AWS::EC2::SecurityGroup", "aws_security_group"},
                                          {"AWS::EC2::Instance", "aws_instance"},
                                          {"AWS::EC2::Volume", "aws_ebs_volume"},
                                          {"AWS::EC2::LaunchTemplate", "aws_launch_template"},
                                          {"AWS::IAM::ManagedPolicy", "aws_iam_policy"},
                                          {"AWS::IAM::Policy", "aws_iam_role_policy"},
                                          {"AWS::DynamoDB::Table", "aws_dynamodb_table"},
                                          {"AWS::RDS::DBInstance", "aws_db_instance"},
                                          {"AWS::RDS::DBCluster", "aws_rds_cluster"},
                                          {"AWS::Neptune::DBCluster", "aws_neptune_cluster"},
                                          {"AWS::DocDB::DBCluster", "aws_docdb_cluster"},
                                          {"AWS::DocDB::DBClusterParameterGroup", "aws_docdb_cluster_parameter_group"},
                                          {"AWS::OpenSearchService::Domain", "aws_opensearch_domain"},
                                          {"AWS::Elasticsearch::Domain", "aws_elasticsearch_domain"},
                                          {"AWS::ElastiCache::ReplicationGroup", "aws_elasticache_replication_group"},
                                          {"AWS::EFS::FileSystem", "aws_efs_file_system"},
                                          {"AWS::Serverless::Function", "aws_lambda_function"},
                                          {"AWS::Lambda::Url", "aws_lambda_function_url"},
                                          {"AWS::Logs::LogGroup", "aws_cloudwatch_log_group"},
                                          {"AWS::Timestream::Database", "aws_timestreamwrite_database"},
                                          {"AWS::CloudTrail::Trail", "aws_cloudtrail"},
                                          {"AWS::AmazonMQ::Broker", "aws_mq_broker"},
                                          {"AWS::SecretsManager::Secret", "aws_secretsmanager_secret"},
                                          {"AWS::ECR::Repository", "aws_ecr_repository"},
                                          {"AWS::EKS::Cluster", "aws_eks_cluster"},
                                          {"AWS::ApiGatewayV2::Stage", "aws_apigatewayv2_stage"},
                                          {"AWS::ApiGateway::Stage", "aws_api_gateway_stage"},
                                          {"AWS::WorkSpaces::Workspace", "aws_workspaces_workspace"}}};
constexpr std::array<Renamed, 14> kProperties{{{"SecurityGroupIngress", "ingress"},
                                              {"SecurityGroupEgress", "egress"},
                                              {"PublicAccessBlockConfiguration", "public_access_block"},
                                              {"BucketEncryption", "server_side_encryption_configuration"},
                                              {"AccessControl", "acl"},
                                              {"CidrIp", "cidr_blocks"},
                                              {"CidrIpv6", "ipv6_cidr_blocks"},
                                              {"GuardrailIdentifier", "guardrail_identifier"},
                                              {"KeyPolicy", "policy"},
                                              {"RepositoryPolicyText", "policy"},
                                              {"EnableCloudwatchLogsExports", "enabled_cloudwatch_logs_exports"},
                                              {"EncryptionKeyArn", "kms_key_arn"},
                                              {"AccessLogSetting", "access_log_settings"},
                                              {"AuthType", "authorization_type"}}};

bool wants(const Source& source) {
  if (source.kind != format::ContentKind::yaml && source.kind != format::ContentKind::json && !source.name.ends_with(".template")) return false;
  if (is_serverless_file(source.name) && source.text.find("provider:") != std::string_view::npos) return true;
  return source.text.find("AWS::") != std::string_view::npos && source.text.find("Resources") != std::string_view::npos;
}

// "KmsKeyId" -> "kms_key_id", "VPCConfig" -> "vpc_config".
std::string snake(std::string_view name) {
  std::string text;
  const auto upper = [&](std::size_t i) { return i < name.size() && std::isupper(static_cast<unsigned char>(name[i])); };
  const auto lower = [&](std::size_t i) { return i < name.size() && std::islower(static_cast<unsigned char>(name[i])); };
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && upper(i) && (!upper(i - 1) || lower(i + 1)) && text.back() != '_') text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return text;
}

std::string type_of(std::string_view type) {
  for (const Renamed& row : kTypes)
    if (row.from == type) return std::string(row.to);
  const std::size_t first = type.find("::"), second = type.find("::", first == std::string_view::npos ? first : first + 2);
  if (first == std::string_view::npos || second == std::string_view::npos) return snake(type);
  std::string service(type.substr(first + 2, second - first - 2));
  std::ranges::transform(service, service.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return "aws_" + service + "_" + snake(type.substr(second + 2));
}

Node terraform_form(const Node& node, bool rename) {
  Node copy;
  copy.kind = node.kind;
  copy.line = node.line;
  copy.column = node.column;
  copy.scalar = node.scalar;
  for (const Node& item : node.items) copy.items.push_back(terraform_form(item, rename));
  for (const Node::Member& member : node.members) {
    // Policies have their own grammar, whose names stay; so do the keys of tags and environments.
    const bool keeps = member.key.ends_with("PolicyDocument") || member.key == "ResourcePolicy" || member.key == "KeyPolicy" || member.key == "RepositoryPolicyText" || member.key == "ModelPackageGroupPolicy" || member.key == "Environment";
    std::string key = rename ? snake(member.key) : member.key;
    if (rename)
      for (const Renamed& row : kProperties)
        if (row.from == member.key) key = row.to;
    copy.members.push_back({std::move(key), terraform_form(member.value, rename && !keeps), member.line});
  }
  if (node.is_string()) {
    if (copy.scalar == "PublicRead") copy.scalar = "public-read";
    if (copy.scalar == "PublicReadWrite") copy.scalar = "public-read-write";
  }
  return copy;
}

// SAM's Globals: what a function, API or table has unless it says otherwise.
void put_globals(const Node& root, std::string_view type, Node& properties) {
  constexpr std::string_view prefix = "AWS::Serverless::";
  const Node* globals = root.find("Globals");
  if (!globals || !type.starts_with(prefix)) return;
  const Node* section = globals->find(type.substr(prefix.size()));
  if (!section) return;
  properties.kind = Node::Kind::map;
  for (const Node::Member& member : section->members)
    if (!properties.find(member.key)) properties.members.push_back(member);
}

Resource resource_of(const std::string& type, const std::string& name, const Node& properties, std::uint32_t line) {
  Resource resource;
  resource.type = type_of(type);
  resource.name = name;
  resource.address = type + "." + name;
  resource.body = terraform_form(properties, true);
  resource.body.kind = Node::Kind::map;
  resource.line = line;
  return resource;
}

struct Logical {
  std::string_view id, address;
};

void find_references(const Node& node, const std::string& attribute, const std::vector<Logical>& known, std::vector<Reference>& into) {
  if (node.is_string() && node.scalar.size() < 1000)
    for (const Logical& logical : known) {
      const std::string_view text = node.scalar;
      const bool whole = text == logical.id || (text.starts_with(logical.id) && text.size() > logical.id.size() && text[logical.id.size()] == '.');
      const std::string open = "${" + std::string(logical.id);
      const std::size_t at = text.find(open);
      const bool inside = at != std::string_view::npos && at + open.size() < text.size() && (text[at + open.size()] == '}' || text[at + open.size()] == '.');
      if (whole || inside) into.push_back({attribute, std::string(logical.address), node.line});
    }
  for (const Node& item : node.items) find_references(item, attribute, known, into);
  for (const Node::Member& member : node.members) find_references(member.value, attribute, known, into);
}

Result<Observation> read(const Source& source) {
  Observation observation;
  Node root;
  if (source.kind == format::ContentKind::json) {
    auto parsed = format::parse_json(source.text, *source.limits);
    if (!parsed) return std::unexpected(parsed.error());
    root = std::move(*parsed);
  } else {
    auto documents = format::parse_yaml(source.text, *source.limits, nullptr, format::Tags::functions);
    if (!documents) return std::unexpected(documents.error());
    if (!documents->empty()) root = std::move(documents->front());
  }
  if (is_serverless_file(source.name))
    if (auto made = template_of_serverless(root)) root = std::move(*made);
  const Node* section = root.find("Resources");
  if (!section || !section->is_map()) return observation;
  std::vector<Resource> resources;
  TemplateValues values(root, *source.limits);
  for (const Node::Member& member : section->members) {
    const std::string type(member.value.text("Type"));
    if (!type.starts_with("AWS::")) continue;
    Node properties;
    if (const Node* own = member.value.find("Properties")) properties = *own;
    put_globals(root, type, properties);
    properties = values.resolved(properties);
    const std::vector<ImpliedResource> implied = implied_by_serverless(type, member.key, properties);
    resources.push_back(resource_of(type, member.key, properties, member.line));
    for (const ImpliedResource& one : implied) resources.push_back(resource_of(one.type, one.name, one.properties, one.properties.line ? one.properties.line : member.line));
  }
  std::vector<Logical> known;
  for (const Resource& resource : resources) known.push_back({resource.name, resource.address});
  if (known.size() <= 1000)
    for (Resource& resource : resources)
      for (const Node::Member& member : resource.body.members) find_references(member.value, member.key, known, resource.references);
  observe_resources(source, std::move(resources), {}, observation);
  return observation;
}

}  // namespace

std::string terraform_type_of(std::string_view type) { return type_of(type); }
Node terraform_body_of(const Node& properties) {
  Node body = terraform_form(properties, true);
  body.kind = Node::Kind::map;
  return body;
}

extern const Collector cloudformation;
const Collector cloudformation{.name = "cloudformation", .wants = wants, .read = read};

}  // namespace stormwatch::collect
