// SPDX-License-Identifier: Apache-2.0
// CVSS vectors read, shortened, and scored by the formulas of version 3.
#include "advisory/cvss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "advisory/cvss4.h"

namespace stormwatch::advisory {
namespace {

struct Metric {
  std::string_view name, values;
};
constexpr std::array<Metric, 8> kVersion3{{{"AV", "NALP"}, {"AC", "LH"}, {"PR", "NLH"}, {"UI", "NR"}, {"S", "UC"}, {"C", "HLN"}, {"I", "HLN"}, {"A", "HLN"}}};
constexpr std::array<Metric, 11> kVersion4{{{"AV", "NALP"}, {"AC", "LH"}, {"AT", "NP"}, {"PR", "NLH"}, {"UI", "NPA"}, {"VC", "HLN"},
                                            {"VI", "HLN"}, {"VA", "HLN"}, {"SC", "HLN"}, {"SI", "HLN"}, {"SA", "HLN"}}};

std::span<const Metric> metrics_of(std::string_view version) {
  if (version == "3.0" || version == "3.1") return kVersion3;
  if (version == "4.0") return kVersion4;
  return {};
}

/// The values in the order of the specification; empty if one is missing.
std::string values_of(std::string_view vector, std::string_view& version) {
  if (!vector.starts_with("CVSS:")) return {};
  vector.remove_prefix(5);
  version = vector.substr(0, 3);
  std::span<const Metric> metrics = metrics_of(version);
  std::string values(metrics.size(), ' ');
  vector.remove_prefix(std::min<std::size_t>(3, vector.size()));
  while (!vector.empty()) {
    vector.remove_prefix(1);  // '/'
    std::size_t end = std::min(vector.find('/'), vector.size());
    std::string_view metric = vector.substr(0, end);
    vector.remove_prefix(end);
    std::size_t colon = metric.find(':');
    if (colon == std::string_view::npos || colon + 2 != metric.size()) continue;
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      if (metrics[i].name != metric.substr(0, colon)) continue;
      if (values[i] != ' ' || metrics[i].values.find(metric.back()) == std::string_view::npos) return {};
      values[i] = metric.back();
    }
  }
  return values.find(' ') == std::string::npos ? values : std::string{};
}

/// Appendix A of the specification: the smallest number with one decimal that is not below.
double round_up(double value) {
  auto scaled = static_cast<long long>(std::llround(value * 100000));
  if (scaled % 10000 == 0) return static_cast<double>(scaled) / 100000.0;
  return (std::floor(static_cast<double>(scaled) / 10000.0) + 1) / 10.0;
}

double score_version3(const std::string& v) {
  auto impact_weight = [](char c) { return c == 'H' ? 0.56 : c == 'L' ? 0.22 : 0.0; };
  bool changed = v[4] == 'C';
  double reach = v[0] == 'N' ? 0.85 : v[0] == 'A' ? 0.62 : v[0] == 'L' ? 0.55 : 0.2;
  double effort = v[1] == 'L' ? 0.77 : 0.44;
  double privileges = v[2] == 'N' ? 0.85 : v[2] == 'L' ? (changed ? 0.68 : 0.62) : (changed ? 0.5 : 0.27);
  double interaction = v[3] == 'N' ? 0.85 : 0.62;
  double sub_score = 1 - (1 - impact_weight(v[5])) * (1 - impact_weight(v[6])) * (1 - impact_weight(v[7]));
  double impact = changed ? 7.52 * (sub_score - 0.029) - 3.25 * std::pow(sub_score - 0.02, 15) : 6.42 * sub_score;
  if (impact <= 0) return 0;
  double exploitability = 8.22 * reach * effort * privileges * interaction;
  return round_up(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

}  // namespace

std::optional<double> base_score(std::string_view vector) {
  std::string_view version;
  std::string values = values_of(vector, version);
  if (values.empty()) return std::nullopt;
  return version == "4.0" ? score_version4(values) : score_version3(values);
}

std::string short_vector(std::string_view vector) {
  std::string_view version;
  std::string values = values_of(vector, version);
  return values.empty() ? std::string{} : std::string(version) + ":" + values;
}

std::optional<double> score_of_short(std::string_view short_form) {
  const std::span<const Metric> metrics = metrics_of(short_form.substr(0, 3));
  if (metrics.empty() || short_form.size() != metrics.size() + 4) return std::nullopt;
  const std::string values(short_form.substr(4));
  for (std::size_t i = 0; i < metrics.size(); ++i)
    if (metrics[i].values.find(values[i]) == std::string_view::npos) return std::nullopt;
  return short_form.starts_with("4.0") ? score_version4(values) : score_version3(values);
}

std::string long_vector(std::string_view short_form) {
  std::span<const Metric> metrics = metrics_of(short_form.substr(0, 3));
  if (metrics.empty() || short_form.size() != metrics.size() + 4) return {};
  std::string vector;
  vector.reserve(48);
  vector.append("CVSS:").append(short_form.substr(0, 3));
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    vector += '/';
    vector += metrics[i].name;
    vector += ':';
    vector += short_form[4 + i];
  }
  return vector;
}

}  // namespace stormwatch::advisory
