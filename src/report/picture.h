// SPDX-License-Identifier: Apache-2.0
// An incident as a picture: the ways to it side by side, each step a box with the asset, what happens there, the fact behind it and its
// file and line. SVG that stands in a page as it is: no script, no outside resource; colours are the page's variables.
#pragma once

#include <string>

#include "posture/posture.h"

namespace stormwatch::report {

/// At most three ways. Steps that stand on more than one way are marked as shared. Empty if the incident has no path.
std::string picture_of(const Posture& posture, const Incident& incident);

/// The picture with what raises and lowers the chance, and the actions that break the ways: one `figure` of a page.
std::string figure_of(const Posture& posture, const Incident& incident);

/// Text with what HTML takes for its own replaced.
std::string escaped(std::string_view text);

}  // namespace stormwatch::report
