// SPDX-License-Identifier: Apache-2.0
// What commands share: the options of a scan, and a posture from a fresh scan, a stored one, or a JSON report given as target.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/pipeline.h"

namespace stormwatch::app {

/// Options that every command which needs a posture takes; `more` are the command's own.
std::vector<Option> scan_options(std::vector<Option> more = {});

struct Obtained {
  Posture posture;
  std::shared_ptr<Content> content;  ///< what it was judged with; loaded on demand for a report too
  bool fresh = false;                ///< scanned now
  std::optional<Forecast> changed;   ///< with the actions of --what-if done; the posture's is as things are
};

/// Prints progress on a terminal and errors on stderr. The value, or the exit code to leave with.
/// `prepare` is called when rules and patterns are loaded, before anything is read: it may set the targets (a probe writes its own).
using Prepare = std::function<Result<void>(const Content& content, PipelineOptions& options)>;
std::expected<Obtained, int> obtain(const Arguments& arguments, std::vector<std::string> targets, const Prepare& prepare = {});

/// Says `error` on stderr and gives the exit code.
int refuse(const Error& error, ExitCode code = wrong_usage);
/// Writes to stdout; a closed pipe is no error.
void print(std::string_view text);
bool colour_wanted(int descriptor);
int terminal_width();

/// 0, 1 or 3 by --fail-on and --strict.
int exit_code_for(const Arguments& arguments, const Posture& posture);

/// Finding rules that `fix` has a patch for.
std::vector<std::string> rules_with_a_fix();

/// The options of a forecast as given, the organisation's file read.
Result<forecast::ForecastOptions> forecast_options(const Arguments& arguments, const forecast::StepRules& steps, const std::vector<std::string>& targets);

}  // namespace stormwatch::app
