// SPDX-License-Identifier: Apache-2.0
// The list of a zip's members: from its central directory, and from local headers that the directory does not name.
#pragma once

#include <string>
#include <vector>

#include "format/archive_parts.h"

namespace stormwatch::format {

struct ZipEntry {
  std::string name;                 ///< up to a NUL
  std::uint16_t method = 0, flags = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0;
  std::uint64_t header = 0;         ///< offset of the local header
  std::uint64_t data = 0;           ///< offset of the content; 0 if the local header is gone
  bool is_link = false;
  bool listed = true;               ///< the central directory names it
  [[nodiscard]] bool encrypted() const { return flags & 1; }
};

/// What the archive holds, in the order of the directory; members found outside it follow. Faults go to the notes of `work`.
std::vector<ZipEntry> read_zip_directory(const ArchiveVisit& work);

}  // namespace stormwatch::format
