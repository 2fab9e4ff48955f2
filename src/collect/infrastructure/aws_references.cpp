// SPDX-License-Identifier: Apache-2.0
// refer_by_arn of aws_printed.h: which role, bucket, key, group or model a live resource names.
#include "collect/infrastructure/aws_printed.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostReferences = 200;  // of one resource
constexpr std::size_t kDeepest = 12;

struct Service {
  std::string_view in_arn, type;
};
constexpr Service kServices[] = {{":role/", "aws_iam_role"},          {":key/", "aws_kms_key"},          {":function:", "aws_lambda_function"},
                                 {":guardrail/", "aws_bedrock_guardrail"}, {":knowledge-base/", "aws_bedrockagent_knowledge_base"}};

std::string_view after(std::string_view text, std::string_view mark) { return text.substr(text.find(mark) + mark.size()); }

// "s3://bucket/key", "arn:aws:s3:::bucket/*" -> the bucket.
std::string_view bucket_in(std::string_view text) {
  for (const std::string_view mark : {"s3://", ":s3:::"})
    if (text.find(mark) != std::string_view::npos && (mark == ":s3:::" || text.starts_with(mark))) {
      const std::string_view name = after(text, mark).substr(0, after(text, mark).find('/'));
      return name.find('*') == std::string_view::npos ? name : std::string_view();
    }
  return {};
}

// The address that a value names; empty if it names no resource.
std::string named_by(std::string_view key, std::string_view text) {
  if (text.size() > 2048 || text.empty()) return {};
  if (const std::string_view bucket = bucket_in(text); !bucket.empty()) return "aws_s3_bucket." + std::string(bucket);
  if (text.starts_with("arn:aws"))
    for (const Service& one : kServices)
      if (text.find(one.in_arn) != std::string_view::npos) return std::string(one.type) + "." + std::string(text.substr(text.find_last_of("/:") + 1));
  if (text.starts_with("sg-") && text.size() > 10 && key != "group_id") return "aws_security_group." + std::string(text);
  if (key == "model_name") return "aws_sagemaker_model." + std::string(text);
  if (key == "endpoint_config_name") return "aws_sagemaker_endpoint_configuration." + std::string(text);
  return {};
}

void find(const Node& node, std::string_view key, const std::string& attribute, std::size_t depth, Resource& resource) {
  if (depth > kDeepest || resource.references.size() >= kMostReferences) return;
  if (node.is_string())
    if (std::string address = named_by(key, node.scalar); !address.empty() && address != resource.address) resource.references.push_back({attribute, std::move(address), node.line});
  for (const Node& item : node.items) find(item, key, attribute, depth + 1, resource);
  for (const Node::Member& member : node.members) find(member.value, member.key, attribute.empty() ? member.key : attribute, depth + 1, resource);
}

}  // namespace

void refer_by_arn(std::vector<Resource>& resources) {
  for (Resource& resource : resources)
    if (platform_of(resource.type) == "aws") find(resource.body, {}, {}, 0, resource);
}

}  // namespace stormwatch::collect
