// SPDX-License-Identifier: Apache-2.0
// A cloud resource as an infrastructure file declares it, in one shape for Terraform and CloudFormation, and the assets and
// relations that follow from it.
//
// Types and attributes use Terraform's names, so that one rule serves both. Policy documents wherever they stand (a JSON text,
// jsonencode, a policy_document data source) are also put in the body as `statements`, and trust policies as
// `trust_statements`: a list of {effect, actions, resources, principals, conditions}. A rule's tree also has `open_ports`
// (open_ports.h) and, for identities and networks, whose facts name no type, `resource_type`.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

struct Reference {
  std::string attribute;  ///< first name on the way to it: "role_arn"
  std::string target;     ///< address: "aws_iam_role.serving"
  std::uint32_t line = 0;
};

struct Resource {
  std::string type;     ///< "aws_sagemaker_endpoint"
  std::string name;     ///< "scoring"
  std::string address;  ///< as people write it: "aws_sagemaker_endpoint.scoring", "AWS::SageMaker::Endpoint.Scoring"
  Node body;
  std::uint32_t line = 0, column = 0;
  bool data = false;    ///< read, not made: a data source
  bool elsewhere = false;  ///< declared in another file, here only for what it says about a resource of this one: no asset
  std::vector<Reference> references;
};

/// aws, azure, gcp, kubernetes, or empty.
std::string_view platform_of(std::string_view type);
/// The kind of asset that a resource type is: datastore, identity, network, or cloud_resource for all others.
AssetKind kind_of_type(std::string_view type);

/// "FOLDER/*.tf" for each ending: any file of the source's folder that ends so (graph/join_folder.h); none for members of archives.
std::vector<std::string> files_beside(const Source& source, std::initializer_list<std::string_view> endings);

/// Assets "PATH#address" with relations by reference. `neighbours` are files whose resources may be referred to (relations to
/// what is not there are dropped when observations are merged).
void observe_resources(const Source& source, std::vector<Resource> resources, const std::vector<std::string>& neighbours,
                       Observation& into);

}  // namespace stormwatch::collect
