// SPDX-License-Identifier: Apache-2.0
// What may happen: the incidents worth working out, their chances, their reasons and their order.
#pragma once

#include <optional>
#include <set>

#include "forecast/actions.h"
#include "forecast/effort.h"
#include "forecast/explain.h"

namespace stormwatch::forecast {

/// The incidents worth working out, and the part of the network that they hang on.
struct Scope {
  Binding binding;
  std::vector<Threat> threats;
  std::size_t found = 0;  ///< incidents that are possible at all
};

/// What it is made of must outlive it.
class Inquiry {
 public:
  Inquiry(const SiteReader& reader, const Outline& outline, std::span<const Finding> findings, const Organisation* organisation, const ForecastOptions& options);
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  /// Fills all below. An Error where an action to be taken as done is not known.
  Result<void> run();
  /// Row operations that one estimate of the cone takes.
  [[nodiscard]] double cost_of(const Cone& cone) const { return size_of(cone) * sweeps * words / kStripe; }

  const SiteReader& reader;
  const Outline& outline;
  const Estate& estate;
  std::span<const Finding> findings;
  const Organisation* organisation;
  ForecastOptions options;           ///< with the appetite that the organisation states
  Effort effort;
  Scope scope;
  Graph graph;
  Factors base;                      ///< with the actions taken as done
  std::set<std::string> done;        ///< ids of these actions
  std::vector<std::string> notes;    ///< for `method`
  BestChains chains;
  std::vector<Worked> worked;        ///< in the order to show them
  double sweeps = 1;
  std::uint32_t words = kStripe;
  std::optional<Worlds> worlds;
  std::optional<Explainer> explainer;

 private:
  Result<void> take_as_done();
  void gather_causes();
  void choose_words();
  void note_limits();
  void estimate_chances();
  void explain();
};

}  // namespace stormwatch::forecast
