// SPDX-License-Identifier: Apache-2.0
// Where the AWS API answers in another shape than the one a resource is declared in: the answer's attributes moved to where
// Terraform has them.
#pragma once

#include <string_view>

#include "base/node.h"

namespace stormwatch::collect {

/// `body` has names of Terraform already (cloudformation_forms.h). What the answer leaves out becomes `${not in the export}`.
void give_declared_shape(std::string_view type, Node& body);

}  // namespace stormwatch::collect
