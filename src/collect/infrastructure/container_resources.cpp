// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/container_resources.h"

#include <algorithm>
#include <cctype>

#include "collect/infrastructure/container.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostContainers = 50;

// A block that stands once is a map, several are a list.
template <class V>
void each(const Node* node, V&& visit) {
  if (!node) return;
  if (node->is_map()) visit(*node);
  for (const Node& item : node->items) visit(item);
}

const Node* first_of(const Node& node, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const Node* found = node.find(name)) return found;
  return nullptr;
}

// {NAME: value}, or a list of {name, value}; what comes from a secret is there and not known.
void add_environment(const Node* environment, Container& container) {
  if (!environment) return;
  each(environment, [&](const Node& one) {
    const std::string_view name = one.text("name", one.text("Name"));  // CloudFormation's keep their names
    if (name.empty()) {
      for (const Node::Member& member : one.members)
        if (member.value.is_scalar()) container.environment.emplace_back(member.key, member.value.scalar);
      return;
    }
    const Node* value = first_of(one, {"value", "Value"});
    container.environment.emplace_back(std::string(name), value && value->is_scalar() ? value->scalar : "${" + std::string(name) + "}");
  });
  if (environment->is_string()) container.environment_elsewhere = true;  // made by an expression
}

void add_ports(const Node* ports, Container& container) {
  each(ports, [&](const Node& port) {
    const Node* number = first_of(port, {"container_port", "containerPort", "port"});
    if (number && number->as_number()) container.ports.push_back(static_cast<std::int64_t>(*number->as_number()));
  });
}

CloudContainer container_of(const Node& one) {
  CloudContainer found;
  found.line = one.line;
  Container& container = found.container;
  container.image = one.text("image");
  for (const std::string_view part : {"entry_point", "entryPoint", "command", "commands", "args"}) std::ranges::move(words_of(one.find(part)), std::back_inserter(container.arguments));
  for (const std::string_view part : {"environment", "env", "environment_variables"}) add_environment(one.find(part), container);
  for (const std::string_view part : {"secrets", "secure_environment_variables"})
    each(one.find(part), [&](const Node& secret) {
      if (const std::string_view name = secret.text("name"); !name.empty()) container.environment.emplace_back(std::string(name), "${" + std::string(name) + "}");
      else
        for (const Node::Member& member : secret.members) container.environment.emplace_back(member.key, "${" + member.key + "}");
    });
  container.environment_elsewhere |= first_of(one, {"environment_files", "environmentFiles"}) != nullptr;
  for (const std::string_view part : {"port_mappings", "portMappings", "ports"}) add_ports(one.find(part), container);
  container.mounts_files = first_of(one, {"mount_points", "mountPoints", "volume", "volume_mounts"}) != nullptr;
  return found;
}

void add_all(const Node* list, std::vector<CloudContainer>& into) {
  each(list, [&](const Node& one) {
    if (into.size() < kMostContainers && one.is_map()) into.push_back(container_of(one));
  });
}

bool is(const Node* value, std::string_view wanted) {
  return value && value->is_scalar() && std::ranges::equal(value->scalar, wanted, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); });
}

void set_exposure(std::vector<CloudContainer>& containers, std::string_view exposure) {
  for (CloudContainer& one : containers) one.container.exposure = exposure;
}

std::vector<CloudContainer> of_task(const Node& body, const Limits& limits) {
  std::vector<CloudContainer> found;
  const Node* definitions = body.find("container_definitions");
  if (!definitions) return found;
  if (!definitions->is_string()) {
    add_all(definitions, found);
    return found;
  }
  const auto parsed = format::parse_json(definitions->scalar, limits);
  if (!parsed) return found;
  add_all(&*parsed, found);
  for (CloudContainer& one : found) one.line = definitions->line;
  return found;
}

}  // namespace

std::vector<CloudContainer> containers_of_resource(std::string_view type, const Node& body, const Limits& limits) {
  std::vector<CloudContainer> found;
  if (type == "aws_ecs_task_definition") return of_task(body, limits);
  if (type == "azurerm_container_group") {
    add_all(first_of(body, {"container", "containers"}), found);
    const Node* address = body.find("ip_address_type");
    const Node* inner = body.at_path("ip_address.type");
    if (is(address, "public") || is(inner, "public")) set_exposure(found, "internet");
    else if (is(address, "private") || is(inner, "private") || is(address, "none")) set_exposure(found, "internal");
  } else if (type == "azurerm_container_app") {
    add_all(body.at_path("template.container"), found);
    const Node* external = body.at_path("ingress.external_enabled");
    set_exposure(found, external && external->as_bool() == true ? "internet" : !body.find("ingress") || (external && external->as_bool() == false) ? "internal" : "");
  } else if (type == "google_cloud_run_v2_service" || type == "google_cloud_run_service") {
    add_all(body.at_path("template.containers"), found);
    add_all(body.at_path("template.spec.containers"), found);
    const Node* open = body.find("invoker_iam_disabled");
    for (CloudContainer& one : found) one.container.behind_proxy = !open || open->as_bool() != true;
  }
  return found;
}

}  // namespace stormwatch::collect
