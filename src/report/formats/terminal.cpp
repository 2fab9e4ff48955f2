// SPDX-License-Identifier: Apache-2.0
// The report for a person at a terminal: the forecast first, then what to do, then what was found, grouped.
//
// Everything shown that came from the input passed `excerpt_of` (posture/evidence.h) here, so no escape sequence of a scanned
// file reaches the terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/dates.h"
#include "report/money.h"
#include "report/report.h"
#include "report/wrap.h"

namespace stormwatch::report {

namespace {

struct Page {
  const Posture& posture;
  const RenderOptions& options;
  std::string text;

  [[nodiscard]] std::string ink(std::string_view code, std::string_view words) const {
    return options.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, words) : std::string(words);
  }
  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(std::clamp(options.width, 60, 140)); }
  void line(std::string_view words = {}) { text += fmt::format("{}\n", words); }
  void heading(std::string_view words) {
    text += '\n';
    line(ink("1", words));
  }
  void wrapped(std::string_view words, std::size_t indent, std::string_view code = "") {
    for (const std::string& row : wrap(words, width() - indent)) line(std::string(indent, ' ') + (code.empty() ? row : ink(code, row)));
  }
  [[nodiscard]] std::string name_of_asset(AssetId id) const {
    const Asset* asset = posture.estate.find(id);
    if (!asset) return "?";
    std::string name = excerpt_of(asset->name, 60);
    // A fingerprint tells nobody which secret it is.
    if (asset->kind() == AssetKind::secret && !asset->places.empty()) name += " in " + excerpt_of(asset->places.front().path.substr(asset->places.front().path.rfind('/') + 1), 40);
    return name;
  }
};

std::string_view colour_of(Level level) {
  static constexpr std::string_view codes[] = {"2", "36", "33", "1;33", "1;31", "1;37;41"};
  return codes[static_cast<std::size_t>(level)];
}
std::string_view colour_of(Severity severity) {
  static constexpr std::string_view codes[] = {"2", "36", "33", "31", "1;31"};
  return codes[static_cast<std::size_t>(severity)];
}

std::string percent(double p) {
  if (p > 0 && p < 0.001) return "<0.1 %";
  return p < 0.1 ? fmt::format("{:.1f} %", p * 100) : fmt::format("{:.0f} %", p * 100);
}

std::string plural(std::size_t count, std::string_view one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

std::string upper(std::string_view words) {
  std::string text(words);
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

void first_lines(Page& page) {
  const Posture& p = page.posture;
  std::array<std::size_t, 5> by_severity{};
  for (const Finding& f : p.findings)
    if (f.state == FindingState::open) ++by_severity[static_cast<std::size_t>(f.signal.severity)];
  if (!p.estate.gaps().empty()) {
    page.line(page.ink("1;33", fmt::format("Incomplete: {} could not be assessed in full ({}).", plural(p.estate.gaps().size(), "part"),
                                            page.options.verbose ? "listed at the end" : "by reason at the end; all of them: --verbose")));
  }
  constexpr std::int64_t kStaleAfterDays = 30;
  if (const auto age = days_between(p.tool.advisories_date, p.scan.started); age && *age > kStaleAfterDays)
    page.line(page.ink("1;33", fmt::format("Known vulnerabilities as of {}, {} days ago; newer ones are not seen (stormwatch db update).", p.tool.advisories_date, *age)));
  std::string counts;
  for (std::size_t s = 5; s-- > 0;)
    if (by_severity[s]) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", by_severity[s], kSeverityNames[s]);
  page.line(fmt::format("{} in {} files, {} relations; findings: {}", plural(p.estate.assets().size(), "asset"), p.scan.files,
                        p.estate.relations().size(), counts.empty() ? "none" : counts));
}

/// A path that does not fit loses folders from its middle: where it begins and the file are what tells.
std::string short_place(const std::string& place, std::size_t width) {
  if (place.size() <= width) return excerpt_of(place, 120);
  const std::size_t first = place.find('/');
  if (first == std::string::npos) return excerpt_of(place, 120);
  for (std::size_t at = place.find('/', first + 1); at != std::string::npos; at = place.find('/', at + 1))
    if (first + 4 + place.size() - at <= width) return excerpt_of(place.substr(0, first) + "/…" + place.substr(at), 120);
  return excerpt_of("…" + place.substr(place.rfind('/')), 120);
}

void step_lines(Page& page, const Path& path) {
  std::string previous;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const PathStep& step = path.steps[i];
    const bool last = i + 1 == path.steps.size();
    const std::string asset = page.name_of_asset(step.asset);
    page.line(fmt::format("     {} {} {} {}{}", last ? "└─" : "├─", excerpt_of(step.name, 100), page.ink("2", "·"), page.ink("36", asset),
                          page.ink("2", fmt::format("  {}{}", percent(step.probability), step.assumed ? ", assumed" : ""))));
    std::string why = step.because != previous ? excerpt_of(step.because, 240) : std::string();
    // Where it stands: said once an asset.
    // An application stands in many files, the first of which says nothing.
    if (const Asset* at = page.posture.estate.find(step.asset); at && !at->places.empty() && at->kind() != AssetKind::application && (i == 0 || path.steps[i - 1].asset != step.asset))
      if (const std::string place = short_place(at->places.front().text(), page.width() - 14); place.size() > 1) why += (why.empty() ? "" : "; ") + ("at " + place);
    if (!why.empty())
      for (const std::string& row : wrap(why, page.width() - 11)) page.line(fmt::format("     {}    {}", last ? " " : "│", page.ink("2", row)));
    previous = step.because;
  }
}

const Incident* incident_of(const Forecast& forecast, IncidentId id) {
  const auto found = std::ranges::find(forecast.incidents, id, &Incident::id);
  return found == forecast.incidents.end() ? nullptr : &*found;
}

/// What a person reads as one: the likeliest of like incidents, and which others come the same way.
struct Kind {
  const Incident* first = nullptr;
  std::vector<const Incident*> same;    ///< the same way, elsewhere
  double any30 = 0;
  std::vector<const Incident*> others;  ///< other ways to the same type of incident, one a group
  std::size_t others_places = 0;
};

/// One a type of incident, in the forecast's order; without groups (a report of an older version) each incident stands alone.
std::vector<Kind> kinds_of(const Forecast& forecast) {
  std::map<IncidentId, const Incident*> by_id;
  for (const Incident& incident : forecast.incidents) by_id.emplace(incident.id, &incident);
  std::vector<Kind> groups;
  std::set<IncidentId> grouped;
  for (const IncidentGroup& group : forecast.groups) {
    Kind kind;
    for (IncidentId id : group.members) {
      const auto found = by_id.find(id);
      if (found == by_id.end() || found->second->level == Level::none) continue;
      grouped.insert(id);
      (kind.first ? kind.same.emplace_back() : kind.first) = found->second;
    }
    kind.any30 = group.any30;
    if (kind.first) groups.push_back(std::move(kind));
  }
  for (const Incident& incident : forecast.incidents)
    if (incident.level != Level::none && !grouped.contains(incident.id)) groups.push_back({&incident, {}, incident.chance.p30, {}, 0});
  std::vector<Kind> kinds;
  std::map<std::string_view, std::size_t> of_type;
  for (Kind& group : groups) {
    const auto [at, is_new] = of_type.try_emplace(group.first->type, kinds.size());
    if (is_new) {
      kinds.push_back(std::move(group));
      continue;
    }
    Kind& kind = kinds[at->second];
    kind.others.push_back(group.first);
    kind.others_places += 1 + group.same.size();
  }
  return kinds;
}

std::string names_of(const Page& page, const std::vector<const Incident*>& incidents, std::size_t most) {
  std::map<std::string, std::size_t> counts;
  std::vector<std::string> names;
  for (const Incident* incident : incidents)
    if (std::string name = page.name_of_asset(incident->asset); ++counts[name] == 1) names.push_back(std::move(name));
  std::string text;
  std::size_t said = 0;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) {
    text += (i ? ", " : "") + names[i] + (counts[names[i]] > 1 ? fmt::format(" ({}×)", counts[names[i]]) : "");
    said += counts[names[i]];
  }
  if (said < incidents.size()) text += fmt::format(" and {} more", incidents.size() - said);
  return text;
}

/// First and last step in words; what lies between is in the paths.
std::string way_of(const Incident& incident) {
  std::vector<const PathStep*> steps;
  if (!incident.paths.empty())
    for (const PathStep& step : incident.paths.front().steps)
      if (!step.rule.starts_with('X')) steps.push_back(&step);
  if (steps.empty()) return "";
  std::string text = excerpt_of(steps.front()->name, 90);
  if (steps.size() > 2) text += " … ";
  else if (steps.size() == 2) text += " → ";
  if (steps.size() > 1) text += excerpt_of(steps.back()->name, 90);
  return text;
}

void incident_lines(Page& page, const Incident& incident) {
  page.line();
  page.line(fmt::format("  {} {} {}", page.ink(colour_of(incident.level), fmt::format(" {} ", upper(name_of(incident.level)))),
                        page.ink("1", excerpt_of(incident.title, 100)), page.ink("36", "· " + page.name_of_asset(incident.asset))));
  std::string chance = fmt::format("{} within 30 days, {} within 90 ({} to {})", page.ink("1", percent(incident.chance.p30)), percent(incident.chance.p90),
                                   percent(incident.chance.low), percent(incident.chance.high));
  if (!incident.trend.empty()) chance += "; " + incident.trend;
  page.line("     " + chance);
  page.wrapped(fmt::format("loss {} typical, {} bad case; evidence {}{}", money(incident.impact_p50, incident.currency), money(incident.impact_p90, incident.currency),
                           incident.evidence_tier, incident.owner.empty() ? "" : "; owner " + excerpt_of(incident.owner, 60)), 5, "2");
  if (!incident.level_note.empty()) page.wrapped(incident.level_note, 5, "2");
  if (!incident.paths.empty()) step_lines(page, incident.paths.front());
}

void forecast_section(Page& page) {
  const Forecast& forecast = page.posture.forecast;
  page.heading(fmt::format("FORECAST, next {} days", forecast.horizon_days));
  const std::vector<Kind> kinds = kinds_of(forecast);
  if (kinds.empty()) {
    page.wrapped(forecast.incidents.empty() ? "No complete path to an incident was found in what was assessed." :
                 "Paths to incidents exist, none reaches a level: see --format json or `stormwatch forecast`.", 2);
    return;
  }
  if (page.options.verbose) {
    for (const Incident& incident : forecast.incidents)
      if (incident.level != Level::none) incident_lines(page, incident);
    return;
  }
  constexpr std::size_t most = 5;
  for (std::size_t i = 0; i < kinds.size() && i < most; ++i) {
    const Kind& kind = kinds[i];
    incident_lines(page, *kind.first);
    if (!kind.same.empty())
      page.wrapped(fmt::format("the same way at {} more: {} ({} that one of them happens within 30 days)", kind.same.size(), names_of(page, kind.same, 4),
                               percent(kind.any30)), 5);
    for (std::size_t o = 0; o < kind.others.size() && o < 2; ++o)
      page.wrapped(fmt::format("other way: {} · {} {}", way_of(*kind.others[o]), page.name_of_asset(kind.others[o]->asset), percent(kind.others[o]->chance.p30)), 5, "2");
    if (kind.others.size() > 2) page.line("     " + page.ink("2", fmt::format("and {} more", plural(kind.others.size() - 2, "way"))));
  }
  if (kinds.size() > most) {
    page.line();
    page.line(page.ink("2", "  Further kinds:"));
    for (std::size_t i = most; i < kinds.size(); ++i)
      page.line(page.ink("2", fmt::format("    {:9} {:6} {} · {}{}", name_of(kinds[i].first->level), percent(kinds[i].first->chance.p30), excerpt_of(kinds[i].first->title, 70),
                                           page.name_of_asset(kinds[i].first->asset),
                                           kinds[i].same.size() + kinds[i].others_places ? fmt::format(" and {} more places", kinds[i].same.size() + kinds[i].others_places) : "")));
  }
  std::size_t all = 0;
  for (const Incident& incident : forecast.incidents) all += incident.level != Level::none;
  if (all > std::min(kinds.size(), most)) {
    page.line();
    page.line(page.ink("2", fmt::format("  {} incidents in {} kinds; each by itself: --verbose or --output html:FILE", all, kinds.size())));
  }
}

void actions_section(Page& page) {
  const Forecast& forecast = page.posture.forecast;
  if (forecast.actions.empty()) return;
  page.heading("DO THIS FIRST");
  const std::size_t most = page.options.verbose ? forecast.actions.size() : 5;
  for (std::size_t i = 0; i < forecast.actions.size() && i < most; ++i) {
    const Action& action = forecast.actions[i];
    const std::string number = fmt::format("{:3}. ", i + 1);
    bool first = true;
    for (const std::string& row : wrap(excerpt_of(action.title, 200), page.width() - number.size())) {
      page.line((first ? number : std::string(number.size(), ' ')) + page.ink("1", row));
      first = false;
    }
    std::string effect = fmt::format("about {:g} h; expected loss −{}", action.effort_hours, money(action.loss_reduction, "USD"));
    if (action.findings.size() > 1) effect += fmt::format("; closes {}", plural(action.findings.size(), "finding"));
    page.line("     " + page.ink("32", effect));
    std::size_t shown = 0;
    for (const ActionEffect& change : action.effects) {
      if (std::abs(change.before - change.after) < 0.005 || shown == 2) continue;
      ++shown;
      const Incident* found = incident_of(forecast, change.incident);
      if (!found) continue;
      page.line("     " + page.ink("2", fmt::format("{} on {}: {} → {}", excerpt_of(found->title, 70), page.name_of_asset(found->asset),
                                                      percent(change.before), percent(change.after))));
    }
  }
}

void findings_section(Page& page) {
  struct Group {
    Severity worst{};
    std::vector<const Finding*> findings;
  };
  std::map<std::string, Group> by_rule;
  for (const Finding& finding : page.posture.findings) {
    if (finding.state != FindingState::open) continue;
    Group& group = by_rule[finding.signal.rule];
    group.worst = std::max(group.worst, finding.signal.severity);
    group.findings.push_back(&finding);
  }
  if (by_rule.empty()) return;
  std::vector<std::pair<std::string, Group*>> order;
  for (auto& [rule, group] : by_rule) order.emplace_back(rule, &group);
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.second->worst > b.second->worst; });
  page.heading("FINDINGS");
  std::size_t hidden = 0;
  for (auto& [rule, group] : order) {
    if (!page.options.verbose && group->worst < Severity::medium) {
      hidden += group->findings.size();
      continue;
    }
    std::ranges::stable_sort(group->findings, [](const Finding* a, const Finding* b) { return a->signal.severity > b->signal.severity; });
    page.line();
    page.line(fmt::format("  {} {}  {}", page.ink(colour_of(group->worst), fmt::format("{:8}", name_of(group->worst))),
                          page.ink("1", group->findings.front()->title), page.ink("2", rule)));
    // Findings at one place are one entry, led by the worst: a package has many advisories.
    std::vector<std::pair<std::string, std::vector<const Finding*>>> places;
    std::map<std::string, std::size_t> at;
    for (const Finding* finding : group->findings) {
      const std::string place = finding->signal.place.text() + finding->signal.asset.text();
      const auto [found, is_new] = at.emplace(place, places.size());
      if (is_new) places.push_back({finding->signal.place.text(), {}});
      places[found->second].second.push_back(finding);
    }
    const std::size_t most = page.options.verbose ? places.size() : 4;
    for (std::size_t i = 0; i < places.size() && i < most; ++i) {
      const auto& [place, here] = places[i];
      const Signal& s = here.front()->signal;
      page.line(fmt::format("           {}{}", page.ink("36", short_place(place, page.width() - 13)), s.context.empty() ? "" : page.ink("2", " (" + s.context + ")")));
      const std::size_t listed = page.options.verbose ? here.size() : 1;
      for (std::size_t j = 0; j < listed; ++j)
        if (!here[j]->signal.evidence.empty()) page.wrapped(excerpt_of(here[j]->signal.evidence, 220), 13, "2");
      if (here.size() > listed) page.line(page.ink("2", fmt::format("             and {} more here", here.size() - listed)));
    }
    if (places.size() > most) page.line(page.ink("2", fmt::format("           and {} more places", places.size() - most)));
    page.wrapped("fix: " + excerpt_of(group->findings.front()->remediation, 300), 11, "32");
  }
  if (hidden) {
    page.line();
    page.line(page.ink("2", fmt::format("  {} of low or info severity not shown (--verbose)", plural(hidden, "finding"))));
  }
}

void compliance_section(Page& page) {
  if (page.posture.compliance.empty()) return;
  std::map<std::string, std::array<std::size_t, 5>> table;
  for (const Assessment& a : page.posture.compliance) ++table[a.control.framework][static_cast<std::size_t>(a.status)];
  page.heading("DUTIES AND FRAMEWORKS");
  for (const auto& [framework, counts] : table) {
    std::string row;
    for (std::size_t s = 0; s < counts.size(); ++s)
      if (counts[s]) row += fmt::format("{}{} {}", row.empty() ? "" : ", ", counts[s], kControlStatusNames[s]);
    page.line(fmt::format("  {:18} {}", framework, row));
  }
  page.line(page.ink("2", "  Not assessed is not met; a clean scan is not conformity."));
}

void gaps_section(Page& page) {
  const auto gaps = page.posture.estate.gaps();
  if (gaps.empty()) return;
  page.heading("NOT ASSESSED IN FULL");
  std::map<std::string, std::size_t> by_reason;
  for (const Gap& gap : gaps) ++by_reason[gap.reason];
  std::map<std::string, std::size_t> shown;
  const std::size_t most = page.options.verbose ? gaps.size() : 3;
  for (const auto& [reason, count] : by_reason) {
    page.line(fmt::format("  {}: {}", reason, count));
    for (const Gap& gap : gaps)
      if (gap.reason == reason && shown[reason]++ < most)
        page.wrapped(fmt::format("{}{}{}: {}", excerpt_of(gap.path), gap.member.empty() ? "" : "!/", excerpt_of(gap.member), excerpt_of(gap.detail)), 4, "2");
    if (count > most) page.line(page.ink("2", fmt::format("    and {} more", count - most)));
  }
}

std::string render(const Posture& posture, const RenderOptions& options) {
  Page page{posture, options, {}};
  first_lines(page);
  forecast_section(page);
  actions_section(page);
  findings_section(page);
  compliance_section(page);
  gaps_section(page);
  return page.text;
}

}  // namespace

extern const Report terminal;
const Report terminal{"terminal", "for a person: forecast, actions, findings", render};

}  // namespace stormwatch::report
