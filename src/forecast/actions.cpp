// SPDX-License-Identifier: Apache-2.0
#include "forecast/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <unordered_map>

namespace stormwatch::forecast {

namespace {

constexpr std::uint32_t kUpgradeGroup = 1'000'000;  // a class of its own: an upgrade adds to whatever control there is

std::string name_for(const Asset& asset) { return excerpt_of(asset.name.empty() ? asset.key : asset.name, 80); }

/// Whether the control is the fix of the finding.
bool closes(const ControlKind& control, const Finding& finding) {
  return std::ranges::binary_search(control.closes, finding.signal.rule) ||
         (control.name == "remediate-gap" && finding.vector == Vector::non_compliance);
}

/// Where a person can put the control in place: the asset itself, or the nearest that holds, reads, loads or serves it.
/// kNone if there is none within three relations.
std::uint32_t place_of(const ControlKind& control, const Estate& estate, std::uint32_t asset) {
  auto rank = [&](std::uint32_t at) {
    return control.at.empty() ? 0 : std::ranges::find(control.at, estate.assets()[at].kind()) - control.at.begin();
  };
  const auto none = static_cast<std::ptrdiff_t>(control.at.size());
  if (control.at.empty() || rank(asset) < none) return asset;
  std::vector<std::uint32_t> ring{asset}, seen{asset};
  for (int depth = 0; depth < 3 && !ring.empty() && seen.size() < 2'000; ++depth) {
    std::vector<std::uint32_t> next;
    for (std::uint32_t at : ring)
      for (std::uint32_t r : estate.in(at)) {
        const auto holder = static_cast<std::uint32_t>(estate.index_of(estate.relations()[r].from));
        if (holder >= estate.assets().size() || std::ranges::find(seen, holder) != seen.end()) continue;
        seen.push_back(holder);
        next.push_back(holder);
      }
    std::uint32_t best = kNone;
    for (std::uint32_t at : next)
      if (rank(at) < none && (best == kNone || rank(at) < rank(best) || (rank(at) == rank(best) && at < best))) best = at;
    if (best != kNone) return best;
    ring = std::move(next);
  }
  return kNone;
}

/// The command that brings the package to the release without the flaw, where its ecosystem has one.
std::string upgrade_command(const Asset& asset, const std::string& fixed) {
  const auto* package = std::get_if<PackageFacts>(&asset.facts);
  // Names and versions come from what was scanned: only plain ones are put into a command.
  const auto plain = [](const std::string& word) {
    return !word.empty() && word.front() != '-' && std::ranges::all_of(word, [](unsigned char c) { return std::isalnum(c) || std::string_view("@/._+-~").find(static_cast<char>(c)) != std::string_view::npos; });
  };
  if (!package || !plain(asset.name) || !plain(fixed)) return "";
  if (package->ecosystem == "PyPI") return fmt::format("pip install --upgrade '{}>={}'", asset.name, fixed);
  if (package->ecosystem == "npm") return fmt::format("npm install {}@{}", asset.name, fixed);
  if (package->ecosystem == "Go") return fmt::format("go get {}@v{}", asset.name, fixed.front() == 'v' ? fixed.substr(1) : fixed);
  if (package->ecosystem == "crates.io") return fmt::format("cargo update -p {} --precise {}", asset.name, fixed);
  return "";
}

/// The commands that make an action's change and that show it was made.
class Remedies {
 public:
  Remedies(std::span<const Finding> findings, const ForecastOptions& options) : options_(options) {
    for (const Finding& finding : findings) rule_.emplace(finding.id, finding.signal.rule);
  }

  void fill(CandidateAction& action) const {
    if (action.findings.empty()) return;
    const std::size_t others = action.findings.size() - 1;
    action.verify = fmt::format("stormwatch explain {} {}  ({})", action.findings.front().text(), options_.target,
                                others == 0 ? "it is no longer found" : fmt::format("neither it nor the {} other{} of this action {} found any more", others, others == 1 ? "" : "s", others == 1 ? "is" : "are"));
    if (std::string mended = patch_of(action.findings); !mended.empty()) action.patch = std::move(mended);
    else if (action.patch.empty() && std::ranges::any_of(action.findings, [&](FindingId id) { return std::ranges::find(options_.fixable, rule_.at(id)) != options_.fixable.end(); }))
      action.patch = fmt::format("stormwatch fix {} --apply", options_.target);
  }

 private:
  /// Names the findings, or where that is a long list their rules.
  [[nodiscard]] std::string patch_of(std::span<const FindingId> findings) const {
    constexpr std::size_t kMostNamed = 4;
    std::set<std::string> ids, rules;
    for (FindingId id : findings)
      if (std::ranges::binary_search(options_.mendable, id)) ids.insert(id.text()), rules.insert(rule_.at(id));
    if (ids.empty()) return "";
    std::string out = "stormwatch fix " + options_.target;
    for (const std::string& one : ids.size() <= kMostNamed ? ids : rules) out += " --finding " + one;
    return out + " --apply";
  }

  const ForecastOptions& options_;
  std::unordered_map<FindingId, std::string> rule_;
};

}  // namespace

std::vector<CandidateAction> candidate_actions(const Estate& estate, std::span<const Finding> findings, const StepRules& rules, const Binding& binding,
                                         const ForecastOptions& options, const std::function<double(std::uint32_t)>& weight_of_site) {
  std::unordered_map<std::uint32_t, std::vector<const Finding*>> findings_at;
  for (const Finding& finding : findings)
    if (finding.state != FindingState::fixed) findings_at[static_cast<std::uint32_t>(estate.index_of(finding.signal.asset))].push_back(&finding);
  std::map<std::string, CandidateAction> by_title;
  for (std::uint32_t s = 0; s < binding.sites.size(); ++s) {
    const Site& site = binding.sites[s];
    const double weight = weight_of_site(s);
    if (weight <= 0) continue;
    for (const UsedControl& used : rules.rules[site.rule].controls) {
      const ControlKind& control = rules.controls[used.control];
      if (std::ranges::find(site.present, used.control) != site.present.end()) continue;
      const std::uint32_t place = place_of(control, estate, site.asset);
      if (place == kNone) continue;
      const auto closed_at = [&](std::uint32_t at) {
        const auto there = findings_at.find(at);
        return there != findings_at.end() && std::ranges::any_of(there->second, [&](const Finding* finding) { return closes(control, *finding); });
      };
      if (control.only_findings && !closed_at(site.asset) && !closed_at(place)) continue;
      const Asset& asset = estate.assets()[place];
      std::string title = control.todo;
      if (const std::size_t at = title.find("{asset}"); at != std::string::npos) title.replace(at, 7, name_for(asset));
      const auto [found, is_new] = by_title.try_emplace(fmt::format("{}|{}", title, asset.id.text()));
      CandidateAction& candidate = found->second;
      if (is_new) {
        candidate.title = std::move(title);
        candidate.asset = place;
        // What a scan cannot see, the organisation's file says.
        candidate.verify = control.present ? fmt::format("stormwatch plan {}  (it is no longer listed)", options.target)
                                           : fmt::format("stormwatch plan {} --organisation FILE  (no scan sees it: FILE states controls: [{{control: {}, at: \"{}:{}\"}}])", options.target, control.name,
                                                         name_of(asset.kind()), name_for(asset));
        candidate.id = ActionId::of({"action", candidate.title, asset.id.text()});
        candidate.option.cost = control.hours;
        candidate.how = control.how;
        candidate.once = control.once;
      }
      // Findings of the asset where the step happens and of the one where the control is put.
      for (const std::uint32_t at : {site.asset, place}) {
        const auto there = findings_at.find(at);
        if (there == findings_at.end()) continue;
        for (const Finding* finding : there->second) {
          const bool observed = rules.rules[site.rule].observed && used.multiplier <= 0 && std::ranges::find(site.findings, finding->id) != site.findings.end();
          if ((!observed && !closes(control, *finding)) || std::ranges::find(candidate.findings, finding->id) != candidate.findings.end()) continue;
          if (candidate.findings.empty()) {
            candidate.how = finding->remediation;
            candidate.option.cost = 0.25;
          }
          candidate.findings.push_back(finding->id);
          candidate.option.cost = std::max(candidate.option.cost, finding->effort_hours);
        }
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
      candidate.asset = use.package;
      std::string fixed;
      bool unfixed = false, any_fixed = false, how_unfixed = false;
      double hours = 0.5;
      for (const Finding* finding : findings_at[use.package]) {
        if (!finding->signal.vulnerability) continue;
        candidate.findings.push_back(finding->id);
        hours = std::max(hours, finding->effort_hours);
        if (finding->signal.vulnerability->fixed_version.empty()) unfixed = true;
        else fixed = finding->signal.vulnerability->fixed_version, any_fixed = true;
        // What can be done is said before what cannot.
        if (candidate.how.empty() || (how_unfixed && any_fixed)) candidate.how = finding->remediation, how_unfixed = !any_fixed;
      }
      if (candidate.findings.size() > 1) fixed.clear();  // which of several versions is the highest is the advisory room's knowledge
      const bool none_fixed = unfixed && (candidate.findings.size() == 1 || !any_fixed);
      candidate.title = !fixed.empty() ? fmt::format("Upgrade {} to {}", name_for(asset), fixed)
                        : none_fixed   ? fmt::format("Replace {}, which has no fixed release", name_for(asset))
                        : unfixed      ? fmt::format("Upgrade {} to its newest release, and replace it where a flaw has no fix", name_for(asset))
                                       : fmt::format("Upgrade {} to a release without known flaws", name_for(asset));
      candidate.id = ActionId::of({"action", candidate.title, asset.id.text()});
      candidate.option.cost = hours;
      candidate.patch = fixed.empty() ? "" : upgrade_command(asset, fixed);
    }
    candidate.option.edits.push_back({use.index, use.is_trigger, kUpgradeGroup, 0});
    candidate.promise += weight / 2;
  }
  const Remedies remedies(findings, options);
  // One change at several things of one name is one action: a list of like lines helps nobody.
  std::map<std::string, std::vector<CandidateAction>> alike;
  for (auto& [key, candidate] : by_title) alike[candidate.title].push_back(std::move(candidate));
  std::vector<CandidateAction> out;
  for (auto& [title, same] : alike) {
    CandidateAction all = std::move(same.front());
    for (std::size_t i = 1; i < same.size(); ++i) {
      all.option.edits.insert(all.option.edits.end(), same[i].option.edits.begin(), same[i].option.edits.end());
      if (!all.once) all.option.cost += same[i].option.cost;
      all.promise += same[i].promise;
      for (FindingId id : same[i].findings)
        if (std::ranges::find(all.findings, id) == all.findings.end()) all.findings.push_back(id);
    }
    if (same.size() > 1) {
      all.id = ActionId::of({"action", all.title});
      all.title += fmt::format(", {} {} places", all.once ? "for" : "at", same.size());
    }
    all.promise /= all.option.cost;
    remedies.fill(all);
    out.push_back(std::move(all));
  }
  std::ranges::stable_sort(out, [](const CandidateAction& a, const CandidateAction& b) { return a.promise > b.promise; });
  return out;
}

}  // namespace stormwatch::forecast
