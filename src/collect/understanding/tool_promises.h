// SPDX-License-Identifier: Apache-2.0
// What a tool promises by its annotations and its description, held against what its code does.
#pragma once

#include "collect/understanding/view.h"

namespace stormwatch::collect {

/// readOnlyHint and destructiveHint as the tool's registration sets them; nullopt where it does not.
struct ToolHints {
  std::optional<bool> read_only, destructive;
};
ToolHints hints_of(const View& view, const code::Role& role);

/// Sightings `insecure-setting` with the subjects promise-read-only, promise-not-destructive and promise-looks-up.
void observe_promises(View& view);

}  // namespace stormwatch::collect
