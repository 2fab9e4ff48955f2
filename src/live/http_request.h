// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its whole answer, bounded in time and bytes: for what asks plain interfaces of vendors, clouds and clusters.
//
// https, or http to this machine only. No redirects, no proxies of the environment, no cookies; nothing is kept or logged here.
#pragma once

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
};

/// Any status is an answer. Fails when the address is neither https nor of this machine, when nothing came in time, when the answer is
/// longer than asked for, and when the peer's certificate is not trusted; the message names the origin alone.
Result<HttpAnswer> request(const HttpRequest& what);

}  // namespace stormwatch::live
