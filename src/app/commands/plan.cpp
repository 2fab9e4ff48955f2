// SPDX-License-Identifier: Apache-2.0
// plan: the few actions that help most, and what the forecast becomes if some are done.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/obtain.h"

namespace stormwatch::app {

namespace {

std::string title_on(const Posture& posture, const Incident& incident) {
  const Asset* asset = posture.estate.find(incident.asset);
  return excerpt_of(incident.title, 70) + (asset ? " on " + excerpt_of(asset->name, 50) : "");
}

void print_actions(const Posture& posture, bool colour) {
  const Forecast& forecast = posture.forecast;
  std::string text = fmt::format("Expected loss over {} days: ${:.0f}\n", forecast.horizon_days, forecast.expected_loss);
  double hours = 0;
  for (std::size_t i = 0; i < forecast.actions.size(); ++i) {
    const Action& action = forecast.actions[i];
    hours += action.effort_hours;
    text += fmt::format("\n{:3}. {}{}{}\n     {}  {:g} h (sum {:g} h)  −${:.0f} alone (95 %: {:.0f} to {:.0f}), −${:.0f} with those before it\n", i + 1,
                        colour ? "\x1b[1m" : "", excerpt_of(action.title, 200), colour ? "\x1b[0m" : "", action.id.text().substr(0, 8), action.effort_hours, hours,
                        action.loss_reduction, action.loss_low, action.loss_high, action.cumulative_reduction);
    for (std::size_t e = 0; e < action.effects.size() && e < 3; ++e) {
      const auto found = std::ranges::find(forecast.incidents, action.effects[e].incident, &Incident::id);
      if (found != forecast.incidents.end())
        text += fmt::format("     {}: {:.1f} % → {:.1f} %\n", title_on(posture, *found), action.effects[e].before * 100, action.effects[e].after * 100);
    }
    if (!action.how.empty()) text += fmt::format("     how: {}\n", excerpt_of(action.how, 300));
  }
  if (forecast.actions.empty()) text += "No action changes the forecast.\n";
  print(text);
}

int what_if(const Content& content, const Posture& posture, const Arguments& arguments) {
  const Result<Forecast> changed = forecast_again(content, posture, arguments);
  if (!changed) return refuse(changed.error());
  std::string text = fmt::format("Expected loss over {} days: ${:.0f} → ${:.0f}\n", posture.forecast.horizon_days, posture.forecast.expected_loss, changed->expected_loss);
  for (const Incident& before : posture.forecast.incidents) {
    const auto after = std::ranges::find(changed->incidents, before.id, &Incident::id);
    const double p = after == changed->incidents.end() ? 0 : after->chance.p90;
    const Level level = after == changed->incidents.end() ? Level::none : after->level;
    if (before.level == Level::none && level == Level::none) continue;
    text += fmt::format("  {:9} → {:9}  {:5.1f} % → {:5.1f} %  {}\n", name_of(before.level), name_of(level), before.chance.p90 * 100, p * 100, title_on(posture, before));
  }
  print(text);
  return done;
}

int run(const Arguments& arguments) {
  auto obtained = obtain(arguments, arguments.positional);
  if (!obtained) return obtained.error();
  if (arguments.has("--what-if")) return what_if(*obtained->content, obtained->posture, arguments);
  if (arguments.value("--format", "terminal") == "json") {
    nlohmann::ordered_json json{{"horizon_days", obtained->posture.forecast.horizon_days}, {"expected_loss", obtained->posture.forecast.expected_loss}};
    json["actions"] = nlohmann::ordered_json::array();
    for (const Action& a : obtained->posture.forecast.actions)
      json["actions"].push_back({{"id", a.id.text()}, {"title", a.title}, {"effort_hours", a.effort_hours}, {"expected_loss_reduction", a.loss_reduction},
                                 {"cumulative_reduction", a.cumulative_reduction}});
    print(json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return done;
  }
  print_actions(obtained->posture, colour_wanted(STDOUT_FILENO));
  return done;
}

}  // namespace

extern const Command plan;
const Command plan{.name = "plan",
                   .arguments = "[TARGET...|REPORT.json]",
                   .summary = "the few actions that lower the forecast most",
                   .options = scan_options({{"--what-if", "ACTION[,ACTION]", "what the forecast becomes if these are done (ids or titles)", true},
                                            {"--budget", "HOURS", "only what fits in so many hours"},
                                            {"--format", "NAME", "terminal or json"}}),
                   .examples = {"stormwatch plan .", "stormwatch plan report.json --budget 8", "stormwatch plan report.json --what-if 3fa94c21"},
                   .run = run,
                   .order = 4};

}  // namespace stormwatch::app
