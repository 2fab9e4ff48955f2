// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/aws_printed.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "collect/infrastructure/aws_shapes.h"
#include "collect/infrastructure/cloudformation_forms.h"

namespace stormwatch::collect {
namespace {

// `own` names the item: its ARN, which must hold `in_arn`, or an id. `whole` is only in the full answer, not in a list's summary.
struct Printed {
  std::string_view own, whole, in_arn, type, name;
};
constexpr Printed kPrinted[] = {
    {"NotebookInstanceArn", "DirectInternetAccess", "", "AWS::SageMaker::NotebookInstance", "NotebookInstanceName"},
    {"EndpointConfigArn", "ProductionVariants", "", "AWS::SageMaker::EndpointConfig", "EndpointConfigName"},
    {"EndpointArn", "EndpointConfigName", ":sagemaker:", "AWS::SageMaker::Endpoint", "EndpointName"},
    {"ModelArn", "PrimaryContainer|Containers|ExecutionRoleArn", ":sagemaker:", "AWS::SageMaker::Model", "ModelName"},
    {"DomainArn", "AuthMode", ":sagemaker:", "AWS::SageMaker::Domain", "DomainName"},
    {"FeatureGroupArn", "FeatureDefinitions", "", "AWS::SageMaker::FeatureGroup", "FeatureGroupName"},
    {"JobDefinitionArn", "DataQualityAppSpecification", "", "AWS::SageMaker::DataQualityJobDefinition", "JobDefinitionName"},
    {"JobDefinitionArn", "ModelBiasAppSpecification", "", "AWS::SageMaker::ModelBiasJobDefinition", "JobDefinitionName"},
    {"JobDefinitionArn", "ModelQualityAppSpecification", "", "AWS::SageMaker::ModelQualityJobDefinition", "JobDefinitionName"},
    {"JobDefinitionArn", "ModelExplainabilityAppSpecification", "", "AWS::SageMaker::ModelExplainabilityJobDefinition", "JobDefinitionName"},
    {"MonitoringScheduleArn", "MonitoringScheduleConfig", "", "AWS::SageMaker::MonitoringSchedule", "MonitoringScheduleName"},
    {"FlowDefinitionArn", "OutputConfig", ":sagemaker:", "AWS::SageMaker::FlowDefinition", "FlowDefinitionName"},
    {"ClusterArn", "InstanceGroups", ":sagemaker:", "AWS::SageMaker::Cluster", "ClusterName"},
    {"guardrailArn", "blockedInputMessaging", "", "AWS::Bedrock::Guardrail", "name"},
    {"agentArn", "agentResourceRoleArn|foundationModel", "", "AWS::Bedrock::Agent", "agentName"},
    {"agentAliasArn", "routingConfiguration", "", "AWS::Bedrock::AgentAlias", "agentAliasName"},
    {"actionGroupId", "agentVersion", "", "AWS::Bedrock::AgentActionGroup", "actionGroupName"},
    {"knowledgeBaseArn", "knowledgeBaseConfiguration", "", "AWS::Bedrock::KnowledgeBase", "name"},
    {"dataSourceId", "dataSourceConfiguration", "", "AWS::Bedrock::DataSource", "name"},
    {"arn", "variants", ":prompt/", "AWS::Bedrock::Prompt", "name"},
    {"arn", "definition|executionRoleArn", ":flow/", "AWS::Bedrock::Flow", "name"},
    {"jobArn", "outputModelName", ":model-customization-job/", "AWS::Bedrock::CustomModel", "outputModelName"},
    {"textDataDeliveryEnabled", "", "", "AWS::Bedrock::ModelInvocationLoggingConfiguration", ""},
    {"agentRuntimeArn", "networkConfiguration", "", "AWS::BedrockAgentCore::Runtime", "agentRuntimeName"},
    {"gatewayArn", "authorizerType", ":bedrock-agentcore:", "AWS::BedrockAgentCore::Gateway", "name"},
    {"arn", "eventExpiryDuration", ":memory/", "AWS::BedrockAgentCore::Memory", "name"},
    {"browserArn", "networkConfiguration", "", "AWS::BedrockAgentCore::BrowserCustom", "name"},
    {"codeInterpreterArn", "networkConfiguration", "", "AWS::BedrockAgentCore::CodeInterpreterCustom", "name"},
    {"applicationArn", "encryptionConfiguration|identityType", ":qbusiness:", "AWS::QBusiness::Application", "displayName"},
    {"DocumentClassifierArn", "InputDataConfig&Status", "", "AWS::Comprehend::DocumentClassifier", ""},
    {"EntityRecognizerArn", "InputDataConfig&Status", "", "AWS::Comprehend::EntityRecognizer", ""},
    {"StreamProcessorArn", "RoleArn", "", "AWS::Rekognition::StreamProcessor", "Name"},
    {"vectorBucketArn", "encryptionConfiguration", "", "AWS::S3Vectors::VectorBucket", "vectorBucketName"},
    {"Id", "DocumentMetadataConfigurations&Edition", "", "AWS::Kendra::Index", "Name"},
    {"Arn", "AssumeRolePolicyDocument", ":role/", "AWS::IAM::Role", "RoleName"},
    {"Arn", "PolicyVersionList", ":policy/", "AWS::IAM::ManagedPolicy", "PolicyName"},
    {"Arn", "UserPolicyList|AttachedManagedPolicies", ":user/", "AWS::IAM::User", "UserName"},
    {"FunctionArn", "CodeSha256", ":lambda:", "AWS::Lambda::Function", "FunctionName"},
    {"FunctionUrl", "AuthType", "", "AWS::Lambda::Url", ""},
    {"GroupId", "IpPermissions", "", "AWS::EC2::SecurityGroup", "GroupId"},
    {"InstanceId", "ImageId&MetadataOptions", "", "AWS::EC2::Instance", "InstanceId"},
    {"VpcEndpointId", "ServiceName&VpcEndpointType", "", "AWS::EC2::VPCEndpoint", "VpcEndpointId"},
    {"VolumeId", "VolumeType&Encrypted", "", "AWS::EC2::Volume", "VolumeId"},
    {"DBInstanceArn", "StorageEncrypted", ":rds:", "AWS::RDS::DBInstance", "DBInstanceIdentifier"},
    {"DBClusterArn", "StorageEncrypted", ":rds:", "AWS::RDS::DBCluster", "DBClusterIdentifier"},
    {"Arn", "KeyManager", ":kms:", "AWS::KMS::Key", "KeyId"},
    {"repositoryArn", "imageTagMutability", ":ecr:", "AWS::ECR::Repository", "repositoryName"},
    {"taskDefinitionArn", "containerDefinitions", ":ecs:", "AWS::ECS::TaskDefinition", "family"},
    {"serviceArn", "taskDefinition&launchType|deployments", ":ecs:", "AWS::ECS::Service", "serviceName"},
    {"clusterArn", "clusterName&status", ":ecs:", "AWS::ECS::Cluster", "clusterName"},
    {"arn", "resourcesVpcConfig", ":eks:", "AWS::EKS::Cluster", "name"},
    {"ARN", "DomainName&ClusterConfig", ":es:", "AWS::OpenSearchService::Domain", "DomainName"},
    {"arn", "logGroupName", ":logs:", "AWS::Logs::LogGroup", "logGroupName"},
    {"FileSystemArn", "Encrypted&PerformanceMode", ":elasticfilesystem:", "AWS::EFS::FileSystem", "FileSystemId"},
    {"ARN", "DomainName&ElasticsearchClusterConfig", ":es:", "AWS::Elasticsearch::Domain", "DomainName"},
    {"ARN", "ReplicationGroupId&TransitEncryptionEnabled", ":replicationgroup:", "AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"},
    {"TableArn", "KeySchema", ":dynamodb:", "AWS::DynamoDB::Table", "TableName"},
    {"ARN", "Name", ":secretsmanager:", "AWS::SecretsManager::Secret", "Name"},
    {"TrailARN", "S3BucketName", "", "AWS::CloudTrail::Trail", "Name"},
    {"QueueArn", "VisibilityTimeout", ":sqs:", "AWS::SQS::Queue", ""},
    {"TopicArn", "EffectiveDeliveryPolicy|Policy", ":sns:", "AWS::SNS::Topic", ""},
    {"policyVersion", "type&policy", "", "AWS::OpenSearchServerless::SecurityPolicy", "name"}};

bool has_words(const Node& item, std::string_view words, char between, bool all) {
  while (!words.empty()) {
    const std::size_t cut = words.find(between);
    const std::string_view word = words.substr(0, cut);
    const bool there = between == '&' ? has_words(item, word, '|', false) : item.find(word) != nullptr;
    if (there != all) return there;
    words = cut == std::string_view::npos ? std::string_view() : words.substr(cut + 1);
  }
  return all;
}

bool is_whole(const Node& item, const Printed& row) { return row.whole.empty() || has_words(item, row.whole, '&', true); }

// The name at the end of an ARN, which may have a version behind it.
std::string_view last_of_arn(std::string_view arn) {
  arn = arn.substr(0, arn.find("/version/"));
  return arn.substr(arn.find_last_of("/:") + 1);
}

// "arn:aws:glue:eu-west-1:1:table/db/t" -> "glue table"
std::string kind_in_arn(std::string_view arn) {
  std::array<std::string_view, 6> parts{};
  for (std::string_view& part : parts) {
    const std::size_t colon = &part == &parts.back() ? std::string_view::npos : arn.find(':');
    part = arn.substr(0, colon);
    arn = colon == std::string_view::npos ? std::string_view() : arn.substr(colon + 1);
  }
  const std::string_view kind = parts[5].substr(0, parts[5].find_first_of("/:"));
  return std::string(parts[2]) + (parts[5].size() > kind.size() ? " " + std::string(kind) : std::string());
}

// "ModelArn" is the own ARN of what a list of Models holds, and of what is no list; "clusterArn" in a list of tasks is another's.
bool may_be_own(std::string_view key, std::string_view list) {
  std::string stem = lower(key.substr(0, key.size() - 3));
  if (stem.ends_with('y')) stem.pop_back();  // repositories
  return list.empty() || stem.empty() || lower(list).starts_with(stem);
}

// The ARN that the item says is its own: "TrainingJobArn" in a list "TrainingJobSummaries", "Arn" beside a name.
std::string_view own_arn(const Node& item, std::string_view list) {
  if (list.empty()) return {};
  for (const Node::Member& member : item.members) {
    if (!member.value.is_string() || !member.value.scalar.starts_with("arn:aws")) continue;
    if (lower(member.key).ends_with("arn") && may_be_own(member.key, list)) return member.value.scalar;
  }
  return {};
}

bool quoted_in(std::string_view head, std::string_view key) {
  for (std::size_t at = head.find(key); at != std::string_view::npos; at = head.find(key, at + 1))
    if (at > 0 && head[at - 1] == '"' && at + key.size() < head.size() && head[at + key.size()] == '"') return true;
  return false;
}

// One of the keys that only the full answer has; the head may end before the last.
bool head_has(std::string_view head, std::string_view words) {
  while (!words.empty()) {
    const std::size_t cut = words.find_first_of("|&");
    if (quoted_in(head, words.substr(0, cut))) return true;
    words = cut == std::string_view::npos ? std::string_view() : words.substr(cut + 1);
  }
  return false;
}

// Policies that are trees keep their own grammar under the name that templates give them.
Node with_named_policies(const Node& item) {
  Node copy = item;
  for (Node::Member& member : copy.members) {
    if (member.key == "Policy" && member.value.is_map()) member.key = "PolicyDocument";
    if (member.key != "PolicyVersionList") continue;
    for (Node& version : member.value.items)
      for (Node::Member& part : version.members)
        if (part.key == "Document") part.key = "PolicyDocument";
  }
  return copy;
}

}  // namespace

bool looks_printed_by_aws(std::string_view head) {
  const bool arn = head.find("\"arn:aws") != std::string_view::npos;
  for (const Printed& row : kPrinted) {
    if (!quoted_in(head, row.own)) continue;
    // Some names are in other files too: there an answer's second name must be near.
    const bool telling = row.own.size() > 5 && row.own.ends_with("Arn");
    if ((telling && arn) || (!row.whole.empty() && head_has(head, row.whole) && (arn || row.in_arn.empty()))) return true;
  }
  if (quoted_in(head, "textDataDeliveryEnabled") || (quoted_in(head, "Buckets") && quoted_in(head, "CreationDate"))) return true;
  // A list of things with ARNs of their own that no rule knows: told as not read.
  const std::size_t list = head.find_first_not_of(" \r\n\t", head.find('{') + 1);
  if (!arn || list == std::string_view::npos || head[list] != '"') return false;
  const std::size_t end = head.find('"', list + 1), colon = end == std::string_view::npos ? end : head.find_first_not_of(" \r\n\t:", end + 1);
  if (colon == std::string_view::npos || head[colon] != '[') return false;
  const std::string key = lower(head.substr(list + 1, end - list - 1)), rest = lower(head.substr(colon));
  for (std::size_t at = rest.find("arn\""); at != std::string::npos; at = rest.find("arn\"", at + 4)) {
    const std::size_t open = rest.rfind('"', at);
    if (const std::string stem = rest.substr(open + 1, at - open - 1); stem.size() > 3 && key.starts_with(stem)) return true;
  }
  return false;
}

AwsPrinted aws_printed(const Node& item, std::string_view list) {
  const Printed* partly = nullptr;
  for (const Printed& row : kPrinted) {
    const Node* own = item.find(row.own);
    if (!own || !own->is_scalar() || (!row.in_arn.empty() && own->scalar.find(row.in_arn) == std::string::npos)) continue;
    if (!is_whole(item, row)) {
      if (lower(row.own).ends_with("arn") && may_be_own(row.own, list)) partly = &row;
      continue;
    }
    std::string_view name = row.name.empty() ? std::string_view() : item.text(row.name);
    if (name.empty()) name = last_of_arn(own->scalar);
    return {AwsPrinted::Kind::resource, std::string(row.type), std::string(name)};
  }
  if (list == "Buckets" && item.find("Name") && item.find("CreationDate")) return {AwsPrinted::Kind::resource, "AWS::S3::Bucket", std::string(item.text("Name"))};
  const std::string_view arn = own_arn(item, list);
  if (partly && !list.empty()) return {AwsPrinted::Kind::summary, std::string(partly->type), {}};
  if (!arn.empty()) return {AwsPrinted::Kind::unknown, kind_in_arn(arn), {}};
  return {};
}

std::optional<Resource> aws_resource(std::string_view type, std::string_view name, const Node& item) {
  if (item.text("KeyManager") == "AWS" || item.text("Path").starts_with("/aws-service-role/") || item.text("Path").starts_with("/aws-reserved/")) return std::nullopt;
  Resource resource;
  resource.type = terraform_type_of(type);
  if (resource.type == "aws_rds_cluster") {
    const std::string_view engine = item.text("Engine", item.text("engine"));
    if (engine == "docdb" || engine == "neptune") resource.type = "aws_" + std::string(engine) + "_cluster";
  }
  resource.name = name;
  resource.address = resource.type + "." + resource.name;
  resource.body = terraform_body_of(with_named_policies(item));
  resource.line = item.line;
  give_declared_shape(resource.type, resource.body);
  return resource;
}

}  // namespace stormwatch::collect
