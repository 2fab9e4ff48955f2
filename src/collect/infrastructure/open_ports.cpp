// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/open_ports.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace stormwatch::collect {
namespace {

constexpr int kLastPort = 65535;
constexpr std::size_t kMostRules = 2000;

bool is_everywhere(std::string_view address) {
  if (address.ends_with("/0")) return true;  // 0.0.0.0/0, ::/0 and whatever else the mask makes of it
  const std::string word = lower(address);
  return word == "*" || word == "internet" || word == "any" || word == "0.0.0.0" || word == "::0";
}

bool lets_everyone_in(const Node* addresses) {
  if (!addresses) return false;
  if (addresses->is_scalar()) return is_everywhere(addresses->scalar);
  return std::ranges::any_of(addresses->items, [](const Node& item) { return item.is_scalar() && is_everywhere(item.scalar); });
}

bool lets_everyone_in(const Node& rule, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return lets_everyone_in(rule.find(name)); });
}

template <class V>
void each(const Node* node, V&& visit) {
  if (!node) return;
  if (node->is_map()) visit(*node);
  for (const Node& item : node->items)
    if (item.is_map()) visit(item);
}

struct Range {
  int from = 0, to = kLastPort;
};

// "22", "20-30", "*"; nullopt for an expression.
std::optional<Range> range_of(std::string_view text) {
  if (text == "*") return Range{};
  const auto number = [](std::string_view part) -> std::optional<int> {
    int value = 0;
    const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (problem != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    return value;
  };
  const std::size_t dash = text.find('-');
  const auto from = number(text.substr(0, dash)), to = dash == std::string_view::npos ? from : number(text.substr(dash + 1));
  if (!from || !to) return std::nullopt;
  return Range{*from, *to};
}

class Ports {
 public:
  explicit Ports(const Node& body) {
    list.kind = Node::Kind::list;
    list.line = body.line;
  }

  void add(std::string_view protocol, Range range, const Node& at) {
    if (list.items.size() >= kMostRules) return;
    Node entry;
    entry.kind = Node::Kind::map;
    entry.line = at.line;
    entry.column = at.column;
    const auto put = [&](std::string key, Node::Kind kind, std::string text) {
      Node value;
      value.kind = kind;
      value.scalar = std::move(text);
      value.line = at.line;
      entry.members.push_back({std::move(key), std::move(value), at.line});
    };
    put("protocol", Node::Kind::string, protocol.empty() ? "tcp" : lower(protocol));
    put("from_port", Node::Kind::number, std::to_string(range.from));
    put("to_port", Node::Kind::number, std::to_string(range.to));
    list.items.push_back(std::move(entry));
  }

  void add_texts(std::string_view protocol, const Node* ports, const Node& at) {
    if (!ports) return;
    if (ports->is_scalar())
      if (const auto range = range_of(ports->scalar)) add(protocol, *range, at);
    for (const Node& item : ports->items)
      if (item.is_scalar())
        if (const auto range = range_of(item.scalar)) add(protocol, *range, at);
  }

  Node list;
};

// protocol -1 is all protocols on all ports, whatever the ports say.
void add_aws(const Node& rule, Ports& ports) {
  if (!lets_everyone_in(rule, {"cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"})) return;
  const std::string_view protocol = rule.text("protocol", rule.text("ip_protocol"));
  if (protocol == "-1" || protocol == "all") return ports.add("all", {}, rule);
  if (lower(protocol).starts_with("icmp") || protocol == "1" || protocol == "58") return;
  if (rule.text("from_port") == "-1") return ports.add(protocol, {}, rule);
  const auto from = range_of(rule.text("from_port")), to = range_of(rule.text("to_port"));
  if (from && to) ports.add(protocol, {from->from, to->to}, rule);
}

void add_azure(const Node& rule, Ports& ports) {
  if (lower(rule.text("direction", "Inbound")) != "inbound" || lower(rule.text("access", "Allow")) != "allow") return;
  if (!lets_everyone_in(rule, {"source_address_prefix", "source_address_prefixes"})) return;
  const std::string_view protocol = rule.text("protocol") == "*" ? "all" : rule.text("protocol");
  if (lower(protocol) == "icmp") return;
  ports.add_texts(protocol, rule.find("destination_port_range"), rule);
  ports.add_texts(protocol, rule.find("destination_port_ranges"), rule);
}

void add_google(const Node& body, Ports& ports) {
  if (lower(body.text("direction", "INGRESS")) != "ingress" || body.text("disabled") == "true" || !lets_everyone_in(body.find("source_ranges"))) return;
  each(body.find("allow"), [&](const Node& allow) {
    const std::string protocol = lower(allow.text("protocol"));
    if (protocol == "icmp") return;
    if (const Node* named = allow.find("ports"); named && !(named->is_list() && named->items.empty())) ports.add_texts(protocol, named, allow);
    else if (protocol == "all" || protocol == "tcp" || protocol == "udp") ports.add(protocol, {}, allow);
  });
}

}  // namespace

Node open_ports_of(std::string_view type, const Node& body) {
  Ports ports(body);
  if (type == "aws_security_group" || type == "aws_default_security_group") each(body.find("ingress"), [&](const Node& rule) { add_aws(rule, ports); });
  else if (type == "aws_vpc_security_group_ingress_rule" || type == "aws_ec2_security_group_ingress") add_aws(body, ports);
  else if (type == "aws_security_group_rule" && body.text("type") == "ingress") add_aws(body, ports);
  else if (type == "azurerm_network_security_rule") add_azure(body, ports);
  else if (type == "azurerm_network_security_group") each(body.find("security_rule"), [&](const Node& rule) { add_azure(rule, ports); });
  else if (type == "google_compute_firewall") add_google(body, ports);
  return std::move(ports.list);
}

}  // namespace stormwatch::collect
