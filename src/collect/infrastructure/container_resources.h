// SPDX-License-Identifier: Apache-2.0
// Containers that resources of clouds run, in the shape of those of Kubernetes and compose, so that the rules about AI services see them:
// ECS task definitions (JSON text, or a list), Azure container groups and container apps, Cloud Run.
//
// Exposure is what the resource itself says: a public address of a group, external ingress. An ECS task's stands in its service and its
// security group, which is not joined. Cloud Run asks who is there unless everyone may invoke it: `behind_proxy`.
#pragma once

#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/node.h"
#include "collect/infrastructure/service.h"

namespace stormwatch::collect {

struct CloudContainer {
  Container container;
  std::uint32_t line = 0;
};

std::vector<CloudContainer> containers_of_resource(std::string_view type, const Node& body, const Limits& limits);

}  // namespace stormwatch::collect
