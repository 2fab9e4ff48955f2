// SPDX-License-Identifier: Apache-2.0
// AWS Signature Version 4 of one request, in its Authorization header.
#pragma once

#include <string>
#include <string_view>

#include "live/http_request.h"

namespace stormwatch::live {

struct AwsKeys {
  std::string id, secret, token;  ///< token: of a session; empty for lasting keys
};

struct AwsScope {
  std::string region, service;
  std::string time;         ///< "20150830T123600Z"
  bool encode_path = true;  ///< the path as it is sent is encoded once more; not for s3
};

/// Adds X-Amz-Date, X-Amz-Security-Token and Authorization. Signed are the host, all headers that the request has, and its body.
void sign_v4(HttpRequest& request, const AwsKeys& keys, const AwsScope& scope);

/// A text as part of a path or query: all but letters, digits and "-._~" as %XX; `keep` has more that stay.
std::string percent_encoded(std::string_view text, std::string_view keep = {});

}  // namespace stormwatch::live
