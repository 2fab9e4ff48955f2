// SPDX-License-Identifier: Apache-2.0
// The way from an estate with findings to incidents and ranked actions.
#include "forecast/forecast.h"

#include "forecast/step_rules.h"

namespace stormwatch::forecast {

Result<Forecast> forecast(const Estate&, std::span<const Finding>, const StepRules&, const ForecastOptions& options) {
  Forecast out;
  out.horizon_days = options.horizon_days;
  return out;
}

}  // namespace stormwatch::forecast
