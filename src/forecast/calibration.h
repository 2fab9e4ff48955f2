// SPDX-License-Identifier: Apache-2.0
// From EPSS scores to the chance that a flaw's exploitation is confirmed, fitted and judged by time.
//
// The label is an entry in CISA KEV within the horizon: a stricter event than the activity that EPSS forecasts. Each snapshot is
// judged with a map that was fitted only on snapshots of the same EPSS version whose horizon had ended by then. A product's
// recurrence is judged the same way, a year at a time.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "forecast/scoring.h"

namespace stormwatch::forecast {

struct ScoredFlaw {
  std::string id;    ///< "CVE-2026-1234"
  double epss = 0;
};

struct EpssSnapshot {
  std::string date;  ///< "2026-01-25"
  std::vector<ScoredFlaw> flaws;
};

struct KnownExploited {
  std::string id, product;  ///< product: vendor and product in lower case
  std::string added;        ///< date
};

/// By the date on which a version came into use.
std::string_view epss_version(std::string_view date);

/// logit p = intercept + slope logit EPSS + recent [the CVE's year is the snapshot's or the one before]
struct ChanceMap {
  double intercept = 0, slope = 1, recent = 0;
  [[nodiscard]] double chance(double epss, bool is_recent) const;
};

struct CalibrationRound {
  std::string date, version, fitted_on;  ///< fitted_on: dates; empty: nothing to fit on
  int days = 0;
  ChanceMap map;
  HorizonScore raw, mapped;              ///< raw: EPSS itself taken as the chance (of 30 days, brought to the horizon)
  double skill_against_past = 0;         ///< against the rate of the fitting snapshots in place of the sample's own
};

/// Rounds by date; `known_until` is the day the list of exploited flaws was released.
std::vector<CalibrationRound> calibrate(std::span<const EpssSnapshot> snapshots, std::span<const KnownExploited> exploited, std::string_view known_until, int days);
/// The map of one EPSS version: fitted on all its ended snapshots.
struct FittedMap {
  std::string version, fitted_on;  ///< fitted_on: dates; empty: none has ended, so that there is no map
  ChanceMap map;
  std::size_t snapshots = 0, events = 0;
};
/// One a version that has a snapshot, the oldest first.
std::vector<FittedMap> fit_versions(std::span<const EpssSnapshot> snapshots, std::span<const KnownExploited> exploited, std::string_view known_until, int days);

/// A year from January 1: products by how many entries they had before, and whether they got another.
struct RecurrenceYear {
  int year = 0;
  std::array<std::size_t, 3> products{}, again{};  ///< with 1, 2-3, 4 or more entries before
  std::array<double, 3> forecast{};                ///< share in all earlier years; NaN in the first
  HorizonScore score;
};
std::vector<RecurrenceYear> recurrence(std::span<const KnownExploited> exploited, std::string_view known_until);

}  // namespace stormwatch::forecast
