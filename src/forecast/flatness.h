// SPDX-License-Identifier: Apache-2.0
// What to do first where so many attack states reach one another that ways cannot be worked out one by one: separate networks, and where.
//
// Figures come from best ways alone (outline.h): the loss of an incident is its mean loss times the chance of its best way, and each
// such way is followed back to where it starts. They rank places; they are no forecast, and what they sum counts shared ways often.
#pragma once

#include <string>
#include <vector>

#include "forecast/incidents.h"

namespace stormwatch::forecast {

struct Separation {
  std::vector<std::uint32_t> assets;  ///< where most of the loss first comes to over the network, the most first
  double cut_there = 0, cut_all = 0;  ///< share of the loss that goes when these, or all places that the control hinders, are separated
};

/// At most `most` assets. `threats`: all of the outline, before any were left out.
Separation separation_of(const SiteReader& reader, const Outline& outline, const std::vector<Threat>& threats, std::size_t most);
/// The advice as one sentence; empty if separating networks changes nothing.
std::string told(const Separation& separation, const Estate& estate);

}  // namespace stormwatch::forecast
