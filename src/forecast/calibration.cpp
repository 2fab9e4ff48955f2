// SPDX-License-Identifier: Apache-2.0
#include "forecast/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace stormwatch::forecast {

namespace {

double logit(double p) {
  p = std::clamp(p, 1e-5, 1 - 1e-5);
  return std::log(p / (1 - p));
}

int year_of(std::string_view id) {  // CVE-2026-1234
  int year = 0;
  for (std::size_t i = 4; i < 8 && i < id.size(); ++i) year = year * 10 + (id[i] - '0');
  return year;
}

/// What the fit sees of a flaw: flaws of one score and age are one row.
struct Row {
  double x = 0, recent = 0, count = 0, events = 0;
};

struct Labelled {
  double epss = 0;
  bool recent = false, happened = false;
};

std::vector<Labelled> labelled(const EpssSnapshot& snapshot, const std::unordered_map<std::string_view, double>& added, int days) {
  std::vector<Labelled> out;
  out.reserve(snapshot.flaws.size());
  const double from = days_of(snapshot.date);
  const int year = year_of("CVE-" + snapshot.date.substr(0, 4));
  for (const ScoredFlaw& flaw : snapshot.flaws) {
    const auto found = added.find(flaw.id);
    if (found != added.end() && found->second <= from) continue;  // known already
    out.push_back({flaw.epss, year_of(flaw.id) + 1 >= year, found != added.end() && found->second <= from + days});
  }
  return out;
}

std::vector<Row> rows_of(std::span<const Labelled> flaws) {
  std::map<std::pair<int, bool>, Row> rows;
  for (const Labelled& flaw : flaws) {
    const double x = logit(flaw.epss);
    Row& row = rows[{static_cast<int>(std::lround(x * 50)), flaw.recent}];
    row.x += x;
    row.recent = flaw.recent;
    row.count += 1;
    row.events += flaw.happened;
  }
  std::vector<Row> out;
  for (auto& [key, row] : rows) {
    row.x /= row.count;
    out.push_back(row);
  }
  return out;
}

/// Logistic regression by Newton's steps, held a little towards slope 0.5: positives are few.
ChanceMap fit(std::span<const Row> rows) {
  double count = 0, events = 0;
  for (const Row& row : rows) count += row.count, events += row.events;
  std::array<double, 3> b{logit(std::max(events, 0.5) / std::max(count, 1.0)), 0.5, 0};
  constexpr double kHold = 1;
  for (int round = 0; round < 60; ++round) {
    std::array<double, 3> gradient{0, -kHold * (b[1] - 0.5), -kHold * b[2]};
    std::array<std::array<double, 3>, 3> h{{{1e-9, 0, 0}, {0, kHold, 0}, {0, 0, kHold}}};
    for (const Row& row : rows) {
      const std::array<double, 3> x{1, row.x, row.recent};
      const double p = 1 / (1 + std::exp(-(b[0] + b[1] * x[1] + b[2] * x[2])));
      for (std::size_t i = 0; i < 3; ++i) {
        gradient[i] += (row.events - row.count * p) * x[i];
        for (std::size_t k = 0; k < 3; ++k) h[i][k] += row.count * p * (1 - p) * x[i] * x[k];
      }
    }
    // Solves h d = gradient by elimination; h is positive definite.
    std::array<double, 3> d = gradient;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t r = i + 1; r < 3; ++r) {
        const double by = h[r][i] / h[i][i];
        for (std::size_t c = i; c < 3; ++c) h[r][c] -= by * h[i][c];
        d[r] -= by * d[i];
      }
    for (std::size_t i = 3; i-- > 0;) {
      for (std::size_t c = i + 1; c < 3; ++c) d[i] -= h[i][c] * d[c];
      d[i] /= h[i][i];
    }
    double moved = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double step = std::clamp(d[i], -2.0, 2.0);
      b[i] += step;
      moved = std::max(moved, std::abs(step));
    }
    if (moved < 1e-9) break;
  }
  return {b[0], b[1], b[2]};
}

std::unordered_map<std::string_view, double> first_added(std::span<const KnownExploited> exploited) {
  std::unordered_map<std::string_view, double> added;
  for (const KnownExploited& one : exploited) {
    const double at = days_of(one.added);
    const auto [found, is_new] = added.try_emplace(one.id, at);
    if (!is_new) found->second = std::min(found->second, at);
  }
  return added;
}

std::size_t class_of(std::size_t before) { return before >= 4 ? 2 : before >= 2 ? 1 : 0; }

}  // namespace

std::string_view epss_version(std::string_view date) {
  if (date < "2022-02-04") return "v1";
  if (date < "2023-03-07") return "v2";
  return date < "2025-03-17" ? "v3" : date < "2026-06-15" ? "v4" : "v5";
}

double ChanceMap::chance(double epss, bool is_recent) const { return 1 / (1 + std::exp(-(intercept + slope * logit(epss) + (is_recent ? recent : 0)))); }

std::vector<CalibrationRound> calibrate(std::span<const EpssSnapshot> snapshots, std::span<const KnownExploited> exploited, std::string_view known_until, int days) {
  const auto added = first_added(exploited);
  std::vector<CalibrationRound> out;
  std::vector<std::vector<Row>> rows;
  std::vector<std::size_t> of_round;
  for (const EpssSnapshot& snapshot : snapshots) {
    if (days_of(snapshot.date) + days > days_of(known_until)) continue;
    const std::vector<Labelled> flaws = labelled(snapshot, added, days);
    CalibrationRound round{.date = snapshot.date, .version = std::string(epss_version(snapshot.date)), .days = days};
    std::vector<std::pair<double, bool>> raw;
    for (const Labelled& flaw : flaws) raw.emplace_back(-std::expm1(std::log1p(-std::min(flaw.epss, 0.99999)) * days / 30), flaw.happened);
    round.raw = score_of(std::move(raw), days);
    std::vector<Row> past;
    double count = 0, events = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i].version != round.version || days_of(out[i].date) + days > days_of(snapshot.date)) continue;
      past.insert(past.end(), rows[i].begin(), rows[i].end());
      round.fitted_on += (round.fitted_on.empty() ? "" : ", ") + out[i].date;
    }
    for (const Row& row : past) count += row.count, events += row.events;
    if (!past.empty() && events > 0) {
      round.map = fit(past);
      std::vector<std::pair<double, bool>> mapped;
      double against = 0;
      for (const Labelled& flaw : flaws) {
        mapped.emplace_back(round.map.chance(flaw.epss, flaw.recent), flaw.happened);
        against += (events / count - flaw.happened) * (events / count - flaw.happened);
      }
      round.mapped = score_of(std::move(mapped), days);
      round.skill_against_past = 1 - round.mapped.brier * static_cast<double>(flaws.size()) / against;
    } else {
      round.fitted_on.clear();
    }
    out.push_back(std::move(round));
    rows.push_back(rows_of(flaws));
  }
  return out;
}

std::vector<FittedMap> fit_versions(std::span<const EpssSnapshot> snapshots, std::span<const KnownExploited> exploited, std::string_view known_until, int days) {
  const auto added = first_added(exploited);
  std::map<std::string, FittedMap> maps;
  std::map<std::string, std::vector<Row>> rows;
  for (const EpssSnapshot& snapshot : snapshots) {
    FittedMap& of = maps[std::string(epss_version(snapshot.date))];
    of.version = epss_version(snapshot.date);
    ++of.snapshots;
    if (days_of(snapshot.date) + days > days_of(known_until)) continue;
    for (const Row& row : rows_of(labelled(snapshot, added, days))) {
      rows[of.version].push_back(row);
      of.events += static_cast<std::size_t>(row.events);
    }
    of.fitted_on += (of.fitted_on.empty() ? "" : ", ") + snapshot.date;
  }
  std::vector<FittedMap> out;
  for (auto& [version, of] : maps) {
    if (!of.fitted_on.empty()) of.map = fit(rows[version]);
    out.push_back(std::move(of));
  }
  return out;
}

std::vector<RecurrenceYear> recurrence(std::span<const KnownExploited> exploited, std::string_view known_until) {
  std::map<std::string_view, std::vector<double>> by_product;
  double first = std::numeric_limits<double>::infinity();
  for (const KnownExploited& one : exploited) {
    by_product[one.product].push_back(days_of(one.added));
    first = std::min(first, by_product[one.product].back());
  }
  std::vector<RecurrenceYear> out;
  std::array<double, 3> seen{}, again{};
  for (int year = 1990; year < 2200; ++year) {
    const double from = days_of(std::to_string(year) + "-01-01"), to = from + 365;
    if (from < first) continue;
    if (to > days_of(known_until)) break;
    RecurrenceYear one{.year = year};
    std::vector<std::pair<double, bool>> chances;
    for (std::size_t c = 0; c < 3; ++c) one.forecast[c] = seen[c] > 0 ? again[c] / seen[c] : std::numeric_limits<double>::quiet_NaN();
    for (const auto& [product, days] : by_product) {
      const auto before = static_cast<std::size_t>(std::ranges::count_if(days, [&](double d) { return d < from; }));
      if (before == 0) continue;
      const bool another = std::ranges::any_of(days, [&](double d) { return d >= from && d < to; });
      const std::size_t c = class_of(before);
      ++one.products[c];
      one.again[c] += another;
      if (std::isfinite(one.forecast[c])) chances.emplace_back(one.forecast[c], another);
    }
    one.score = score_of(std::move(chances), 365);
    for (std::size_t c = 0; c < 3; ++c) {
      seen[c] += static_cast<double>(one.products[c]);
      again[c] += static_cast<double>(one.again[c]);
    }
    out.push_back(one);
  }
  return out;
}

}  // namespace stormwatch::forecast
