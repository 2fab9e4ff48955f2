// SPDX-License-Identifier: Apache-2.0
// VEX documents (format/vex.h) as remarks on the packages that they name.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "format/vex.h"
#include "posture/asset.h"

namespace stormwatch::collect {

/// One remark for each statement and package. `given`: the user brought the document. It stands at `place`.
void add_vex_remarks(const format::VexDocument& document, bool given, const Place& place, std::vector<PackageRemark>& into);
/// A document that the user gives (`--vex`). An Error if it is none, or says nothing of any package.
Result<void> add_vex_file(const std::string& path, std::vector<PackageRemark>& into);

}  // namespace stormwatch::collect
