// SPDX-License-Identifier: Apache-2.0
// An MCP server at a URL: Streamable HTTP in both its eras, and the HTTP+SSE transport of 2024-11-05.
//
// Only the origin (scheme, host, port) of the address given is contacted: no redirects, no proxies, no endpoints and no metadata of
// another origin. What the answers show about protection is kept in `HttpFacts`.
#pragma once

#include <optional>

#include "live/connection.h"

namespace stormwatch::live {

struct HttpTarget {
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value", sent with every request but those of the checks that leave the token out
  std::string authorities;           ///< file of certificates (PEM) to trust in place of the system's; empty: the system's
};

/// What was seen of the server's protection. nullopt: not observed.
struct HttpFacts {
  bool https = false;
  bool loopback = false;                       ///< the host is this machine's own
  std::optional<bool> asks_for_token;          ///< 401 or 403 without a token
  std::string challenge;                       ///< WWW-Authenticate, an excerpt
  std::optional<bool> resource_metadata;       ///< RFC 9728: the document was there, with authorization servers
  std::string authorization_servers;           ///< from it, joined by ", "
  std::optional<bool> accepts_foreign_origin;
  std::string allow_origin;                    ///< Access-Control-Allow-Origin of the answer to a foreign origin
  bool allow_credentials = false;
  std::vector<std::string> session_ids;        ///< all that were given; never shown whole
  std::vector<Gap> gaps;
};

struct HttpAnswer {
  long status = 0;
  std::string body;                                        ///< within the bound
  std::multimap<std::string, std::string> headers;         ///< names in lower case
  std::string peer;                                        ///< the IP address that answered, where the caller is told it (http_request.h)
  [[nodiscard]] std::string header(const std::string& name) const;
};

class HttpConnection : public Connection {
 public:
  /// One plain request outside the session, for the checks: `extra` headers, with or without the user's.
  virtual Result<HttpAnswer> send(std::string_view method, const std::string& url, const std::string& body, const std::vector<std::string>& extra, bool with_user_headers, double seconds) = 0;
  /// Goes over to HTTP+SSE: opens the stream and waits for the endpoint event.
  virtual Result<void> fall_back_to_sse(double seconds) = 0;
  HttpFacts facts;
  long last_status = 0;
};

Result<std::unique_ptr<HttpConnection>> open_http(const HttpTarget& target, const ProbeLimits& limits, Transcript& transcript, Clock::time_point deadline);

/// The passive checks after listing: a foreign origin (one request), no token if the user gave one (one request), protected resource
/// metadata (one or two requests, only where a token is asked for).
void check_protection(HttpConnection& connection, const HttpTarget& target, bool stateless, const ProbeLimits& limits);

/// What is wrong with these session ids; empty if nothing is seen: too short, made of few characters, counted up, repeated.
[[nodiscard]] std::string weakness_of_session_ids(const std::vector<std::string>& ids);
/// "https://host:port" of a URL, lower case, default ports left out; empty if it is none of http and https.
[[nodiscard]] std::string origin_of(std::string_view url);
[[nodiscard]] bool is_loopback(std::string_view url);

}  // namespace stormwatch::live
