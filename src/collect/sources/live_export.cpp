// SPDX-License-Identifier: Apache-2.0
// What providers' tools print in JSON, kept in files: `kubectl get -o json`, `az ... -o json`, Azure Resource Graph, AWS Config and
// `aws ... describe`, Cloud Asset Inventory, `gcloud ... list`. Bound to the same resources as the code that declares them.
//
// Lists are gone through item by item, so that a dump of a whole cluster needs no tree of its own. What a controller made of another
// object (a pod of a ReplicaSet) is left to that object; `status` and bookkeeping are dropped. Items over 8 MiB and more than
// 200,000 items are a Gap.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/infrastructure/aws_printed.h"
#include "collect/infrastructure/azure_forms.h"
#include "collect/infrastructure/google_assets.h"
#include "collect/infrastructure/google_printed.h"
#include "collect/infrastructure/manifest.h"
#include "collect/infrastructure/resource.h"
#include "collect/infrastructure/tree.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kLargestItem = 8U << 20;
constexpr std::size_t kMostItems = 200'000;
constexpr std::size_t kMostKinds = 40;  // of resources left out that are named in gaps

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string_view whole_text(const Source& source) {
  if (source.whole.size() <= source.text.size()) return source.text;
  return {reinterpret_cast<const char*>(source.whole.data()), source.whole.size()};
}

bool wants(const Source& source) {
  if (source.kind != format::ContentKind::json || !source.name.ends_with(".json")) return false;
  const std::string_view head = source.text.substr(0, 4096);
  if (has(head, "deploymentTemplate.json") || has(head, "\"terraform_version\"") || has(head, "AWSTemplateFormatVersion")) return false;
  if (has(head, "\"apiVersion\"") && (has(head, "\"items\"") || has(head, "\"kind\"")) && has(head, "\"metadata\"")) return true;
  if (has(head, "\"/subscriptions/") && has(head, "\"id\"")) return true;
  if (has(head, "\"configurationItems\"") || has(head, "\"configurationItemVersion\"") || has(head, "\"assetType\"")) return true;
  return looks_printed_by_aws(head) || looks_printed_by_google(head);
}

// The lists that tools print their items in; a text that is a list itself has them too.
bool holds_items(std::string_view key) {
  static constexpr std::array<std::string_view, 6> kKeys{"items", "data", "value", "configurationItems", "Results", "resources"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

// Calls visit(text, line) for each object of the list of items; for the whole text if there is none.
template <class V>
bool each_item(std::string_view text, V&& visit) {
  int depth = 0, list_depth = 0;
  bool quoted = false, found = false;
  std::size_t begin = 0, count = 0, key_begin = 0;
  std::string_view key;
  std::uint32_t line = 1, begin_line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') {
        quoted = false;
        if (depth == 1) key = text.substr(key_begin, i - key_begin);
      }
      continue;
    }
    if (c == '"') {
      quoted = true;
      key_begin = i + 1;
    } else if (c == '{' || c == '[') {
      if (c == '[' && !list_depth && (depth == 0 || (depth == 1 && holds_items(key)))) list_depth = depth + 1;
      ++depth;
      if (c == '{' && list_depth && depth == list_depth + 1) {
        begin = i;
        begin_line = line;
      }
    } else if (c == '}' || c == ']') {
      if (c == '}' && list_depth && depth == list_depth + 1) {
        found = true;
        if (++count > kMostItems) return false;
        visit(text.substr(begin, i + 1 - begin), begin_line);
      }
      if (--depth < list_depth && c == ']') {
        if (found) return true;
        list_depth = 0;  // a list of something else
      }
    }
  }
  if (!found) visit(text, 1U);
  return true;
}

void move_lines(Node& node, std::uint32_t by) {
  node.line += by;
  for (Node& item : node.items) move_lines(item, by);
  for (Node::Member& member : node.members) {
    member.line += by;
    move_lines(member.value, by);
  }
}

// A pod of a ReplicaSet, a ReplicaSet of a Deployment: what holds of it holds of its owner, which is in the dump too.
bool is_owned(const Node& item) {
  const Node* owners = item.at_path("metadata.ownerReferences");
  return owners && std::ranges::any_of(owners->items, [](const Node& owner) { return owner.find("controller") && owner.find("controller")->as_bool() == true; });
}

class Reader {
 public:
  Reader(const Source& source, Observation& observation) : source_(source), observation_(observation) {}

  void read() {
    const bool all = each_item(whole_text(source_), [&](std::string_view text, std::uint32_t line) { item(text, line); });
    if (!all) gap("more than " + std::to_string(kMostItems) + " items; the rest was not read");
    if (too_large_) gap(std::to_string(too_large_) + " items over " + std::to_string(kLargestItem >> 20) + " MiB were not read");
    if (broken_) observation_.gaps.push_back({source_.path, source_.member, "malformed", std::to_string(broken_) + " items are no JSON"});
    if (!manifests_.empty()) {
      Observation found = observe_manifests(source_, std::move(manifests_));
      for (Asset& asset : found.assets) observation_.add(std::move(asset));
      std::ranges::move(found.relations, std::back_inserter(observation_.relations));
    }
    tell_unread();
    refer_by_arn(resources_);
    for (Resource& resource : resources_) put(resource.body, "observed_live", flag_node(true, resource.line));  // graph/join_live.h
    observe_resources(source_, std::move(resources_), files_beside(source_, {".json"}), observation_);  // listings of one account stand beside each other
  }

 private:
  void gap(std::string why) { observation_.gaps.push_back({source_.path, source_.member, "over-limit", std::move(why)}); }

  void item(std::string_view text, std::uint32_t line) {
    if (text.size() > kLargestItem) {
      ++too_large_;
      return;
    }
    // The parts of pods that controllers own are most of a dump: told before a tree is built.
    if (has(text.substr(0, 4096), "\"ownerReferences\"") && has(text, "\"controller\": true")) return;
    auto parsed = format::parse_json(text, *source_.limits);
    if (!parsed) {
      ++broken_;
      return;
    }
    Node& root = *parsed;
    move_lines(root, line - 1);
    if (google_tool(root)) return;
    if (root.find("apiVersion") && root.find("kind")) {
      if (is_owned(root)) return;
      for (Node::Member& member : root.members)
        if (member.key == "metadata" && member.value.is_map()) {
          std::erase_if(member.value.members, [](const Node::Member& part) { return part.key == "managedFields"; });
          put(member.value, "observed_live", flag_node(true, member.value.line));  // graph/join_live.h
        }
      std::erase_if(root.members, [](const Node::Member& member) { return member.key == "status"; });
      manifests_.push_back({std::move(root), {}});
    } else if (root.text("id").starts_with("/subscriptions/")) azure(root);
    else if (root.find("assetType")) google(root);
    else if (root.find("resourceType") && root.find("configuration")) aws_config(root);
    else aws(root);
  }

  // One line for each kind that was left out, so that a listing of a thousand networks is not a thousand lines.
  void tell_unread() {
    std::size_t told = 0, more = 0;
    for (const auto& [what, count] : unread_)
      if (++told <= kMostKinds) observation_.gaps.push_back({source_.path, source_.member, "unsupported", std::to_string(count) + " of " + what});
      else more += count;
    if (more) observation_.gaps.push_back({source_.path, source_.member, "unsupported", std::to_string(more) + " resources of " + std::to_string(unread_.size() - kMostKinds) + " more kinds that no rule is about"});
  }
  void unread(std::string_view kind, std::string_view why) { ++unread_[excerpt_of(kind, 100) + ": " + std::string(why)]; }

  void azure(const Node& root) {
    const std::string_view type = root.text("type");
    if (auto resource = azure_resource(type, root.text("name"), root)) resources_.push_back(std::move(*resource));
    else unread(type.empty() ? "resources without a type" : lower(type), type.empty() ? "expected is \"type\" beside \"id\"" : "no rule is about this type of Azure");
  }
  void google(const Node& root) {
    std::vector<Resource> found = google_resources(root);
    const std::string_view type = root.text("assetType");
    if (found.empty() && !root.find("iamPolicy")) unread(type, root.at_path("resource.data") ? "no rule is about this asset type" : "expected is resource.data, as --content-type=resource prints it");
    std::ranges::move(found, std::back_inserter(resources_));
  }
  // What `gcloud` prints itself. A manifest of Knative that no Cloud Run has seen is left to those who read manifests.
  bool google_tool(const Node& root) {
    if (root.find("assetType") || root.text("id").starts_with("/subscriptions/")) return false;
    if (root.find("apiVersion") && !is_of_cloud_run(root)) return false;
    const auto printed = google_printed(root, source_.name);
    if (!printed) return false;
    if (!printed->known) unread(printed->type, "no rule is about this kind of Google");
    else google(printed->asset);
    return true;
  }
  static bool is_of_cloud_run(const Node& root) {
    const Node* annotations = root.at_path("metadata.annotations");
    return annotations && std::ranges::any_of(annotations->members, [](const Node::Member& one) { return one.key.starts_with("run.googleapis.com/") || one.key.starts_with("serving.knative.dev/creator"); });
  }
  // The configuration is an object, or in older exports a text of JSON.
  void aws_config(const Node& root) {
    const Node* configuration = root.find("configuration");
    Node body;
    if (configuration->is_map()) body = *configuration;
    else if (auto parsed = format::parse_json(configuration->scalar, *source_.limits)) {
      body = std::move(*parsed);
      move_lines(body, root.line - 1);
    }
    if (!body.is_map()) return unread(root.text("resourceType"), "expected is \"configuration\" as an object or a text of JSON");
    if (const Node* beside = root.find("supplementaryConfiguration")) add_supplement(*beside, body);
    aws_add(root.text("resourceType"), root.text("resourceName", root.text("resourceId")), body);
  }
  void aws_add(std::string_view type, std::string_view name, const Node& body) {
    if (auto resource = aws_resource(type, name, body)) resources_.push_back(std::move(*resource));
  }
  // What AWS Config keeps beside the configuration, in templates' names.
  void add_supplement(const Node& beside, Node& body) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames{{{"BucketPolicy", "policy"},
                                                                                        {"BucketVersioningConfiguration", "VersioningConfiguration"},
                                                                                        {"ServerSideEncryptionConfiguration", "BucketEncryption"},
                                                                                        {"BucketLoggingConfiguration", "Logging"},
                                                                                        {"Policy", "Policy"},
                                                                                        {"KeyRotationStatus", "KeyRotationEnabled"}}};
    for (const Node::Member& member : beside.members) {
      Node value = member.value;
      if (value.is_string() && !value.scalar.empty() && (value.scalar[0] == '{' || value.scalar[0] == '"'))
        if (auto parsed = format::parse_json(value.scalar, *source_.limits)) value = std::move(*parsed);
      if (const Node* text = value.find("policyText")) value = Node(*text);
      const auto* row = std::ranges::find(kNames, std::string_view(member.key), &std::pair<std::string_view, std::string_view>::first);
      body.members.push_back({row == kNames.end() ? member.key : std::string(row->second), std::move(value), member.line});
    }
  }
  // What `aws` prints is the resource, or wraps it ({"agent": {...}}), or holds lists of resources ({"Reservations": [{"Instances": [...]}]}).
  void aws(const Node& root, std::string_view list = {}, int depth = 0) {
    const AwsPrinted printed = aws_printed(root, list);
    if (printed.kind == AwsPrinted::Kind::resource) return aws_add(printed.type, printed.name, root);
    if (printed.kind == AwsPrinted::Kind::summary) return unread(printed.type, "only a summary; expected is what its describe or get call prints");
    if (printed.kind == AwsPrinted::Kind::unknown) return unread(printed.type, "no rule is about this kind of AWS");
    if (depth > 2) return;
    for (const Node::Member& member : root.members) {
      if (member.value.is_map() && root.members.size() <= 2) aws(member.value, {}, depth + 1);
      for (const Node& item : member.value.items)
        if (item.is_map()) aws(item, member.key, depth + 1);
    }
  }

  const Source& source_;
  Observation& observation_;
  std::vector<ManifestDocument> manifests_;
  std::vector<Resource> resources_;
  std::map<std::string, std::size_t> unread_;  // what and why -> how many
  std::size_t too_large_ = 0, broken_ = 0;
};

Result<Observation> read(const Source& source) {
  Observation observation;
  Reader(source, observation).read();
  return observation;
}

}  // namespace

extern const Collector live_export;
const Collector live_export{.name = "live_export", .wants = wants, .read = read};

}  // namespace stormwatch::collect
