// SPDX-License-Identifier: Apache-2.0
// The part of `probe` that asks addresses which AI services answer there (live/service_probe.h, live/wire_probe.h): one URL, or a small range.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"
#include "base/result.h"
#include "live/service_probe.h"

namespace stormwatch::app {

/// True for a URL without a path, where services are looked for before an MCP server is.
bool names_only_a_host(const std::string& url);

/// The service at the target's URL.
Result<live::ServiceSeen> ask_service(const live::HttpTarget& target, const live::ProbeLimits& limits, live::Transcript& transcript);

/// All that answer in --cidr on --ports, verified against `authorities` (a file, or empty: the system's); the file for the collectors.
Result<std::string> ask_range(const Arguments& arguments, const std::string& authorities, const live::ProbeLimits& limits, live::Transcript& transcript);

}  // namespace stormwatch::app
