// SPDX-License-Identifier: Apache-2.0
// Archives as trees of members: each member becomes a source; archives in archives down to the depth limit.
#pragma once

#include "collect/runner.h"
#include "format/archive.h"

namespace stormwatch::collect {

/// `container` is the archive as a source, all its bytes in it; `depth` counts the archives around it. Only members that a
/// collector wants, texts and archives are expanded; a big stored tensor costs nothing.
void expand(const Run& run, const Source& container, std::size_t depth, format::ExpansionBudget& budget, FileResult& result);

/// The member's name as shown: layers of an image ("blobs/sha256/DIGEST", "DIGEST/layer.tar") by the first 12 digits.
std::string shown_member(std::string_view name);

}  // namespace stormwatch::collect
