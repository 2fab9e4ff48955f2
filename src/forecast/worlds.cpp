// SPDX-License-Identifier: Apache-2.0
#include "forecast/worlds.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/parallel.h"

namespace stormwatch::forecast {

static_assert(kStripe == kRow);

namespace {

using Row = std::array<std::uint64_t, kStripe>;

/// 1 - exp(-x): worlds share few distinct rates, so most answers are known already.
class Happens {
 public:
  double operator()(double x) {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
    const std::size_t slot = (bits ^ bits >> 23 ^ bits >> 41) * 0x9E3779B97F4A7C15ULL >> 55;
    if (key_[slot] != bits) {
      key_[slot] = bits;
      value_[slot] = -std::expm1(-x);
    }
    return value_[slot];
  }

 private:
  std::array<std::uint64_t, 512> key_{};  // 0 is x = 0, whose value is 0
  std::array<double, 512> value_{};
};

constexpr std::size_t kFewTriggers = 3;

/// The 64 worlds of a word by the sum of the rates that reach a target in them.
struct Group {
  std::uint64_t worlds = ~0ULL;
  double lambda = 0;
};
class Groups {
 public:
  void add(std::uint64_t reached, double rate) {
    for (std::size_t i = count_; i-- > 0;) {
      Group& group = parts_[i];
      const std::uint64_t inside = group.worlds & reached;
      if (inside == 0) continue;
      if (inside != group.worlds) {
        parts_[count_++] = {group.worlds & ~inside, group.lambda};
        group.worlds = inside;
      }
      group.lambda += rate;
    }
  }
  [[nodiscard]] std::span<const Group> parts() const { return {parts_.data(), count_}; }

 private:
  std::array<Group, std::size_t{1} << kFewTriggers> parts_{};
  std::size_t count_ = 1;
};

/// Takes `add` into `into`; whether that changed it.
inline bool unite(Row& into, const Row& add) {
  std::uint64_t fresh = 0;
  for (std::size_t w = 0; w < kStripe; ++w) {
    fresh |= add[w] & ~into[w];
    into[w] |= add[w];
  }
  return fresh != 0;
}

/// Which side nodes hold, given what the drawn triggers did: the least fixpoint over the part before the sides.
std::vector<Row> forward_pass(const Cone& cone, std::span<const Row> masks, std::span<const Row> fired) {
  std::vector<Row> bits(cone.nodes.size(), Row{});
  for (std::size_t t = 0; t < cone.triggers.size(); ++t)
    if (cone.drawn[t]) bits[cone.triggers[t].first] = fired[t];
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t s : cone.forward) {
      const Cone::LocalStep& step = cone.steps[s];
      Row reached{};
      for (std::uint32_t k = step.source_begin; k < step.source_end; ++k)
        for (std::size_t w = 0; w < kStripe; ++w) reached[w] |= bits[cone.sources[k]][w];
      for (std::size_t w = 0; w < kStripe; ++w) reached[w] &= masks[s][w] & (step.side == kNone ? ~0ULL : bits[step.side][w]);
      changed |= unite(bits[step.to], reached);
    }
  }
  return bits;
}

/// From which nodes a target is reached. Sweeps in order; loops within a component ask for another sweep over what changed.
std::uint64_t backward_pass(const Cone& cone, std::span<const Row> masks, const std::vector<Row>* sides, std::vector<Row>& bits) {
  std::uint64_t work = cone.nodes.size();
  std::fill(bits.begin(), bits.end(), Row{});
  std::vector<bool> dirty(cone.nodes.size(), false);
  std::uint32_t first = static_cast<std::uint32_t>(cone.nodes.size());
  for (std::uint32_t target : cone.targets) {
    bits[target].fill(~0ULL);
    dirty[target] = true;
    first = std::min(first, target);
  }
  while (first < cone.nodes.size()) {
    std::uint32_t again = static_cast<std::uint32_t>(cone.nodes.size());
    for (std::uint32_t node = first; node < cone.nodes.size(); ++node) {
      if (!dirty[node]) continue;
      dirty[node] = false;
      for (std::uint32_t s = cone.steps_start[node]; s < cone.steps_start[node + 1]; ++s) {
        const Cone::LocalStep& step = cone.steps[s];
        Row open;
        ++work;
        std::uint64_t any = 0;
        for (std::size_t w = 0; w < kStripe; ++w) any |= open[w] = bits[node][w] & masks[s][w];
        if (step.side != kNone) {
          any = 0;
          for (std::size_t w = 0; w < kStripe; ++w) any |= open[w] &= (*sides)[step.side][w];
        }
        if (any == 0) continue;
        work += step.source_end - step.source_begin;
        for (std::uint32_t k = step.source_begin; k < step.source_end; ++k) {
          const std::uint32_t source = cone.sources[k];
          if (!unite(bits[source], open)) continue;
          dirty[source] = true;
          if (source <= node) again = std::min(again, source);
        }
      }
    }
    first = again;
  }
  return work;
}

}  // namespace

bool is_rare(const Estimate& estimate) {
  constexpr double kFew = 0.02;
  return std::ranges::all_of(estimate.reach, [](double share) { return share < kFew; });
}

double sampling_error(const Estimate& estimate) {
  if (estimate.exact) return 0;
  const auto n = static_cast<double>(estimate.worlds);
  const double logs = std::log(3 / 0.05);
  return std::sqrt(2 * estimate.variance * logs / n) + 3 * estimate.range * logs / n;
}

Worlds::Worlds(const Graph& graph, std::uint64_t seed, std::uint32_t words, double horizon_days)
    : graph_(graph), seed_(random_bits(seed, 0x5ea5)), words_(std::max<std::uint32_t>(kStripe, words / kStripe * kStripe)),
      horizon_days_(horizon_days), draws_(parameter_draws(*graph.network, seed)) {}

double Worlds::chance(std::uint32_t v, const Factors& with, std::uint32_t block) const {
  const std::uint32_t parameter = graph_.network->variables[v].parameter;
  const double base = parameter == kNone ? 1.0 : draws_[parameter * kBlocks + block];
  return std::clamp(base * with.variable[v], 0.0, 1.0);
}

double Worlds::rate(std::uint32_t t, const Factors& with, std::uint32_t block) const {
  const std::uint32_t parameter = graph_.network->triggers[t].parameter;
  const double base = parameter == kNone ? 1.0 : draws_[parameter * kBlocks + block];
  return std::max(0.0, base * with.trigger[t]);
}

void Worlds::mask_of(std::uint32_t step, const Factors& with, std::size_t stripe, std::uint64_t* out) const {
  if (!remembered_at_.empty() && remembered_at_[step] != kNone &&
      std::ranges::all_of(graph_.network->variables_of(step), [&](std::uint32_t v) { return with.variable[v] == base_.variable[v]; })) {
    std::copy_n(remembered_.begin() + static_cast<std::ptrdiff_t>(std::size_t{remembered_at_[step]} * words_ + stripe * kStripe), kStripe, out);
    return;
  }
  std::fill_n(out, kStripe, ~0ULL);
  std::array<double, kStripe> chances;
  for (std::uint32_t v : graph_.network->variables_of(step)) {
    for (std::size_t w = 0; w < kStripe; ++w) chances[w] = chance(v, with, block_of_word(stripe * kStripe + w));
    and_bernoulli_row(chances, graph_.network->variables[v].key ^ seed_, stripe, out);
  }
}

void Worlds::remember(std::span<const std::uint32_t> steps, const Factors& base, unsigned jobs) {
  std::vector<std::uint32_t> rows(graph_.network->steps.size(), kNone), order;
  for (std::uint32_t step : steps)
    if (rows[step] == kNone) {
      rows[step] = static_cast<std::uint32_t>(order.size());
      order.push_back(step);
    }
  std::vector<std::uint64_t> kept(order.size() * words_);
  constexpr std::size_t kPart = 256;
  parallel_for((order.size() + kPart - 1) / kPart, jobs, [&](std::size_t part) {
    for (std::size_t i = part * kPart; i < std::min(order.size(), (part + 1) * kPart); ++i)
      for (std::size_t stripe = 0; stripe < words_ / kStripe; ++stripe)
        mask_of(order[i], base, stripe, kept.data() + i * words_ + stripe * kStripe);
  });
  base_ = base;
  remembered_at_ = std::move(rows);
  remembered_ = std::move(kept);
}

void Worlds::fire_mask(std::uint32_t trigger, const Factors& with, double days, std::size_t stripe, std::uint64_t* out) const {
  std::fill_n(out, kStripe, ~0ULL);
  std::array<double, kStripe> chances;
  for (std::size_t w = 0; w < kStripe; ++w)
    chances[w] = -std::expm1(-rate(trigger, with, block_of_word(stripe * kStripe + w)) * days / 30);
  and_bernoulli_row(chances, graph_.network->triggers[trigger].key ^ seed_ ^ 0xF17EULL, stripe, out);
}

Estimate Worlds::sample(const Cone& cone, const Factors& with, bool horizon_only) const {
  Estimate out;
  out.worlds = std::uint64_t{words_} * 64;
  out.by_world.resize(out.worlds);
  out.reach.assign(cone.triggers.size(), 0);
  const bool has_sides = std::ranges::find(cone.drawn, true) != cone.drawn.end();
  const std::array<double, 4> days{kReportDays[0], kReportDays[1], kReportDays[2], horizon_days_};
  std::vector<Row> masks(cone.steps.size()), fired(cone.triggers.size()), bits(cone.nodes.size()), sides;
  std::array<double, 4> sums{};
  double squares = 0, pressure = 0, pressure_squares = 0;
  Happens happens;
  // Incidents with few causes, most of them, have few sums of rates: they are weighed together and not world by world.
  const bool few = !has_sides && cone.triggers.size() <= kFewTriggers;
  std::array<Groups, kStripe> groups;
  for (std::size_t stripe = 0; stripe < words_ / kStripe; ++stripe) {
    for (std::size_t s = 0; s < cone.steps.size(); ++s) mask_of(cone.steps[s].step, with, stripe, masks[s].data());
    std::array<double, kStripe * 64> lambda;
    const std::size_t first = horizon_only ? 3 : 0;
    for (std::size_t d = first; d < days.size(); ++d) {
      if (has_sides)
        for (std::size_t t = 0; t < cone.triggers.size(); ++t)
          if (cone.drawn[t]) fire_mask(cone.triggers[t].second, with, days[d], stripe, fired[t].data());
      Row hit{};
      if (d == first || has_sides) {  // without drawn triggers one pass serves all horizons
        if (has_sides) sides = forward_pass(cone, masks, fired);
        else sides.assign(cone.has_sides ? cone.nodes.size() : 0, Row{});
        out.work += backward_pass(cone, masks, &sides, bits);
        if (few) groups.fill({});
        else lambda.fill(0);
        for (std::size_t t = 0; t < cone.triggers.size(); ++t) {
          const Row& reached = bits[cone.triggers[t].first];
          if (d == first)
            for (std::uint64_t word : reached) out.reach[t] += std::popcount(word);
          if (cone.drawn[t]) {
            for (std::size_t w = 0; w < kStripe; ++w) hit[w] |= reached[w] & fired[t][w];
            continue;
          }
          for (std::size_t w = 0; w < kStripe; ++w) {
            std::uint64_t left = reached[w];
            if (left == 0) continue;
            const double r = rate(cone.triggers[t].second, with, block_of_word(stripe * kStripe + w));
            if (few) groups[w].add(left, r);
            else
              for (; left != 0; left &= left - 1) lambda[w * 64 + static_cast<std::size_t>(std::countr_zero(left))] += r;
          }
        }
      }
      if (few) {
        for (std::size_t w = 0; w < kStripe; ++w) {
          const std::uint32_t block = block_of_word(stripe * kStripe + w);
          for (const Group& group : groups[w].parts()) {
            const double p = group.lambda > 0 ? happens(group.lambda * days[d] / 30) : 0, count = std::popcount(group.worlds);
            sums[d] += p * count;
            if (d == 2) {
              squares += p * p * count;
              pressure += group.lambda * count;
              pressure_squares += group.lambda * group.lambda * count;
              out.blocks[block] += p * count;
            }
            if (d == 3 && p > 0)
              for (std::uint64_t left = group.worlds; left != 0; left &= left - 1)
                out.by_world[(stripe * kStripe + w) * 64 + static_cast<std::size_t>(std::countr_zero(left))] = static_cast<float>(p);
          }
        }
        continue;
      }
      for (std::size_t i = 0; i < lambda.size(); ++i) {
        const bool sure = (hit[i / 64] >> (i % 64) & 1U) != 0;
        const double p = sure ? 1 : lambda[i] > 0 ? happens(lambda[i] * days[d] / 30) : 0;
        sums[d] += p;
        if (d == 2) {
          squares += p * p;
          pressure += lambda[i];
          pressure_squares += lambda[i] * lambda[i];
          out.blocks[block_of_word(stripe * kStripe + i / 64)] += p;
        }
        if (d == 3) out.by_world[stripe * kStripe * 64 + i] = static_cast<float>(p);
      }
    }
  }
  const auto n = static_cast<double>(out.worlds);
  for (std::size_t d = 0; d < 3; ++d) out.at[d] = sums[d] / n;
  out.at_horizon = sums[3] / n;
  out.variance = std::max(0.0, squares / n - out.at[2] * out.at[2]);
  out.pressure = pressure / n;
  out.pressure_variance = std::max(0.0, pressure_squares / n - out.pressure * out.pressure);
  for (double& block : out.blocks) block /= n / kBlocks;
  for (double& share : out.reach) share /= n;
  return out;
}

namespace {
/// The variables and drawn triggers of a cone that are neither sure nor impossible.
struct Undecided {
  std::vector<std::uint32_t> variables;
  std::vector<std::size_t> fires;  ///< positions in cone.triggers
};

Undecided undecided_of(const Worlds& worlds, const Network& network, const Cone& cone, const Factors& with) {
  Undecided out;
  for (const Cone::LocalStep& step : cone.steps)
    for (std::uint32_t v : network.variables_of(step.step))
      out.variables.push_back(v);
  std::ranges::sort(out.variables);
  out.variables.erase(std::unique(out.variables.begin(), out.variables.end()), out.variables.end());
  std::erase_if(out.variables, [&](std::uint32_t v) {
    const double first = worlds.chance(v, with, 0);
    if (first != 0 && first != 1) return false;
    for (std::uint32_t b = 1; b < kBlocks; ++b)
      if (worlds.chance(v, with, b) != first) return false;
    return true;
  });
  for (std::size_t t = 0; t < cone.triggers.size(); ++t)
    if (cone.drawn[t]) out.fires.push_back(t);
  return out;
}

/// Bit `variable` of the world number, for the 1,024 worlds of a stripe.
Row counting_row(std::size_t variable, std::uint64_t stripe) {
  static constexpr std::uint64_t kPatterns[6] = {0xAAAAAAAAAAAAAAAAULL, 0xCCCCCCCCCCCCCCCCULL, 0xF0F0F0F0F0F0F0F0ULL,
                                                 0xFF00FF00FF00FF00ULL, 0xFFFF0000FFFF0000ULL, 0xFFFFFFFF00000000ULL};
  Row row;
  for (std::size_t w = 0; w < kStripe; ++w)
    row[w] = variable < 6 ? kPatterns[variable] : ((stripe * kStripe + w) >> (variable - 6) & 1U) != 0 ? ~0ULL : 0;
  return row;
}
}  // namespace

std::size_t Worlds::undecided(const Cone& cone, const Factors& with) const {
  const Undecided found = undecided_of(*this, *graph_.network, cone, with);
  return found.variables.size() + found.fires.size();
}

Estimate Worlds::enumerate(const Cone& cone, const Factors& with) const {
  const Network& network = *graph_.network;
  const Undecided open = undecided_of(*this, network, cone, with);
  const std::size_t v_count = open.variables.size(), m = v_count + open.fires.size();
  Estimate out;
  out.exact = true;
  out.reach.assign(cone.triggers.size(), 0);
  out.worlds = 1ULL << m;
  const std::array<double, 4> days{kReportDays[0], kReportDays[1], kReportDays[2], horizon_days_};
  std::vector<Row> masks(cone.steps.size()), fired(cone.triggers.size(), Row{}), bits(cone.nodes.size()), sides, variable_rows(v_count);
  const std::uint64_t stripes = std::max<std::uint64_t>(1, out.worlds / (kStripe * 64));
  const std::size_t lanes = static_cast<std::size_t>(std::min<std::uint64_t>(out.worlds, kStripe * 64));
  const std::size_t low = std::min<std::size_t>(m, 10);
  std::vector<double> weight(kStripe * 64), lambda(kStripe * 64);
  Happens happens;
  for (std::uint64_t stripe = 0; stripe < stripes; ++stripe) {
    for (std::size_t i = 0; i < v_count; ++i) variable_rows[i] = counting_row(i, stripe);
    for (std::size_t s = 0; s < cone.steps.size(); ++s) {
      masks[s].fill(~0ULL);
      for (std::uint32_t v : network.variables_of(cone.steps[s].step)) {
        const auto at = std::ranges::lower_bound(open.variables, v);
        if (at != open.variables.end() && *at == v) {
          const Row& row = variable_rows[static_cast<std::size_t>(at - open.variables.begin())];
          for (std::size_t w = 0; w < kStripe; ++w) masks[s][w] &= row[w];
        } else if (chance(v, with, 0) == 0) {
          masks[s].fill(0);
        }
      }
    }
    for (std::size_t f = 0; f < open.fires.size(); ++f) fired[open.fires[f]] = counting_row(v_count + f, stripe);
    if (!open.fires.empty()) sides = forward_pass(cone, masks, fired);
    else sides.assign(cone.has_sides ? cone.nodes.size() : 0, Row{});
    backward_pass(cone, masks, &sides, bits);
    Row hit{};
    for (std::size_t t : open.fires)
      for (std::size_t w = 0; w < kStripe; ++w) hit[w] |= bits[cone.triggers[t].first][w] & fired[t][w];
    for (std::uint32_t b = 0; b < kBlocks; ++b) {
      std::fill(lambda.begin(), lambda.end(), 0.0);
      for (std::size_t t = 0; t < cone.triggers.size(); ++t) {
        if (cone.drawn[t]) continue;
        const double r = rate(cone.triggers[t].second, with, b);
        for (std::size_t w = 0; w < (lanes + 63) / 64; ++w)
          for (std::uint64_t left = bits[cone.triggers[t].first][w]; left != 0; left &= left - 1)
            lambda[w * 64 + static_cast<std::size_t>(std::countr_zero(left))] += r;
      }
      for (std::size_t d = 0; d < days.size(); ++d) {
        if (d > 0 && open.fires.empty()) {
          // weights do not depend on the horizon
        } else {
          auto chance_of = [&](std::size_t i) {
            return i < v_count ? chance(open.variables[i], with, b)
                               : -std::expm1(-rate(cone.triggers[open.fires[i - v_count]].second, with, b) * days[d] / 30);
          };
          double outer = 1;
          for (std::size_t i = low; i < m; ++i) {
            const double p = chance_of(i);
            outer *= ((stripe << 10) >> i & 1U) != 0 ? p : 1 - p;
          }
          weight[0] = outer;
          for (std::size_t i = 0, size = 1; i < low; ++i, size *= 2) {
            const double p = chance_of(i);
            for (std::size_t k = 0; k < size; ++k) {
              weight[size + k] = weight[k] * p;
              weight[k] *= 1 - p;
            }
          }
        }
        if (d == 0)
          for (std::size_t t = 0; t < cone.triggers.size(); ++t)
            for (std::size_t i = 0; i < lanes; ++i)
              if (bits[cone.triggers[t].first][i / 64] >> (i % 64) & 1U) out.reach[t] += weight[i] / kBlocks;
        double sum = 0;
        for (std::size_t i = 0; i < lanes; ++i) {
          const bool sure = (hit[i / 64] >> (i % 64) & 1U) != 0;
          if (sure) sum += weight[i];
          else if (lambda[i] > 0) sum += weight[i] * happens(lambda[i] * days[d] / 30);
          if (d == 2) out.pressure += weight[i] * lambda[i] / kBlocks;
        }
        if (d < 3) out.at[d] += sum / kBlocks;
        else out.at_horizon += sum / kBlocks;
        if (d == 2) out.blocks[b] += sum;
      }
    }
  }
  return out;
}

}  // namespace stormwatch::forecast
