// SPDX-License-Identifier: Apache-2.0
// Asks an address over HTTP which AI service answers there, in which version, and whom it lets in: plain GETs, nothing is generated,
// started or changed.
//
// Bounded: 320 requests, half a MiB of each answer, the limits' time for one request and for all; redirects are told, not followed.
// A page that does not exist is asked for first: what a server says to any path tells nothing about its product.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "live/connection.h"
#include "live/http_connection.h"
#include "live/service_prints.h"

namespace stormwatch::live {

struct RouteSeen {
  std::string kind, path;  ///< kind: inference, read, administration, code
  long status = 0;
  std::string state;       ///< open, guarded, absent, unknown; of inference also not-assessed: a GET cannot tell
};

struct ServiceSeen {
  std::string address;         ///< scheme, host, port and prefix
  std::string product, title;  ///< empty: no known AI service
  std::string version;
  bool sure = false;           ///< a sign that only this product has; else two that others may share
  bool tls = false;
  std::string exposure;        ///< local, internal, internet: by the address that answered
  std::string authentication;  ///< none, token, partial (some classes of routes are open, some not); empty: not known
  std::optional<bool> rate_limited;
  std::vector<RouteSeen> routes;
  std::vector<std::pair<std::string, std::string>> settings;  ///< subject and detail of what lets in whom it should not
  std::vector<std::string> evidence;                          ///< signs that held, for people
  std::size_t requests = 0;
  std::vector<Gap> gaps;
};

/// Fails when nothing that speaks HTTP answers there.
Result<ServiceSeen> probe_service(const HttpTarget& target, std::span<const ServicePrint> prints, const ProbeLimits& limits, Transcript& transcript);

/// local, internal or internet, by the numeric address that answered: not the name that was asked for says who can reach it. Empty: no address.
[[nodiscard]] std::string exposure_of(const std::string& peer);

/// The file that the collectors read (collect/sources/probed_services.cpp), one service a line.
[[nodiscard]] std::string services_file(std::span<const ServiceSeen> services, std::span<const Gap> gaps);

}  // namespace stormwatch::live
