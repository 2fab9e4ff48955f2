// SPDX-License-Identifier: Apache-2.0
#include "forecast/step_rules.h"

namespace stormwatch::forecast {

Result<std::shared_ptr<const StepRules>> load_steps(const std::vector<std::string>&) {
  return std::shared_ptr<const StepRules>(std::make_shared<StepRules>());
}

}  // namespace stormwatch::forecast
