// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/reverse_proxy.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace stormwatch::collect {
namespace {

/// "host:port asks yes|no|? on ports", one a route.
std::string told(const std::vector<ProxyRoute>& routes) {
  std::string out;
  for (const ProxyRoute& one : routes) out += fmt::format("{}:{} {} on {}; ", one.host, one.port, !one.asks ? "?" : *one.asks ? "asks" : "open", fmt::join(one.listens, ","));
  return out;
}

TEST(ReverseProxy, nginx_says_whom_it_hands_on_to_and_whether_it_asks) {
  EXPECT_EQ(told(nginx_routes("server { listen 8080; location / { proxy_pass http://ollama:11434/; } } # x { y")), "ollama:11434 open on 8080; ");
  EXPECT_EQ(told(nginx_routes("http { upstream m { server a:1; server b:2 weight=3; }\n server { location / { auth_basic \"in; {\"; proxy_pass http://m; } } }")), "a:1 asks on 80; b:2 asks on 80; ");
  EXPECT_EQ(told(nginx_routes("server { auth_request /check; location /open { auth_request off; proxy_pass http://a:1; } location /in { proxy_pass http://b:2; } }")), "a:1 open on 80; b:2 asks on 80; ");
  EXPECT_EQ(told(nginx_routes("server { if ($http_authorization != 'Bearer x') { return 401; } location / { set $to http://a:1; proxy_pass $to; } }")), "a:1 asks on 80; ");
  EXPECT_EQ(told(nginx_routes("server { allow 10.0.0.0/8; deny all; location / { proxy_pass http://a:1; } }")), "a:1 asks on 80; ");
  EXPECT_EQ(told(nginx_routes("http { include mime.types; server { include /etc/nginx/extra.conf; location / { proxy_pass http://a:1; } } }")), "a:1 ? on 80; ");
  EXPECT_EQ(told(nginx_routes("server { location / { proxy_pass http://$where; } location ~ ^/(.*)$ { proxy_pass http://unix:/x; } }")), "");
  EXPECT_EQ(told(nginx_routes("server { location / { proxy_pass http://a:1; ")), "a:1 open on 80; ") << "cut off";
}

TEST(ReverseProxy, caddy_says_whom_it_hands_on_to_and_whether_it_asks) {
  EXPECT_EQ(told(caddy_routes("{\n email x\n}\nchat.example.org {\n reverse_proxy webui:8080\n}\n", {})), "webui:8080 open on 80,443; ");
  EXPECT_EQ(told(caddy_routes("{$HOST} {\n  handle /api/* {\n    basic_auth {\n      u h\n    }\n    reverse_proxy a:1\n  }\n  reverse_proxy /x/* b:2\n}\n", {{"HOST", "\":8001\""}})), "a:1 asks on 8001; b:2 open on 8001; ");
  EXPECT_EQ(told(caddy_routes("(in) {\n forward_auth auth:9 {\n  uri /x\n }\n}\n:80 {\n import in\n reverse_proxy a:1\n}\n:81 {\n import other\n reverse_proxy a:1\n}\n", {})), "a:1 asks on 80; a:1 ? on 81; ");
  EXPECT_EQ(told(caddy_routes(":80 {\n @no not header Authorization \"Bearer {$K}\"\n respond @no 401\n reverse_proxy {\n  to a:1 b:2\n }\n}\n", {})), "a:1 asks on 80; b:2 asks on 80; ");
  EXPECT_EQ(told(caddy_routes(":80 {\n basic_auth /admin/* {\n u h\n }\n reverse_proxy a:1\n}\n", {})), "a:1 open on 80; ");
}

TEST(ReverseProxy, is_bounded) {
  EXPECT_TRUE(nginx_routes(std::string(100'000, '{')).empty());
  EXPECT_TRUE(caddy_routes(std::string(100'000, '{'), {}).empty());
  std::string loop = "(a) {\n import a\n}\n:80 {\n import a\n reverse_proxy b:1\n}\n";
  EXPECT_EQ(told(caddy_routes(loop, {})), "b:1 ? on 80; ");
}

}  // namespace
}  // namespace stormwatch::collect
