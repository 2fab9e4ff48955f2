// SPDX-License-Identifier: Apache-2.0
// Findings and graph -> incidents and actions (docs/forecast.md states the method).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "forecast/organisation.h"
#include "posture/forecast.h"
#include "posture/posture.h"

namespace stormwatch::forecast {

/// What an earlier forecast of the same targets showed of an incident.
struct HeldLevel {
  Level level = Level::none;
  int below = 0;        ///< forecasts in a row in which it stayed below what holds the level
  double days_ago = 0;
};

struct ForecastOptions {
  int horizon_days = 90;
  std::uint32_t worlds = 4096;
  std::uint64_t seed = 1;
  std::size_t top_incidents = 50;
  std::size_t top_actions = 20;
  unsigned jobs = 0;
  double budget_hours = 0;               ///< 0: none; otherwise the ranked actions fit in it
  double risk_appetite = 100'000;        ///< expected loss a year that is acceptable, in `currency`
  std::shared_ptr<const Organisation> organisation;  ///< null: nothing is known beyond the scan
  std::string target = "TARGET";         ///< how commands that verify an action name what was scanned
  std::vector<std::string> fixable;      ///< finding rules that `stormwatch fix` converts files for
  std::vector<FindingId> mendable;       ///< sorted; findings that `stormwatch fix` has a patch of text for
  bool chances_only = false;             ///< no drivers, no actions: for comparing many variants
  std::map<std::string, HeldLevel> before;  ///< by incident id: levels of the last forecast of these targets; empty: none was kept
  std::vector<std::string> what_if;      ///< action ids (or unique prefixes, or exact titles) taken as done before forecasting
};

/// Step rules: embedded (steps/*.yaml) and of the folders. Errors carry file and line.
class StepRules;
Result<std::shared_ptr<const StepRules>> load_steps(const std::vector<std::string>& extra_folders);

/// Summed rate of the triggers that reach an incident, over the horizon, and the standard error of the estimate over its worlds (0:
/// exact). What is uncertain of the parameters is the same in every forecast and not in it.
struct Pressure {
  double mean = 0, error = 0;
};

class SiteReader;
class Outline;

/// A forecast that stands while its estate changes: what a change does not touch is not looked at again. Every answer has the bytes of
/// a forecast made anew. What it is made of must outlive it.
class StandingForecast {
 public:
  /// Of the options, `organisation` and `jobs` hold for good.
  StandingForecast(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const ForecastOptions& options);
  ~StandingForecast();
  /// The facts or the relations of these assets changed in the estate (Estate::set_facts and its like): both ends of each relation.
  /// Assets and findings stay as they are.
  void changed(std::span<const AssetId> assets);
  [[nodiscard]] Result<Forecast> forecast(const ForecastOptions& options) const;
  /// Of the incidents that a forecast of chances alone gives.
  [[nodiscard]] Result<std::vector<std::pair<IncidentId, Pressure>>> pressures(const ForecastOptions& options) const;

 private:
  void read();
  const Estate& estate_;
  std::span<const Finding> findings_;
  const StepRules& rules_;
  std::shared_ptr<const Organisation> organisation_;
  unsigned jobs_;
  std::unique_ptr<const Estate> with_facts_;  ///< with what the organisation states; null if it states no facts
  std::unique_ptr<SiteReader> reader_;
  std::unique_ptr<Outline> outline_;
};

/// Pure: the same estate, findings, rules and options give the same bytes. An unknown `what_if` action is an Error that lists
/// the known ones.
Result<Forecast> forecast(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const ForecastOptions& options);

}  // namespace stormwatch::forecast
