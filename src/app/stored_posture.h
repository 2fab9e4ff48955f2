// SPDX-License-Identifier: Apache-2.0
// A posture of earlier: a report file, or a scan that a store keeps.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "posture/posture.h"
#include "store/store.h"

namespace stormwatch::app {

/// Whether the text names a scan by its number.
bool is_scan_number(const std::string& text);
/// A report file's path, or with a store a scan's number (0 the newest, -1 the one before).
Result<Posture> read_posture(const std::string& which, const std::optional<store::Store>& kept);

}  // namespace stormwatch::app
