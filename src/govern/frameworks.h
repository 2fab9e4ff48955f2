// SPDX-License-Identifier: Apache-2.0
// A framework as data: its controls, and for each what would prove it met.
//
//   framework: eu-ai-act            id, the part before ':' in a rule's `controls`
//   title: EU AI Act
//   edition: "Regulation (EU) 2024/1689 as amended by 2026/1744"
//   source: where ids and titles come from
//   controls:
//     - id: "12"
//       title: Record-keeping
//       assess: automatic | partial | manual     partial: a scan can prove a part only, so `met` is never said
//       applies_to: CONDITION                    assets the duty is about; none in the estate: not assessed
//       met_when: CONDITION                      what must hold for each of them (graph/query.h)
//       failing: not met | partial | not assessed   what it means that assets do not meet it; "not met" by default, "not assessed"
//                                                  where the proof may stand outside of what was scanned
//       note: what a person has to look at
#pragma once

#include <string>
#include <vector>

#include "govern/assess.h"
#include "graph/query.h"

namespace stormwatch::govern {

enum class Assessable : std::uint8_t { automatic, partial, manual };

struct ControlRule {
  Control control;
  Assessable assessable = Assessable::manual;
  std::optional<graph::Condition> applies_to, met_when;
  ControlStatus failing = ControlStatus::not_met;
  std::string note;
};

class Frameworks {
 public:
  std::vector<ControlRule> controls;  ///< by framework file, in the file's order
};

}  // namespace stormwatch::govern
