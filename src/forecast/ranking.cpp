// SPDX-License-Identifier: Apache-2.0
#include "forecast/ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/parallel.h"

namespace stormwatch::forecast {

Factors edited(const Factors& base, std::span<const Option> options, std::span<const std::uint32_t> chosen) {
  Factors out = base;
  std::map<std::tuple<bool, std::uint32_t, std::uint32_t>, double> least;
  for (std::uint32_t o : chosen)
    for (const Edit& edit : options[o].edits) {
      const auto [at, is_new] = least.try_emplace({edit.is_trigger, edit.index, edit.group}, edit.multiplier);
      if (!is_new) at->second = std::min(at->second, edit.multiplier);
    }
  for (const auto& [key, multiplier] : least) (std::get<0>(key) ? out.trigger : out.variable)[std::get<1>(key)] *= multiplier;
  return out;
}

namespace {

using Set = std::vector<std::uint32_t>;

class Planner {
 public:
  Planner(const Worlds& worlds, const Network& network, const Factors& base, std::span<const LossPart> parts, std::span<const Option> options, const PlanLimits& limits)
      : worlds_(worlds), base_(base), parts_(parts), options_(options), limits_(limits), touched_(options.size()), before_(parts.size()), along_ways_(parts.size()) {
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_index;  // what an option edits -> options
    for (std::uint32_t o = 0; o < options.size(); ++o)
      for (const Edit& edit : options[o].edits) by_index[std::uint64_t{edit.index} << 1 | edit.is_trigger].push_back(o);
    for (std::uint32_t p = 0; p < parts.size(); ++p) {
      auto touch = [&](std::uint64_t key) {
        if (const auto at = by_index.find(key); at != by_index.end())
          for (std::uint32_t o : at->second)
            if (touched_[o].empty() || touched_[o].back() != p) touched_[o].push_back(p);
      };
      for (const Cone::LocalStep& step : parts[p].cone->steps)
        for (std::uint32_t v : network.variables_of(step.step)) touch(std::uint64_t{v} << 1);
      for (const auto& [node, trigger] : parts[p].cone->triggers) touch(std::uint64_t{trigger} << 1 | 1);
    }
    parallel_for(parts.size(), limits.jobs, [&](std::size_t p) { before_[p] = first_look(p); });
  }

  Plan run() {
    Plan out;
    for (std::uint32_t p = 0; p < parts_.size(); ++p) out.loss_before += parts_[p].loss * before_[p].at_horizon;
    std::vector<double> alone(options_.size());
    parallel_for(options_.size(), limits_.jobs, [&](std::size_t o) { alone[o] = gain_of({static_cast<std::uint32_t>(o)}); });
    for (std::uint32_t o = 0; o < options_.size(); ++o) {
      evaluations_ += touched_[o].size();
      if (alone[o] > 0 || !touched_[o].empty()) candidates_.push_back(o);
    }
    std::ranges::stable_sort(candidates_, [&](std::uint32_t a, std::uint32_t b) { return alone[a] / options_[a].cost > alone[b] / options_[b].cost; });
    Set best = greedy(alone);
    if (limits_.budget > 0) {
      swap(best);
      if (limits_.branch_and_bound && candidates_.size() <= 20) out.exact = branch_and_bound(best);
      best = greedy(alone, &best);
    }
    double sum = 0;
    Set taken;
    for (std::uint32_t o : best) {
      taken.push_back(o);
      sum = gain_of(taken);
      Ranked ranked{o, alone[o], 0, 0, sum};
      interval(o, ranked);
      out.order.push_back(ranked);
    }
    out.evaluations = evaluations_;
    return out;
  }

 private:
  Set parts_of(const Set& set) const {
    Set out;
    for (std::uint32_t o : set) out.insert(out.end(), touched_[o].begin(), touched_[o].end());
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  /// In plain worlds; along its ways where they meet a small part not once, or what helps against it would be 0 of 0.
  Estimate first_look(std::size_t p) {
    constexpr std::size_t kSmall = 500;  // steps: ways are listed anew each time
    const Cone& cone = *parts_[p].cone;
    Estimate plain = worlds_.sample(cone, base_, true);
    if (plain.at_horizon > 0 || cone.steps.size() > kSmall) return plain;
    auto along = worlds_.rare(cone, base_, Span::horizon);
    if (!along || along->at_horizon <= 0) return plain;
    along_ways_[p] = true;
    return std::move(*along);
  }

  Estimate look(std::uint32_t p, const Factors& with) const {
    const Cone& cone = *parts_[p].cone;
    if (!along_ways_[p]) return worlds_.sample(cone, with, true);
    return worlds_.rare(cone, with, Span::horizon).value_or(before_[p]);
  }

  double gain_of(const Set& set) const {
    const Factors with = edited(base_, options_, set);
    double gain = 0;
    for (std::uint32_t p : parts_of(set)) gain += parts_[p].loss * (before_[p].at_horizon - look(p, with).at_horizon);
    return gain;
  }

  double counted_gain(const Set& set) {
    std::vector<std::uint32_t> key(set);
    std::ranges::sort(key);
    const auto [at, is_new] = known_.try_emplace(std::move(key), 0);
    if (is_new) {
      evaluations_ += parts_of(set).size();
      at->second = gain_of(set);
    }
    return at->second;
  }

  [[nodiscard]] bool spent() const { return evaluations_ >= limits_.evaluations; }
  double cost_of(const Set& set) const {
    double cost = 0;
    for (std::uint32_t o : set) cost += options_[o].cost;
    return cost;
  }
  [[nodiscard]] bool fits(double cost) const { return limits_.budget <= 0 || cost <= limits_.budget + 1e-9; }

  /// Order of `among` (all candidates if null).
  Set greedy(const std::vector<double>& alone, const Set* among = nullptr) {
    Set left = among ? *among : candidates_, taken;
    std::vector<double> score(options_.size());  // gain per cost when last looked at
    for (std::uint32_t o : left) score[o] = alone[o] / options_[o].cost;
    double now = 0, cost = 0;
    while (!left.empty() && taken.size() < limits_.most) {
      std::erase_if(left, [&](std::uint32_t o) { return !fits(cost + options_[o].cost); });
      if (left.empty()) break;
      // Lazy: refresh the best-looking until the best stays best. Gains can grow, so what is stale may be passed over; pairs help.
      std::ranges::stable_sort(left, [&](std::uint32_t a, std::uint32_t b) { return score[a] > score[b]; });
      std::vector<bool> fresh(options_.size(), taken.empty());
      while (!fresh[left.front()] && !spent()) {
        const std::uint32_t o = left.front();
        Set with(taken);
        with.push_back(o);
        score[o] = (counted_gain(with) - now) / options_[o].cost;
        fresh[o] = true;
        std::ranges::stable_sort(left, [&](std::uint32_t a, std::uint32_t b) { return score[a] > score[b]; });
      }
      Set pick{left.front()};
      double best = score[left.front()];
      const std::size_t look = std::min<std::size_t>(left.size(), 10);
      for (std::size_t i = 0; i < look && !spent(); ++i)
        for (std::size_t k = i + 1; k < look && !spent(); ++k) {
          const double both = options_[left[i]].cost + options_[left[k]].cost;
          if (!fits(cost + both)) continue;
          Set with(taken);
          with.insert(with.end(), {left[i], left[k]});
          const double gain = counted_gain(with) - now;
          if (gain / both > best * 1.02) {
            best = gain / both;
            pick = score[left[i]] >= score[left[k]] ? Set{left[i], left[k]} : Set{left[k], left[i]};
          }
        }
      for (const Set& bundle : limits_.bundles) {
        if (spent()) break;
        Set rest;
        for (std::uint32_t o : bundle)
          if (std::ranges::find(left, o) != left.end()) rest.push_back(o);
        if (rest.size() < 3 || taken.size() + rest.size() > limits_.most || !fits(cost + cost_of(rest))) continue;
        Set with(taken);
        with.insert(with.end(), rest.begin(), rest.end());
        const double gain = counted_gain(with) - now;
        if (gain / cost_of(rest) > best * 1.02) {
          best = gain / cost_of(rest);
          pick = rest;
        }
      }
      if (best <= 0) break;
      for (std::uint32_t o : pick) {
        taken.push_back(o);
        cost += options_[o].cost;
        std::erase(left, o);
      }
      now = counted_gain(taken);
      if (spent()) {  // the rest in the order their gains had when last looked at
        for (std::uint32_t o : left)
          if (taken.size() < limits_.most && fits(cost + options_[o].cost) && alone[o] > 0) {
            taken.push_back(o);
            cost += options_[o].cost;
          }
        break;
      }
    }
    return taken;
  }

  void swap(Set& set) {
    for (bool better = true; better && !spent();) {
      better = false;
      double now = counted_gain(set);
      const double cost = cost_of(set);
      auto consider = [&](Set other) {
        if (spent() || !fits(cost_of(other))) return;
        const double gain = counted_gain(other);
        if (gain > now * (1 + 1e-9) + 1e-12) {
          now = gain;
          set = std::move(other);
          better = true;
        }
      };
      (void)cost;
      const Set start = set;
      for (std::uint32_t in : candidates_) {
        if (std::ranges::find(start, in) != start.end()) continue;
        Set more = start;
        more.push_back(in);
        consider(more);
        for (std::size_t i = 0; i < start.size(); ++i) {
          Set one = start;
          one[i] = in;
          consider(one);
          for (std::size_t k = i + 1; k < start.size(); ++k) {
            Set two = one;
            two.erase(two.begin() + static_cast<std::ptrdiff_t>(k));
            consider(two);
          }
          for (std::uint32_t second : candidates_) {
            if (second <= in || std::ranges::find(start, second) != start.end()) continue;
            Set both = one;
            both.push_back(second);
            consider(both);
          }
        }
      }
    }
  }

  /// Exact on the sample. The bound of a branch: everything still open is taken, whatever it costs (reductions are monotone).
  bool branch_and_bound(Set& best) {
    double best_gain = counted_gain(best);
    Set taken;
    const std::function<void(std::size_t, double)> branch = [&](std::size_t at, double cost) {
      if (spent()) return;
      const double gain = counted_gain(taken);
      if (gain > best_gain * (1 + 1e-9) + 1e-12) {
        best_gain = gain;
        best = taken;
      }
      Set all = taken;
      for (std::size_t i = at; i < candidates_.size(); ++i)
        if (fits(cost + options_[candidates_[i]].cost)) all.push_back(candidates_[i]);
      if (all.size() == taken.size() || counted_gain(all) <= best_gain * (1 + 1e-9)) return;
      for (std::size_t i = at; i < candidates_.size(); ++i) {
        if (!fits(cost + options_[candidates_[i]].cost)) continue;
        taken.push_back(candidates_[i]);
        branch(i + 1, cost + options_[candidates_[i]].cost);
        taken.pop_back();
      }
    };
    branch(0, 0);
    return !spent();
  }

  void interval(std::uint32_t option, Ranked& ranked) const {
    const Factors with = edited(base_, options_, Set{option});
    std::vector<double> difference;
    double known = 0;  // of parts looked at along their ways: their error is small beside that of worlds
    for (std::uint32_t p : touched_[option]) {
      const Estimate after = look(p, with);
      if (along_ways_[p]) {
        known += parts_[p].loss * (before_[p].at_horizon - after.at_horizon);
        continue;
      }
      if (difference.empty()) difference.resize(after.by_world.size());
      for (std::size_t w = 0; w < difference.size(); ++w)
        difference[w] += parts_[p].loss * (static_cast<double>(before_[p].by_world[w]) - static_cast<double>(after.by_world[w]));
    }
    ranked.low = ranked.high = std::max(0.0, known);
    if (difference.empty()) return;
    double mean = 0, square = 0;
    for (double d : difference) mean += d;
    mean /= static_cast<double>(difference.size());
    for (double d : difference) square += (d - mean) * (d - mean);
    const double error = 1.96 * std::sqrt(square) / static_cast<double>(difference.size());
    ranked.low = std::max(0.0, known + mean - error);
    ranked.high = known + mean + error;
  }

  const Worlds& worlds_;
  const Factors& base_;
  std::span<const LossPart> parts_;
  std::span<const Option> options_;
  PlanLimits limits_;
  std::vector<Set> touched_;  ///< option -> parts whose chance it changes
  std::vector<Estimate> before_;
  std::vector<std::uint8_t> along_ways_;  ///< by part
  Set candidates_;
  std::map<Set, double> known_;
  std::uint64_t evaluations_ = 0;
};

}  // namespace

Plan plan(const Worlds& worlds, const Network& network, const Factors& base, std::span<const LossPart> parts, std::span<const Option> options, const PlanLimits& limits) {
  if (parts.empty() || options.empty()) return {};
  return Planner(worlds, network, base, parts, options, limits).run();
}

}  // namespace stormwatch::forecast
