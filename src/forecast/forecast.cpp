// SPDX-License-Identifier: Apache-2.0
// The way from an estate with findings to incidents and ranked actions; docs/forecast.md is its text.
#include "forecast/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecast/proposal.h"
#include "forecast/step_rules.h"

namespace stormwatch::forecast {

namespace {

std::vector<Unobserved> unobserved_of(const Outline& outline, const StepRules& rules) {
  std::vector<Unobserved> out;
  for (std::size_t r = 0; r < rules.rules.size(); ++r)
    if (outline.sites_of_rule()[r] == 0 && !rules.rules[r].bridge) out.push_back({rules.rules[r].id, rules.rules[r].name, rules.rules[r].needs, rules.rules[r].told});
  return out;
}

std::string method_of(const Inquiry& inquiry, const std::vector<Incident>& incidents) {
  std::string out = fmt::format("forecast 1: {} worlds in {} parameter blocks, seed {}; {} of {} incidents by enumeration", inquiry.words * 64, kBlocks, inquiry.options.seed,
                                std::ranges::count_if(incidents, [](const Incident& i) { return i.exact; }), incidents.size());
  for (const std::string& note : inquiry.notes) out += "; " + note;
  return out;
}

}  // namespace

StandingForecast::StandingForecast(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const ForecastOptions& options)
    : estate_(estate), findings_(findings), rules_(rules), organisation_(options.organisation), jobs_(options.jobs) {
  read();
}

StandingForecast::~StandingForecast() = default;

void StandingForecast::read() {
  outline_.reset();
  reader_.reset();
  if (organisation_ && !organisation_->facts.empty()) with_facts_ = std::make_unique<Estate>(organisation_->with_facts(estate_));
  reader_ = std::make_unique<SiteReader>(with_facts_ ? *with_facts_ : estate_, findings_, rules_, organisation_.get());
  outline_ = std::make_unique<Outline>(*reader_, jobs_);
}

void StandingForecast::changed(std::span<const AssetId> assets) {
  // Facts that the organisation states stand in an estate of their own, which is made anew.
  if (with_facts_) return read();
  std::vector<std::uint32_t> at;
  for (AssetId asset : assets)
    if (const std::size_t i = estate_.index_of(asset); i < estate_.assets().size()) at.push_back(static_cast<std::uint32_t>(i));
  reader_->reread(at);
  const std::vector<Near> near = reader_->near(at, reader_->farthest_reach());
  // Where a change lies near very much, going through all in order is faster; and in a flat estate the loop must be counted exactly.
  if (near.size() <= std::max<std::size_t>(1000, estate_.assets().size() / 20)) outline_->update(*reader_, near);
  else outline_.reset();
  if (outline_ && outline_->is_flat()) outline_.reset();
  if (!outline_) outline_ = std::make_unique<Outline>(*reader_, jobs_);
}

Result<Forecast> StandingForecast::forecast(const ForecastOptions& options) const {
  Forecast out;
  out.horizon_days = options.horizon_days;
  out.model = digest_of(rules_);
  out.unobserved = unobserved_of(*outline_, rules_);
  Inquiry inquiry(*reader_, *outline_, findings_, organisation_.get(), options);
  if (const Result<void> run = inquiry.run(); !run) return std::unexpected(run.error());
  if (!options.chances_only) Proposal(inquiry).fill(out);
  for (Worked& one : inquiry.worked) out.incidents.push_back(std::move(one.incident));
  if (!options.chances_only) out.method = method_of(inquiry, out.incidents);
  return out;
}

Result<std::vector<std::pair<IncidentId, Pressure>>> StandingForecast::pressures(const ForecastOptions& options) const {
  ForecastOptions chances = options;
  chances.chances_only = true;
  Inquiry inquiry(*reader_, *outline_, findings_, organisation_.get(), chances);
  if (const Result<void> run = inquiry.run(); !run) return std::unexpected(run.error());
  std::vector<std::pair<IncidentId, Pressure>> out;
  for (const Worked& one : inquiry.worked) {
    const double worlds = std::max(1.0, static_cast<double>(one.estimate.worlds));
    out.emplace_back(one.incident.id, Pressure{one.incident.pressure, std::sqrt(one.estimate.pressure_variance / worlds) * options.horizon_days / 30});
  }
  return out;
}

Result<Forecast> forecast(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const ForecastOptions& options) {
  return StandingForecast(estate, findings, rules, options).forecast(options);
}

}  // namespace stormwatch::forecast
