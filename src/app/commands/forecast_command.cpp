// SPDX-License-Identifier: Apache-2.0
// forecast: the incidents alone, with their paths; or the step rules that nothing could bind to.
#include "posture/forecast.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cmath>
#include <map>

#include "app/command.h"
#include "app/ledger_use.h"
#include "app/obtain.h"
#include "app/stored_posture.h"
#include "forecast/trend.h"
#include "graph/fold_live.h"
#include "report/report.h"

namespace stormwatch::app {

namespace {

std::string rules_of(const Posture& posture) { return posture.tool.version + " " + posture.tool.rules_version; }

std::string version_text(const Posture& posture) { return fmt::format("version {} (rules {})", posture.tool.version, posture.tool.rules_version.substr(0, 8)); }

std::string parts_text(const Change& change, bool of_estate) {
  std::string out;
  for (const TrendPart& part : change.parts)
    if (part.of_estate == of_estate) out += fmt::format("  {:+10.3g}  {}, {} difference{}\n", part.change, part.group, part.assets, part.assets == 1 ? "" : "s");
  return out;
}

/// What differs between the two scans beside the estate, said so that nobody takes it for risk.
std::vector<std::string> remarks_on(const Posture& old, const Posture& now) {
  std::vector<std::string> out;
  if (old.scan.targets != now.scan.targets) out.push_back(fmt::format("The earlier scan is of {}: what differs may be another estate and no change.", excerpt_of(fmt::format("{}", fmt::join(old.scan.targets, ", ")), 200)));
  if (!old.forecast.model.empty() && old.forecast.model != now.forecast.model)
    out.emplace_back("The step rules, or what was learned, changed too: both scans were forecast by the rules of now, so none of the above comes from that.");
  if (old.tool.advisories_date != now.tool.advisories_date) out.push_back(fmt::format("Advisories of {} and of {}.", old.tool.advisories_date, now.tool.advisories_date));
  if (rules_of(old) != rules_of(now))
    out.push_back(fmt::format("Scanned by {} and by {}: what the newer one reads that the older did not stands among the changes of the estate; scan the earlier state again to be sure.", version_text(old), version_text(now)));
  return out;
}

std::string change_text(const Change& change, int days) {
  std::string out = fmt::format("\nPRESSURE since {} (expected triggers that come through, {} days)\n  {:.3g} → {:.3g} (± {:.1g}): {}\n", change.since, days, change.before, change.after, change.error, change.trend);
  out += parts_text(change, true);
  if (change.parts.empty()) out += "  nothing in the estate or its findings differs\n";
  if (const std::string known = parts_text(change, false); !known.empty()) out += "Of these changes, what is known changed and not what is there:\n" + known;
  for (const std::string& remark : change.remarks) out += "  " + remark + "\n";
  return out;
}

/// Says what changed since the report or stored scan, and gives each incident its trend.
Result<void> since(const std::string& which, const Obtained& obtained, Posture& posture, const Arguments& arguments) {
  std::optional<store::Store> kept;
  if (arguments.has("--store")) {
    Result<store::Store> opened = store::Store::open_existing(arguments.value("--store"));
    if (!opened) return std::unexpected(opened.error());
    kept = std::move(*opened);
  }
  const Result<Posture> old = read_posture(which, kept);
  if (!old) return std::unexpected(old.error());
  const auto options = forecast_options(arguments, *obtained.content->steps, posture.scan.targets);
  if (!options) return std::unexpected(options.error());
  const auto folded_old = graph::fold_live(old->estate, old->findings), folded = graph::fold_live(posture.estate, posture.findings);
  const auto snapshot = [](const Posture& whole, const std::optional<graph::Folded>& one_of_each) {
    return one_of_each ? forecast::Scanned{&one_of_each->estate, one_of_each->findings, rules_of(whole)} : forecast::Scanned{&whole.estate, whole.findings, rules_of(whole)};
  };
  const auto trend = forecast::trend(snapshot(*old, folded_old), snapshot(posture, folded), *obtained.content->steps, *options);
  if (!trend) return std::unexpected(trend.error());
  const std::map<IncidentId, forecast::Pressure> before(trend->incidents_before.begin(), trend->incidents_before.end()), after(trend->incidents_after.begin(), trend->incidents_after.end());
  for (Incident& incident : posture.forecast.incidents) {
    const auto was = before.find(incident.id), is = after.find(incident.id);
    incident.trend = forecast::trend_word(was == before.end() ? forecast::Pressure{} : was->second, is == after.end() ? forecast::Pressure{incident.pressure, 0} : is->second);
  }
  posture.forecast.change = Change{old->scan.started, trend->before.mean, trend->after.mean, 2 * std::hypot(trend->before.error, trend->after.error), forecast::trend_word(trend->before, trend->after), trend->parts, remarks_on(*old, posture)};
  return {};
}

/// Rules that nothing fed: those that this estate has nothing for, and those whose facts only the organisation knows.
std::string unobserved_text(const std::vector<Unobserved>& all) {
  std::string here, told;
  std::size_t others = 0;
  for (const Unobserved& u : all) {
    if (u.told.empty()) here += fmt::format("  {}  {}\n       needs {}\n", u.rule, u.name, u.needs), ++others;
    else told += fmt::format("  {}  {}\n       facts: {{{}}}\n", u.rule, u.name, u.told);
  }
  std::string out = fmt::format("{} step rules act nowhere here: the estate has nothing of what they need, or what it has is known to be safe.\n", others) + here;
  if (!told.empty()) out += fmt::format("\n{} step rules rest on what no scan sees. State it in --organisation FILE:\n", all.size() - others) + told;
  return out;
}

int run(const Arguments& arguments) {
  // A folder of such a name is given as ./observe.
  if (!arguments.positional.empty()) {
    if (arguments.positional[0] == "observe") return observe(arguments);
    if (arguments.positional[0] == "verify") return verify(arguments);
    if (arguments.positional[0] == "calibrate") return calibrate(arguments);
  }
  auto obtained = obtain(arguments, arguments.positional);
  if (!obtained) return obtained.error();
  Posture& posture = obtained->posture;
  if (arguments.has("--unobserved")) {
    print(unobserved_text(posture.forecast.unobserved));
    return done;
  }
  if (obtained->changed) posture.forecast = std::move(*obtained->changed);
  if (arguments.has("--since"))
    if (const Result<void> told = since(arguments.value("--since"), *obtained, posture, arguments); !told) return refuse(told.error());
  const report::Report* format = report::find_report(arguments.value("--format", "terminal"));
  if (!format) return refuse({"--format " + arguments.value("--format"), "", "", "terminal or json"});
  Posture shown = std::move(posture);
  if (format->name == "terminal") shown.findings.clear(), shown.compliance.clear();
  print(format->render(shown, {colour_wanted(STDOUT_FILENO), terminal_width(), arguments.has("--verbose")}));
  if (shown.forecast.change && format->name == "terminal") print(change_text(*shown.forecast.change, shown.forecast.horizon_days));
  return done;
}

}  // namespace

extern const Command forecast_command;
const Command forecast_command{.name = "forecast",
                               .arguments = "[TARGET...|REPORT.json] | observe incident|attempt|near-miss|quiet | verify | calibrate PATH...",
                               .summary = "what is most likely to go wrong next, by which path",
                               .options = scan_options({{"--format", "NAME", "terminal or json"},
                                                        {"--unobserved", "", "list the step rules whose facts nothing observed"},
                                                        {"--what-if", "ACTION[,ACTION]", "as if these actions were done", true},
                                                        {"--verbose", "", "every incident"},
                                                        {"--since", "REPORT|SCAN", "what changed since that report, or with --store since that scan (-1 the one before), and which changes did it"},
                                                        {"--output", "FILE", "calibrate: where the model card goes"},
                                                        {"--at", "DATE", "observe: when it happened; verify: the day to judge from"},
                                                        {"--rule", "R15|R15/1", "observe: the step rule (its first case)"},
                                                        {"--tries", "N", "observe attempt: how often it was tried"},
                                                        {"--won", "K", "observe attempt: how often it worked"},
                                                        {"--events", "K", "observe near-miss: how often the trigger was seen"},
                                                        {"--days", "T", "observe quiet or near-miss: over so many days"},
                                                        {"--type", "I2", "observe incident: its type"},
                                                        {"--asset", "NAME", "observe incident: its asset, by id or name"}}),
                               .examples = {"stormwatch forecast .", "stormwatch forecast report.json --horizon 30", "stormwatch forecast . --unobserved", "stormwatch forecast . --store sqlite:///var/lib/stormwatch/scans.db --since -1",
                                            "stormwatch forecast observe attempt --rule R15 --tries 40 --won 6 --ledger estate.ledger", "stormwatch forecast verify --ledger estate.ledger"},
                               .run = run,
                               .order = 3};

}  // namespace stormwatch::app
