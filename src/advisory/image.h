// SPDX-License-Identifier: Apache-2.0
// Container images of AI servers -> the package whose version the tag states, so that advisories on the package hold for the image.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stormwatch::advisory {

struct ImagePackage {
  std::string ecosystem, name, version;
};

/// "ghcr.io/berriai/litellm:main-v1.82.3-stable" -> PyPI litellm 1.82.3. nullopt for images not known here, for tags that state
/// no version ("latest") and for digests alone. The registry may be left out; a foreign registry with the same path is another image.
std::optional<ImagePackage> package_of_image(std::string_view image);

}  // namespace stormwatch::advisory
