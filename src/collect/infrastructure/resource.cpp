// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/resource.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "base/text.h"
#include "collect/infrastructure/azure_roles.h"
#include "collect/infrastructure/container_resources.h"
#include "collect/infrastructure/manifest.h"
#include "collect/infrastructure/open_ports.h"
#include "collect/infrastructure/policy.h"
#include "collect/infrastructure/tree.h"
#include "collect/infrastructure/service.h"
#include "collect/infrastructure/process.h"

namespace stormwatch::collect {
namespace {

// Terraform's way to write a policy: read, not made, but what it allows stands here.
constexpr std::string_view kPolicyDocument = "aws_iam_policy_document";

Node* find_member(Node& map, std::string_view key) {
  for (Node::Member& member : map.members)
    if (member.key == key) return &member.value;
  return nullptr;
}

void set_member(Node& map, std::string key, Node value) {
  const std::uint32_t line = value.line;
  if (Node* old = find_member(map, key)) *old = std::move(value);
  else map.members.push_back({std::move(key), std::move(value), line});
}

void append_items(Node& map, std::string_view key, Node list) {
  if (list.items.empty()) return;
  if (Node* old = find_member(map, key); old && old->is_list()) std::ranges::move(list.items, std::back_inserter(old->items));
  else set_member(map, std::string(key), std::move(list));
}

std::optional<bool> flag_at(const Node& body, std::string_view path) {
  const Node* node = body.at_path(path);
  if (node && node->is_list() && node->items.size() == 1) node = &node->items.front();
  return node ? node->as_bool() : std::nullopt;
}

// Tags that people use to say how sensitive data are.
std::string sensitivity_of(const Node& body) {
  for (const std::string_view key : {"tags", "labels"})
    if (const Node* tags = body.find(key))
      for (const Node::Member& member : tags->members) {
        std::string name, value;
        for (const char c : member.key) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        for (const char c : member.value.scalar) value += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (!holds(name, "classification") && !holds(name, "sensitivity")) continue;
        for (const std::string_view word : {"restricted", "confidential", "internal", "public"})
          if (holds(value, word)) return std::string(word);
        if (holds(value, "pii") || holds(value, "phi") || holds(value, "sensitive")) return "confidential";
      }
  return {};
}

class Observer {
 public:
  Observer(const Source& source, std::vector<Resource> resources, const std::vector<std::string>& neighbours, Observation& into)
      : source_(source), resources_(std::move(resources)), neighbours_(neighbours), into_(into) {
    index_addresses();
  }

  void run() {
    for (Resource& resource : resources_) put_statements(resource);
    for (Resource& resource : resources_) take_in_side_resource(resource);
    std::erase_if(resources_, &Resource::elsewhere);
    index_addresses();
    add_manifests();
    for (const Resource& resource : resources_)
      if (!resource.data || resource.type == kPolicyDocument) add_asset(resource);
    for (const Resource& resource : resources_)
      if (!resource.data) relate(resource);
    observe_azure_roles(source_, resources_, [this](const Reference& reference) { return ids_of(reference); }, into_);
  }

 private:
  // What refers to a resource with for_each means, for all that is known, its first instance.
  void index_addresses() {
    by_address_.clear();
    for (std::size_t i = 0; i < resources_.size(); ++i) {
      const std::string& address = resources_[i].address;
      by_address_.emplace(address, i);
      if (address.starts_with("module."))
        if (const std::size_t dot = address.find('.', 7); dot != std::string::npos) by_address_.emplace(address.substr(dot + 1), i);
      if (const std::size_t bracket = address.find('['); bracket != std::string::npos) by_address_.emplace(address.substr(0, bracket), i);
    }
  }

  [[nodiscard]] std::string key_of(std::string_view path, std::string_view address) const {
    std::string key(path);
    if (!source_.member.empty()) key += "!/" + source_.member;
    return key + "#" + std::string(address);
  }
  [[nodiscard]] AssetId id_in(std::string_view path, std::string_view type, std::string_view address) const {
    return Asset::id_of(kind_of_type(type), key_of(path, address));
  }
  [[nodiscard]] Place place_of(const Resource& resource, std::uint32_t line = 0) const {
    Place place = source_.place_of_line(line ? line : resource.line, line ? 0 : resource.column);
    place.resource = resource.address;
    return place;
  }

  Resource* target(const Reference& reference) {
    auto found = by_address_.find(reference.target);
    if (found == by_address_.end())
      if (const std::size_t bracket = reference.target.find('['); bracket != std::string::npos) found = by_address_.find(reference.target.substr(0, bracket));
    return found == by_address_.end() ? nullptr : &resources_[found->second];
  }

  // Statements of the policy at `attribute`, through a reference to a policy document if it is one.
  // The document's own references become the resource's: what its statements name.
  Node statements_at(Resource& resource, std::string_view attribute) {
    const Node* policy = resource.body.find(attribute);
    if (!policy) return {};
    Node found = statements_of(*policy, *source_.limits);
    if (!found.items.empty()) return found;
    for (const Reference& reference : resource.references)
      if (reference.attribute == attribute)
        if (Resource* document = target(reference); document && document->type == kPolicyDocument) {
          const std::vector<Reference> named = document->references;
          for (Reference copy : named) {
            copy.attribute = "statements";
            resource.references.push_back(std::move(copy));
          }
          return statements_of(document->body, *source_.limits);
        }
    return {};
  }

  void put_statements(Resource& resource) {
    if (resource.type == kPolicyDocument) return append_items(resource.body, "statements", statements_of(resource.body, *source_.limits));
    for (const std::string_view attribute : {"policy", "inline_policy", "policy_document", "resource_policy", "policies", "access_policies", "policy_data"}) {
      append_items(resource.body, "statements", statements_at(resource, attribute));
      if (const Node* nested = resource.body.find(attribute)) {
        // inline_policy { policy = ... } blocks and CloudFormation's Policies: [{PolicyDocument}]
        const Node copy = *nested;
        for (const Node& item : copy.is_list() ? copy.items : std::vector<Node>{copy})
          for (const std::string_view inner : {"policy", "policy_document", "PolicyDocument"})
            if (const Node* policy = item.find(inner)) append_items(resource.body, "statements", statements_of(*policy, *source_.limits));
      }
    }
    for (const std::string_view attribute : {"assume_role_policy", "assume_role_policy_document"})
      append_items(resource.body, "trust_statements", statements_at(resource, attribute));
  }

  static void take_in_bucket_part(Resource& bucket, const Resource& side) {
    set_member(bucket.body, side.type.substr(std::string_view("aws_s3_bucket_").size()), side.body);
    if (const Node* statements = side.body.find("statements")) append_items(bucket.body, "statements", *statements);
  }

  // What another resource says about this one: a bucket's ACL, a role's policy.
  void take_in_side_resource(const Resource& side) {
    // Both name the bucket by the same text, be it the name itself or the same expression.
    if (side.type.starts_with("aws_s3_bucket_"))
      if (const std::string_view bucket = side.body.text("bucket"); !bucket.empty())
        if (const auto same = [&](const Resource& main) { return main.type == "aws_s3_bucket" && main.body.text("bucket") == bucket; }; std::ranges::count_if(resources_, same) == 1)
          take_in_bucket_part(*std::ranges::find_if(resources_, same), side);
    for (const Reference& reference : side.references) {
      Resource* main = target(reference);
      if (!main || main == &side) continue;
      if (main->type == "aws_s3_bucket" && reference.attribute == "bucket" && side.type.starts_with("aws_s3_bucket_")) take_in_bucket_part(*main, side);
      const bool attaches = holds(side.type, "_policy") || holds(side.type, "attachment");
      if (kind_of_type(main->type) != AssetKind::identity || !attaches) continue;
      if (reference.attribute != "role" && reference.attribute != "roles" && reference.attribute != "user" && reference.attribute != "users") continue;
      if (const Node* statements = side.body.find("statements")) append_items(main->body, "statements", *statements);
      if (const Node* arn = side.body.find("policy_arn"); arn && arn->is_string()) add_managed(*main, *arn);
      for (const Reference& to_policy : side.references)
        if (to_policy.attribute == "policy_arn")
          if (const Resource* policy = target(to_policy))
            if (const Node* statements = policy->body.find("statements")) append_items(main->body, "statements", *statements);
    }
  }

  static void add_managed(Resource& role, const Node& arn) {
    Node* list = find_member(role.body, "managed_policy_arns");
    if (!list || !list->is_list()) {
      Node empty;
      empty.kind = Node::Kind::list;
      empty.line = arn.line;
      set_member(role.body, "managed_policy_arns", std::move(empty));
      list = find_member(role.body, "managed_policy_arns");
    }
    list->items.push_back(arn);
  }

  DatastoreFacts datastore(const Resource& resource) const {
    DatastoreFacts facts;
    const Node& body = resource.body;
    facts.product = resource.type;
    facts.sensitivity = sensitivity_of(body);
    const std::string acl(body.at_path("acl.acl") ? body.at_path("acl.acl")->scalar : body.text("acl"));
    if (acl == "public-read" || acl == "public-read-write" || acl == "authenticated-read") facts.public_access = true;
    if (acl == "public-read-write") facts.public_write = true;
    if (const Node* statements = body.find("statements")) {
      if (allows_everyone(*statements)) facts.public_access = true;
      if (allows_everyone_to_write(*statements)) facts.public_write = true;
    }
    if (const Node* block = body.find("public_access_block")) {
      const bool all = flag_at(*block, "block_public_acls") == true && flag_at(*block, "block_public_policy") == true &&
                       flag_at(*block, "ignore_public_acls") == true && flag_at(*block, "restrict_public_buckets") == true;
      if (all) facts.public_access = facts.public_write = false;
    }
    if (body.text("public_access_prevention") == "enforced") facts.public_access = false;
    if (const auto open = flag_at(body, "publicly_accessible")) facts.public_access = *open;
    if (const std::string_view access = body.text("container_access_type"); !access.empty()) facts.public_access = access != "private";
    if (flag_at(body, "allow_nested_items_to_be_public") == false) facts.public_access = false;
    if (body.find("server_side_encryption_configuration") || body.find("kms_key_id") || body.find("encryption") || flag_at(body, "storage_encrypted") == true ||
        flag_at(body, "encrypted") == true)
      facts.encrypted = true;
    if (flag_at(body, "storage_encrypted") == false || flag_at(body, "encrypted") == false) facts.encrypted = false;
    if (const auto versioned = flag_at(body, "versioning.enabled")) facts.versioned = *versioned;
    if (const Node* status = body.at_path("versioning.versioning_configuration.status")) facts.versioned = status->scalar == "Enabled";
    return facts;
  }

  IdentityFacts identity(const Resource& resource) const {
    IdentityFacts facts;
    facts.platform = platform_of(resource.type);
    facts.principal = std::string(resource.body.text("name", resource.name));
    Permissions permissions;
    if (const Node* statements = resource.body.find("statements")) permissions = permissions_of(*statements);
    if (const Node* arns = resource.body.find("managed_policy_arns")) {
      if (arns->is_string()) add_managed_policy(permissions, arns->scalar);
      for (const Node& arn : arns->items) add_managed_policy(permissions, arn.scalar);
    }
    facts.permissions = permissions.allowed;
    if (!permissions.allowed.empty()) {
      facts.administrator = permissions.administrator;
      facts.can_escalate = permissions.can_escalate;
    }
    return facts;
  }

  // Inbound rules open to the whole internet.
  static bool opens_to_internet(const Node& body) {
    const auto everywhere = [](const Node* ranges) {
      if (!ranges) return false;
      if (ranges->is_scalar()) return ranges->scalar == "0.0.0.0/0" || ranges->scalar == "::/0";
      return std::ranges::any_of(ranges->items, [](const Node& r) { return r.scalar == "0.0.0.0/0" || r.scalar == "::/0"; });
    };
    if (everywhere(body.find("source_ranges")) && !body.find("deny")) return true;
    const Node* ingress = body.find("ingress");
    if (!ingress) return false;
    const auto open = [&](const Node& rule) { return everywhere(rule.find("cidr_blocks")) || everywhere(rule.find("ipv6_cidr_blocks")) || everywhere(rule.find("cidr_ip")); };
    return ingress->is_map() ? open(*ingress) : std::ranges::any_of(ingress->items, open);
  }

  // The tree that rules see. Identities and networks have no field for their type, so it stands in the tree.
  static Configuration tree_of(const Resource& resource) {
    auto tree = std::make_shared<Node>(resource.body);
    const AssetKind kind = kind_of_type(resource.type);
    if (kind == AssetKind::identity || kind == AssetKind::network) {
      Node type;
      type.kind = Node::Kind::string;
      type.scalar = resource.type;
      set_member(*tree, "resource_type", std::move(type));
    }
    if (Node open = open_ports_of(resource.type, resource.body); !open.items.empty()) set_member(*tree, "open_ports", std::move(open));
    return tree;
  }

  // What Terraform's Kubernetes provider makes is a workload, a service ... like one from a manifest.
  void add_manifests() {
    std::vector<ManifestDocument> documents;
    for (const Resource& resource : resources_)
      if (auto manifest = resource.data ? std::nullopt : manifest_of_terraform(resource.type, resource.body)) documents.push_back({std::move(*manifest), resource.address});
    if (documents.empty()) return;
    std::erase_if(resources_, [&](const Resource& resource) { return std::ranges::find(documents, resource.address, &ManifestDocument::address) != documents.end(); });
    index_addresses();
    Observation found = observe_manifests(source_, std::move(documents));
    for (Asset& asset : found.assets) into_.add(std::move(asset));
    std::ranges::move(found.relations, std::back_inserter(into_.relations));
  }

  void add_asset(const Resource& resource) {
    Facts facts;
    auto tree = tree_of(resource);
    switch (kind_of_type(resource.type)) {
      case AssetKind::datastore: {
        DatastoreFacts store = datastore(resource);
        store.configuration = std::move(tree);
        facts = std::move(store);
        break;
      }
      case AssetKind::identity: {
        IdentityFacts who = identity(resource);
        who.configuration = std::move(tree);
        facts = std::move(who);
        break;
      }
      case AssetKind::network: {
        NetworkFacts network;
        network.internet = opens_to_internet(resource.body);
        network.configuration = std::move(tree);
        facts = std::move(network);
        break;
      }
      default: {
        CloudResourceFacts cloud;
        cloud.platform = platform_of(resource.type);
        cloud.type = resource.type;
        const std::string_view region = resource.body.text("region", resource.body.text("location"));
        if (!holds(region, "${")) cloud.region = region;
        if (const auto open = flag_at(resource.body, "public_network_access_enabled")) cloud.public_access = *open;
        cloud.configuration = std::move(tree);
        facts = std::move(cloud);
      }
    }
    into_.add(make_asset(key_of(source_.path, resource.address), resource.address, std::move(facts), place_of(resource)));
    add_ai_assets(resource);
    add_containers(resource);
  }

  // AI services among the containers that the resource runs are judged like those of a manifest.
  void add_containers(const Resource& resource) {
    const std::vector<CloudContainer> containers = containers_of_resource(resource.type, resource.body, *source_.limits);
    if (std::ranges::none_of(containers, [](const CloudContainer& one) { return service_of(one.container) != nullptr; })) return;
    const std::string key = key_of(source_.path, resource.address);
    WorkloadFacts facts;
    facts.platform = platform_of(resource.type);
    facts.exposure = containers.front().container.exposure;
    std::vector<Node> processes;
    for (const CloudContainer& one : containers) {
      processes.push_back(process_of(one.container, one.line ? one.line : resource.line));
      std::ranges::move(words_started(one.container.arguments), std::back_inserter(facts.arguments));
      for (const auto& [name, value] : one.container.environment) facts.environment_names.push_back(name);
    }
    std::ranges::sort(facts.environment_names);
    Node tree = map_node(resource.line);
    add_processes(tree, std::move(processes));
    facts.configuration = std::make_shared<const Node>(std::move(tree));
    const AssetId workload = into_.add(make_asset(key, resource.address, Facts{std::move(facts)}, place_of(resource)));
    for (const CloudContainer& one : containers) {
      const AssetId image = observe_image(one.container, place_of(resource, one.line), into_);
      if (image) into_.relate(workload, RelationKind::runs_on, image, place_of(resource));
      observe_service(one.container, key, place_of(resource, one.line), workload, image, into_);
    }
  }

  // What the resource is in the words of AI systems, beside its being a cloud resource.
  void add_ai_assets(const Resource& resource) {
    const AssetId self = id_in(source_.path, resource.type, resource.address);
    const std::string key = key_of(source_.path, resource.address);
    const auto endpoint = [&](std::string product, std::string exposure) {
      EndpointFacts facts;
      facts.product = std::move(product);
      facts.exposure = std::move(exposure);
      facts.authentication = "cloud-identity";
      facts.tls = true;
      facts.metered = true;
      into_.relate(self, RelationKind::exposes, into_.add(make_asset(key, resource.address, Facts{facts}, place_of(resource))), place_of(resource));
    };
    if (resource.type == "aws_sagemaker_endpoint") endpoint("amazon-sagemaker", "internal");
    if (resource.type == "google_vertex_ai_endpoint") endpoint("google-vertex-ai", resource.body.find("network") || resource.body.find("private_service_connect_config") ? "internal" : "internet");
    if (resource.type == "azurerm_cognitive_account" || resource.type == "azurerm_ai_services") {
      const bool closed = flag_at(resource.body, "public_network_access_enabled") == false || flag_at(resource.body, "public_network_access") == false;
      endpoint("azure-ai-services", closed ? "internal" : "internet");
    }
    if (resource.type == "aws_bedrockagent_agent") {
      AgentFacts facts;
      facts.framework = "amazon-bedrock-agents";
      const std::string model(resource.body.text("foundation_model"));
      if (!holds(model, "${")) facts.model_name = model;
      const AssetId agent = into_.add(make_asset(key, resource.address, Facts{facts}, place_of(resource)));
      into_.relate(agent, RelationKind::runs_on, self, place_of(resource));
      if (!facts.model_name.empty()) use_model(agent, "amazon-bedrock", facts.model_name, resource);
    }
    if (resource.type == "azurerm_cognitive_deployment")
      if (const Node* model = resource.body.at_path("model.name"); model && model->is_string() && !holds(model->scalar, "${")) use_model(self, "azure-openai", model->scalar, resource);
  }

  void use_model(AssetId user, const std::string& vendor, const std::string& name, const Resource& resource) {
    ModelFacts facts;
    facts.source = vendor;
    into_.relate(user, RelationKind::uses_model, into_.add(make_asset(vendor + "/" + name, name, Facts{facts}, place_of(resource))), place_of(resource));
    ProviderFacts provider;
    provider.vendor = vendor;
    into_.relate(user, RelationKind::uses_provider, into_.add(make_asset(vendor, vendor, Facts{provider}, place_of(resource))), place_of(resource));
  }

  static bool can_act(AssetKind kind) { return kind == AssetKind::cloud_resource; }

  // The relation that a reference means, told by both kinds and the attribute it stands in; the second is true if it points back.
  static std::pair<RelationKind, bool> meaning(const Resource& from, AssetKind to, const Reference& reference) {
    const AssetKind kind = kind_of_type(from.type);
    const std::string& attribute = reference.attribute;
    if (to == AssetKind::identity) {
      if (kind == AssetKind::identity) return {RelationKind::can_assume, true};
      return {can_act(kind) ? RelationKind::authenticates_as : RelationKind::connects_to, false};
    }
    if (to == AssetKind::network) return {kind == AssetKind::network ? RelationKind::network_reach : RelationKind::exposes, true};
    if (to == AssetKind::datastore) {
      const bool out = holds(attribute, "output") || holds(attribute, "log") || holds(attribute, "destination") || holds(attribute, "capture");
      return {out ? RelationKind::writes : RelationKind::reads, false};
    }
    if (from.type == "aws_sagemaker_endpoint_configuration" || holds(attribute, "model_name")) return {RelationKind::serves, false};
    return {RelationKind::connects_to, false};
  }

  std::vector<AssetId> ids_of(const Reference& reference) {
    if (const Resource* here = target(reference)) return {id_in(source_.path, here->type, here->address)};
    std::vector<AssetId> ids;
    for (const std::string& neighbour : neighbours_) ids.push_back(id_in(neighbour, std::string_view(reference.target).substr(0, reference.target.find('.')), reference.target));
    return ids;
  }

  void relate(const Resource& resource) {
    const AssetKind kind = kind_of_type(resource.type);
    const AssetId self = id_in(source_.path, resource.type, resource.address);
    for (const Reference& reference : resource.references) {
      const std::string_view type = std::string_view(reference.target).substr(0, reference.target.find('.'));
      if (type == "data" || type == "var" || type == "local" || type == "module" || reference.target == resource.address) continue;
      const Resource* here = target(reference);
      const std::string_view target_type = here ? std::string_view(here->type) : type;
      const AssetKind to_kind = kind_of_type(target_type);
      if (kind == AssetKind::identity && reference.attribute != "statements" && to_kind != AssetKind::identity && to_kind != AssetKind::datastore) continue;
      auto [relation, back] = meaning(resource, to_kind, reference);
      // A statement that names a bucket lets its identity read or write there.
      if (kind == AssetKind::identity && to_kind == AssetKind::datastore) relation = writes_to(resource, reference) ? RelationKind::writes : RelationKind::reads;
      const auto join = [&](std::string_view path) {
        const AssetId other = id_in(path, target_type, here ? here->address : reference.target);
        into_.relate(back ? other : self, relation, back ? self : other, place_of(resource, reference.line), Confidence::high);
      };
      if (here) join(source_.path);
      else
        for (const std::string& neighbour : neighbours_) join(neighbour);
    }
    // A role acts on what its policies, wherever they stand, name.
    for (const Reference& reference : resource.references) {
      const Resource* role = target(reference);
      if (!role || kind_of_type(role->type) != AssetKind::identity || kind == AssetKind::identity) continue;
      if (!resource.body.find("statements")) continue;
      for (const Reference& named : resource.references)
        if (const Resource* store = target(named); store && kind_of_type(store->type) == AssetKind::datastore)
          into_.relate(id_in(source_.path, role->type, role->address), writes_to(resource, named) ? RelationKind::writes : RelationKind::reads,
                       id_in(source_.path, store->type, store->address), place_of(resource, named.line));
    }
  }

  static bool writes_to(const Resource& resource, const Reference&) {
    const Node* statements = resource.body.find("statements");
    if (!statements) return false;
    for (const std::string& action : permissions_of(*statements).allowed)
      if (action == "*" || action == "s3:*" || holds(action, "Put") || holds(action, "Delete") || holds(action, "Write")) return true;
    return false;
  }

  const Source& source_;
  std::vector<Resource> resources_;
  const std::vector<std::string>& neighbours_;
  Observation& into_;
  std::map<std::string, std::size_t, std::less<>> by_address_;
};

}  // namespace

std::vector<std::string> files_beside(const Source& source, std::initializer_list<std::string_view> endings) {
  std::vector<std::string> patterns;
  if (!source.member.empty()) return patterns;
  const std::string folder(source.folder());
  for (const std::string_view ending : endings) patterns.push_back((folder.empty() ? "" : folder + "/") + "*" + std::string(ending));
  return patterns;
}

void observe_resources(const Source& source, std::vector<Resource> resources, const std::vector<std::string>& neighbours, Observation& into) {
  Observer(source, std::move(resources), neighbours, into).run();
}

}  // namespace stormwatch::collect
