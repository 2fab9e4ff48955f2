// SPDX-License-Identifier: Apache-2.0
// Action ranking against trying every set of actions within the budget.
#include "forecast/ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

namespace stormwatch::forecast {
namespace {

struct Instance {
  Network network;
  std::vector<std::uint32_t> targets;
  std::vector<double> losses;
  std::vector<Option> options;
  double budget = 0;
};

/// Cyclic, shared variables, nine actions that may edit several variables and triggers.
Instance random_instance(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  Instance out;
  Network& n = out.network;
  std::vector<std::uint32_t> states, v;
  for (int i = 0; i < 14; ++i) states.push_back(n.add_node());
  for (int i = 0; i < 16; ++i) v.push_back(n.add_variable(random(), 0.1 + 0.85 * unit()));
  for (int t = 0; t < 4; ++t) {
    const std::uint32_t trigger = n.add_trigger(random(), 0.02 + 0.5 * unit());
    for (int k = 0; k < 2; ++k) {
      const std::uint32_t from[1] = {n.triggers[trigger].node};
      const std::uint32_t use[1] = {v[below(16)]};
      n.add_step(from, states[below(5)], use);
    }
  }
  for (int s = 0; s < 30; ++s) {
    const std::uint32_t from[1] = {states[below(14)]};
    const std::uint32_t use[1] = {v[below(16)]};
    n.add_step(from, states[below(14)], use);
  }
  for (int i = 0; i < 3; ++i) {
    out.targets.push_back(states[11U + static_cast<std::uint32_t>(i)]);
    out.losses.push_back(1e5 * (0.2 + unit() * 5));
  }
  double all = 0;
  for (int a = 0; a < 9; ++a) {
    Option option;
    const std::uint32_t edits = 1 + below(2);
    for (std::uint32_t e = 0; e < edits; ++e) option.edits.push_back({below(16), false, 100 + below(3), 0.05 + 0.4 * unit()});
    if (below(4) == 0) option.edits.push_back({below(4), true, 7, 0.1});
    option.cost = 1 + below(12);
    all += option.cost;
    out.options.push_back(option);
  }
  out.budget = all * (0.25 + 0.35 * unit());
  return out;
}

TEST(Ranking, ComesNearTheBestSetAndBranchAndBoundFindsIt) {
  double sum = 0, least = 1;
  std::size_t best_found = 0, exact_found = 0, count = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Instance instance = random_instance(seed);
    const Graph graph = graph_of(instance.network);
    const Worlds worlds(graph, seed, 16, 90);
    std::vector<Cone> cones;
    std::vector<LossPart> parts;
    for (std::uint32_t target : instance.targets) cones.push_back(cone_of(graph, std::span(&target, 1)));
    for (std::size_t i = 0; i < cones.size(); ++i) parts.push_back({&cones[i], instance.losses[i]});
    auto loss = [&](const std::vector<std::uint32_t>& set) {
      const Factors with = edited(instance.network.factors, instance.options, set);
      double total = 0;
      for (const LossPart& part : parts) total += part.loss * worlds.sample(*part.cone, with, true).at_horizon;
      return total;
    };
    const double before = loss({});
    double best = 0;
    for (std::uint32_t mask = 1; mask < 512; ++mask) {
      std::vector<std::uint32_t> set;
      double cost = 0;
      for (std::uint32_t o = 0; o < 9; ++o)
        if (mask >> o & 1U) {
          set.push_back(o);
          cost += instance.options[o].cost;
        }
      if (cost <= instance.budget) best = std::max(best, before - loss(set));
    }
    if (best < 1) continue;
    ++count;
    for (bool exact : {false, true}) {
      PlanLimits limits;
      limits.budget = instance.budget;
      limits.branch_and_bound = exact;
      const Plan found = plan(worlds, instance.network, instance.network.factors, parts, instance.options, limits);
      std::vector<std::uint32_t> set;
      for (const Ranked& ranked : found.order) set.push_back(ranked.option);
      const double share = (before - loss(set)) / best;
      if (exact) {
        exact_found += share > 1 - 1e-6;
        continue;
      }
      sum += share;
      least = std::min(least, share);
      best_found += share > 1 - 1e-6;
    }
  }
  const auto n = static_cast<double>(count);
  std::printf("[ figures  ] %zu instances: greedy with pairs and swaps reaches %.4f of the best reduction on average, least %.4f, best set in %.3f; "
              "branch and bound best in %.3f\n", count, sum / n, least, static_cast<double>(best_found) / n, static_cast<double>(exact_found) / n);
  EXPECT_GE(sum / n, 0.97);
  EXPECT_GE(static_cast<double>(best_found) / n, 0.90);
  EXPECT_EQ(exact_found, count);
}

TEST(Ranking, ActionsAgainstWhatPlainWorldsNeverMeetHaveTheirGain) {
  // Two ways of three steps of a thousandth each; one action breaks a step of both, the other one of the second.
  Network network;
  const std::uint32_t trigger = network.add_trigger(1, 0.05), start[1] = {network.triggers[trigger].node};
  std::vector<std::uint32_t> variables;
  for (std::uint64_t i = 0; i < 5; ++i) variables.push_back(network.add_variable(10 + i, 1e-3));
  const std::uint32_t shared = network.add_node(), target = network.add_node();
  network.add_step(start, shared, std::span(variables).first(1));
  const std::uint32_t from[1] = {shared};
  network.add_step(from, target, std::span(variables).subspan(1, 2));
  network.add_step(from, target, std::span(variables).subspan(3, 2));
  const Graph graph = graph_of(network);
  const Worlds worlds(graph, 1, 64, 90);
  const Cone cone = cone_of(graph, std::span(&target, 1));
  EXPECT_EQ(worlds.sample(cone, network.factors).at_horizon, 0) << "or this tests nothing";
  const std::vector<LossPart> parts{{&cone, 1e15}};
  const std::vector<Option> options{{{{variables[3], false, 1, 0}}, 1}, {{{variables[0], false, 1, 0.1}}, 1}};
  const Plan made = plan(worlds, network, network.factors, parts, options, {});
  const double truth = 1e15 * worlds.enumerate(cone, network.factors).at_horizon;
  EXPECT_NEAR(made.loss_before, truth, 0.02 * truth);
  ASSERT_EQ(made.order.size(), 2U);
  EXPECT_EQ(made.order[0].option, 1U);
  EXPECT_NEAR(made.order[0].gain, 0.9 * truth, 0.02 * truth);
  EXPECT_NEAR(made.order[1].gain, 0.5 * truth, 0.03 * truth);
  EXPECT_GT(made.order[1].low, 0);
}

TEST(Ranking, OneControlClassIsNotCreditedTwice) {
  Network network;
  network.add_variable(1, 0.8);
  std::vector<Option> options(3);
  options[0].edits = {{0, false, 1, 0.5}};
  options[1].edits = {{0, false, 1, 0.25}};
  options[2].edits = {{0, false, 2, 0.5}};
  const std::uint32_t all[3] = {0, 1, 2};
  EXPECT_DOUBLE_EQ(edited(network.factors, options, all).variable[0], 0.8 * 0.25 * 0.5);
}

}  // namespace
}  // namespace stormwatch::forecast
