// SPDX-License-Identifier: Apache-2.0
// The line from bytes to posture, as code. Each stage is a pure function of the one before; only collecting and the store
// touch the world.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "advisory/database.h"
#include "base/result.h"
#include "collect/collect.h"
#include "detect/known.h"
#include "detect/run.h"
#include "forecast/forecast.h"
#include "govern/assess.h"
#include "posture/posture.h"

namespace stormwatch::app {

/// What the executable and --rules bring: loaded once, used by every stage.
struct Content {
  std::unique_ptr<match::Database> patterns;
  detect::Known known;
  std::vector<detect::Detector> detectors;
  std::shared_ptr<const forecast::StepRules> steps;
  std::shared_ptr<const govern::Frameworks> frameworks;
  std::unique_ptr<advisory::Database> own_advisories;  ///< null: the embedded table

  [[nodiscard]] const advisory::Database& advisories() const {
    return own_advisories ? *own_advisories : advisory::Database::embedded();
  }
};

struct PipelineOptions {
  collect::CollectOptions collect;
  std::vector<PackageRemark> statements;      ///< what the user says of packages: VEX documents of --vex
  std::vector<std::string> only;              ///< vectors; empty: all
  std::string shown_target;                   ///< the one target as people know it, where it is not the folder that is read
  forecast::ForecastOptions forecast;
  /// Called with what was collected before it is joined: asks vendors about keys.
  std::function<void(std::vector<Observation>&)> on_collected;
  /// Called with the posture between detection and forecast: history, baseline and suppressions set the findings' state.
  std::function<Result<void>(Posture&)> set_history;
  /// Makes the forecast; empty: forecast::forecast with `forecast`.
  std::function<Result<Forecast>(const Posture&)> make_forecast;
  std::function<void(std::string_view stage)> on_stage;
};

/// `rules_folders` may hold rules/, steps/, frameworks/, packs/, known/ and key_checks/, or rule files directly. A typo is an Error with file and line.
Result<Content> load_content(const std::vector<std::string>& rules_folders, const std::string& advisories);

/// The folders named `part` within the folders of `--rules`; for "rules" also roots without any such folder, which hold rule files themselves.
std::vector<std::string> folders_of(const std::vector<std::string>& roots, const char* part);

Result<Posture> run_pipeline(const Content& content, const PipelineOptions& options);

/// The database that `db import` and `db update` write when no other is named: $XDG_DATA_HOME/stormwatch/advisories.adb, else below
/// ~/.local/share; empty if there is no home. Scans use it unless the embedded table is newer.
std::string advisories_file();
/// Where compiled patterns are kept between runs: $XDG_CACHE_HOME/stormwatch, else ~/.cache/stormwatch, else nowhere.
std::string cache_folder();
std::string now_utc();  ///< RFC 3339; SOURCE_DATE_EPOCH is honoured

}  // namespace stormwatch::app
