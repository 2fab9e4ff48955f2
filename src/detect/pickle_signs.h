// SPDX-License-Identifier: Apache-2.0
// What the checks on pickles share: the group of a callee as the collector wrote it, and small pickles for their examples.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "format/pickle_globals.h"

namespace stormwatch::detect {

/// A `pickle-call` or `pickle-global` sighting taken apart.
struct PickleSign {
  std::string_view group;   ///< name_of(GlobalGroup)
  std::string_view shown;   ///< the call as source text; the name of a global
  bool called = false;
  bool constructs = false;  ///< only __new__ runs
};
PickleSign sign_of(const Sighting& sighting);
bool is_group(const PickleSign& sign, format::GlobalGroup group);

struct PickleVerdict {
  Severity severity;
  Confidence confidence;
};
/// A `look` that raises one signal for each sign for which `judge` gives a verdict. At most 50 signals for one asset.
std::function<void(const Estate&, const Context&, Signals&)> look_at_pickles(std::function<std::optional<PickleVerdict>(const PickleSign&, const Sighting&)> judge);

/// A protocol 0 pickle that calls MODULE.NAME with one text; with an empty `argument` the call has none. Made at run time only.
std::string example_call(std::string_view module, std::string_view name, std::string_view argument);
/// A pickle of plain data: a dictionary of a text and a number.
std::string example_data();

}  // namespace stormwatch::detect
