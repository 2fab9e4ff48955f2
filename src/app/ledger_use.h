// SPDX-License-Identifier: Apache-2.0
// The ledger as commands use it: where it lies, what a forecast leaves in it, what was seen since.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/command.h"
#include "forecast/forecast.h"
#include "forecast/learning.h"
#include "posture/posture.h"
#include "store/ledger.h"

namespace stormwatch::app {

/// --ledger FILE, else $STORMWATCH_LEDGER, else beside a --store sqlite:///PATH as PATH.ledger, else empty: none is kept.
std::string ledger_path(const Arguments& arguments);

Result<void> record_forecast(const std::string& path, const Posture& posture, const std::string& at, const std::string& tenant);
/// By incident id: the levels that the newest forecast of these targets showed; none if none is kept.
Result<std::map<std::string, forecast::HeldLevel>> held_levels(const std::string& path, const std::string& tenant, const std::vector<std::string>& targets);
Result<std::vector<forecast::Outcome>> outcomes_of(const std::vector<store::LedgerEntry>& entries);
/// The step rules with what the ledger's outcomes taught; as they are if there is no ledger.
Result<std::shared_ptr<const forecast::StepRules>> learned_steps(std::shared_ptr<const forecast::StepRules> steps, const std::string& path, const std::string& tenant);

// Subcommands of `forecast`.
int observe(const Arguments& arguments);
int verify(const Arguments& arguments);
int calibrate(const Arguments& arguments);

}  // namespace stormwatch::app
