// SPDX-License-Identifier: Apache-2.0
// What later layers of an image do to earlier ones (image-spec, layer.md: whiteouts and opaque directories).
//
// A package that a later layer deletes, or whose list a later layer replaces, is not in the running container: it is kept with
// PackageFacts::reach "deleted" where nothing else shows it, since its bytes still are in the image. A credential in a deleted file counts like any
// other, and the sighting says so. Without a manifest that orders the layers nothing changes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "posture/asset.h"

namespace stormwatch::collect {

/// The ecosystem word of a remark whose sighting's detail names an image's layers in order, separated by blanks.
inline constexpr std::string_view kImageLayers = "oci";

/// `whiteouts` are places of files named ".wh.*" within layers.
void settle_layers(std::vector<Observation>& observations, std::span<const Place> whiteouts);

}  // namespace stormwatch::collect
