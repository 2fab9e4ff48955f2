// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/pods.h"

#include <algorithm>

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostPods = 200;

void add_template(const Node* pod, std::string suffix, std::vector<Pod>& pods) {
  if (pod) pods.push_back({pod->find("spec"), pod->find("metadata"), std::move(suffix)});
}

std::vector<std::string> ray_start_arguments(const Node& group) {
  std::vector<std::string> arguments;
  if (const Node* params = group.find("rayStartParams"))
    for (const Node::Member& member : params->members)
      if (member.value.is_scalar()) arguments.push_back("--" + member.key + "=" + member.value.scalar);
  return arguments;
}

// One pod a group, the head first.
void add_ray_pods(const Node* cluster, std::vector<Pod>& pods) {
  if (!cluster) return;
  const auto add_group = [&](const Node& group, std::string suffix) {
    const Node* pod = group.find("template");
    if (!pod) return;
    add_template(pod, std::move(suffix), pods);
    pods.back().arguments = ray_start_arguments(group);
  };
  if (const Node* head = cluster->find("headGroupSpec")) add_group(*head, "/head");
  if (const Node* groups = cluster->find("workerGroupSpecs"))
    for (const Node& group : groups->items) add_group(group, "/" + std::string(group.text("groupName", "workers")));
}

// pytorchReplicaSpecs: {Master: {template}, Worker: {template}}
void add_training_pods(const Node& spec, std::vector<Pod>& pods) {
  for (const Node::Member& member : spec.members)
    if (member.key.ends_with("ReplicaSpecs") && member.value.is_map())
      for (const Node::Member& replica : member.value.members) add_template(replica.value.find("template"), "/" + replica.key, pods);
}

void add_listed(const Node* list, std::string_view path, std::vector<Pod>& pods) {
  if (!list) return;
  for (const Node& item : list->items) add_template(item.at_path(path), "/" + std::string(item.text("name")), pods);
}

void add_seldon_pods(const Node& spec, std::vector<Pod>& pods) {
  if (const Node* predictors = spec.find("predictors"))
    for (const Node& predictor : predictors->items)
      if (const Node* parts = predictor.find("componentSpecs"))
        for (const Node& part : parts->items) add_template(&part, "/" + std::string(predictor.text("name")), pods);
}

// A workload of Terraform's without a spec says of its container nothing at all.
const Node& unsaid_pod() {
  static const Node pod = [] {
    Node name, container, list, spec;
    name.kind = Node::Kind::string;
    container.kind = Node::Kind::map;
    container.members.push_back({"image", name, 0});
    list.kind = Node::Kind::list;
    list.items.push_back(container);
    spec.kind = Node::Kind::map;
    spec.members.push_back({"containers", list, 0});
    return spec;
  }();
  return pod;
}

}  // namespace

std::vector<Pod> pods_of(const Node& manifest, std::string_view kind, std::string_view address) {
  std::vector<Pod> pods;
  const Node* spec = manifest.find("spec");
  const Node* metadata = manifest.find("metadata");
  if (!spec) {
    if (address.starts_with("kubernetes_") && (kind == "Pod" || kind == "Deployment")) pods.push_back({&unsaid_pod(), nullptr, ""});
    return pods;
  }
  if (kind == "Pod") pods.push_back({spec, metadata, ""});
  else if (kind == "CronJob") add_template(spec->at_path("jobTemplate.spec.template"), "", pods);
  else if (kind == "RayCluster") add_ray_pods(spec, pods);
  else if (kind == "RayJob") add_ray_pods(spec->find("rayClusterSpec"), pods);
  else if (kind == "RayService") add_ray_pods(spec->find("rayClusterConfig"), pods);
  else if (kind == "ServingRuntime" || kind == "ClusterServingRuntime") pods.push_back({spec, metadata, ""});
  else if (kind == "SeldonDeployment") add_seldon_pods(*spec, pods);
  else if (kind == "JobSet") add_listed(spec->find("replicatedJobs"), "template.spec.template", pods);
  else if (kind == "LeaderWorkerSet") {
    add_template(spec->at_path("leaderWorkerTemplate.leaderTemplate"), "/leader", pods);
    add_template(spec->at_path("leaderWorkerTemplate.workerTemplate"), "/worker", pods);
  } else if (kind == "InferenceService") {
    for (const std::string_view part : {"predictor", "transformer", "explainer"})
      if (const Node* component = spec->find(part)) pods.push_back({component, metadata, part == "predictor" ? "" : "/" + std::string(part)});
  } else if (const Node* pod = spec->find("template"); pod && pod->find("spec")) add_template(pod, "", pods);
  else if (pod && pod->find("containers")) pods.push_back({pod, metadata, ""});  // LLMInferenceService: the template is the pod
  else add_training_pods(*spec, pods);
  std::erase_if(pods, [](const Pod& pod) { return !pod.spec || !pod.spec->is_map(); });
  if (pods.size() > kMostPods) pods.resize(kMostPods);
  return pods;
}

std::vector<const Node*> all_containers(const Node& pod) {
  std::vector<const Node*> all;
  for (const std::string_view list : {"containers", "initContainers"})
    if (const Node* containers = pod.find(list))
      for (const Node& container : containers->items) all.push_back(&container);
  if (const Node* model = pod.find("model"); model && model->is_map()) all.push_back(model);
  return all;
}

std::vector<const Node*> lasting_containers(const Node& pod) {
  std::vector<const Node*> lasting = all_containers(pod);
  if (const Node* first = pod.find("initContainers"))
    std::erase_if(lasting, [&](const Node* one) { return one >= first->items.data() && one < first->items.data() + first->items.size() && one->text("restartPolicy") != "Always"; });
  return lasting;
}

}  // namespace stormwatch::collect
