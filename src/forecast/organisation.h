// SPDX-License-Identifier: Apache-2.0
// What only the organisation knows, in one YAML file: crown jewels, values, appetite, controls that no scan sees, owners.
//
//   appetite: 250000                        # expected loss a year that is acceptable
//   incidents: {I2: {median: 50000, p90: 400000}}
//   crown_jewels: ["datastore:customers*"]  # incidents there are major whatever they cost
//   values: {"model:scorer": 2000000}       # what its loss costs in a bad case
//   controls: [{control: egress-allowlist, at: "workload:*"}]
//   facts: {"identity:*": {phishing_resistant: true}}  # what no scan sees of an asset; takes the place of what was seen
//   owners: {"agent:*": "team agents"}      # the first pattern that fits
//
// A pattern is a name or key of an asset with * for any text, with or without its kind before a colon.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/node.h"
#include "posture/asset.h"

namespace stormwatch::forecast {

class StepRules;

struct AssetPattern {
  std::optional<AssetKind> kind;
  std::string text;
  [[nodiscard]] bool fits(const Asset& asset) const;
};

struct Organisation {
  std::optional<double> appetite;
  std::map<std::string, std::pair<double, double>> incidents;      ///< type -> median, p90
  std::vector<AssetPattern> crown_jewels;
  std::vector<std::pair<AssetPattern, double>> values;
  std::vector<std::pair<AssetPattern, std::uint32_t>> controls;    ///< index in StepRules::controls
  std::vector<std::pair<AssetPattern, std::string>> owners;
  struct Fact {
    AssetPattern at;
    std::string field;
    Node value;
  };
  std::vector<Fact> facts;

  [[nodiscard]] bool is_crown_jewel(const Asset& asset) const;
  [[nodiscard]] std::optional<double> value_of(const Asset& asset) const;
  [[nodiscard]] bool has_control(std::uint32_t control, const Asset& asset) const;
  [[nodiscard]] std::string owner_of(const Asset& asset) const;
  /// The estate with an asset for what is stated of people's machines or networks where none was seen: they stand in no file.
  [[nodiscard]] Estate with_stated_assets(const Estate& estate) const;
  /// The estate with the stated facts, and those assets.
  [[nodiscard]] Estate with_facts(const Estate& estate) const;
};

/// Reads the text of such a file; an unknown word, control or type of incident is an Error with file and line.
Result<Organisation> organisation_of(std::string_view text, std::string_view file, const StepRules& rules);

}  // namespace stormwatch::forecast
