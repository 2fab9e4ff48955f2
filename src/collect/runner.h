// SPDX-License-Identifier: Apache-2.0
// One file through the collectors: opened once, sniffed, matched once, read by those that want it, all within the limits.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "collect/collect.h"
#include "collect/collector.h"
#include "collect/walk.h"

namespace stormwatch::collect {

/// What holds for all files of one target. Immutable while files are read.
struct Run {
  std::span<const Collector* const> collectors;  ///< in the order of their answers
  const match::Database* patterns = nullptr;     ///< may be null
  const FileIndex* files = nullptr;
  Limits limits;
  ReadDepth depth;
  std::string prefix;  ///< stands before shown paths when there are several targets: "target/"; otherwise empty
  const OpenFile* open_file = nullptr;
  ParsedFiles* parsed = nullptr;  ///< may be null
  std::span<const ModelKey> model_keys = {};
};

struct FileResult {
  std::vector<Observation> observations;  ///< those that say something, in the order of members, then collectors
  std::int64_t bytes = 0;
  std::vector<Place> whiteouts;  ///< files ".wh.*" of archives: what a layer of an image deletes from those before it
};

/// Never fails: what cannot be read is a Gap in the answer. `folder` is the target's open directory.
FileResult read_file(const Run& run, int folder, const FoundFile& file);

/// The target's folder itself, as a source of its own (source.h).
FileResult read_folder(const Run& run);

}  // namespace stormwatch::collect
