// SPDX-License-Identifier: Apache-2.0
#include "forecast/sites.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/parallel.h"
#include "posture/context.h"

namespace stormwatch::forecast {

namespace {
constexpr std::size_t kMostSources = 10'000;  // of one step: beyond it the estate is flat and one more source changes nothing
constexpr std::size_t kAssetsAtOnce = 4096;
constexpr double kDefaultPrevalence = 0.2;
constexpr double kExampleInUse = 0.1, kTestInUse = 0.02;  // assumed (docs/forecast.md)

/// The uppermost folder that makes the context, with the slash; empty if the file's own name does.
std::string_view folder_of(std::string_view path, std::string_view context) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
    if (context_of(path.substr(0, slash + 1)) == context) return path.substr(0, slash + 1);
  return {};
}

/// What stands among examples, tests or documentation throughout is seldom what runs: that it does is an assumption, one for all of a folder.
std::optional<SiteFacts::Assumed> in_use(const Asset& asset) {
  static constexpr std::array kWhatRuns{AssetKind::application, AssetKind::agent, AssetKind::tool, AssetKind::mcp_server, AssetKind::endpoint, AssetKind::workload, AssetKind::vector_store, AssetKind::notebook, AssetKind::secret};
  // A password or private key there is most often made up; a key of a cloud or vendor is as real there as anywhere.
  if (const auto* secret = std::get_if<SecretFacts>(&asset.facts); secret && !secret->type.starts_with("password") && secret->type != "secret" && secret->type != "private-key") return std::nullopt;
  if (asset.places.empty() || std::ranges::find(kWhatRuns, asset.kind()) == kWhatRuns.end()) return std::nullopt;
  double chance = 0;
  std::string_view folder;
  for (const Place& place : asset.places) {
    const std::string context = context_of(place.path);
    const double here = context == "test" ? kTestInUse : context == "example" || context == "documentation" ? kExampleInUse : 1;
    if (here == 1) return std::nullopt;
    if (here <= chance) continue;
    chance = here;
    folder = folder_of(place.path, context);
  }
  return SiteFacts::Assumed{folder.empty() ? "tests are in use" : "what stands in " + std::string(folder) + " is in use", chance, true};
}

}  // namespace

double SiteFacts::chance_beside_value(bool own_control) const {
  double chance = there * (own_control ? kept : 1);
  for (const Assumed& one : assumed) chance *= one.chance;
  return chance;
}

double rate_of_trigger(const StepRule& rule, double value) { return rule.hazard ? value : -std::log1p(-std::min(value, 0.999)); }
double chance_of_step(const StepRule& rule, double value) { return rule.hazard ? -std::expm1(-value) : value; }
double chance_of_inner_flaw(double value, const FlawedPackage& package) { return std::min(0.95, value + 0.8 * package.network_chance); }
double count_of_gaps(std::span<const Finding* const> findings) {
  const auto gaps = static_cast<double>(std::ranges::count(findings, Vector::non_compliance, [](const Finding* one) { return one->vector; }));
  return std::clamp(gaps, 1.0, 10.0);
}

SiteReader::SiteReader(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Organisation* organisation)
    : estate_(estate), rules_(rules), organisation_(organisation), links_(estate), flaws_(estate, findings, links_), findings_of_(estate.assets().size()) {
  std::vector<bool> out_of_use(estate.assets().size());
  for (const Finding& finding : findings) {
    const std::size_t asset = estate.index_of(finding.signal.asset);
    if (finding.state == FindingState::fixed || asset >= estate.assets().size()) continue;
    // What stands in tests and documentation is not in use; it is reported but no step rests on it.
    if (finding.signal.context == "test" || finding.signal.context == "documentation") out_of_use[asset] = true;
    else findings_of_[asset].push_back(&finding);
  }
  // A credential that is found nowhere else is none that anybody could use.
  for (std::uint32_t i = 0; i < links_.size(); ++i)
    if (!out_of_use[i] || !findings_of_[i].empty() || links_.kind(i) != AssetKind::secret) of_kind_[static_cast<std::size_t>(links_.kind(i))].push_back(i);
  if (std::ranges::any_of(rules.rules, [](const StepRule& rule) { return rule.on.kinds().empty(); })) {
    all_.resize(links_.size());
    std::iota(all_.begin(), all_.end(), 0U);
  }
  seldom_in_use_.resize(links_.size());
  parallel_for((links_.size() + kAssetsAtOnce - 1) / kAssetsAtOnce, 0, [&](std::size_t part) {
    for (std::size_t i = part * kAssetsAtOnce; i < std::min<std::size_t>(links_.size(), (part + 1) * kAssetsAtOnce); ++i) seldom_in_use_[i] = in_use(estate.assets()[i]).has_value();
  });
  measure_reach();
}

std::vector<std::span<const std::uint32_t>> SiteReader::candidates(const StepRule& rule) const {
  std::vector<std::span<const std::uint32_t>> out;
  if (rule.on.kinds().empty()) out.emplace_back(all_);
  for (AssetKind kind : rule.on.kinds()) out.emplace_back(of_kind_[static_cast<std::size_t>(kind)]);
  return out;
}

bool SiteReader::is_candidate(const StepRule& rule, std::uint32_t asset) const {
  const AssetKind kind = links_.kind(asset);
  if (rule.on.kinds().empty()) return true;
  return std::ranges::find(rule.on.kinds(), kind) != rule.on.kinds().end() && std::ranges::binary_search(of_kind_[static_cast<std::size_t>(kind)], asset);
}

std::vector<Near> SiteReader::near(std::span<const std::uint32_t> from, unsigned distance) const {
  std::vector<bool> seen(links_.size(), false);
  std::vector<Near> out;
  const auto meet = [&](std::uint32_t asset, unsigned away) {
    if (seen[asset]) return;
    seen[asset] = true;
    out.push_back({asset, away});
  };
  for (std::uint32_t asset : from) meet(asset, 0);
  for (std::size_t i = 0; i < out.size() && out[i].distance < distance; ++i)
    for (const auto row : {links_.out(out[i].asset), links_.in(out[i].asset)})
      for (const Link& link : row) meet(link.other, out[i].distance + 1);
  return out;
}

void SiteReader::reread(std::span<const std::uint32_t> assets) {
  for (std::uint32_t asset : assets) {
    links_.reread(estate_, asset);
    flaws_.reread(estate_, asset);
  }
}

void SiteReader::measure_reach() {
  const auto deepest = [](unsigned known, const graph::Condition& condition) { return std::max(known, condition.reach()); };
  for (const StepRule& rule : rules_.rules) {
    unsigned reach = deepest(0, rule.on), flow = 0;
    for (const StepCase& one : rule.cases) reach = deepest(reach, one.when);
    for (const UsedControl& used : rule.controls)
      if (rules_.controls[used.control].present) reach = deepest(reach, *rules_.controls[used.control].present);
    for (const auto& way : rule.across) flow = std::max(flow, static_cast<unsigned>(way.size()));
    reach = std::max(reach, flow + (rule.where ? rule.where->reach() : 0));
    const bool flawed = rule.per == Per::network_flaw || rule.per == Per::client_flaw || rule.per == Per::inner_flaw;
    reach_.push_back(std::max(reach, flawed ? kFlawDepth : 0U));
    farthest_flow_ = std::max(farthest_flow_, flow);
  }
}

bool SiteReader::has_neighbour(const StepRule& rule, std::uint32_t asset) const {
  for (const auto& way : rule.across) {
    if (way.empty()) return true;
    const Hop& last = way.back();
    if (std::ranges::any_of(last.forward ? links_.in(asset) : links_.out(asset), [&](const Link& link) { return link.kind == last.relation; })) return true;
  }
  return false;
}

bool SiteReader::flows(const StepRule& rule, std::uint32_t asset, std::vector<std::uint32_t>& into) const {
  into.clear();
  bool capped = false;
  thread_local std::vector<std::uint32_t> here, before;
  for (const auto& way : rule.across) {
    here.assign(1, asset);
    for (auto hop = way.rbegin(); hop != way.rend() && !here.empty(); ++hop) {
      before.clear();
      for (std::uint32_t at : here)
        for (const Link& link : hop->forward ? links_.in(at) : links_.out(at)) {
          if (link.kind != hop->relation) continue;
          before.push_back(link.other);
          if (before.size() >= kMostSources) break;
        }
      std::swap(here, before);
    }
    into.insert(into.end(), here.begin(), here.end());
  }
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
  if (into.size() > kMostSources) {
    into.resize(kMostSources);
    capped = true;
  }
  if (rule.where)
    std::erase_if(into, [&](std::uint32_t flow) { return rule.where->judge(estate_, flow, &findings_of_).truth != graph::Truth::yes; });
  return capped;
}

/// Takes the facts that nobody observed as assumptions; false if one of them cannot be as the attack needs it.
bool SiteReader::assume(const StepRule& rule, const std::vector<std::string>& facts, SiteFacts& out) {
  for (const std::string& fact : facts) {
    const auto found = std::ranges::find(rule.assumed, fact, &Assumption::fact);
    const double chance = found == rule.assumed.end() ? kDefaultPrevalence : found->chance;
    if (chance <= 0) return false;
    out.assumed.push_back({fact, chance, false});
  }
  return true;
}

void SiteReader::apply_cases(const StepRule& rule, std::uint32_t asset, bool reasons, SiteFacts& out) const {
  for (const StepCase& one : rule.cases) {
    graph::Answer answer = reasons ? one.when.evaluate(estate_, asset, &findings_of_) : one.when.judge(estate_, asset, &findings_of_);
    if (answer.truth != graph::Truth::yes) continue;
    out.value = one.value;
    out.strength = one.strength;
    if (!answer.because.empty() && out.because.find(answer.because) == std::string::npos) out.because += (out.because.empty() ? "" : "; ") + answer.because;
    out.findings.insert(out.findings.end(), answer.findings.begin(), answer.findings.end());
    for (const Assumption& assumption : one.assumes) out.assumed.push_back({assumption.fact, assumption.chance, true});
    return;
  }
}

void SiteReader::apply_controls(const StepRule& rule, std::uint32_t asset, SiteFacts& out) const {
  std::vector<std::pair<std::string_view, double>> least;  // by class: of two controls only the stronger counts
  for (const UsedControl& used : rule.controls) {
    const ControlKind& control = rules_.controls[used.control];
    const bool stated = organisation_ && organisation_->has_control(used.control, estate_.assets()[asset]);
    if (!stated && (!control.present || control.present->judge(estate_, asset).truth != graph::Truth::yes)) continue;
    out.present.push_back(used.control);
    const auto same = std::ranges::find(least, control.group, [](const auto& one) { return one.first; });
    if (same == least.end()) least.emplace_back(control.group, used.multiplier);
    else same->second = std::min(same->second, used.multiplier);
  }
  std::ranges::sort(least);
  for (const auto& [group, multiplier] : least) out.kept *= multiplier;
}

bool SiteReader::read(std::uint32_t r, std::uint32_t asset, bool reasons, SiteFacts& out) const {
  const StepRule& rule = rules_.rules[r];
  if (rule.per == Per::malicious && !flaws_.own(asset)) return false;
  if (rule.per == Per::inner_flaw && flaws_.empty()) return false;
  if (!rule.external && !has_neighbour(rule, asset)) return false;
  graph::Answer answer = reasons ? rule.on.evaluate(estate_, asset, &findings_of_) : rule.on.judge(estate_, asset, &findings_of_);
  if (answer.truth == graph::Truth::no) return false;
  out.value = rule.value;
  out.strength = rule.strength;
  out.there = out.kept = 1;
  out.assumed.clear();
  out.present.clear();
  out.because = std::move(answer.because);
  out.findings = std::move(answer.findings);
  if (!assume(rule, answer.assumed, out)) return false;
  apply_cases(rule, asset, reasons, out);
  if (seldom_in_use_[asset]) out.assumed.push_back(*in_use(estate_.assets()[asset]));
  const Confidence confidence = estate_.assets()[asset].confidence;
  if (confidence != Confidence::high && !rule.bridge) out.there = confidence == Confidence::low ? 0.6 : 0.9;
  apply_controls(rule, asset, out);
  return true;
}

}  // namespace stormwatch::forecast
