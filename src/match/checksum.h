// SPDX-License-Identifier: Apache-2.0
// Named checks of a value: what can be proved of it offline (check digits, CRC tails, structure). Several names in one field
// are separated by spaces and must all hold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stormwatch::match {

bool is_checksum(std::string_view names);
std::string checksum_names();
/// Whether `value` passes all of `names`. Unknown names fail.
bool passes(std::string_view names, std::string_view value);

/// A hosted database's public key for browsers, which names its role (Supabase: "anon"): policies guard the rows, not the key.
bool is_public_token(std::string_view value);

/// Shannon entropy in bits a character, over bytes.
double entropy_of(std::string_view value);

bool luhn(std::string_view digits);            ///< digits; blanks and dashes are skipped
bool iban(std::string_view value);             ///< ISO 13616: country, length of the country, mod 97
std::uint32_t crc32_of(std::string_view text);  ///< as zip and GitHub's tokens use it
std::string base62(std::uint32_t value, std::size_t width);
std::string base64_decoded(std::string_view text);  ///< either alphabet, padding optional; empty if malformed
std::string base64_encoded(std::string_view text, bool url = false);

}  // namespace stormwatch::match
