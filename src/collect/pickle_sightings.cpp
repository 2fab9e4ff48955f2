// SPDX-License-Identifier: Apache-2.0
#include "collect/pickle_sightings.h"

namespace stormwatch::collect {

void add_pickle(const Source& source, const format::PickleReport& report, std::uint64_t base, Observation& observation, Asset& asset) {
  auto at = [&](std::uint64_t offset) { return static_cast<std::int64_t>(base + offset); };
  // What is dangerous comes first, so that a flood of harmless names cannot push it out.
  for (bool dangerous : {true, false}) {
    for (const format::PickleCall& call : report.calls)
      if (format::is_dangerous(call.group) == dangerous)
        add_sighting(source, observation, asset,
                     sighting_at(source, "pickle-call", call.callee, std::string(format::name_of(call.group)) + ": " + call.shown, at(call.offset)));
    for (const format::PickleGlobal& name : report.globals)
      if (format::is_dangerous(name.group) == dangerous)
        add_sighting(source, observation, asset, sighting_at(source, "pickle-global", name.name, std::string(format::name_of(name.group)), at(name.offset)));
    if (!dangerous) continue;
    for (const format::PickleAnomaly& found : report.anomalies)
      add_sighting(source, observation, asset, sighting_at(source, "pickle-anomaly", found.what, found.detail, at(found.offset)));
    for (const format::PickleCode& code : report.codes)
      add_sighting(source, observation, asset,
                   sighting_at(source, "embedded-code", "python-bytecode",
                               code.maker + " builds a function" + (code.names.empty() ? "" : " that uses " + code.names), at(code.offset)));
  }
  if (!report.broken.empty())
    observation.gaps.push_back({source.path, source.member, "malformed",
                                "pickle, offset " + std::to_string(base + report.broken_at) + ": " + report.broken});
  if (report.over_limit)
    observation.gaps.push_back({source.path, source.member, "over-limit",
                                "pickle: " + std::to_string(report.operations) + " operations; what came later was judged in part"});
}

}  // namespace stormwatch::collect
