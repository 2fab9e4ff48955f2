// SPDX-License-Identifier: Apache-2.0
// forecast: the incidents alone, with their paths; or the step rules that nothing could bind to.
#include "posture/forecast.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/command.h"
#include "app/ledger_use.h"
#include "app/obtain.h"
#include "base/file.h"
#include "forecast/trend.h"
#include "report/json.h"
#include "report/report.h"

namespace stormwatch::app {

namespace {

/// Says what changed since the report at `path`, and gives each incident its trend.
Result<std::string> since(const std::string& path, const Obtained& obtained, Posture& posture, const Arguments& arguments) {
  const Result<std::string> text = read_text(path, 4ULL << 30);
  if (!text) return std::unexpected(text.error());
  Result<Posture> old = report::from_json(*text);
  if (!old) {
    old.error().where = path;
    return std::unexpected(old.error());
  }
  const auto options = forecast_options(arguments, *obtained.content->steps, posture.scan.targets);
  if (!options) return std::unexpected(options.error());
  const auto trend = forecast::trend({&old->estate, old->findings}, {&posture.estate, posture.findings}, *obtained.content->steps, *options);
  if (!trend) return std::unexpected(trend.error());
  std::map<IncidentId, double> before(trend->pressures_before.begin(), trend->pressures_before.end());
  for (Incident& incident : posture.forecast.incidents) {
    const auto at = before.find(incident.id);
    incident.trend = forecast::trend_word(at == before.end() ? 0 : at->second, incident.pressure);
  }
  std::string out = fmt::format("\nPRESSURE since {} (expected triggers that come through, {} days)\n  {:.3g} → {:.3g}: {}\n", old->scan.started, posture.forecast.horizon_days, trend->before, trend->after,
                                forecast::trend_word(trend->before, trend->after));
  for (const forecast::TrendPart& part : trend->parts)
    out += fmt::format("  {:+10.3g}  {}, {} difference{}\n", part.change, part.group, part.assets, part.assets == 1 ? "" : "s");
  if (trend->parts.empty()) out += "  nothing in the estate or its findings differs\n";
  if (!old->forecast.model.empty() && old->forecast.model != posture.forecast.model)
    out += "  The step rules, or what was learned, changed too: both scans were forecast by the rules of now, so none of the above comes from that.\n";
  if (old->tool.advisories_date != posture.tool.advisories_date)
    out += fmt::format("  Advisories of {} and of {}: new flaws of packages that were there stand among the flawed packages.\n", old->tool.advisories_date, posture.tool.advisories_date);
  return out;
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
  std::string changed;
  if (arguments.has("--since")) {
    Result<std::string> text = since(arguments.value("--since"), *obtained, posture, arguments);
    if (!text) return refuse(text.error());
    changed = std::move(*text);
  }
  const report::Report* format = report::find_report(arguments.value("--format", "terminal"));
  if (!format) return refuse({"--format " + arguments.value("--format"), "", "", "terminal or json"});
  Posture shown = std::move(posture);
  if (format->name == "terminal") shown.findings.clear(), shown.compliance.clear();
  print(format->render(shown, {colour_wanted(STDOUT_FILENO), terminal_width(), arguments.has("--verbose")}));
  if (!changed.empty() && format->name == "terminal") print(changed);
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
                                                        {"--since", "REPORT", "what changed since that report, and which changes did it"},
                                                        {"--output", "FILE", "calibrate: where the model card goes"},
                                                        {"--at", "DATE", "observe: when it happened; verify: the day to judge from"},
                                                        {"--rule", "R15|R15/1", "observe: the step rule (its first case)"},
                                                        {"--tries", "N", "observe attempt: how often it was tried"},
                                                        {"--won", "K", "observe attempt: how often it worked"},
                                                        {"--events", "K", "observe near-miss: how often the trigger was seen"},
                                                        {"--days", "T", "observe quiet or near-miss: over so many days"},
                                                        {"--type", "I2", "observe incident: its type"},
                                                        {"--asset", "NAME", "observe incident: its asset, by id or name"}}),
                               .examples = {"stormwatch forecast .", "stormwatch forecast report.json --horizon 30", "stormwatch forecast . --unobserved",
                                            "stormwatch forecast observe attempt --rule R15 --tries 40 --won 6 --ledger estate.ledger", "stormwatch forecast verify --ledger estate.ledger"},
                               .run = run,
                               .order = 3};

}  // namespace stormwatch::app
