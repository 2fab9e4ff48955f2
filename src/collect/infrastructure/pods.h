// SPDX-License-Identifier: Apache-2.0
// The pod templates of a Kubernetes manifest, whatever kind carries them: core and apps kinds, CronJob, the groups of KubeRay, KServe's
// components and runtimes, Kubeflow's training jobs, LeaderWorkerSet, JobSet, Seldon.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace stormwatch::collect {

struct Pod {
  const Node* spec = nullptr;
  const Node* metadata = nullptr;
  std::string suffix;                    ///< tells several pods of one manifest apart; empty for the first or only one
  std::vector<std::string> arguments{};  ///< that an operator adds to the container's own: rayStartParams
};

/// `address` is set where a resource of Terraform made the manifest.
std::vector<Pod> pods_of(const Node& manifest, std::string_view kind, std::string_view address);

/// Containers, init containers, and KServe's `model`, which is one without its image.
std::vector<const Node*> all_containers(const Node& pod);
/// Those that run while the pod serves: not init containers, which end before, but for sidecars among them (restartPolicy Always).
std::vector<const Node*> lasting_containers(const Node& pod);

}  // namespace stormwatch::collect
