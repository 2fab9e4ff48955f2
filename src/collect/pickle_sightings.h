// SPDX-License-Identifier: Apache-2.0
// What a pickle would do as sightings of its model. `detail` of a call begins with the group of its callee and ": ".
#pragma once

#include "collect/model_asset.h"
#include "format/pickle.h"

namespace stormwatch::collect {

/// `base` is the offset of the pickle within the source. Adds gaps for what was broken or left out.
void add_pickle(const Source& source, const format::PickleReport& report, std::uint64_t base, Observation& observation, Asset& asset);

}  // namespace stormwatch::collect
