// SPDX-License-Identifier: Apache-2.0
// Every bound on untrusted input, in one value that is passed down. A bound that is reached becomes a Gap, never silence.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stormwatch {

struct Limits {
  std::uint64_t text_bytes = 64ULL << 20;            ///< a text file larger than this is matched in part, and a Gap says so
  std::uint64_t document_bytes = 32ULL << 20;        ///< JSON, YAML, TOML, HCL documents that are parsed to a tree
  std::uint64_t source_bytes = 4ULL << 20;           ///< source files that are parsed for code understanding
  std::size_t document_depth = 100;                  ///< nesting of a parsed tree
  std::size_t document_nodes = 2'000'000;            ///< nodes of a parsed tree, aliases expanded
  std::size_t archive_depth = 5;                     ///< archives within archives
  std::size_t archive_members = 200'000;             ///< members of one archive
  std::uint64_t member_bytes = 512ULL << 20;         ///< one member, expanded into memory
  std::uint64_t expanded_bytes = 4ULL << 30;         ///< all that one top-level archive expands to
  std::uint64_t expansion_ratio = 200;               ///< expanded / compressed, checked beyond the first 16 MiB
  std::uint64_t pickle_operations = 20'000'000;      ///< opcodes of one stream
  std::size_t pickle_memory = 64ULL << 20;           ///< bytes the symbolic machine may hold
  std::size_t sightings_per_asset = 2'000;           ///< evidence kept for one asset
  double file_seconds = 20;                          ///< time one file may take in one collector
};

}  // namespace stormwatch
