// SPDX-License-Identifier: Apache-2.0
#include "forecast/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace stormwatch::forecast {

namespace {

constexpr std::uint32_t kUpgradeGroup = 1'000'000;  // a class of its own: an upgrade adds to whatever control there is

std::string name_for(const Asset& asset) { return excerpt_of(asset.name.empty() ? asset.key : asset.name, 80); }

/// Whether the control is the fix of the finding: their names share a word.
bool closes(const ControlKind& control, const Finding& finding) {
  if (control.name == "rotate") return finding.vector == Vector::sensitive_data && finding.signal.rule.find("personal") == std::string::npos;
  if (control.name == "remove-poisoned")
    return finding.vector == Vector::poisoned_model || finding.vector == Vector::poisoned_tool || finding.vector == Vector::poisoned_data;
  if (control.name == "remediate-gap") return finding.vector == Vector::non_compliance;
  for (std::size_t begin = 0; begin < control.name.size();) {
    std::size_t end = control.name.find('-', begin);
    if (end == std::string::npos) end = control.name.size();
    const std::string_view word = std::string_view(control.name).substr(begin, end - begin);
    if (word.size() >= 4 && word != "model" && word != "config" && word != "data" && finding.signal.rule.find(word) != std::string::npos) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::vector<CandidateAction> candidate_actions(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Binding& binding,
                                         const std::function<double(std::uint32_t)>& weight_of_site) {
  std::unordered_map<std::uint32_t, std::vector<const Finding*>> findings_at;
  for (const Finding& finding : findings)
    if (finding.state != FindingState::fixed) findings_at[static_cast<std::uint32_t>(estate.index_of(finding.signal.asset))].push_back(&finding);
  std::map<std::string, CandidateAction> by_title;
  for (std::uint32_t s = 0; s < binding.sites.size(); ++s) {
    const Site& site = binding.sites[s];
    const double weight = weight_of_site(s);
    if (weight <= 0) continue;
    const Asset& asset = estate.assets()[site.asset];
    for (const UsedControl& used : rules.rules[site.rule].controls) {
      const ControlKind& control = rules.controls[used.control];
      if (control.only_findings || std::ranges::find(site.present, used.control) != site.present.end()) continue;
      std::string title = control.todo;
      if (const std::size_t at = title.find("{asset}"); at != std::string::npos) title.replace(at, 7, name_for(asset));
      const auto [found, is_new] = by_title.try_emplace(fmt::format("{}|{}", title, asset.id.text()));
      CandidateAction& candidate = found->second;
      if (is_new) {
        candidate.title = std::move(title);
        candidate.id = ActionId::of({"action", candidate.title, asset.id.text()});
        candidate.option.cost = control.hours;
        if (const auto there = findings_at.find(site.asset); there != findings_at.end())
          for (const Finding* finding : there->second)
            if (closes(control, *finding)) {
              candidate.findings.push_back(finding->id);
              candidate.option.cost = std::max(0.25, finding->effort_hours);
              if (candidate.how.empty()) candidate.how = finding->remediation;
            }
        if (candidate.how.empty())
          candidate.how = fmt::format("{} ({} {}).", candidate.title, name_of(asset.kind()), asset.places.empty() ? asset.key : asset.places.front().text());
      }
      const auto group = static_cast<std::uint32_t>(hash64(control.group) % kUpgradeGroup);
      if (site.control != kNone) candidate.option.edits.push_back({site.control, false, group, used.multiplier});
      else if (site.trigger != kNone) candidate.option.edits.push_back({site.trigger, true, group, used.multiplier});
      candidate.promise += weight * (1 - used.multiplier);
    }
  }
  std::unordered_map<std::uint32_t, double> weight_of_package;
  for (std::uint32_t s = 0; s < binding.origin.size(); ++s)
    if (binding.origin[s].package != kNone) weight_of_package[binding.origin[s].package] += weight_of_site(binding.origin[s].site);
  for (const PackageUse& use : binding.packages) {
    const double weight = weight_of_package[use.package];
    if (weight <= 0) continue;
    const Asset& asset = estate.assets()[use.package];
    CandidateAction& candidate = by_title[fmt::format("upgrade|{}", asset.id.text())];
    if (candidate.title.empty()) {
      std::string fixed;
      bool unfixed = false;
      double hours = 0.5;
      for (const Finding* finding : findings_at[use.package]) {
        if (!finding->signal.vulnerability) continue;
        candidate.findings.push_back(finding->id);
        hours = std::max(hours, finding->effort_hours);
        if (finding->signal.vulnerability->fixed_version.empty()) unfixed = true;
        else fixed = finding->signal.vulnerability->fixed_version;
        if (candidate.how.empty()) candidate.how = finding->remediation;
      }
      if (candidate.findings.size() > 1) fixed.clear();  // which of several versions is the highest is the advisory room's knowledge
      candidate.title = !fixed.empty() ? fmt::format("Upgrade {} to {}", name_for(asset), fixed)
                        : unfixed && candidate.findings.size() == 1 ? fmt::format("Replace {}, which has no fixed release", name_for(asset))
                                                                    : fmt::format("Upgrade {} to a release without known flaws", name_for(asset));
      candidate.id = ActionId::of({"action", candidate.title, asset.id.text()});
      candidate.option.cost = hours;
    }
    candidate.option.edits.push_back({use.index, use.is_trigger, kUpgradeGroup, 0});
    candidate.promise += weight / 2;
  }
  std::vector<CandidateAction> out;
  for (auto& [key, candidate] : by_title) {
    candidate.promise /= candidate.option.cost;
    out.push_back(std::move(candidate));
  }
  std::ranges::stable_sort(out, [](const CandidateAction& a, const CandidateAction& b) { return a.promise > b.promise; });
  return out;
}

}  // namespace stormwatch::forecast
