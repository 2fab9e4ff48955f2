// SPDX-License-Identifier: Apache-2.0
// The first stage: all patterns' prefilters as one vectorscan database that reports where a pattern may have matched.
//
// It reports end offsets only (start-of-match tracking does not scale to big sets); `Reach` says how far around such an end
// the confirmer has to look. The database is immutable and shared by threads; each thread brings its own scratch.
#pragma once

#include <hs/hs.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "match/database.h"

namespace stormwatch::match {

struct DatabaseCloser {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};

struct FirstStage {
  std::unique_ptr<hs_database_t, DatabaseCloser> database;  ///< null without patterns
  std::vector<std::uint32_t> reach;  ///< per pattern: the longest match in bytes, capped
  bool from_cache = false;
};

inline constexpr std::uint32_t kLongestReach = 2048;

/// Compiles or loads. With an empty folder nothing is cached; a cache that cannot be written is not an error.
Result<FirstStage> first_stage_of(std::span<const Pattern> patterns, const std::string& cache_folder);

}  // namespace stormwatch::match
