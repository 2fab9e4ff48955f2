// SPDX-License-Identifier: Apache-2.0
// Joins an image to what was found in its layers.
#pragma once

#include <vector>

#include "posture/asset.h"

namespace stormwatch::collect {

/// Adds "image contains asset" for each asset seen in a layer of an image whose index or manifest was seen: below the folder of
/// an OCI layout, or within the same tar.
void relate_images(std::vector<Observation>& observations);

}  // namespace stormwatch::collect
