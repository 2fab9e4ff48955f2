// SPDX-License-Identifier: Apache-2.0
// The chance of targets that plain worlds hardly ever reach, by the ways that lead to them (Karp and Luby's estimator for a union).
//
// A way is a least set of variables and drawn triggers that together with one trigger gives the target; c_k is its chance. All ways are
// listed. A world is drawn with one way, chosen by c_k, made to work, and what happens in it is weighed by S / (the summed trigger
// chances of all ways that work there), S the sum of all c_k. That is unbiased, however rare the target, and every value lies in
// [0, S], which is what the stated bounds rest on; S itself is an upper bound of the chance.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <optional>

#include "forecast/worlds.h"

namespace stormwatch::forecast {

namespace {

constexpr std::size_t kMostWays = 400;
constexpr std::size_t kMostLooks = 60'000;  // goals looked at in listing the ways
constexpr std::uint32_t kWorldsOfBlock = 256;

/// What must hold for the target to be reached: all of `needs` (variables, and fires of drawn triggers above them), and the trigger.
struct Way {
  std::vector<std::uint32_t> needs;  ///< sorted; positions in the list of events
  std::uint32_t trigger = 0;         ///< position in cone.triggers of the one that starts it
  bool drawn = false;                ///< its trigger is among `needs`: where it works the target is reached for sure
};

bool includes(const Way& small, const Way& large) {
  return (small.drawn || (!large.drawn && small.trigger == large.trigger)) && std::ranges::includes(large.needs, small.needs);
}

/// Lists the ways by proving the target backward, a step at a time.
class Lister {
 public:
  Lister(const Network& network, const Cone& cone, std::vector<bool> possible) : network_(network), cone_(cone), possible_(std::move(possible)), trigger_at_(cone.nodes.size(), kNone) {
    for (std::uint32_t t = 0; t < cone.triggers.size(); ++t) trigger_at_[cone.triggers[t].first] = t;
  }

  /// Empty if there are too many.
  std::optional<std::vector<Way>> run() {
    for (std::uint32_t target : cone_.targets) {
      goals_.assign(1, {target, kNone, true});
      prove(0);
      if (spent()) return std::nullopt;
    }
    std::vector<Way> least;
    std::ranges::stable_sort(ways_, {}, [](const Way& way) { return way.needs.size(); });
    for (Way& way : ways_)
      if (std::ranges::none_of(least, [&](const Way& other) { return includes(other, way); })) least.push_back(std::move(way));
    // A sure way may be longer than what it makes needless.
    std::vector<Way> out;
    for (const Way& way : least)
      if (std::ranges::none_of(least, [&](const Way& other) { return &other != &way && includes(other, way) && !includes(way, other); })) out.push_back(way);
    return out;
  }

 private:
  struct Goal {
    std::uint32_t node = 0, above = kNone;  ///< above: place of the goal it serves
    bool flow = false;                      ///< on the way itself; otherwise for the side of an AND
  };

  [[nodiscard]] bool spent() const { return looks_ > kMostLooks || ways_.size() > 4 * kMostWays; }

  bool circular(std::uint32_t node, std::uint32_t goal) const {
    for (; goal != kNone; goal = goals_[goal].above)
      if (goals_[goal].node == node) return true;
    return false;
  }

  /// Goals before `at` are proven; the rest is not.
  void prove(std::size_t at) {
    if (++looks_ > kMostLooks || spent()) return;
    if (at == goals_.size()) return keep();
    const Goal goal = goals_[at];
    if (const std::uint32_t t = trigger_at_[goal.node]; t != kNone && possible_[network_.variables.size() + cone_.triggers[t].second]) {
      if (goal.flow) trigger_ = t;
      const std::size_t before = used_.size();
      if (cone_.drawn[t]) used_.push_back(static_cast<std::uint32_t>(network_.variables.size()) + cone_.triggers[t].second);
      if (goal.flow || cone_.drawn[t]) prove(at + 1);
      used_.resize(before);
    }
    for (std::uint32_t s = cone_.steps_start[goal.node]; s < cone_.steps_start[goal.node + 1]; ++s) by_step(at, cone_.steps[s]);
  }

  void by_step(std::size_t at, const Cone::LocalStep& step) {
    const auto variables = network_.variables_of(step.step);
    if (std::ranges::any_of(variables, [&](std::uint32_t v) { return !possible_[v]; })) return;
    const auto above = static_cast<std::uint32_t>(at);
    if (step.side != kNone && circular(step.side, above)) return;
    const std::size_t before = used_.size(), open = goals_.size();
    used_.insert(used_.end(), variables.begin(), variables.end());
    const bool flow = goals_[at].flow;
    for (std::uint32_t k = step.source_begin; k < step.source_end; ++k) {
      if (circular(cone_.sources[k], above)) continue;
      goals_.push_back({cone_.sources[k], above, flow});
      if (step.side != kNone) goals_.push_back({step.side, above, false});
      prove(at + 1);
      goals_.resize(open);
    }
    used_.resize(before);
  }

  void keep() {
    Way way{used_, trigger_, cone_.drawn[trigger_]};
    std::ranges::sort(way.needs);
    way.needs.erase(std::unique(way.needs.begin(), way.needs.end()), way.needs.end());
    if (std::ranges::none_of(ways_, [&](const Way& other) { return includes(other, way); })) ways_.push_back(std::move(way));
  }

  const Network& network_;
  const Cone& cone_;
  std::vector<bool> possible_;              ///< variables, then triggers
  std::vector<std::uint32_t> trigger_at_;   ///< by local node: position in cone.triggers
  std::vector<Goal> goals_;
  std::vector<std::uint32_t> used_;
  std::uint32_t trigger_ = 0;
  std::vector<Way> ways_;
  std::size_t looks_ = 0;
};

/// The ways in one parameter block and one horizon: chances of events, of triggers, and of the ways.
struct Priced {
  std::vector<double> event, starts, way;  ///< starts: chance of the way's own trigger, 1 where it is drawn
  double sum = 0;
};

struct Sums {
  double chance = 0, squares = 0, pressure = 0, largest = 0;
};

/// One bit a world of a block.
using WorldBits = std::array<std::uint64_t, kWorldsOfBlock / 64>;

template <class V>
void each_world(const WorldBits& bits, V&& visit) {
  for (std::size_t word = 0; word < bits.size(); ++word)
    for (std::uint64_t rest = bits[word]; rest; rest &= rest - 1) visit(word * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
}

}  // namespace

std::optional<Estimate> Worlds::rare(const Cone& cone, const Factors& with, Span span) const {
  const Network& network = *graph_.network;
  if (!cone.complete) return std::nullopt;
  const auto variables = static_cast<std::uint32_t>(network.variables.size());
  std::vector<bool> possible(variables + network.triggers.size(), false);
  for (const Cone::LocalStep& step : cone.steps)
    for (std::uint32_t v : network.variables_of(step.step)) possible[v] = with.variable[v] > 0;
  for (const auto& [node, t] : cone.triggers) possible[variables + t] = with.trigger[t] > 0;
  const auto ways = Lister(network, cone, std::move(possible)).run();
  if (!ways || ways->size() > kMostWays) return std::nullopt;

  // Events that the ways need, numbered anew.
  std::map<std::uint32_t, std::uint32_t> place;
  for (const Way& way : *ways)
    for (std::uint32_t need : way.needs) place.try_emplace(need, static_cast<std::uint32_t>(place.size()));
  std::vector<std::uint32_t> events(place.size());
  for (const auto& [need, at] : place) events[at] = need;
  std::vector<std::vector<std::uint32_t>> needs;
  for (const Way& way : *ways) {
    needs.emplace_back();
    for (std::uint32_t need : way.needs) needs.back().push_back(place[need]);
  }

  const auto priced = [&](std::uint32_t block, double days) {
    Priced out;
    for (std::uint32_t event : events) out.event.push_back(event < variables ? chance(event, with, block) : -std::expm1(-rate(event - variables, with, block) * days / 30));
    for (std::size_t k = 0; k < ways->size(); ++k) {
      out.starts.push_back((*ways)[k].drawn ? 1 : -std::expm1(-rate(cone.triggers[(*ways)[k].trigger].second, with, block) * days / 30));
      double c = out.starts.back();
      for (std::uint32_t need : needs[k]) c *= out.event[need];
      out.way.push_back(c);
      out.sum += c;
    }
    return out;
  };

  Estimate out;
  out.worlds = std::uint64_t{kWorldsOfBlock} * kBlocks;
  out.reach.assign(cone.triggers.size(), 0);
  const std::array<double, 4> days{kReportDays[0], kReportDays[1], kReportDays[2], horizon_days_};
  double pressure_squares = 0;
  std::vector<WorldBits> works(events.size()), reached(cone.triggers.size());
  for (std::size_t d = 0; d < days.size(); ++d) {
    if ((span == Span::ninety_days && d != 2) || (span == Span::horizon && d != 3)) continue;
    Sums all;
    for (std::uint32_t block = 0; block < kBlocks; ++block) {
      const Priced price = priced(block, days[d]);
      if (price.sum <= 0) continue;
      all.largest = std::max(all.largest, price.sum);
      // One draw places all worlds of the block: way k gets its share of them, rounded up or down at random.
      const std::uint64_t key = random_bits(seed_ ^ 0x4A9EULL, block * 8 + d);
      const double offset = random_unit(key, 0);
      std::ranges::fill(works, WorldBits{});
      for (std::uint32_t world = 0; world < kWorldsOfBlock; ++world) {
        const std::uint64_t draw = random_bits(key, world + 1);
        for (std::size_t e = 0; e < events.size(); ++e)
          works[e][world / 64] |= std::uint64_t{random_unit(draw, e) < price.event[e]} << world % 64;
      }
      double upto = 0;
      for (std::uint32_t k = 0, world = 0; k < ways->size(); ++k) {
        upto += price.way[k];
        for (; world < kWorldsOfBlock && (k + 1 == ways->size() || (world + offset) / kWorldsOfBlock * price.sum < upto); ++world)
          for (std::uint32_t need : needs[k]) works[need][world / 64] |= std::uint64_t{1} << world % 64;
      }
      // What happens in each world: the chances and the rates of the ways that work there, each trigger's rate once.
      std::array<double, kWorldsOfBlock> weight{}, rates{};
      WorldBits sure{};
      std::ranges::fill(reached, WorldBits{});
      for (std::size_t w = 0; w < ways->size(); ++w) {
        WorldBits here;
        here.fill(~std::uint64_t{0});
        for (std::uint32_t need : needs[w])
          for (std::size_t word = 0; word < here.size(); ++word) here[word] &= works[need][word];
        each_world(here, [&](std::size_t world) { weight[world] += price.starts[w]; });
        const Way& way = (*ways)[w];
        const double its_rate = way.drawn ? 0 : rate(cone.triggers[way.trigger].second, with, block);
        for (std::size_t word = 0; word < here.size(); ++word) {
          if (way.drawn) sure[word] |= here[word];
          const std::uint64_t first = here[word] & ~reached[way.trigger][word];
          reached[way.trigger][word] |= here[word];
          here[word] = first;
        }
        if (its_rate > 0) each_world(here, [&](std::size_t world) { rates[world] += its_rate; });
      }
      double sum = 0;
      for (std::size_t world = 0; world < kWorldsOfBlock; ++world) {
        if (weight[world] <= 0) continue;
        const double happens = sure[world / 64] >> world % 64 & 1 ? 1 : -std::expm1(-rates[world] * days[d] / 30);
        const double value = price.sum * happens / weight[world];
        sum += value;
        all.squares += value * value;
        if (d != 2) continue;
        // A world stands for this much of all worlds.
        const double rate_of_world = rates[world] * price.sum / weight[world];
        out.pressure += rates[world] * (price.sum / weight[world] / static_cast<double>(out.worlds));
        pressure_squares += rate_of_world * rate_of_world;
      }
      if (d == 2)
        for (std::size_t t = 0; t < reached.size(); ++t)
          each_world(reached[t], [&](std::size_t world) { if (weight[world] > 0) out.reach[t] += price.sum / weight[world] / static_cast<double>(out.worlds); });
      all.chance += sum;
      if (d == 2) out.blocks[block] = sum / kWorldsOfBlock;
    }
    const double mean = all.chance / static_cast<double>(out.worlds);
    (d < 3 ? out.at[d] : out.at_horizon) = mean;
    if (d == 2) {
      out.pressure_variance = std::max(0.0, pressure_squares / static_cast<double>(out.worlds) - out.pressure * out.pressure);
      out.variance = std::max(0.0, all.squares / static_cast<double>(out.worlds) - mean * mean);
      out.range = all.largest;
    }
  }
  return out;
}

}  // namespace stormwatch::forecast
