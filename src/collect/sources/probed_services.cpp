// SPDX-License-Identifier: Apache-2.0
// AI services that `stormwatch probe` found to answer, from the file it writes (live/service_probe.h): endpoints with their version and
// whom they let in; the package of that version, which advisories know.
#include <algorithm>
#include <array>
#include <map>

#include "collect/collector.h"
#include "collect/infrastructure/service.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kRows = 5'000;
constexpr std::size_t kClasses = 8;

bool wants_services(const Source& source) {
  return source.kind == format::ContentKind::json && !source.cut && source.text.substr(0, 64).find("\"stormwatch.services\"") != std::string_view::npos;
}

std::optional<std::int64_t> port_of(std::string_view address) {
  const std::size_t begin = address.find("://");
  const std::string_view host = begin == std::string_view::npos ? address : address.substr(begin + 3, address.find('/', begin + 3) - begin - 3);
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) return address.starts_with("https") ? 443 : 80;
  std::int64_t port = 0;
  for (const char c : host.substr(colon + 1)) {
    if (c < '0' || c > '9' || port > 65'535) return std::nullopt;
    port = port * 10 + (c - '0');
  }
  return port;
}

// What is known of each class of routes, in words that a report shows: the widest door counts.
std::vector<std::string> classes_of(const Node& row) {
  static constexpr std::array<std::string_view, 5> kStates{"unknown", "absent", "not-assessed", "guarded", "open"};
  std::map<std::string, std::size_t> widest;
  if (const Node* routes = row.find("routes"))
    for (const Node& route : routes->items) {
      const auto state = static_cast<std::size_t>(std::ranges::find(kStates, route.text("state")) - kStates.begin());
      if (state == kStates.size() || widest.size() > kClasses) continue;
      std::size_t& known = widest[excerpt_of(route.text("class"), 20)];
      known = std::max(known, state);
    }
  std::vector<std::string> said;
  for (const auto& [kind, state] : widest) said.push_back(kind + ": " + std::string(kStates[state]));
  return said;
}

void read_service_row(const Source& source, const Node& row, Observation& seen) {
  const Service* service = service_named(row.text("product"));
  if (!service) {
    seen.gaps.push_back({source.path, source.member, "unsupported", "no service named " + excerpt_of(row.text("product"), 60)});
    return;
  }
  const Place place = source.place_of_line(row.line, row.column);
  EndpointFacts facts;
  facts.url = excerpt_of(row.text("address"));
  facts.version = excerpt_of(row.text("version"), 60);
  facts.exposure = excerpt_of(row.text("exposure"), 20);
  facts.authentication = excerpt_of(row.text("authentication"), 20);
  facts.routes = classes_of(row);
  facts.port = port_of(row.text("address"));
  if (const Node* flag = row.find("tls")) facts.tls = flag->as_bool();
  if (const Node* flag = row.find("rate_limited")) facts.rate_limited = flag->as_bool();
  std::vector<Sighting> sightings;
  if (const Node* settings = row.find("settings"))
    for (const Node& setting : settings->items)
      sightings.push_back({"insecure-setting", excerpt_of(setting.text("subject"), 60), excerpt_of(setting.text("detail")), excerpt_of(setting.text("detail")), place, Confidence::high});
  const std::string key = facts.url;
  observe_endpoint(*service, std::move(facts), key, place, seen, std::move(sightings));
}

Result<Observation> read_services(const Source& source) {
  auto root = format::parse_json(source.text, *source.limits);
  if (!root) return std::unexpected(root.error());
  Observation seen;
  if (const Node* services = root->find("services"))
    for (std::size_t i = 0; i < services->items.size() && i < kRows; ++i) read_service_row(source, services->items[i], seen);
  if (const Node* gaps = root->find("gaps"))
    for (const Node& gap : gaps->items) seen.gaps.push_back({excerpt_of(gap.text("path")), "", excerpt_of(gap.text("reason"), 40), excerpt_of(gap.text("detail"), 300)});
  return seen;
}

}  // namespace

extern const Collector probed_services;
const Collector probed_services{.name = "live services that were probed", .wants = wants_services, .read = read_services};

}  // namespace stormwatch::collect
