// SPDX-License-Identifier: Apache-2.0
// Markdown (GitHub's flavour): for pull requests, tickets and wikis. The worst first, bounded in length; the rest is in the other formats.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "report/report.h"

namespace stormwatch::report {

namespace {

constexpr std::size_t kMostIncidents = 10, kMostActions = 10, kMostPlaces = 5, kMostGroups = 60, kMostGaps = 20;

/// Text of the scanned system must not become markup: links, images, HTML, tables.
std::string plain(std::string_view text, std::size_t most = 200) {
  std::string out;
  for (const char c : excerpt_of(text, most)) {
    if (std::string_view("\\`*_{}[]<>()#+!|~@").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

/// As code: backticks within are replaced, so that it cannot end early.
std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : excerpt_of(text, 160)) out += c == '`' ? '\'' : c == '|' ? '/' : c;
  return out + "`";
}

void forecast(const Posture& posture, std::string& out) {
  if (posture.forecast.incidents.empty()) return;
  out += fmt::format("\n## What is most likely to go wrong\n\n| level | incident | at | {} days | bad case |\n|---|---|---|---|---|\n", posture.forecast.horizon_days);
  std::map<std::uint64_t, std::size_t> shown;
  std::size_t rows = 0, left = 0;
  for (const Incident& incident : posture.forecast.incidents) {
    // One row of a group of like incidents.
    if (++shown[incident.group.value] > 1 && incident.group != IncidentId{}) continue;
    if (rows++ >= kMostIncidents) {
      ++left;
      continue;
    }
    const Asset* asset = posture.estate.find(incident.asset);
    out += fmt::format("| {} | {} | {} | {:.0f} % ({:.0f} to {:.0f}) | {:.0f} {} |\n", name_of(incident.level), plain(incident.title), plain(asset ? asset->name : ""), 100 * incident.chance.p90, 100 * incident.chance.low,
                       100 * incident.chance.high, incident.impact_p90, incident.currency);
  }
  if (left) out += fmt::format("\n{} more kinds of incident.\n", left);
}

void actions(const Posture& posture, std::string& out) {
  if (posture.forecast.actions.empty()) return;
  out += "\n## What helps most\n\n";
  std::size_t number = 0;
  for (const Action& action : posture.forecast.actions) {
    if (++number > kMostActions) break;
    out += fmt::format("{}. {} ({:.1f} h, expected loss -{:.0f})", number, plain(action.title), action.effort_hours, action.loss_reduction);
    if (!action.patch.empty()) out += " " + code(action.patch);
    out += "\n";
  }
}

void findings(const Posture& posture, std::string& out) {
  std::map<std::pair<int, std::string>, std::vector<const Finding*>> groups;  // the worst first
  for (const Finding& finding : posture.findings)
    if (finding.state == FindingState::open) groups[{-static_cast<int>(finding.signal.severity), finding.signal.rule}].push_back(&finding);
  if (groups.empty()) return;
  out += "\n## Findings\n";
  std::size_t number = 0;
  for (const auto& [key, members] : groups) {
    if (++number > kMostGroups) {
      out += fmt::format("\n{} more rules with findings.\n", groups.size() - kMostGroups);
      return;
    }
    const Finding& first = *members.front();
    out += fmt::format("\n### {}: {} ({})\n\n", name_of(first.signal.severity), plain(first.title), members.size());
    for (std::size_t i = 0; i < std::min(members.size(), kMostPlaces); ++i) {
      const Signal& signal = members[i]->signal;
      out += fmt::format("- {}{}{}\n", code(signal.place.text()), signal.evidence.empty() ? "" : ": ", plain(signal.evidence, 240));
    }
    if (members.size() > kMostPlaces) out += fmt::format("- and {} more\n", members.size() - kMostPlaces);
    out += fmt::format("\nFix: {}\n", plain(first.remediation, 400));
  }
}

std::string render(const Posture& posture, const RenderOptions&) {
  std::array<std::size_t, 5> by_severity{};
  for (const Finding& finding : posture.findings)
    if (finding.state == FindingState::open) ++by_severity[static_cast<std::size_t>(finding.signal.severity)];
  std::string out = "# Security posture";
  for (const std::string& target : posture.scan.targets) out += " of " + code(target);
  out += fmt::format("\n\nstormwatch {}, {}: {} assets, {} relations in {} files.", posture.tool.version, posture.scan.started, posture.estate.assets().size(), posture.estate.relations().size(), posture.scan.files);
  if (!posture.estate.gaps().empty()) out += fmt::format(" **Incomplete: {} part{} could not be assessed in full.**", posture.estate.gaps().size(), posture.estate.gaps().size() == 1 ? "" : "s");
  out += "\n\n| critical | high | medium | low | info |\n|---|---|---|---|---|\n|";
  for (std::size_t s = 5; s-- > 0;) out += fmt::format(" {} |", by_severity[s]);
  out += "\n";
  forecast(posture, out);
  actions(posture, out);
  findings(posture, out);
  if (!posture.estate.gaps().empty()) {
    out += "\n## Not assessed in full\n\n";
    std::size_t number = 0;
    for (const Gap& gap : posture.estate.gaps()) {
      if (++number > kMostGaps) {
        out += fmt::format("- and {} more\n", posture.estate.gaps().size() - kMostGaps);
        break;
      }
      out += fmt::format("- {}: {}, {}\n", code(gap.member.empty() ? gap.path : gap.path + " > " + gap.member), gap.reason, plain(gap.detail));
    }
  }
  return out;
}

}  // namespace

extern const Report markdown;
const Report markdown{"markdown", "for pull requests and tickets", render};

}  // namespace stormwatch::report
