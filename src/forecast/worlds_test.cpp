// SPDX-License-Identifier: Apache-2.0
// Inference against an oracle that shares no code with it: every assignment of every variable and every trigger, one at a time.
#include "forecast/proposal.h"
#include "forecast/worlds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>

namespace stormwatch::forecast {
namespace {

/// A small cyclic network: OR over sources, some steps with a side node, variables shared among steps.
struct Instance {
  Network network;
  std::vector<std::uint32_t> states;
};

Instance random_instance(std::uint64_t seed, bool with_sides, int variables = 11, int triggers = 3) {
  std::mt19937_64 random(seed);
  auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  Instance out;
  Network& n = out.network;
  for (int i = 0; i < 9; ++i) out.states.push_back(n.add_node());
  std::vector<std::uint32_t> v;
  for (int i = 0; i < variables; ++i) v.push_back(n.add_variable(random(), 0.05 + 0.9 * unit()));
  for (int t = 0; t < triggers; ++t) {
    const std::uint32_t trigger = n.add_trigger(random(), std::exp(std::log(0.01) + unit() * std::log(40.0)));
    for (int k = 0; k < 2; ++k) {
      const std::uint32_t from[1] = {n.triggers[trigger].node};
      const std::uint32_t use[1] = {v[below(static_cast<std::uint32_t>(v.size()))]};
      n.add_step(from, out.states[below(4)], std::span(use, below(4) == 0 ? 0 : 1));
    }
  }
  for (int s = 0; s < 18; ++s) {
    std::vector<std::uint32_t> from{out.states[below(9)]}, use{v[below(static_cast<std::uint32_t>(v.size()))]};
    if (below(3) == 0) from.push_back(out.states[below(9)]);
    if (below(4) == 0) use.push_back(v[below(static_cast<std::uint32_t>(v.size()))]);
    const std::uint32_t side = with_sides && below(4) == 0 ? out.states[below(9)] : kNone;
    n.add_step(from, out.states[below(9)], use, side);
  }
  return out;
}

/// Chance of each state within `days`, by going through all worlds one by one.
std::vector<double> brute_force(const Network& n, std::size_t states, double days) {
  const std::size_t v = n.variables.size(), m = v + n.triggers.size();
  std::vector<double> out(states, 0);
  for (std::uint64_t world = 0; world < (1ULL << m); ++world) {
    double weight = 1;
    for (std::size_t i = 0; i < m; ++i) {
      const double p = i < v ? n.factors.variable[i] : 1 - std::exp(-n.factors.trigger[i - v] * days / 30);
      weight *= world >> i & 1U ? p : 1 - p;
    }
    std::vector<bool> holds(n.nodes, false);
    for (std::size_t t = 0; t < n.triggers.size(); ++t)
      if (world >> (v + t) & 1U) holds[n.triggers[t].node] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::uint32_t s = 0; s < n.steps.size(); ++s) {
        bool works = n.steps[s].side == kNone || holds[n.steps[s].side];
        for (std::uint32_t used : n.variables_of(s)) works = works && (world >> used & 1U);
        bool reached = false;
        for (std::uint32_t source : n.sources(s)) reached = reached || holds[source];
        if (works && reached && !holds[n.steps[s].to]) holds[n.steps[s].to] = changed = true;
      }
    }
    for (std::size_t i = 0; i < states; ++i)
      if (holds[i]) out[i] += weight;
  }
  return out;
}

TEST(Worlds, ExactEqualsBruteForceAndSamplesComeNear) {
  double exact_worst = 0, sum = 0, sample_worst = 0, bound_worst = 0;
  std::size_t count = 0, outside = 0, below_bound = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const bool sides = seed % 2 == 1;
    const Instance instance = random_instance(seed, sides, 8, 3);
    const Graph graph = graph_of(instance.network);
    const std::vector<double> truth = brute_force(instance.network, instance.states.size(), 90);
    const Worlds worlds(graph, seed, 64, 90);
    const BestChains chains = best_chains(graph, instance.network.factors, 90);
    for (std::uint32_t target : {4U, 6U, 8U}) {
      const std::uint32_t targets[1] = {target};
      const Cone cone = cone_of(graph, targets);
      ASSERT_LE(worlds.undecided(cone, instance.network.factors), 16U);
      const Estimate exact = worlds.enumerate(cone, instance.network.factors);
      const Estimate sampled = worlds.sample(cone, instance.network.factors);
      const BestPath path = best_path(graph, instance.network.factors, chains, target, 90);
      exact_worst = std::max(exact_worst, std::abs(exact.at[2] - truth[target]));
      ASSERT_NEAR(exact.at[2], truth[target], 1e-9) << "seed " << seed << " target " << target;
      const double error = std::abs(sampled.at[2] - truth[target]);
      sum += error;
      sample_worst = std::max(sample_worst, error);
      ++count;
      // The printed bound: empirical Bernstein, 95 %. It must hold in all, not in 95 of 100.
      const auto n = static_cast<double>(sampled.worlds);
      const double logs = std::log(3 / 0.05), bound = std::sqrt(2 * sampled.variance * logs / n) + 3 * logs / n;
      if (error > bound) ++outside;
      if (path.chance > truth[target] + 1e-12) ++below_bound;
      bound_worst = std::max(bound_worst, path.chance - truth[target]);
    }
  }
  std::printf("[ figures  ] %zu targets: exact vs brute force, largest difference %.1e; 4096 worlds, mean error %.5f, largest %.5f; "
              "lower bound above exact %zu times\n", count, exact_worst, sum / static_cast<double>(count), sample_worst, below_bound);
  EXPECT_LE(sum / static_cast<double>(count), 0.002);
  EXPECT_LE(sample_worst, 0.03);
  EXPECT_EQ(below_bound, 0U);
  EXPECT_EQ(outside, 0U) << "the stated bounds hold in all";
}

/// Half of the variables become rare: 1e-5 to 1e-3.
void make_rare(Network& network, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (double& factor : network.factors.variable)
    if (unit() < 0.5) factor = std::exp(std::log(1e-5) + unit() * std::log(100.0));
}

TEST(Worlds, RareTargetsAreEstimatedAlongTheirWays) {
  std::size_t rare = 0, listed = 0, outside = 0, above = 0, unmet = 0;
  double relative = 0, relative_worst = 0, bias = 0, width = 0;
  for (std::uint64_t seed = 20'000; seed < 21'000; ++seed) {
    Instance instance = random_instance(seed, seed % 2 == 1, 10, 3);
    make_rare(instance.network, seed);
    const Factors& factors = instance.network.factors;
    const Graph graph = graph_of(instance.network);
    const Worlds worlds(graph, seed, 64, 90);
    const BestChains chains = best_chains(graph, factors, 90);
    for (std::uint32_t target : {4U, 6U, 8U}) {
      const std::uint32_t targets[1] = {target};
      const Cone cone = cone_of(graph, targets);
      const double truth = worlds.enumerate(cone, factors).at[2];
      if (truth <= 0 || truth > 1e-3) continue;
      ++rare;
      const Estimate plain = worlds.sample(cone, factors);
      unmet += plain.at[2] == 0;
      const auto along = worlds.rare(cone, factors);
      if (!along) continue;
      ++listed;
      const double error = along->at[2] / truth - 1;
      relative += std::abs(error);
      relative_worst = std::max(relative_worst, std::abs(error));
      bias += error;
      width += sampling_error(*along) / truth;
      outside += std::abs(along->at[2] - truth) > sampling_error(*along) + 1e-15;
      above += best_path(graph, factors, chains, target, 90).chance > truth * (1 + 1e-9);
      EXPECT_LE(truth, along->range * (1 + 1e-9)) << "the sum over all ways is an upper bound";
      EXPECT_LE(along->at[0], along->at[1] * 1.5);
    }
  }
  const auto n = static_cast<double>(listed);
  std::printf("[ figures  ] %zu rare targets (at most 1e-3), ways listed of %zu; relative error %.4f on average, %.3f at most, bias %+.5f, half width of the interval %.3f of the chance; outside it %zu; "
              "plain worlds met nothing in %zu\n", rare, listed, relative / n, relative_worst, bias / n, width / n, outside, unmet);
  EXPECT_GT(rare, 300U);
  EXPECT_GE(static_cast<double>(listed), 0.97 * static_cast<double>(rare));
  EXPECT_LE(relative / n, 0.02);
  EXPECT_LE(relative_worst, 0.25);
  EXPECT_LE(std::abs(bias / n), 0.003);
  EXPECT_EQ(outside, 0U);
  EXPECT_EQ(above, 0U);
}

TEST(Worlds, WhatAChangeDoesToRareTargetsIsToldAlongTheirWays) {
  std::size_t compared = 0, unmet = 0;
  double worst = 0, sum = 0;
  for (std::uint64_t seed = 40'000; seed < 40'150; ++seed) {
    Instance instance = random_instance(seed, seed % 3 == 0);
    make_rare(instance.network, seed);
    const Graph graph = graph_of(instance.network);
    const Worlds worlds(graph, seed, 64, 90);
    const Factors base = instance.network.factors;
    for (std::uint32_t target = 0; target < 9; ++target) {
      const Cone cone = cone_of(graph, std::span(&target, 1));
      const Estimate truth = worlds.enumerate(cone, base);
      if (truth.at[2] <= 0 || truth.at[2] > 1e-3) continue;
      const Measure measure = measure_of(worlds, cone, base, truth);
      if (!measure.along_ways) continue;
      unmet += worlds.sample(cone, base).at[2] == 0;
      for (std::uint32_t v = 0; v < instance.network.variables.size(); v += 3) {
        Factors with = base;
        with.variable[v] *= 0.2;
        const double left = worlds.enumerate(cone, with).at[2] / truth.at[2], told = left_of(worlds, cone, measure, with);
        worst = std::max(worst, std::abs(left - told));
        sum += std::abs(left - told);
        ++compared;
      }
    }
  }
  std::printf("[ figures  ] %zu changes of rare targets, plain worlds met nothing of %zu targets: what is left of the chance is told with a mean error of %.4f, %.4f at most\n", compared, unmet, sum / static_cast<double>(compared), worst);
  EXPECT_GT(compared, 300U);
  EXPECT_GT(unmet, 100U);
  EXPECT_LE(sum / static_cast<double>(compared), 0.005);
  EXPECT_LE(worst, 0.1);
}

TEST(Worlds, AlongWaysAgreesWhereNothingIsRareAndGivesUpWhereWaysAreTooMany) {
  for (std::uint64_t seed = 30'000; seed < 30'050; ++seed) {
    const Instance instance = random_instance(seed, seed % 2 == 1, 8, 3);
    const Graph graph = graph_of(instance.network);
    const Worlds worlds(graph, seed, 16, 45);
    const std::uint32_t targets[1] = {8};
    const Cone cone = cone_of(graph, targets);
    const Estimate exact = worlds.enumerate(cone, instance.network.factors);
    const auto along = worlds.rare(cone, instance.network.factors);
    if (!along) continue;
    EXPECT_NEAR(along->at[2], exact.at[2], sampling_error(*along) + 1e-12) << seed;
    EXPECT_NEAR(along->at_horizon, exact.at_horizon, 3 * sampling_error(*along) + 1e-12) << seed;
    EXPECT_NEAR(along->pressure, exact.pressure, 0.2 * exact.pressure + 0.02) << seed;
    ASSERT_EQ(along->reach.size(), exact.reach.size());
    for (std::size_t t = 0; t < exact.reach.size(); ++t) EXPECT_TRUE(along->reach[t] <= 0 || exact.reach[t] > 0) << seed;
  }
  Network wide;  // 2^12 ways through pairs of variables, one after another
  std::uint32_t at = wide.add_node();
  const std::uint32_t trigger = wide.add_trigger(1, 0.1), start[1] = {wide.triggers[trigger].node};
  wide.add_step(start, at, {});
  for (std::uint64_t i = 0; i < 12; ++i) {
    const std::uint32_t next = wide.add_node(), from[1] = {at};
    for (std::uint64_t k = 0; k < 2; ++k) {
      const std::uint32_t use[1] = {wide.add_variable(10 + i * 2 + k, 0.01)};
      wide.add_step(from, next, use);
    }
    at = next;
  }
  const Graph graph = graph_of(wide);
  const std::uint32_t targets[1] = {at};
  EXPECT_FALSE(Worlds(graph, 1, 16, 90).rare(cone_of(graph, targets), wide.factors));
}

TEST(Worlds, OtherHorizonsAgreeToo) {
  for (std::uint64_t seed = 5000; seed < 5020; ++seed) {
    const Instance instance = random_instance(seed, seed % 2 == 1, 7, 3);
    const Graph graph = graph_of(instance.network);
    const Worlds worlds(graph, seed, 16, 45);
    for (std::size_t d = 0; d < 4; ++d) {
      const double days = d < 3 ? kReportDays[d] : 45;
      const std::vector<double> truth = brute_force(instance.network, instance.states.size(), days);
      const std::uint32_t targets[1] = {8};
      const Estimate exact = worlds.enumerate(cone_of(graph, targets), instance.network.factors);
      EXPECT_NEAR(d < 3 ? exact.at[d] : exact.at_horizon, truth[8], 1e-9) << seed << " " << days;
    }
  }
}

TEST(Worlds, LoweringAnyFactorNeverRaisesAChance) {
  for (std::uint64_t seed = 2000; seed < 2100; ++seed) {
    const Instance instance = random_instance(seed, seed % 2 == 0);
    const Graph graph = graph_of(instance.network);
    const Worlds worlds(graph, seed, 16, 90);
    const std::uint32_t targets[1] = {8};
    const Cone cone = cone_of(graph, targets);
    const Estimate before = worlds.sample(cone, instance.network.factors);
    for (std::size_t i = 0; i < instance.network.factors.variable.size(); ++i) {
      Factors less = instance.network.factors;
      less.variable[i] *= 0.4;
      const Estimate after = worlds.sample(cone, less);
      for (std::size_t w = 0; w < after.by_world.size(); ++w) ASSERT_LE(after.by_world[w], before.by_world[w]);
    }
    for (std::size_t i = 0; i < instance.network.factors.trigger.size(); ++i) {
      Factors less = instance.network.factors;
      less.trigger[i] = 0;
      ASSERT_LE(worlds.sample(cone, less).at[2], before.at[2]);
    }
  }
}

TEST(Worlds, SameSeedSameAnswerAndEmptyTargetsAreImpossible) {
  const Instance instance = random_instance(7, true);
  const Graph graph = graph_of(instance.network);
  const std::uint32_t targets[1] = {8};
  const Cone cone = cone_of(graph, targets);
  EXPECT_EQ(Worlds(graph, 3, 16, 90).sample(cone, instance.network.factors).by_world,
            Worlds(graph, 3, 16, 90).sample(cone, instance.network.factors).by_world);
  Network lonely;
  const std::uint32_t alone[1] = {lonely.add_node()};
  const Graph empty = graph_of(lonely);
  EXPECT_EQ(Worlds(empty, 1, 16, 90).sample(cone_of(empty, alone), lonely.factors).at[2], 0);
  EXPECT_EQ(Worlds(empty, 1, 16, 90).enumerate(cone_of(empty, alone), lonely.factors).at[2], 0);
}

TEST(Parameters, QuantilesHaveTheirMeansAndDrawsKeepThem) {
  EXPECT_NEAR(beta_quantile(0.5, 2, 2), 0.5, 1e-9);
  EXPECT_NEAR(beta_quantile(0.9, 1, 1), 0.9, 1e-9);
  EXPECT_NEAR(beta_quantile(0.25, 1, 3), 1 - std::pow(0.75, 1.0 / 3), 1e-9);
  EXPECT_NEAR(gamma_quantile(0.5, 1), std::log(2.0), 1e-9);
  Network network;
  network.add_parameter(0.3, 4, false);
  network.add_parameter(0.01, 4, true);
  const std::vector<double> draws = parameter_draws(network, 1);
  double chance = 0, rate = 0;
  for (std::uint32_t b = 0; b < kBlocks; ++b) {
    chance += draws[b] / kBlocks;
    rate += draws[kBlocks + b] / kBlocks;
  }
  EXPECT_NEAR(chance, 0.3, 1e-9);
  EXPECT_NEAR(rate, 0.01, 1e-9);
}

TEST(Parameters, BernoulliWordsHaveTheirChance) {
  for (double p : {0.001, 0.1, 0.5, 0.93}) {
    double ones = 0;
    std::array<double, kRow> chances;
    chances.fill(p);
    for (std::uint64_t row = 0; row < 256; ++row) {
      std::array<std::uint64_t, kRow> words;
      words.fill(~0ULL);
      and_bernoulli_row(chances, 99, row, words.data());
      for (std::uint64_t word : words) ones += std::popcount(word);
    }
    EXPECT_NEAR(ones / (4096 * 64), p, 4 * std::sqrt(p * (1 - p) / (4096 * 64)));
  }
}

}  // namespace
}  // namespace stormwatch::forecast
