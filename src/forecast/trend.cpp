// SPDX-License-Identifier: Apache-2.0
#include "forecast/trend.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>

#include "forecast/parameters.h"
#include "forecast/replay.h"

namespace stormwatch::forecast {

namespace {

constexpr std::size_t kMostInAllOrders = 6;  // groups
constexpr std::size_t kOrders = 24;          // where they are more; each is also taken backward

Pressure sum_of(const std::vector<std::pair<IncidentId, Pressure>>& incidents) {
  Pressure sum;
  for (const auto& [id, one] : incidents) sum.mean += one.mean, sum.error += one.error;
  return sum;
}

/// Orders of n groups whose mean is the Shapley value: all, or a fixed choice.
std::vector<std::vector<std::size_t>> orders_of(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::vector<std::vector<std::size_t>> out;
  if (n <= kMostInAllOrders) {
    do out.push_back(order);
    while (std::ranges::next_permutation(order).found);
    return out;
  }
  for (std::size_t k = 0; k < kOrders / 2; ++k) {
    for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random_bits(k, i) % i]);
    out.push_back(order);
    out.emplace_back(order.rbegin(), order.rend());
  }
  return out;
}

/// The pressure with some of the changed groups as they are now, each combination once.
class Weighing {
 public:
  Weighing(Replay& replay, const StepRules& rules, const ForecastOptions& options, Trend& out) : replay_(replay), rules_(rules), options_(options), out_(out) {
    for (std::uint8_t g = 0; g < kGroups; ++g) {
      if (replay.changes()[g] > 0) changed_.push_back(static_cast<Group>(g));
      else fixed_ |= 1U << g;  // groups that did not change are as they are now
    }
    // Those that a standing forecast can follow are the low bits: they change most often.
    std::ranges::stable_partition(changed_, [&](Group group) { return replay.can_stand(group); });
    standing_ = static_cast<std::size_t>(std::ranges::count_if(changed_, [&](Group group) { return replay.can_stand(group); }));
  }

  [[nodiscard]] const std::vector<Group>& changed() const { return changed_; }
  [[nodiscard]] double at(std::size_t subset) const { return value_.at(subset); }

  /// Weighs these combinations (bits by place in `changed`): what can stand changes one group at a time.
  Result<void> weigh(std::vector<std::size_t> subsets) {
    const std::size_t low = (std::size_t{1} << standing_) - 1;
    const auto turn = [&](std::size_t subset) { return std::pair{subset & ~low, place_in_gray_code(subset & low)}; };
    std::ranges::sort(subsets, {}, turn);
    const auto again = std::ranges::unique(subsets);
    subsets.erase(again.begin(), again.end());
    std::unique_ptr<StandingForecast> standing;
    std::size_t made = 0;
    for (std::size_t subset : subsets) {
      if (standing && (made & ~low) == (subset & ~low)) {
        standing->changed(replay_.change_to(groups(subset)));
        ++out_.stood;
      } else {
        standing.reset();
        replay_.make(groups(subset));
        standing = std::make_unique<StandingForecast>(replay_.estate(), replay_.findings(), rules_, options_);
        ++out_.anew;
      }
      made = subset;
      auto incidents = standing->pressures(options_);
      if (!incidents) return std::unexpected(incidents.error());
      value_[subset] = sum_of(*incidents).mean;
      if (subset == 0) out_.incidents_before = *incidents;
      if (subset + 1 == std::size_t{1} << changed_.size()) out_.incidents_after = std::move(*incidents);
    }
    return {};
  }

 private:
  static std::size_t place_in_gray_code(std::size_t code) {
    std::size_t place = 0;
    for (; code != 0; code >>= 1) place ^= code;
    return place;
  }
  [[nodiscard]] Groups groups(std::size_t subset) const {
    Groups now = fixed_;
    for (std::size_t i = 0; i < changed_.size(); ++i)
      if (subset >> i & 1U) now |= 1U << changed_[i];
    return now;
  }

  Replay& replay_;
  const StepRules& rules_;
  const ForecastOptions& options_;
  Trend& out_;
  std::vector<Group> changed_;
  Groups fixed_ = 0;
  std::size_t standing_ = 0;  ///< how many of `changed_`, the first, can stand
  std::map<std::size_t, double> value_;
};

}  // namespace

std::string trend_word(const Pressure& before, const Pressure& after) {
  const double difference = after.mean - before.mean;
  if (difference == 0) return "steady";
  if (std::abs(difference) <= 2 * std::hypot(before.error, after.error)) return "steady (within the error)";
  if (before.mean <= 0) return "new";
  const double ratio = after.mean / before.mean;
  return ratio >= 2 ? "rising fast" : ratio > 1.2 ? "rising" : ratio < 0.8 ? "falling" : "steady";
}

Result<Trend> trend(const Scanned& before, const Scanned& after, const StepRules& rules, const ForecastOptions& options) {
  ForecastOptions plain = options;
  plain.what_if.clear();
  Trend out;
  Replay replay(before, after);
  Weighing weighing(replay, rules, plain, out);
  const std::size_t n = weighing.changed().size();
  const auto orders = orders_of(n);
  std::vector<std::size_t> subsets{0};
  for (const auto& order : orders) {
    std::size_t subset = 0;
    for (std::size_t i : order) subsets.push_back(subset |= std::size_t{1} << i);
  }
  if (Result<void> weighed = weighing.weigh(std::move(subsets)); !weighed) return std::unexpected(weighed.error());
  out.before = sum_of(out.incidents_before);
  out.after = sum_of(out.incidents_after);
  std::vector<double> parts(n);
  for (const auto& order : orders) {
    std::size_t subset = 0;
    for (std::size_t i : order) {
      const std::size_t with = subset | std::size_t{1} << i;
      parts[i] += (weighing.at(with) - weighing.at(subset)) / static_cast<double>(orders.size());
      subset = with;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Group group = weighing.changed()[i];
    out.parts.push_back({std::string(kGroupNames[group]), parts[i], replay.changes()[group], is_of_estate(group)});
  }
  std::ranges::stable_sort(out.parts, [](const TrendPart& a, const TrendPart& b) { return std::abs(a.change) > std::abs(b.change); });
  return out;
}

}  // namespace stormwatch::forecast
