// SPDX-License-Identifier: Apache-2.0
// What the AWS API answers, as `aws` prints it, in Terraform's names: which resource an item is, and its attributes.
//
// Names and shapes are those of the public API models (botocore's service-2.json). An attribute that the answer cannot hold (a bucket's
// policy in a list of buckets) is put in as unknown, `${...}`, so that a rule about it is not decided.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "collect/infrastructure/resource.h"

namespace stormwatch::collect {

/// The text may be such an answer: names that only they have stand in its head.
bool looks_printed_by_aws(std::string_view head);

struct AwsPrinted {
  enum class Kind : std::uint8_t { resource, summary, unknown, other };  // other: no resource of AWS at all
  Kind kind = Kind::other;
  std::string type;   ///< CloudFormation's: "AWS::SageMaker::Model"; of an unknown one the service and kind of its ARN: "glue table"
  std::string name;
};

/// What one item of an answer is. `list` is the key of the list that it stands in, empty for none.
AwsPrinted aws_printed(const Node& item, std::string_view list);

/// The item as a resource of CloudFormation's type `type`; nullopt for what the provider itself owns (its keys, its roles).
std::optional<Resource> aws_resource(std::string_view type, std::string_view name, const Node& item);

/// Notes what each resource names by ARN, id or s3:// address as references, be it among `resources` or not.
void refer_by_arn(std::vector<Resource>& resources);

}  // namespace stormwatch::collect
