// SPDX-License-Identifier: Apache-2.0
// Compose files (the Compose Specification): services as workloads, images, and the AI endpoints that they offer.
//
// A port published on all interfaces counts as reachable from outside (`internet`, with medium confidence: a firewall may
// stand before the host); on 127.0.0.1 as `local`; an unpublished one as `internal`.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/process.h"
#include "collect/infrastructure/reverse_proxy.h"
#include "collect/infrastructure/service.h"
#include "collect/packages.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

// Under these names compose looks for its file; "docker-compose.prod.yml" is laid over it.
bool is_named_compose(std::string_view name) { return name.starts_with("docker-compose.") || name.starts_with("docker-compose-") || name.starts_with("compose."); }

bool wants(const Source& source) {
  if (source.kind != format::ContentKind::yaml) return false;
  if (is_named_compose(source.name)) return true;
  if (source.text.find("services:") == std::string_view::npos) return false;
  if (source.name.find("compose") != std::string::npos || source.name.find("stack") != std::string::npos) return true;
  return source.text.find("\n    image:") != std::string_view::npos || source.text.find("\n  image:") != std::string_view::npos;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "localhost" || address == "[::1]" || address == "::1"; }

int rank(std::string_view exposure) { return exposure == "internet" ? 3 : exposure == "internal" ? 2 : exposure == "local" ? 1 : 0; }

// "8000", "8000:8000", "127.0.0.1:8000:8000", with a range or "/tcp"; or the long form.
void add_port(const Node& port, Container& container) {
  std::string exposure = "internet", target;
  if (port.is_map()) {
    target = port.text("target");
    if (is_loopback(port.text("host_ip"))) exposure = "local";
  } else {
    std::string_view text = port.scalar;
    text = text.substr(0, text.find('/'));
    const std::size_t last = text.rfind(':');
    target = last == std::string_view::npos ? text : text.substr(last + 1);
    if (last != std::string_view::npos) {
      const std::string_view host = text.substr(0, last);
      const std::size_t address = host.rfind(':');
      if (address != std::string_view::npos && is_loopback(host.substr(0, address))) exposure = "local";
      if (host.starts_with("${")) exposure = host.find(':') == std::string_view::npos ? "internet" : "";
    }
  }
  if (rank(exposure) > rank(container.exposure)) container.exposure = exposure;
  if (const std::int64_t number = number_of(target)) container.ports.push_back(number);
}

/// Where a volume is mounted: "./conf:/etc/x:ro", "data:/data", {type: volume, target: /data}.
std::string_view target_of(const Node& volume) {
  if (volume.is_map()) return volume.text("target");
  std::string_view text = volume.scalar;
  if (text.find("${") != std::string_view::npos) return {};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return text;
  text.remove_prefix(colon + 1);
  return text.substr(0, text.find(':'));
}

Container container_of(const Node& service) {
  Container container;
  container.image = service.text("image");
  container.arguments = words_of(service.find("entrypoint"));
  std::ranges::move(words_of(service.find("command")), std::back_inserter(container.arguments));
  if (const Node* environment = service.find("environment")) {
    for (const Node::Member& member : environment->members) container.environment.emplace_back(member.key, member.value.scalar);
    for (const Node& item : environment->items) {
      const std::size_t equals = item.scalar.find('=');
      if (equals != std::string::npos) container.environment.emplace_back(item.scalar.substr(0, equals), item.scalar.substr(equals + 1));
      else container.environment.emplace_back(item.scalar, "${" + item.scalar + "}");
    }
  }
  container.environment_elsewhere = service.find("env_file") || service.find("extends");
  if (const Node* volumes = service.find("volumes"))
    container.mounts_files = std::ranges::any_of(volumes->items, [](const Node& volume) { return may_hold_settings(target_of(volume)); });
  container.mounts_files |= service.find("configs") || service.find("secrets");
  container.exposure.clear();
  if (const Node* ports = service.find("ports"))
    for (const Node& port : ports->items) add_port(port, container);
  if (service.text("network_mode") == "host") container.exposure = "internet";
  if (container.exposure.empty()) container.exposure = "internal";
  return container;
}

bool mounts_host(const Node& service) {
  const Node* volumes = service.find("volumes");
  if (!volumes) return false;
  return std::ranges::any_of(volumes->items, [](const Node& volume) {
    const std::string_view source = volume.is_map() ? volume.text("source") : std::string_view(volume.scalar).substr(0, volume.scalar.find(':'));
    // What a project mounts of itself is not the host; the root, /etc, the home and the container engine's socket are.
    for (const std::string_view harmless : {"/etc/localtime", "/etc/timezone", "/etc/ssl", "/etc/ca-certificates", "/etc/pki"})
      if (source.starts_with(harmless)) return false;
    return source == "/" || source.starts_with("/etc") || source.starts_with("/root") || source.starts_with("/var/run/docker.sock") || source.starts_with("/run/docker.sock") ||
           source == "~" || source == "$HOME" || source == "${HOME}";
  });
}

/// Whether packets of the service can leave for the internet: a network of compose lets them out unless it is `internal`. Unknown where
/// another project or file makes the network.
Flag leads_out(const Node& service, const Node* networks) {
  const auto of_network = [&](std::string_view name) -> Flag {
    const Node* network = networks ? networks->find(name) : nullptr;
    if (!network || !network->is_map()) return true;
    if (network->find("external")) return std::nullopt;
    const Node* internal = network->find("internal");
    return internal ? internal->as_bool().transform([](bool shut) { return !shut; }) : Flag(true);
  };
  if (const std::string_view mode = service.text("network_mode"); !mode.empty()) return mode == "none" ? Flag(false) : mode == "host" || mode == "bridge" ? Flag(true) : Flag();
  const Node* own = service.find("networks");
  if (!own || (own->items.empty() && own->members.empty())) return of_network("default");
  Flag out = false;
  const auto add = [&](Flag one) { out = out == true || one == true ? Flag(true) : !out || !one ? Flag() : Flag(false); };
  for (const Node& name : own->items) add(of_network(name.scalar));
  for (const Node::Member& name : own->members) add(of_network(name.key));
  return out;
}

WorkloadFacts workload_of(const Node& service, const Container& container, const Node* networks) {
  WorkloadFacts facts;
  facts.platform = "compose";
  facts.egress_open = leads_out(service, networks);
  facts.exposure = container.exposure;
  for (const auto& [name, value] : container.environment) facts.environment_names.push_back(name);
  std::ranges::sort(facts.environment_names);
  facts.arguments = words_started(container.arguments);
  facts.privileged = service.find("privileged") ? service.find("privileged")->as_bool() : std::optional(false);
  const std::string_view user = service.text("user");
  if (user == "root" || user == "0" || user.starts_with("0:")) facts.runs_as_root = true;
  else if (!user.empty() && user.find('$') == std::string_view::npos) facts.runs_as_root = false;
  facts.host_network = service.text("network_mode") == "host";
  facts.mounts_host = mounts_host(service);
  // The tree that rules see has no credentials in it.
  Node tree = service;
  for (Node::Member& member : tree.members) {
    if (member.key != "environment") continue;
    for (Node::Member& variable : member.value.members) variable.value.scalar = kept_value(variable.key, variable.value.scalar);
    for (Node& item : member.value.items) {
      const std::size_t equals = item.scalar.find('=');
      if (equals != std::string::npos) item.scalar = item.scalar.substr(0, equals + 1) + kept_value(item.scalar.substr(0, equals), item.scalar.substr(equals + 1));
    }
  }
  add_processes(tree, {process_of(container, service.line)});
  facts.configuration = std::make_shared<const Node>(std::move(tree));
  return facts;
}

// A file that takes its services from others, or gives others its networks and volumes, needs none of its own; nor does one that is empty.
bool has_a_part_of_compose(const Node& root) {
  if (root.kind == Node::Kind::null || root.find("apiVersion")) return true;
  return std::ranges::any_of(root.members, [](const Node::Member& member) {
    return member.key.starts_with("x-") || one_of(member.key, {"services", "include", "networks", "volumes", "configs", "secrets"});
  });
}

/// Services of different profiles that publish the same port never run at once (one for the processor, one for each make of graphics card): what
/// they offer is one endpoint, under the first one's key.
class Alternatives {
 public:
  std::string key_for(const Node& service, const std::string& key) {
    const Node* profiles = service.find("profiles");
    const Node* ports = service.find("ports");
    if (!profiles || !ports) return key;
    std::set<std::string> own;
    for (const Node& profile : profiles->items) own.insert(profile.scalar);
    for (const Node& port : ports->items) {
      if (port.scalar.find(':') == std::string::npos) continue;
      const auto [first, is_new] = first_.try_emplace(port.scalar, Offer{own, key});
      if (!is_new && std::ranges::none_of(own, [&](const std::string& profile) { return first->second.profiles.contains(profile); })) return first->second.key;
    }
    return key;
  }

 private:
  struct Offer {
    std::set<std::string> profiles;
    std::string key;
  };
  std::map<std::string, Offer> first_;
};

struct Service {
  std::string name;
  std::uint32_t line = 0;
  Node tree;
  Container container;
  std::vector<Place> handed_on;  ///< by which lines of a proxy
};

/// Files of the target that are mounted into the service, "./x" within the folder of the compose file.
std::vector<std::string> mounted_files(const Source& source, const Node& service, bool (*wanted)(std::string_view name)) {
  constexpr std::size_t kMostFiles = 32;
  std::vector<std::string> out;
  const Node* volumes = service.find("volumes");
  if (!volumes || !source.files) return out;
  for (const Node& volume : volumes->items) {
    std::string_view from = volume.is_map() ? volume.text("source") : std::string_view(volume.scalar).substr(0, volume.scalar.find(':'));
    if (!from.starts_with("./")) continue;
    from.remove_prefix(2);
    while (from.ends_with('/')) from.remove_suffix(1);
    const std::string path = source.folder().empty() ? std::string(from) : std::string(source.folder()) + "/" + std::string(from);
    const std::vector<std::string_view> within = source.files->files_in(path);
    if (within.empty() && out.size() < kMostFiles) out.push_back(path);
    for (const std::string_view name : within)
      if (wanted(name) && out.size() < kMostFiles) out.push_back(path + "/" + std::string(name));
  }
  return out;
}

constexpr std::size_t kLargestSettings = 256 << 10;

/// LiteLLM takes its master key from its settings, too: what they say counts as the variable does, and where they were read and name none, none is set there.
void read_gateway_settings(const Source& source, Service& service) {
  if (!source.open_file || !source.member.empty() || image_name_of(service.container.image).repository.find("litellm") == std::string::npos) return;
  bool read = false;
  for (const std::string& path : mounted_files(source, service.tree, [](std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml"); })) {
    const auto file = (*source.open_file)(path);
    if (!file || file->bytes().size() > kLargestSettings) continue;
    const auto documents = format::parse_yaml(as_text(file->bytes()), *source.limits);
    if (!documents || documents->empty() || !documents->front().find("model_list") || documents->front().find("include")) continue;
    read = true;
    const Node& root = documents->front();
    for (const std::string_view at : {"general_settings.master_key", "environment_variables.LITELLM_MASTER_KEY", "general_settings.custom_auth"})
      if (const Node* key = root.at_path(at); key && !key->scalar.empty()) service.container.environment.emplace_back("LITELLM_MASTER_KEY", "set in the settings");
  }
  if (read) service.container.mounts_files = false;
}

/// A published nginx or Caddy hands its port on to services that publish none: they are reached as far as it is, and asked for if it asks.
class Proxies {
 public:
  Proxies(const Source& source, std::vector<Service>& services) : source_(source), services_(services) {}

  void run() {
    if (!source_.open_file || !source_.member.empty()) return;
    for (const Service& proxy : services_) {
      const std::string image = lower(image_name_of(proxy.container.image).repository);
      const std::string_view product = std::string_view(image).substr(image.rfind('/') + 1);
      const bool caddy = product.starts_with("caddy");
      if (rank(proxy.container.exposure) < 3 || !(caddy || product.starts_with("nginx") || product == "openresty")) continue;
      for (const std::string& path : mounted_files(source_, proxy.tree, is_settings_of_a_proxy)) {
        const auto file = (*source_.open_file)(path);
        if (!file || file->bytes().size() > kLargestSettings) continue;
        const std::string_view text = as_text(file->bytes());
        for (const ProxyRoute& route : caddy ? caddy_routes(text, proxy.container.environment) : nginx_routes(text)) hand_on(proxy, route, path);
      }
    }
    for (Service& service : services_) {
      const auto found = reached_.find(service.name);
      if (found == reached_.end() || rank(service.container.exposure) == 3) continue;
      service.container.exposure = "internet";
      service.container.behind_proxy = found->second == Asks::yes;
      service.container.environment_elsewhere |= found->second == Asks::unknown;
    }
  }

 private:
  static bool is_settings_of_a_proxy(std::string_view name) { return name.ends_with(".conf") || name.ends_with(".caddy") || name.starts_with("Caddyfile"); }
  enum class Asks : std::uint8_t { yes, unknown, no };  // the least of several ways in counts

  void hand_on(const Service& proxy, const ProxyRoute& route, const std::string& path) {
    const auto& published = proxy.container.ports;
    if (!route.listens.empty() && std::ranges::none_of(route.listens, [&](std::int64_t port) { return std::ranges::find(published, port) != published.end(); })) return;
    const auto target = std::ranges::find_if(services_, [&](const Service& one) { return one.name == route.host || one.tree.text("container_name") == route.host; });
    if (target == services_.end() || &*target == &proxy) return;
    const Asks asks = !route.asks ? Asks::unknown : *route.asks ? Asks::yes : Asks::no;
    const auto [at, is_new] = reached_.try_emplace(target->name, asks);
    if (!is_new) at->second = std::max(at->second, asks);
    if (rank(target->container.exposure) == 3 || target->handed_on.size() >= 8) return;
    Place place;
    place.path = path;
    place.line = route.line;
    target->handed_on.push_back(std::move(place));
  }

  const Source& source_;
  std::vector<Service>& services_;
  std::map<std::string, Asks> reached_;
};

Result<Observation> read(const Source& source) {
  Observation observation;
  Error incomplete;
  auto documents = format::parse_yaml(source.text, *source.limits, &incomplete);
  if (!documents) return std::unexpected(documents.error());
  const auto gap = [&](std::string why) { observation.gaps.push_back({source.path, source.member, "malformed", "compose file: " + std::move(why)}); };
  if (!incomplete.what.empty()) gap(incomplete.what + " at " + incomplete.position);
  else if (is_named_compose(source.name) && std::ranges::none_of(*documents, has_a_part_of_compose) && !documents->empty()) gap("no services in it; expected is services: or include: at its top");
  for (Node& root : *documents) {
    const Node* services = root.find("services");
    if (!services || !services->is_map() || root.find("apiVersion")) continue;
    std::vector<Service> found;
    for (const Node::Member& member : services->members) {
      Node service = member.value;
      if (!service.is_map() || (!service.find("image") && !service.find("build") && !service.find("command"))) continue;
      put_defaults(service);
      Container container = container_of(service);
      found.push_back({member.key, member.line, std::move(service), std::move(container), {}});
    }
    for (Service& service : found) read_gateway_settings(source, service);
    Proxies(source, found).run();
    Alternatives alternatives;
    for (const Service& service : found) {
      std::string key = source.path + (source.member.empty() ? "" : "!/" + source.member) + "#" + service.name;
      Place place = source.place_of_line(service.line);
      place.resource = service.name;
      const AssetId workload = observation.add(make_asset(key, service.name, Facts{workload_of(service.tree, service.container, root.find("networks"))}, place));
      // With `build` the name is what is built here, not what is pulled.
      const AssetId image = service.tree.find("build") ? AssetId{} : observe_image(service.container, place, observation);
      if (image) observation.relate(workload, RelationKind::runs_on, image, place);
      const AssetId endpoint = observe_service(service.container, alternatives.key_for(service.tree, key), place, workload, image, observation);
      for (Asset& asset : observation.assets)
        if (endpoint && asset.id == endpoint) asset.places.insert(asset.places.end(), service.handed_on.begin(), service.handed_on.end());
      relate_launched(source, workload, service.container.arguments, place, observation);
    }
  }
  // A published port is open to whoever reaches the host, which need not be everyone.
  for (Asset& asset : observation.assets)
    if (auto* endpoint = std::get_if<EndpointFacts>(&asset.facts); endpoint && endpoint->exposure == "internet") asset.confidence = Confidence::medium;
  return observation;
}

}  // namespace

extern const Collector compose;
const Collector compose{.name = "compose", .wants = wants, .read = read};

}  // namespace stormwatch::collect
