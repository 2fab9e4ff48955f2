// SPDX-License-Identifier: Apache-2.0
#include "report/uuid.h"

#include <openssl/evp.h>

#include <array>

namespace stormwatch::report {

std::string uuid_of(std::string_view name) {
  static constexpr std::string_view kNamespaceOfUrls("\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8", 16);
  const std::string named = std::string(kNamespaceOfUrls).append(name);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  EVP_Digest(named.data(), named.size(), bytes.data(), &length, EVP_sha1(), nullptr);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

}  // namespace stormwatch::report
