// SPDX-License-Identifier: Apache-2.0
// CVSS 4.0 (FIRST, specification section 8): macro vectors, and the distance of the vector to the worst of its own.
//
// A base vector has no threat and no environmental metrics, so the fifth equivalence class is always the worst one and the
// sixth follows from the third.
#include "advisory/cvss4.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace stormwatch::advisory {
namespace {

/// Pairs of the third and sixth class: 00, 01, 10, 11, 21.
enum Third : std::size_t { both_high, both_high_relaxed, some_high, some_high_relaxed, none_high };

/// Tenths of the score of each macro vector with the fifth class 0: [first * 2 + second][fourth - 1][third and sixth].
constexpr std::uint8_t kScores[6][2][5] = {
    {{100, 96, 93, 92, 79}, {93, 90, 88, 80, 69}},
    {{95, 91, 92, 82, 71}, {92, 81, 84, 70, 63}},
    {{94, 89, 86, 76, 65}, {87, 75, 72, 57, 53}},
    {{90, 77, 74, 59, 58}, {77, 66, 61, 52, 23}},
    {{86, 74, 72, 57, 47}, {70, 54, 53, 36, 24}},
    {{73, 55, 61, 51, 24}, {54, 43, 46, 18, 10}}};

int level(std::string_view order, char value) { return static_cast<int>(order.find(value)); }

/// The distance to the first of the worst vectors that is at no metric below ours.
template <std::size_t N>
int distance(const std::array<int, N>& ours, std::span<const std::array<int, N>> worst) {
  for (const auto& one : worst) {
    int sum = 0;
    bool above = true;
    for (std::size_t i = 0; i < N; ++i) {
      above = above && ours[i] >= one[i];
      sum += ours[i] - one[i];
    }
    if (above) return sum;
  }
  return 0;
}

}  // namespace

std::optional<double> score_version4(const std::string& v) {
  if (v.size() != 11) return std::nullopt;
  if (v.substr(5) == "NNNNNN") return 0.0;
  const std::array<int, 3> reach{level("NALP", v[0]), level("NLH", v[3]), level("NPA", v[4])};  // AV PR UI
  const std::array<int, 2> effort{level("LH", v[1]), level("NP", v[2])};                        // AC AT
  const std::array<int, 3> own{level("HLN", v[5]), level("HLN", v[6]), level("HLN", v[7])};     // VC VI VA
  const std::array<int, 3> others{level("HLN", v[8]), level("HLN", v[9]), level("HLN", v[10])}; // SC SI SA

  const int at_worst = static_cast<int>(std::count(reach.begin(), reach.end(), 0));
  const std::size_t first = at_worst == 3 ? 0 : at_worst > 0 && reach[0] != 3 ? 1 : 2;
  const std::size_t second = effort[0] + effort[1] == 0 ? 0 : 1;
  const Third third = own[0] == 0 && own[1] == 0 ? both_high : std::count(own.begin(), own.end(), 0) > 0 ? some_high : none_high;
  const std::size_t fourth = std::count(others.begin(), others.end(), 0) > 0 ? 0 : 1;

  static constexpr std::array<int, 3> kReach0[] = {{0, 0, 0}}, kReach1[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  static constexpr std::array<int, 2> kEffort0[] = {{0, 0}};
  static constexpr std::array<int, 3> kBothHigh[] = {{0, 0, 0}}, kSomeHigh[] = {{1, 0, 0}, {0, 1, 0}};
  static constexpr int kDepthFirst[] = {1, 4, 5}, kDepthSecond[] = {1}, kDepthThird[] = {7, 6, 8, 8, 10}, kDepthFourth[] = {5, 4};

  const auto score = [](std::size_t one, std::size_t two, std::size_t four, std::size_t three) { return kScores[one * 2 + two][four][three] / 10.0; };
  const double worst = score(first, second, fourth, third);
  // The fifth class always has a lower neighbour, at no distance.
  double sum = 0;
  int neighbours = 1;
  const auto approach = [&](double lower, int far, int depth) {
    ++neighbours;
    sum += (worst - lower) * far / depth;
  };
  if (first < 2)
    approach(score(first + 1, second, fourth, third), distance<3>(reach, first == 0 ? std::span(kReach0) : std::span<const std::array<int, 3>>(kReach1)), kDepthFirst[first]);
  if (second < 1) approach(score(first, 1, fourth, third), distance<2>(effort, std::span(kEffort0)), kDepthSecond[0]);
  if (third == both_high)
    approach(std::max(score(first, second, fourth, both_high_relaxed), score(first, second, fourth, some_high)), distance<3>(own, std::span(kBothHigh)), kDepthThird[third]);
  else if (third == some_high)
    approach(score(first, second, fourth, some_high_relaxed), distance<3>(own, std::span(kSomeHigh)), kDepthThird[third]);
  // Levels of the other systems count from "safety", which only an environmental metric can state; the difference is the same.
  if (fourth == 0) approach(score(first, second, 1, third), others[0] + others[1] + others[2], kDepthFourth[0]);
  const double result = std::clamp(worst - sum / neighbours, 0.0, 10.0);
  return std::round(result * 10 + 1e-9) / 10;
}

}  // namespace stormwatch::advisory
