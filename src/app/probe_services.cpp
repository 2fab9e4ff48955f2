// SPDX-License-Identifier: Apache-2.0
#include "app/probe_services.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "live/address_range.h"
#include "live/wire_probe.h"

namespace stormwatch::app {

namespace {
constexpr double kConnectSeconds = 0.4, kDatabaseSeconds = 2;
constexpr std::size_t kServicesOfRange = 200;
constexpr long kPostgresql = 5432, kRedis = 6379;

std::vector<long> usual_ports(const std::vector<live::ServicePrint>& prints) {
  std::set<long> ports{80, 443, 3000, 5000, kPostgresql, kRedis, 7860, 8000, 8080, 8443, 8501, 8888};
  for (const live::ServicePrint& print : prints) ports.insert(print.ports.begin(), print.ports.end());
  ports.erase(0);
  return {ports.begin(), ports.end()};
}

Result<live::ServiceSeen> ask_over_http(const std::string& name, const std::string& authorities, const std::vector<live::ServicePrint>& prints, const live::ProbeLimits& limits, live::Transcript& transcript) {
  Result<live::ServiceSeen> answer = std::unexpected(Error{});
  for (const char* scheme : {"http://", "https://"}) {
    answer = live::probe_service({scheme + name, {}, authorities}, prints, limits, transcript);
    // A server of TLS answers 400 to what is not encrypted.
    if (answer && !(answer->product.empty() && std::string_view(scheme) == "http://" && std::ranges::any_of(answer->gaps, [](const Gap& gap) { return gap.detail.starts_with("answers HTTP 400"); }))) break;
  }
  return answer;
}

Result<live::ServiceSeen> ask_database(const std::string& name, long port, live::ProbeLimits limits, live::Transcript& transcript) {
  limits.step_seconds = std::min(limits.step_seconds, kDatabaseSeconds);
  const char* const first = port == kPostgresql ? "postgresql://" : "redis://";
  Result<live::ServiceSeen> answer = live::probe_wire(first + name, limits, transcript);
  if (!answer) answer = live::probe_wire((port == kPostgresql ? "redis://" : "postgresql://") + name, limits, transcript);
  return answer;
}
}  // namespace

bool names_only_a_host(const std::string& url) {
  const std::size_t host = url.find("://");
  if (host == std::string::npos) return false;
  const std::size_t path = url.find_first_of("/?#", host + 3);
  return path == std::string::npos || path + 1 == url.size();
}

Result<live::ServiceSeen> ask_service(const live::HttpTarget& target, const live::ProbeLimits& limits, live::Transcript& transcript) {
  if (live::is_wire_address(target.url)) return live::probe_wire(target.url, limits, transcript);
  const auto& prints = live::service_prints();
  if (!prints) return std::unexpected(prints.error());
  return live::probe_service(target, *prints, limits, transcript);
}

Result<std::string> ask_range(const Arguments& arguments, const std::string& authorities, const live::ProbeLimits& limits, live::Transcript& transcript) {
  const auto& prints = live::service_prints();
  if (!prints) return std::unexpected(prints.error());
  const Result<std::vector<std::string>> addresses = live::addresses_of(arguments.value("--cidr"));
  if (!addresses) return std::unexpected(addresses.error());
  const Result<std::vector<long>> ports = arguments.has("--ports") ? live::ports_of(arguments.value("--ports")) : Result<std::vector<long>>(usual_ports(*prints));
  if (!ports) return std::unexpected(ports.error());
  const bool shown = ::isatty(STDERR_FILENO) && !arguments.has("--quiet");
  if (shown) fmt::print(stderr, "{} addresses, {} ports …\n", addresses->size(), ports->size());
  std::vector<live::ServiceSeen> seen;
  std::vector<Gap> gaps;
  const std::vector<live::OpenPort> open = live::open_ports(*addresses, *ports, kConnectSeconds);
  for (const live::OpenPort& port : open) {
    const std::string name = fmt::format("{}:{}", port.address, port.port);
    if (seen.size() >= kServicesOfRange) {
      gaps.push_back({name, "", "over-limit", fmt::format("{} open ports; only the first {} were asked", open.size(), kServicesOfRange)});
      break;
    }
    if (shown) fmt::print(stderr, "{} …\n", name);
    const bool usual_for_databases = port.port == kPostgresql || port.port == kRedis;
    Result<live::ServiceSeen> answer = usual_for_databases ? ask_database(name, port.port, limits, transcript) : ask_over_http(name, authorities, *prints, limits, transcript);
    if (!answer) {
      Result<live::ServiceSeen> other = usual_for_databases ? ask_over_http(name, authorities, *prints, limits, transcript) : ask_database(name, port.port, limits, transcript);
      if (other) answer = std::move(other);
    }
    if (answer) seen.push_back(std::move(*answer));
    else gaps.push_back({name, "", "unsupported", "open, and speaks neither HTTP nor a database's protocol that is known: " + answer.error().what});
  }
  return live::services_file(seen, gaps);
}

}  // namespace stormwatch::app
