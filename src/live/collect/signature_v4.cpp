// SPDX-License-Identifier: Apache-2.0
#include "live/collect/signature_v4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/text.h"

namespace stormwatch::live {
namespace {

std::string one_blank(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

struct Parts {
  std::string_view host, path, query;
};
Parts parts_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3, path = url.find_first_of("/?", host);
  const std::string_view rest = path == std::string_view::npos ? std::string_view("/") : url.substr(path);
  const std::size_t mark = rest.find('?');
  return {url.substr(host, path == std::string_view::npos ? path : path - host), mark == 0 ? std::string_view("/") : rest.substr(0, mark), mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1)};
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view field = query.substr(0, end);
    const std::size_t equals = field.find('=');
    // What is escaped already stays.
    fields.emplace_back(percent_encoded(field.substr(0, equals), "%"), equals == std::string_view::npos ? std::string() : percent_encoded(field.substr(equals + 1), "%"));
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  std::ranges::sort(fields);
  std::string out;
  for (const auto& [name, value] : fields) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string sha256_of(std::string_view text) { return sha256_hex(as_bytes(text)); }

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view keep) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~' || keep.find(c) != std::string_view::npos;
    if (plain) out += c;
    else (out += '%') += {"0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
  }
  return out;
}

void sign_v4(HttpRequest& request, const AwsKeys& keys, const AwsScope& scope) {
  const Parts parts = parts_of(request.url);
  request.headers.push_back("X-Amz-Date: " + scope.time);
  if (!keys.token.empty()) request.headers.push_back("X-Amz-Security-Token: " + keys.token);
  std::map<std::string, std::string> headers{{"host", std::string(parts.host)}};
  for (const std::string& header : request.headers) {
    const std::size_t colon = header.find(':');
    headers[lower(std::string_view(header).substr(0, colon))] = one_blank(std::string_view(header).substr(colon + 1));
  }
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string path = scope.encode_path ? percent_encoded(parts.path, "/") : std::string(parts.path);
  const std::string canonical = request.method + "\n" + path + "\n" + canonical_query(parts.query) + "\n" + lines + "\n" + names + "\n" + sha256_of(request.body);
  const std::string day = scope.time.substr(0, 8), within = day + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string signed_text = "AWS4-HMAC-SHA256\n" + scope.time + "\n" + within + "\n" + sha256_of(canonical);
  const std::string key = hmac_sha256(hmac_sha256(hmac_sha256(hmac_sha256("AWS4" + keys.secret, day), scope.region), scope.service), "aws4_request");
  std::string signature;
  for (const char c : hmac_sha256(key, signed_text)) signature += {"0123456789abcdef"[static_cast<unsigned char>(c) >> 4], "0123456789abcdef"[static_cast<unsigned char>(c) & 15]};
  request.headers.push_back("Authorization: AWS4-HMAC-SHA256 Credential=" + keys.id + "/" + within + ", SignedHeaders=" + names + ", Signature=" + signature);
}

}  // namespace stormwatch::live
