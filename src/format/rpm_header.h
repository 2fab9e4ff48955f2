// SPDX-License-Identifier: Apache-2.0
// The header of an installed package as the database of RPM keeps it: an index of tags and the data they point at, big-endian
// (rpm.org, "Package format", header structure, without its magic).
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace stormwatch::format {

struct RpmHeader {
  std::string name, version;  ///< "1:3.0.7-16.el9": epoch if it is not 0, version, release
  std::string vendor;
};

/// At most 64 Ki tags are looked at. What points outside the bytes counts as absent; without a name or version it is an Error.
Result<RpmHeader> read_rpm_header(Bytes header);

/// The ecosystem, as OSV writes it, of the distribution that the vendor stands for: "Rocky Linux"; "RPM" if it is not known.
std::string_view rpm_ecosystem(std::string_view vendor);

}  // namespace stormwatch::format
