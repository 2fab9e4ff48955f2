// SPDX-License-Identifier: Apache-2.0
// What the function of a tool does to the world beyond reading, in its own file and in files of the target that it calls into.
//
// Only effects that leave no doubt count: files deleted or written outside of temporary places, rows changed by a constant
// statement, messages and payments, commands and code that the caller chooses. A program that is started may only read; what a
// cache, a log or a temporary file holds is nobody's data, and what functions of other files do to keep house (tokens, settings,
// tables made at the start) is not held against the tool. Two files deep, at most kMostBodies functions.
#pragma once

#include "collect/understanding/view.h"

namespace stormwatch::collect {

enum class Deed : std::uint8_t { none, writes, deletes, sends, runs };

struct Done {
  Deed deed = Deed::none;
  std::string told;             ///< "deletes files"
  code::Index call = code::kNone;  ///< in the tool's file
  std::string beyond;           ///< "store.py:12 os.remove" when another file does it
};

constexpr std::size_t kMostBodies = 24;
std::vector<Done> deeds_of(const View& view, code::Index function);

}  // namespace stormwatch::collect
