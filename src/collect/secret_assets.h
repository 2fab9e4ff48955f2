// SPDX-License-Identifier: Apache-2.0
// Credentials in a text as assets: keys, tokens, passwords, by the hits of the topic `secret`.
//
// One secret is one asset wherever it stands (key "VENDOR:FINGERPRINT"); each place is a sighting whose excerpt is redacted.
// Where several patterns hit the same bytes the most telling one counts: a vendor's format before a general one.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

/// The asset of one credential, without sightings. `vendor` may be empty; `exposure` as in SecretFacts.
Asset secret_asset(std::string_view vendor, std::string_view type, std::string_view value, std::string_view exposure, const Place& place);

/// Adds the secrets of `text`, whose hits are `hits`; `place_at` says where a byte of it stands. At most `most` different ones are
/// added to `seen`; the number of those left out is returned.
std::size_t add_secrets(const Source& source, std::string_view text, std::span<const match::Hit> hits, const std::function<Place(std::size_t)>& place_at,
                        std::size_t most, Observation& seen);

}  // namespace stormwatch::collect
