// SPDX-License-Identifier: Apache-2.0
// Hashes: XXH3 for identity inside the program, SHA-256 for digests that people compare, HMAC-SHA-256 for secrets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace stormwatch {

std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0);
std::string hex(std::uint64_t value);  ///< 16 lower-case digits
std::string sha256_hex(Bytes bytes);
/// HMAC-SHA-256 shortened to 12 hex digits: tells two secrets apart in a report. The key is `STORMWATCH_SECRET_KEY` from the
/// environment; without it a fixed product key is used, so that reports are the same bytes for the same input. Set it where
/// reports leave the site.
std::string keyed_fingerprint(std::string_view secret);

}  // namespace stormwatch
