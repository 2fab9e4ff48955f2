// SPDX-License-Identifier: Apache-2.0
// explain: why a rule, a finding or an incident: evidence, path, controls, how to fix.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/command.h"
#include "app/obtain.h"
#include "app/rule_text.h"

namespace stormwatch::app {

namespace {

std::string text_of(const Posture& posture, const Finding& finding) {
  const Signal& s = finding.signal;
  const Asset* asset = posture.estate.find(s.asset);
  std::string text = fmt::format("{}  {} ({} confidence)\n  finding   {}\n  rule      {}\n  where     {}\n", finding.title, name_of(s.severity), name_of(s.confidence),
                                 finding.id.text(), s.rule, excerpt_of(s.place.text()));
  if (asset) text += fmt::format("  asset     {} {}\n", name_of(asset->kind()), excerpt_of(asset->name));
  if (!s.evidence.empty()) text += fmt::format("  evidence  {}\n", excerpt_of(s.evidence, 400));
  if (!s.explanation.empty()) text += fmt::format("  because   {}\n", excerpt_of(s.explanation, 600));
  if (!s.identifiers.empty()) text += fmt::format("  known as  {}\n", fmt::join(s.identifiers, ", "));
  if (!finding.controls.empty()) text += fmt::format("  controls  {}\n", fmt::join(finding.controls, ", "));
  if (!finding.first_seen.empty()) text += fmt::format("  seen      first {}, last {}\n", finding.first_seen, finding.last_seen);
  text += fmt::format("  fix       {}\n", excerpt_of(finding.remediation, 600));
  for (const Incident& incident : posture.forecast.incidents)
    for (const Path& path : incident.paths)
      if (std::ranges::any_of(path.steps, [&](const PathStep& step) { return std::ranges::find(step.findings, finding.id) != step.findings.end(); })) {
        text += fmt::format("  leads to  {} ({:.1f} % within 90 days), incident {}\n", incident.title, incident.chance.p90 * 100, incident.id.text());
        break;
      }
  return text;
}

std::string text_of(const Posture& posture, const Incident& incident) {
  const Asset* asset = posture.estate.find(incident.asset);
  const Chance& c = incident.chance;
  std::string text = fmt::format("{}{}\n  incident     {} ({}), level {}\n  chance       {:.2f} % in 7 days, {:.2f} % in 30, {:.2f} % in 90 ({:.2f} to {:.2f}), {}\n  evidence     {}\n  impact       {:.0f} {} typical, {:.0f} bad case\n",
                                 incident.title, asset ? " on " + excerpt_of(asset->name) : "", incident.id.text(), incident.type, name_of(incident.level), c.p7 * 100,
                                 c.p30 * 100, c.p90 * 100, c.low * 100, c.high * 100, incident.exact ? "enumerated" : "sampled", incident.evidence_tier,
                                 incident.impact_p50, incident.currency, incident.impact_p90);
  if (!incident.level_note.empty()) text += fmt::format("  level        {}\n", incident.level_note);
  std::map<std::pair<std::string, AssetId>, int> on_ways;
  for (const Path& path : incident.paths)
    for (const PathStep& step : path.steps) ++on_ways[{step.rule, step.asset}];
  for (const Path& path : incident.paths) {
    text += fmt::format("\n  path in {:.0f} % of the cases where it happens\n", path.share * 100);
    for (const PathStep& step : path.steps) {
      const Asset* at = posture.estate.find(step.asset);
      text += fmt::format("    {:4} {} · {}  {:.1f} % (tier {}{}{})\n         {}\n", step.rule, step.name, at ? excerpt_of(at->name, 60) : "?", step.probability * 100, step.tier,
                          step.assumed ? ", rests on an assumption" : "", on_ways[{step.rule, step.asset}] > 1 ? ", shared by several paths" : "", excerpt_of(step.because, 300));
      if (!step.place.path.empty()) text += fmt::format("         at {}\n", excerpt_of(step.place.text(), 300));
      if (!step.techniques.empty()) text += fmt::format("         MITRE ATLAS {}\n", fmt::join(step.techniques, ", "));
    }
  }
  const auto drivers = [&](std::string_view title, const std::vector<Driver>& list) {
    if (list.empty()) return;
    text += fmt::format("\n  {}\n", title);
    for (const Driver& d : list) text += fmt::format("    {:+.1f} points  {}\n", d.change * 100, excerpt_of(d.text, 200));
  };
  drivers("what drives it", incident.drivers);
  drivers("what speaks against it", incident.counter_evidence);
  std::string breaks;
  for (const Action& action : posture.forecast.actions)
    for (const ActionEffect& effect : action.effects)
      if (effect.incident == incident.id && effect.before - effect.after >= 0.0005)
        breaks += fmt::format("    {:.1f} % → {:.1f} %  {} (about {:.3g} h)\n", effect.before * 100, effect.after * 100, excerpt_of(action.title, 160), action.effort_hours);
  if (!breaks.empty()) text += "\n  what breaks the paths (chance within the horizon)\n" + breaks;
  return text;
}

int run(const Arguments& arguments) {
  if (arguments.positional.empty()) return refuse({"explain what?", "", "", "a rule, or the id of a finding or incident and the target"});
  const std::string what = arguments.positional[0];
  const Result<Content> content = load_content(arguments.values("--rules"), "");
  if (!content) return refuse(content.error());
  for (const detect::Detector& detector : content->detectors)
    if (detector.advisory.id == what) {
      print(rule_text(detector.advisory));
      return done;
    }
  if (what.size() < 4 || what.find_first_not_of("0123456789abcdef") != std::string::npos) {
    std::vector<std::string_view> near;
    for (const detect::Detector& detector : content->detectors)
      if (detector.advisory.id.find(what) != std::string::npos) near.push_back(detector.advisory.id);
    return refuse({"there is no rule '" + what + "'", "", "", near.empty() ? "a rule of `stormwatch rules list`" : fmt::format("{}", fmt::join(near, ", "))});
  }
  const auto obtained = obtain(arguments, {arguments.positional.begin() + 1, arguments.positional.end()});
  if (!obtained) return obtained.error();
  const Posture& posture = obtained->posture;
  std::string text;
  for (const Finding& finding : posture.findings)
    if (finding.id.text().starts_with(what)) text += text_of(posture, finding);
  for (const Incident& incident : posture.forecast.incidents)
    if (incident.id.text().starts_with(what)) text += text_of(posture, incident);
  if (text.empty()) return refuse({"no finding or incident has the id " + what, "", "", "an id of this target's report"});
  print(text);
  return done;
}

}  // namespace

extern const Command explain;
const Command explain{.name = "explain",
                      .arguments = "RULE | FINDING|INCIDENT [TARGET...|REPORT.json]",
                      .summary = "why: evidence, path, controls, how to fix",
                      .options = scan_options(),
                      .examples = {"stormwatch explain model-dangerous-call", "stormwatch explain 3fa94c21 report.json"},
                      .run = run,
                      .order = 6};

}  // namespace stormwatch::app
