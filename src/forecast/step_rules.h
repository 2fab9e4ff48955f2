// SPDX-License-Identifier: Apache-2.0
// Step rules as data (steps/*.yaml).
#pragma once

#include <string>
#include <vector>

#include "forecast/forecast.h"

namespace stormwatch::forecast {

class StepRules {
 public:
  std::vector<std::string> ids;
};

}  // namespace stormwatch::forecast
