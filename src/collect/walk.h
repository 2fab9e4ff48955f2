// SPDX-License-Identifier: Apache-2.0
// The files of a folder, sorted, without opening them: ignore files respected, links never followed out, all else a Gap.
//
// A link to a file inside the folder is not a file of its own: that file is seen once, under its own name, or, in a cache that
// stores contents under their digest (blobs/DIGEST with links from snapshots/), under the name that people gave it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "posture/evidence.h"

namespace stormwatch::collect {

struct FoundFile {
  std::string path;       ///< as shown: '/' separated, valid UTF-8 (other bytes as \xNN)
  std::string open_path;  ///< as the system knows it, relative to the folder
};

struct Walked {
  std::vector<FoundFile> files;  ///< sorted by path
  std::vector<Gap> gaps;
  std::int64_t ignored = 0;      ///< files and folders left out by ignore files
};

/// `folder` is an open directory, `real_path` its path without links (for judging where links lead).
Walked walk_folder(int folder, const std::string& real_path, bool use_ignore_files, unsigned jobs);

/// Bytes that are not valid UTF-8 as \xNN.
std::string shown_path(std::string_view raw);

}  // namespace stormwatch::collect
