// SPDX-License-Identifier: Apache-2.0
// What a reverse proxy hands on, and whether it asks first: the settings of nginx and Caddy, as far as they name a host and port.
//
// Variables, regular expressions and Lua are not followed; what includes another file may ask there, so that it is not known whether it does.
// Sources: nginx's "Module ngx_http_core_module" and its auth modules; Caddy's "Caddyfile Concepts" and "Directives".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormwatch::collect {

struct ProxyRoute {
  std::string host;              ///< to which it hands on: the name of a service, an address
  std::int64_t port = 0;         ///< 0: the scheme's own
  std::vector<std::int64_t> listens;  ///< ports on which the proxy takes it; empty: not known
  std::optional<bool> asks;      ///< who is there; nullopt: not known
  std::uint32_t line = 0;
};

std::vector<ProxyRoute> nginx_routes(std::string_view text);
/// `variables`: what `{$NAME}` stands for.
std::vector<ProxyRoute> caddy_routes(std::string_view text, const std::vector<std::pair<std::string, std::string>>& variables);

}  // namespace stormwatch::collect
