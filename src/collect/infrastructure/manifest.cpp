// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/manifest.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/pods.h"
#include "collect/infrastructure/process.h"
#include "collect/infrastructure/service.h"
#include "collect/infrastructure/tree.h"
#include "collect/packages.h"

namespace stormwatch::collect {
namespace {

using Labels = std::map<std::string, std::string>;

Labels labels_of(const Node* node) {
  Labels labels;
  if (node)
    for (const Node::Member& member : node->members)
      if (labels.size() < 100) labels[member.key] = member.value.scalar;
  return labels;
}

std::string text_of(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += (text.empty() ? "" : ",") + name + "=" + value;
  return text;
}

bool selects(const Labels& selector, const Labels& labels) {
  return !selector.empty() && std::ranges::all_of(selector, [&](const auto& pair) {
    const auto found = labels.find(pair.first);
    return found != labels.end() && found->second == pair.second;
  });
}

struct Manifest {
  const Node* root = nullptr;
  std::string kind, group, name, space;
  std::string address;  // given by who made the manifest; else made of kind, namespace and name
};

Manifest manifest_of(const Node& root) {
  Manifest manifest{&root, std::string(root.text("kind")), {}, {}, {}, {}};
  const std::string_view version = root.text("apiVersion");
  manifest.group = version.substr(0, version.find('/'));
  if (const Node* metadata = root.find("metadata")) {
    manifest.name = metadata->text("name", metadata->text("generateName"));
    manifest.space = metadata->text("namespace", "default");
  }
  return manifest;
}

std::optional<bool> security_flag(const Node& holder, std::string_view name) {
  const Node* context = holder.find("securityContext");
  const Node* value = context ? context->find(name) : nullptr;
  return value ? value->as_bool() : std::nullopt;
}

// True if some container runs as user 0, false if each is told not to; what the image says is not known here.
Flag runs_as_root(const Node& pod) {
  const auto user = [](const Node& holder) -> std::optional<double> {
    const Node* value = holder.at_path("securityContext.runAsUser");
    return value ? value->as_number() : std::nullopt;
  };
  bool all_other = true;
  const auto containers = lasting_containers(pod);
  for (const Node* container : containers) {
    const auto id = user(*container) ? user(*container) : user(pod);
    const auto never = security_flag(*container, "runAsNonRoot") ? security_flag(*container, "runAsNonRoot") : security_flag(pod, "runAsNonRoot");
    if (id == 0.0) return true;
    all_other &= (id && *id > 0) || never == true;
  }
  return all_other && !containers.empty() ? Flag(false) : Flag();
}

constexpr std::array<std::string_view, 6> kProxies{"oauth2-proxy", "oauth-proxy", "kube-rbac-proxy", "authservice", "pomerium", "istio-proxy-auth"};

class Reader {
 public:
  Reader(const Source& source, std::vector<ManifestDocument> documents) : source_(source), documents_(std::move(documents)) {
    for (const ManifestDocument& document : documents_) {
      const Node& root = document.root;
      if (root.text("kind").ends_with("List") && root.find("items")) {
        for (const Node& item : root.find("items")->items) manifests_.push_back(manifest_of(item));
      } else if (root.find("apiVersion") && root.find("kind")) {
        manifests_.push_back(manifest_of(root));
        manifests_.back().address = document.address;
      }
    }
  }

  Observation read() {
    for (const Manifest& manifest : manifests_)
      for (const Pod& pod : pods_of(*manifest.root, manifest.kind, manifest.address)) add_workload(manifest, pod);
    for (const Manifest& manifest : manifests_) {
      if (manifest.kind == "Service" && manifest.group == "v1") add_service(manifest);
      if (manifest.kind == "ServiceAccount") add_service_account(manifest);
      if (is_judged_alone(manifest.kind)) add_resource(manifest);
    }
    return std::move(observation_);
  }

 private:
  // Kinds that are no workload of ours and that rules speak about.
  static bool is_judged_alone(std::string_view kind) {
    return kind == "NetworkPolicy" || kind.ends_with("Role") || kind.ends_with("RoleBinding") || kind == "PeerAuthentication" || kind == "AuthorizationPolicy" || kind == "NIMService";
  }

  struct Offered {
    std::string space, key;
    Labels labels;
    AssetId endpoint, workload;
    std::size_t asset = 0;  // position of the endpoint in the observation
    const Service* service = nullptr;
  };

  [[nodiscard]] std::string address(const Manifest& manifest, std::string_view suffix = {}) const {
    if (!manifest.address.empty()) return manifest.address + std::string(suffix);
    return manifest.kind + "/" + manifest.space + "/" + manifest.name + std::string(suffix);
  }
  [[nodiscard]] std::string key_of(std::string_view address) const { return source_.path + (source_.member.empty() ? "" : "!/" + source_.member) + "#" + std::string(address); }
  // Shared with other files of the folder that speak of the same labels.
  [[nodiscard]] std::string endpoint_key(const std::string& space, const Labels& selector) const {
    return std::string(source_.folder()) + "#" + "kubernetes/" + space + "/" + text_of(selector);
  }
  [[nodiscard]] Place place_of(const Node& node, std::string resource) const {
    Place place = source_.place_of_line(node.line, 0);
    place.resource = std::move(resource);
    return place;
  }

  /// A ConfigMap, a secret or a path of the node, not a volume for data.
  static bool brings_files(const Node& mount, const Pod& pod) {
    const Node* volumes = pod.spec->find("volumes");
    if (!volumes) return false;
    return std::ranges::any_of(volumes->items, [&](const Node& volume) {
      return volume.text("name") == mount.text("name") && !volume.find("emptyDir") && !volume.find("persistentVolumeClaim") && !volume.find("ephemeral");
    });
  }

  static Container container_of(const Node& spec, const Pod& pod, bool proxied) {
    Container container;
    container.image = spec.text("image");
    container.arguments = words_of(spec.find("command"));
    std::ranges::move(words_of(spec.find("args")), std::back_inserter(container.arguments));
    std::ranges::copy(pod.arguments, std::back_inserter(container.arguments));
    if (const Node* environment = spec.find("env"))
      for (const Node& variable : environment->items) {
        const Node* value = variable.find("value");
        container.environment.emplace_back(std::string(variable.text("name")), value ? value->scalar : "${" + std::string(variable.text("name")) + "}");
      }
    if (const Node* ports = spec.find("ports"))
      for (const Node& port : ports->items)
        if (const Node* number = port.find("containerPort"); number && number->as_number()) container.ports.push_back(static_cast<std::int64_t>(*number->as_number()));
    container.environment_elsewhere = spec.find("envFrom") != nullptr;
    if (const Node* mounts = spec.find("volumeMounts"))
      container.mounts_files = std::ranges::any_of(mounts->items, [&](const Node& mount) { return brings_files(mount, pod) || may_hold_settings(mount.text("mountPath")); });
    container.behind_proxy = proxied;
    // hostPort and hostNetwork put the port on the node's own address.
    const Node* network = pod.spec->find("hostNetwork");
    bool on_node = network && network->as_bool() == true;
    if (const Node* ports = spec.find("ports"))
      for (const Node& port : ports->items) on_node |= port.find("hostPort") != nullptr;
    if (on_node) container.exposure = "internet";
    return container;
  }

  WorkloadFacts workload_of(const Manifest& manifest, const Pod& pod) const {
    WorkloadFacts facts;
    facts.platform = "kubernetes";
    facts.service_account = pod.spec->text("serviceAccountName", pod.spec->text("serviceAccount"));
    facts.privileged = std::ranges::any_of(lasting_containers(*pod.spec), [](const Node* container) { return security_flag(*container, "privileged") == true; });
    for (const Node* container : all_containers(*pod.spec)) {
      if (const Node* environment = container->find("env"))
        for (const Node& variable : environment->items) facts.environment_names.emplace_back(variable.text("name"));
      std::vector<std::string> words;
      for (const std::string_view part : {"command", "args"}) std::ranges::move(words_of(container->find(part)), std::back_inserter(words));
      std::ranges::move(words_started(words), std::back_inserter(facts.arguments));
    }
    std::ranges::sort(facts.environment_names);
    facts.runs_as_root = runs_as_root(*pod.spec);
    const auto flag = [&](std::string_view name) { const Node* node = pod.spec->find(name); return node && node->as_bool() == true; };
    facts.host_network = flag("hostNetwork");
    facts.mounts_host = false;
    if (const Node* volumes = pod.spec->find("volumes"))
      facts.mounts_host = std::ranges::any_of(volumes->items, [](const Node& volume) { return volume.find("hostPath") != nullptr; });
    facts.configuration = tree_of(manifest, pod);
    return facts;
  }

  static Configuration tree_of(const Manifest& manifest, const Pod& pod) {
    auto tree = std::make_shared<Node>();
    tree->kind = Node::Kind::map;
    tree->line = manifest.root->line;
    tree->members.push_back({"kind", text_node(manifest.kind, manifest.root->line), manifest.root->line});
    if (const Node* metadata = manifest.root->find("metadata")) tree->members.push_back({"metadata", *metadata, metadata->line});
    if (const Node* labels = pod.metadata ? pod.metadata->find("labels") : nullptr) tree->members.push_back({"labels", *labels, labels->line});  // by which policies select it
    Node copy = *pod.spec;
    for (Node::Member& list : copy.members)
      if (list.key == "containers" || list.key == "initContainers")
        for (Node& container : list.value.items)
          for (Node::Member& part : container.members)
            if (part.key == "env")
              for (Node& variable : part.value.items) {
                const std::string name(variable.text("name"));
                for (Node::Member& value : variable.members)
                  if (value.key == "value") value.value.scalar = kept_value(name, value.value.scalar);
              }
    tree->members.push_back({"pod", std::move(copy), pod.spec->line});
    // The AI kinds say more in their own spec than in the pods they make.
    const bool own_kind = manifest.kind.find("Inference") != std::string::npos || manifest.kind.starts_with("Ray") || manifest.kind == "Notebook" || manifest.kind.ends_with("ServingRuntime");
    if (const Node* spec = manifest.root->find("spec"); spec && own_kind && spec != pod.spec) tree->members.push_back({"spec", *spec, spec->line});
    std::vector<Node> processes;
    for (const Node* container : all_containers(*pod.spec)) {
      Container one = container_of(*container, pod, false);
      put_authentication_options(manifest, one);
      processes.push_back(process_of(one, container->line));
    }
    add_processes(*tree, std::move(processes));
    return tree;
  }

  Labels selector_of(const Manifest& manifest, const Pod& pod) const {
    Labels selector = labels_of(manifest.root->at_path("spec.selector.matchLabels"));
    if (selector.empty() && pod.metadata) selector = labels_of(pod.metadata->find("labels"));
    if (selector.empty()) selector["name"] = manifest.name + pod.suffix;
    return selector;
  }

  void add_workload(const Manifest& manifest, const Pod& pod) {
    const std::string resource = address(manifest, pod.suffix);
    const Place place = place_of(*pod.spec, resource);
    Place whole = place_of(*manifest.root, resource);
    const AssetId workload = observation_.add(make_asset(key_of(resource), manifest.name + pod.suffix, Facts{workload_of(manifest, pod)}, whole));
    if (const std::string_view account = pod.spec->text("serviceAccountName"); !account.empty()) {
      IdentityFacts identity;
      identity.platform = "kubernetes";
      identity.principal = account;
      const AssetId id = observation_.add(make_asset(std::string(source_.folder()) + "#ServiceAccount/" + manifest.space + "/" + std::string(account), std::string(account), Facts{identity}, place));
      observation_.relate(workload, RelationKind::authenticates_as, id, place);
    }
    const auto containers = all_containers(*pod.spec);
    const bool proxied = std::ranges::any_of(containers, [](const Node* container) {
      const std::string_view image = container->text("image");
      return std::ranges::any_of(kProxies, [&](std::string_view proxy) { return image.find(proxy) != std::string_view::npos; });
    });
    for (const Node* spec : containers) {
      Container container = container_of(*spec, pod, proxied);
      const AssetId image = observe_image(container, place_of(*spec, resource), observation_);
      if (image) observation_.relate(workload, RelationKind::runs_on, image, place_of(*spec, resource));
      relate_launched(source_, workload, container.arguments, place_of(*spec, resource), observation_);
      if (manifest.kind.starts_with("Ray") && pod.suffix != "/head") continue;
      if (is_ray_head_outside(manifest)) container.exposure = "internet";
      if (manifest.kind == "Notebook" && !service_of(container)) container.arguments.emplace_back("jupyter lab");
      put_authentication_options(manifest, container);
      const Service* service = service_of(container);
      if (!service) continue;
      const Labels selector = selector_of(manifest, pod);
      const std::string key = endpoint_key(manifest.space, selector);
      const std::size_t before = observation_.assets.size();
      const AssetId endpoint = observe_service(container, key, place_of(*spec, resource), workload, image, observation_);
      Labels labels = pod.metadata ? labels_of(pod.metadata->find("labels")) : Labels{};
      if (labels.empty()) labels = selector;
      offered_.push_back({manifest.space, key, std::move(labels), endpoint, workload, before, service});
    }
  }

  // The operator makes the head's Service: nobody writes one beside it.
  static bool is_ray_head_outside(const Manifest& manifest) {
    if (!manifest.kind.starts_with("Ray")) return false;
    for (const std::string_view cluster : {"spec", "spec.rayClusterConfig", "spec.rayClusterSpec"})
      for (const std::string_view path : {"headGroupSpec.serviceType", "headGroupSpec.headService.spec.type"})
        if (const Node* type = manifest.root->at_path(std::string(cluster) + "." + std::string(path)); type && one_of(type->scalar, {"LoadBalancer", "NodePort"})) return true;
    return false;
  }

  // KubeRay's authOptions: the operator sets the variables itself.
  static void put_authentication_options(const Manifest& manifest, Container& container) {
    if (!manifest.kind.starts_with("Ray")) return;
    for (const std::string_view path : {"spec.authOptions.mode", "spec.rayClusterConfig.authOptions.mode", "spec.rayClusterSpec.authOptions.mode"})
      if (const Node* mode = manifest.root->at_path(path)) container.environment.emplace_back("RAY_AUTH_MODE", mode->scalar);
  }

  // Ingresses of this file that lead to the service: whether there is one, and whether it asks who is there.
  std::pair<bool, bool> ingress_to(const Manifest& service) const {
    bool found = false, asks = true;
    for (const Manifest& manifest : manifests_) {
      if (manifest.kind != "Ingress" || manifest.space != service.space || !names_service(*manifest.root, service.name)) continue;
      found = true;
      bool this_asks = false;
      if (const Node* annotations = manifest.root->at_path("metadata.annotations"))
        for (const Node::Member& annotation : annotations->members)
          this_asks |= annotation.key.find("auth-") != std::string::npos || annotation.key.find("oauth") != std::string::npos || annotation.key.find("middlewares") != std::string::npos ||
                       annotation.key.find("/auth") != std::string::npos || annotation.key.find("iap") != std::string::npos;
      asks &= this_asks;
    }
    return {found, found && asks};
  }

  static bool is_internal(const Manifest& service) {
    const Node* annotations = service.root->at_path("metadata.annotations");
    if (!annotations) return false;
    return std::ranges::any_of(annotations->members, [](const Node::Member& a) {
      const bool about = a.key.find("load-balancer-internal") != std::string::npos || a.key.find("load-balancer-type") != std::string::npos || a.key.find("load-balancer-scheme") != std::string::npos;
      return about && (a.value.scalar == "true" || a.value.scalar == "internal" || a.value.scalar == "Internal" || a.value.scalar == "0.0.0.0/0");
    });
  }

  static bool names_service(const Node& node, const std::string& name) {
    if (const Node* service = node.find("service"); service && service->text("name") == name) return true;
    if (node.text("serviceName") == name) return true;
    return std::ranges::any_of(node.items, [&](const Node& item) { return names_service(item, name); }) ||
           std::ranges::any_of(node.members, [&](const Node::Member& member) { return names_service(member.value, name); });
  }

  void add_service(const Manifest& manifest) {
    const Labels selector = labels_of(manifest.root->at_path("spec.selector"));
    if (selector.empty()) return;
    const std::string_view type = manifest.root->find("spec")->text("type", "ClusterIP");
    const auto [has_ingress, ingress_asks] = ingress_to(manifest);
    const bool open = (type == "LoadBalancer" || type == "NodePort") && !is_internal(manifest);
    EndpointFacts facts;
    facts.exposure = open || has_ingress ? "internet" : "internal";
    const Place place = place_of(*manifest.root, address(manifest));
    bool known = false;
    for (const Offered& offered : offered_) {
      if (offered.space != manifest.space || !selects(selector, offered.labels)) continue;
      known = true;
      auto& endpoint = std::get<EndpointFacts>(observation_.assets[offered.asset].facts);
      if (endpoint.exposure != "internet") endpoint.exposure = facts.exposure;
      // Only where every way in asks is the endpoint behind a proxy.
      if (ingress_asks && !open) endpoint.authentication = "proxy";
      observation_.assets[offered.asset].places.push_back(place);
      if (!std::ranges::any_of(observation_.assets, [&](const Asset& a) { return a.key == key_of(address(manifest)); })) add_network(manifest, place, facts.exposure == "internet");
      observation_.relate(Asset::id_of(AssetKind::network, key_of(address(manifest))), RelationKind::exposes, offered.endpoint, place);
    }
    // The workload may stand in another file: the same labels make the same key.
    if (!known && open && leads_to_ai_port(*manifest.root)) {
      add_network(manifest, place, true);
      observation_.relate(Asset::id_of(AssetKind::network, key_of(address(manifest))), RelationKind::exposes,
                          observation_.add(make_asset(endpoint_key(manifest.space, selector), manifest.name, Facts{facts}, place)), place);
    }
  }

  // A target port that an AI service listens on, or one that is named, so that its number stands elsewhere.
  static bool leads_to_ai_port(const Node& root) {
    const auto& services = embedded_services();
    const Node* ports = root.at_path("spec.ports");
    if (!services || !ports) return false;
    return std::ranges::any_of(ports->items, [&](const Node& port) {
      const Node* target = port.find("targetPort") ? port.find("targetPort") : port.find("port");
      const auto number = target ? target->as_number() : std::nullopt;
      if (!number) return target != nullptr;
      return std::ranges::any_of(*services, [&](const Service& service) {
        return std::ranges::any_of(service.ports, [&](std::int64_t p) { return p > 1024 && static_cast<double>(p) == *number; });
      });
    });
  }

  void add_network(const Manifest& manifest, const Place& place, bool internet) {
    NetworkFacts facts;
    facts.internet = internet;
    facts.configuration = std::make_shared<const Node>(*manifest.root);
    observation_.add(make_asset(key_of(address(manifest)), address(manifest), Facts{facts}, place));
  }

  // Its annotations name the cloud identity it may become; graph/join reads them.
  void add_service_account(const Manifest& manifest) {
    IdentityFacts facts;
    facts.platform = "kubernetes";
    facts.principal = manifest.name;
    facts.configuration = std::make_shared<const Node>(*manifest.root);
    observation_.add(make_asset(std::string(source_.folder()) + "#ServiceAccount/" + manifest.space + "/" + manifest.name, manifest.name, Facts{facts},
                                place_of(*manifest.root, address(manifest))));
  }

  void add_resource(const Manifest& manifest) {
    CloudResourceFacts facts;
    facts.platform = "kubernetes";
    facts.type = manifest.kind;
    facts.configuration = std::make_shared<const Node>(*manifest.root);
    observation_.add(make_asset(key_of(address(manifest)), address(manifest), Facts{facts}, place_of(*manifest.root, address(manifest))));
  }

  const Source& source_;
  std::vector<ManifestDocument> documents_;
  std::vector<Manifest> manifests_;
  std::vector<Offered> offered_;
  Observation observation_;
};

}  // namespace

Observation observe_manifests(const Source& source, std::vector<ManifestDocument> documents) { return Reader(source, std::move(documents)).read(); }

}  // namespace stormwatch::collect
