// SPDX-License-Identifier: Apache-2.0
// Chat templates as sightings of the model they belong to.
#pragma once

#include "collect/model_asset.h"

namespace stormwatch::collect {

/// `offset` and `line` place the template in the source (-1 and 0: not known).
void add_template(const Source& source, std::string_view text, std::int64_t offset, std::uint32_t line, Observation& observation, Asset& asset);

/// Hides nothing: a URL in metadata as a sighting.
void add_metadata_urls(const Source& source, std::string_view key, std::string_view value, std::int64_t offset, Observation& observation, Asset& asset);

}  // namespace stormwatch::collect
