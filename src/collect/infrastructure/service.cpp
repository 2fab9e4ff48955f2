// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/service.h"

#include <fmt/format.h>


#include <algorithm>
#include <array>
#include <cctype>

#include "base/embedded.h"
#include "base/text.h"
#include "collect/infrastructure/container.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile services[];
extern const std::size_t services_count;
}  // namespace stormwatch::embedded

namespace stormwatch::collect {
namespace {

constexpr std::array<std::string_view, 19> kKeys{"wire", "product", "title", "kind", "images", "unless_images", "commands", "unless_commands", "ports", "code_execution", "metered",
                                                 "package", "authentication", "configured_by_file", "listens", "http", "documented_secrets", "source", "note"};

std::vector<std::string> texts(const Node* node) {
  std::vector<std::string> found;
  if (!node) return found;
  if (node->is_scalar()) found.push_back(node->scalar);
  for (const Node& item : node->items) found.push_back(item.scalar);
  return found;
}

Service::Setting setting(const Node* node) {
  Service::Setting setting;
  if (!node) return setting;
  setting.flags = texts(node->find("flags"));
  setting.environment = texts(node->find("environment"));
  if (const Node* values = node->find("values"))
    for (const Node::Member& member : values->members) setting.values[member.key] = texts(&member.value);
  return setting;
}

// `*` any text; linear in the text for the patterns we have.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string command_line(const Container& container) {
  std::string line;
  for (const std::string& argument : container.arguments) line += (line.empty() ? "" : " ") + argument;
  return line;
}

// The flag as a word of the command line, with or without "=value".
bool has_flag(std::string_view line, std::string_view flag) {
  for (std::size_t at = line.find(flag); at != std::string_view::npos; at = line.find(flag, at + 1)) {
    const bool begins = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\n' || line[at - 1] == '"' || line[at - 1] == '\'';
    const std::size_t end = at + flag.size();
    if (flag.back() == '=') {  // the flag with an empty value
      const std::string_view rest = line.substr(end);
      if (begins && (rest.empty() || rest[0] == ' ' || rest[0] == '\n' || rest.starts_with("''") || rest.starts_with("\"\""))) return true;
      continue;
    }
    const bool ends = end == line.size() || line[end] == ' ' || line[end] == '=' || line[end] == '\n' || line[end] == '"' || line[end] == '\\';
    if (begins && ends) return true;
  }
  return false;
}

bool holds(const Service::Setting& setting, const Container& container, std::string_view line) {
  if (std::ranges::any_of(setting.flags, [&](const std::string& flag) { return has_flag(line, flag); })) return true;
  for (const auto& [name, value] : container.environment) {
    if (std::ranges::find(setting.environment, name) != setting.environment.end() && !value.empty()) return true;
    const auto wanted = setting.values.find(name);
    if (wanted != setting.values.end() && std::ranges::any_of(wanted->second, [&](const std::string& v) { return lower(v) == lower(value); })) return true;
  }
  return false;
}

// An expression among the arguments that may hold a flag of its own: not the value of a flag before it, nor a model's name.
bool may_hold_flags(std::string_view line) {
  const std::vector<std::string> words = split_words(line);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with('$') && !word.starts_with("\"$")) continue;
    const bool is_value = i > 0 && words[i - 1].starts_with('-') && words[i - 1].find('=') == std::string::npos;
    const bool is_name = word.find("MODEL") != std::string::npos || word.find("PORT") != std::string::npos || word.find("HOST") != std::string::npos;
    if (!is_value && !is_name) return true;
  }
  return false;
}

// The setting is made, but with a value that is not known here.
bool unresolved(const Service::Setting& setting, const Container& container) {
  return std::ranges::any_of(container.environment, [&](const auto& pair) {
    const bool named = setting.values.contains(pair.first) || std::ranges::find(setting.environment, pair.first) != setting.environment.end();
    return named && pair.second.find('$') != std::string::npos;
  });
}

bool is_image_of(const Service& service, std::string_view written) {
  if (written.empty()) return false;
  const ImageName image = image_name_of(written);
  const std::string with_registry = image.registry + "/" + image.repository;
  return std::ranges::any_of(service.images, [&](const std::string& pattern) { return matches_glob(pattern, image.repository) || matches_glob(pattern, with_registry); });
}

bool may_be_set_elsewhere(const Service& service, const Container& container, std::string_view line) {
  return container.environment_elsewhere || (service.configured_by_file && container.mounts_files) || may_hold_flags(line);
}

}  // namespace

Result<Service> read_service(const Node& root, std::string_view file) {
  const auto refuse = [&](const Node& at, std::string what, std::string expected) {
    return failure(std::move(what), std::string(file), fmt::format("line {}", at.line), std::move(expected));
  };
  if (!root.is_map()) return refuse(root, "fingerprint is no map", "product, images, ...");
  for (const Node::Member& member : root.members)
    if (std::ranges::find(kKeys, member.key) == kKeys.end()) return refuse(member.value, fmt::format("unknown key {}", member.key), fmt::format("{}", fmt::join(kKeys, ", ")));
  Service service;
  service.product = root.text("product");
  service.title = root.text("title", service.product);
  if (service.product.empty()) return refuse(root, "fingerprint without product", "product: NAME");
  const std::string_view kind = root.text("kind", "endpoint");
  if (kind != "endpoint" && kind != "vector-store") return refuse(*root.find("kind"), fmt::format("unknown kind {}", kind), "endpoint or vector-store");
  service.vector_store = kind == "vector-store";
  service.images = texts(root.find("images"));
  service.unless_images = texts(root.find("unless_images"));
  service.commands = texts(root.find("commands"));
  service.unless_commands = texts(root.find("unless_commands"));
  if (service.images.empty() && service.commands.empty() && !root.find("http") && !root.find("wire")) return refuse(root, "fingerprint without images, commands, http and wire", "one of them");
  if (const Node* ports = root.find("ports"))
    for (const Node& port : ports->items) service.ports.push_back(static_cast<std::int64_t>(port.as_number().value_or(0)));
  if (const Node* flag = root.find("code_execution")) service.code_execution = flag->as_bool();
  if (const Node* flag = root.find("metered")) service.metered = flag->as_bool();
  if (const Node* flag = root.find("configured_by_file")) service.configured_by_file = flag->as_bool().value_or(false);
  if (const Node* secrets = root.find("documented_secrets"))
    for (const Node::Member& member : secrets->members) service.documented_secrets[member.key] = texts(&member.value);
  if (const Node* listens = root.find("listens")) {
    service.listens_by_default = listens->text("by_default");
    service.listens = setting(listens);
  }
  if (const Node* package = root.find("package")) {
    service.package_ecosystem = package->text("ecosystem");
    service.package_name = package->text("name");
  }
  if (const Node* authentication = root.find("authentication")) {
    for (const Node::Member& member : authentication->members)
      if (member.key != "without" && member.key != "on" && member.key != "off") return refuse(member.value, fmt::format("unknown key {}", member.key), "without, on, off");
    service.without = authentication->text("without");
    service.on = setting(authentication->find("on"));
    service.off = setting(authentication->find("off"));
  }
  return service;
}

const Result<std::vector<Service>>& embedded_services() {
  static const Result<std::vector<Service>> all = []() -> Result<std::vector<Service>> {
    std::vector<Service> read;
    for (std::size_t i = 0; i < embedded::services_count; ++i) {
      const EmbeddedFile& file = embedded::services[i];
      if (!std::string_view(file.path).ends_with(".yaml")) continue;
      const std::string name = "services/" + std::string(file.path);
      auto documents = format::read_content(file.text(), name);
      if (!documents) return std::unexpected(documents.error());
      for (const Node& root : *documents) {
        auto service = read_service(root, name);
        if (!service) return std::unexpected(service.error());
        read.push_back(std::move(*service));
      }
    }
    return read;
  }();
  return all;
}

std::string ImageName::key() const { return registry + "/" + repository + (!digest.empty() ? "@" + digest : !tag.empty() ? ":" + tag : std::string()); }

ImageName image_name_of(std::string_view written) {
  ImageName name;
  if (const std::size_t at = written.find('@'); at != std::string_view::npos) {
    name.digest = written.substr(at + 1);
    written = written.substr(0, at);
  }
  const std::size_t slash = written.rfind('/'), colon = written.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    name.tag = written.substr(colon + 1);
    written = written.substr(0, colon);
  }
  const std::size_t first = written.find('/');
  const std::string_view head = first == std::string_view::npos ? std::string_view{} : written.substr(0, first);
  if (head.find_first_of(".:") != std::string_view::npos || head == "localhost") {
    name.registry = head;
    name.repository = written.substr(first + 1);
  } else {
    name.registry = "docker.io";
    name.repository = (first == std::string_view::npos ? "library/" : "") + std::string(written);
  }
  return name;
}

std::string version_of_tag(std::string_view tag) {
  if (tag.starts_with('v')) tag.remove_prefix(1);
  const std::size_t end = std::min(tag.find_first_not_of("0123456789."), tag.size());
  std::string_view version = tag.substr(0, end);
  // "0.4.6.post1-cu124": the release's own suffix belongs to the version.
  if (tag.substr(end).starts_with("post") || tag.substr(end).starts_with("rc")) version = tag.substr(0, tag.find_first_of("-_"));
  while (version.ends_with('.')) version.remove_suffix(1);
  return version.find('.') == std::string_view::npos ? std::string() : std::string(version);
}

const Service* service_of(const Container& container) {
  const auto& services = embedded_services();
  if (!services) return nullptr;
  const std::string line = command_line(container);
  const auto runs_otherwise = [&](const Service& service) {
    if (std::ranges::any_of(service.unless_images, [&](const std::string& pattern) { return matches_glob(pattern, container.image); })) return true;
    return std::ranges::any_of(service.unless_commands, [&](const std::string& command) { return line.find(command) != std::string::npos; });
  };
  for (const Service& service : *services)
    if (is_image_of(service, container.image))
      return runs_otherwise(service) ? nullptr : &service;
  for (const Service& service : *services)
    if (!runs_otherwise(service) && std::ranges::any_of(service.commands, [&](const std::string& command) { return line.find(command) != std::string::npos; })) return &service;
  return nullptr;
}

std::string authentication_of(const Service& service, const Container& container) {
  const std::string line = command_line(container);
  if (container.behind_proxy) return "proxy";
  if (holds(service.off, container, line)) return "none";
  if (holds(service.on, container, line)) return "token";
  const bool elsewhere = may_be_set_elsewhere(service, container, line) || unresolved(service.off, container) || unresolved(service.on, container);
  // What never asks cannot be made to ask by a setting that is not read here.
  const bool can_be_set = !service.on.flags.empty() || !service.on.environment.empty() || !service.on.values.empty();
  return elsewhere && can_be_set ? std::string() : service.without;
}

bool settings_elsewhere(const Container& container) {
  const Service* service = service_of(container);
  if (!service) return true;
  // What an image of one's own starts, nobody says here.
  if (container.arguments.empty() && !is_image_of(*service, container.image)) return true;
  return may_be_set_elsewhere(*service, container, command_line(container));
}

AssetId observe_image(const Container& container, const Place& place, Observation& into) {
  if (container.image.empty() || container.image.find_first_of("${} \n") != std::string::npos) return {};
  const ImageName name = image_name_of(container.image);
  ImageFacts facts;
  facts.registry = name.registry;
  facts.repository = name.repository;
  facts.tag = name.tag;
  facts.digest = name.digest;
  facts.pinned = !name.digest.empty();
  return into.add(make_asset(name.key(), container.image, Facts{facts}, place));
}

bool may_hold_settings(std::string_view target) {
  const std::string small = lower(target);
  if (small.empty() || small == "/") return true;
  for (const std::string_view sign : {"conf", "/etc", "/root", "/home", "/opt", "/app", "secret", "settings", ".env", "$"})
    if (small.find(sign) != std::string::npos) return true;
  const std::size_t slash = small.rfind('/');
  return small.find('.', slash == std::string::npos ? 0 : slash) != std::string::npos;
}

const Service* service_named(std::string_view product) {
  const auto& services = embedded_services();
  if (!services) return nullptr;
  const auto found = std::ranges::find(*services, product, &Service::product);
  return found == services->end() ? nullptr : &*found;
}

AssetId observe_endpoint(const Service& service, EndpointFacts facts, const std::string& key, const Place& place, Observation& into, std::vector<Sighting> sightings) {
  facts.product = service.product;
  facts.code_execution = service.code_execution;
  facts.metered = service.vector_store ? std::optional(false) : service.metered;  // a database costs nothing by the call
  Asset asset = make_asset(key, service.title, Facts{facts}, place);
  asset.sightings = std::move(sightings);
  const AssetId endpoint = into.add(std::move(asset));
  if (service.vector_store) {
    VectorStoreFacts store;
    store.product = service.product;
    if (!facts.authentication.empty()) store.authenticated = facts.authentication != "none";
    // Strangers read what the internet reaches and nobody guards; whether somebody does may be unknown.
    if (store.authenticated == true || (!facts.exposure.empty() && facts.exposure != "internet")) store.public_access = false;
    else if (facts.exposure == "internet" && store.authenticated == false) store.public_access = true;
    into.relate(endpoint, RelationKind::serves, into.add(make_asset(key, service.title, Facts{store}, place)), place);
  }
  if (!service.package_name.empty() && !facts.version.empty()) {
    PackageFacts package;
    package.ecosystem = service.package_ecosystem;
    package.version = facts.version;
    package.direct = package.pinned = true;
    package.manifest = place.path;
    const std::string type = lower(package.ecosystem) == "go" ? "golang" : lower(package.ecosystem);
    package.purl = "pkg:" + type + "/" + service.package_name + "@" + facts.version;
    into.relate(endpoint, RelationKind::depends_on,
                into.add(make_asset(package.ecosystem + "/" + service.package_name + "@" + facts.version, service.package_name, Facts{package}, place)), place);
  }
  return endpoint;
}

AssetId observe_service(const Container& container, const std::string& key, const Place& place, AssetId workload, AssetId image, Observation& into) {
  const Service* service = service_of(container);
  if (!service) return {};
  EndpointFacts facts;
  if (is_image_of(*service, container.image)) facts.version = version_of_tag(image_name_of(container.image).tag);
  facts.exposure = container.exposure;
  facts.authentication = authentication_of(*service, container);
  if (!container.ports.empty()) facts.port = container.ports.front();
  else if (!service->ports.empty()) facts.port = service->ports.front();
  const AssetId endpoint = observe_endpoint(*service, std::move(facts), key, place, into);
  if (workload) into.relate(workload, RelationKind::exposes, endpoint, place);
  if (image) into.relate(endpoint, RelationKind::runs_on, image, place);
  return endpoint;
}

}  // namespace stormwatch::collect
