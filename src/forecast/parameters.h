// SPDX-License-Identifier: Apache-2.0
// Random numbers and parameter draws that depend on keys only: the same cause meets the same fate in every world, before and
// after an action, on any machine and with any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "forecast/network.h"

namespace stormwatch::forecast {

/// Counter-based: 64 random bits for (key, counter).
constexpr std::uint64_t random_bits(std::uint64_t key, std::uint64_t counter) {
  std::uint64_t x = key + counter * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}
constexpr double random_unit(std::uint64_t key, std::uint64_t counter) {
  return (static_cast<double>(random_bits(key, counter) >> 11) + 0.5) * 0x1p-53;
}

/// 64 Bernoulli draws of chance `p` (to 2^-24) for world word `word`. For one key they grow with p: what works at a small
/// chance works at a larger one.
std::uint64_t bernoulli_word(double p, std::uint64_t key, std::uint64_t word);

inline constexpr std::uint32_t kBlocks = 16;

/// Draws of every parameter for the 16 blocks (a Latin square over its quantiles, mean kept): value[parameter * 16 + block].
std::vector<double> parameter_draws(const Network& network, std::uint64_t seed);

double beta_quantile(double u, double a, double b);
double gamma_quantile(double u, double shape);  ///< of rate 1

}  // namespace stormwatch::forecast
