// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its whole answer, bounded in time and bytes: for what asks plain interfaces of vendors, clouds and clusters.
//
// https, or http to this machine only unless asked otherwise. No redirects, no proxies of the environment, no cookies; nothing is kept or
// logged here.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "live/http_connection.h"

namespace stormwatch::live {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string body;
  double seconds = 20;
  std::size_t most_bytes = 16U << 20;
  std::string ca_file;               ///< PEM of the authorities to trust; empty: the system's
  std::string certificate_file, key_file;  ///< PEM of a client certificate; empty: none
  std::string ca_pem, certificate_pem, key_pem;  ///< the same as texts, for what must not lie in a file
  std::string user_password;         ///< "name:password" for basic authentication; empty: none
  bool plain_allowed = false;        ///< http to other machines too, because the user named the address
  bool cut_allowed = false;          ///< a longer answer is cut at `most_bytes`, and is an answer
};

/// Keeps its connections open between requests. For one thread.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  /// Any status is an answer. Fails when the address is neither https nor of this machine, when nothing came in time, when the answer is
  /// longer than asked for, and when the peer's certificate is not trusted; the message names the origin alone.
  Result<HttpAnswer> send(const HttpRequest& what);

 private:
  std::unique_ptr<void, void (*)(void*)> easy_;
};

/// One request with a client of its own.
Result<HttpAnswer> request(const HttpRequest& what);

}  // namespace stormwatch::live
