// SPDX-License-Identifier: Apache-2.0
// Random numbers and parameter draws that depend on keys only: the same cause meets the same fate in every world, before and
// after an action, on any machine and with any number of threads.
#pragma once

#include <array>
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

inline constexpr std::size_t kRow = 16;  ///< words of 64 worlds dealt with at once

/// ANDs onto `into[w]` 64 Bernoulli draws of chance `chances[w]` (to 2^-24), for each of the 16 words of a row. For one key the
/// draws grow with the chance: what works at a small one works at a larger one. The 16 words of a lane see all sixteenths of
/// [0, 1) once, in an order of the key's own, so that rows differ less than free draws would (each draw alone is still uniform).
void and_bernoulli_row(const std::array<double, kRow>& chances, std::uint64_t key, std::uint64_t row, std::uint64_t* into);

inline constexpr std::uint32_t kBlocks = 16;

/// Draws of every parameter for the 16 blocks (a Latin square over its quantiles, mean kept): value[parameter * 16 + block].
std::vector<double> parameter_draws(const Network& network, std::uint64_t seed);

double beta_quantile(double u, double a, double b);
double gamma_quantile(double u, double shape);  ///< of rate 1

}  // namespace stormwatch::forecast
