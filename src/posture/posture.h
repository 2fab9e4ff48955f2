// SPDX-License-Identifier: Apache-2.0
// One run, whole and immutable: what reports print and the store keeps.
#pragma once

#include <string>
#include <vector>

#include "posture/asset.h"
#include "posture/finding.h"
#include "posture/forecast.h"

namespace stormwatch {

enum class ControlStatus : std::uint8_t { met, not_met, partial, not_assessed, manual };
inline constexpr std::array<std::string_view, 5> kControlStatusNames{"met", "not met", "partial", "not assessed", "manual"};
constexpr std::string_view name_of(ControlStatus v) { return kControlStatusNames[static_cast<std::size_t>(v)]; }

struct Control {
  std::string framework;  ///< "eu-ai-act"
  std::string id;         ///< "15"
  std::string title;
};

struct Assessment {
  Control control;
  ControlStatus status = ControlStatus::not_assessed;
  std::string reason;
  std::vector<FindingId> findings;
  std::vector<AssetId> assets;  ///< that prove it met
};

/// How far a kind of asset or a vector was judged.
struct Coverage {
  std::string subject;  ///< an asset kind or a vector
  bool is_vector = false;
  std::int64_t assessed = 0, partial = 0, failed = 0, not_assessed = 0;
};

struct ScanFacts {
  std::vector<std::string> targets;
  std::string started, finished;  ///< RFC 3339, UTC
  double seconds = 0;
  std::int64_t files = 0, bytes = 0;
  std::vector<Coverage> coverage;
};

struct ToolFactsOfRun {
  std::string version, rules_version, advisories_date;
  std::int64_t advisories_count = 0;
};

struct Posture {
  ToolFactsOfRun tool;
  ScanFacts scan;
  Estate estate;  ///< its gaps are `scan.incomplete`
  std::vector<Finding> findings;
  Forecast forecast;
  std::vector<Assessment> compliance;
};

}  // namespace stormwatch
