// SPDX-License-Identifier: Apache-2.0
// plan: the few actions that help most, and what the forecast becomes if some are done.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "app/command.h"
#include "app/obtain.h"
#include "report/money.h"

namespace stormwatch::app {

namespace {

/// With one figure more than elsewhere: what actions bring is compared here.
std::string exact(double amount) { return report::money(amount, "USD", 1); }

std::string title_on(const Posture& posture, const Incident& incident) {
  const Asset* asset = posture.estate.find(incident.asset);
  return excerpt_of(incident.title, 70) + (asset ? " on " + excerpt_of(asset->name, 50) : "");
}

/// "These 3 actions (7 h) remove 70 %": the fewest of the list that do, or what all do.
std::string summary_of(const Forecast& forecast) {
  if (forecast.actions.empty() || forecast.expected_loss <= 0) return "";
  double hours = 0;
  std::size_t count = 0;
  for (const Action& action : forecast.actions) {
    hours += action.effort_hours;
    ++count;
    const double share = action.cumulative_reduction / forecast.expected_loss;
    if (share >= 0.7 || count == forecast.actions.size())
      return fmt::format("The first {} action{} ({:g} h) remove{} {:.0f} % of it.\n", count, count == 1 ? "" : "s", hours, count == 1 ? "s" : "", share * 100);
  }
  return "";
}

/// Share of the expected loss removed by hours spent, in the order of the list.
std::string curve_of(const Forecast& forecast) {
  if (forecast.actions.size() < 2 || forecast.expected_loss <= 0) return "";
  std::string text = "\nWhat more hours bring\n";
  double hours = 0, last = -1;
  for (std::size_t i = 0; i < forecast.actions.size(); ++i) {
    hours += forecast.actions[i].effort_hours;
    const double share = std::clamp(forecast.actions[i].cumulative_reduction / forecast.expected_loss, 0.0, 1.0);
    if (share - last < 0.01 && i + 1 < forecast.actions.size()) continue;
    last = share;
    std::string bar;
    for (int cell = 0; cell < 30; ++cell) bar += cell < std::lround(share * 30) ? "█" : "░";
    text += fmt::format("  {:6g} h {} {:3.0f} %  after {}\n", hours, bar, share * 100, i + 1);
  }
  return text;
}

std::string bundles_of(const Posture& posture) {
  std::string text;
  for (const Bundle& bundle : posture.forecast.bundles) {
    const auto incident = std::ranges::find(posture.forecast.incidents, bundle.incidents.front(), &Incident::id);
    if (incident == posture.forecast.incidents.end()) continue;
    if (text.empty()) text = "\nThe cheapest actions that close every way\n";
    std::string numbers;
    for (ActionId id : bundle.actions)
      numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", std::ranges::find(posture.forecast.actions, id, &Action::id) - posture.forecast.actions.begin() + 1);
    text += fmt::format("  {}: {} → {} with {} ({:g} h, −{} in all)\n", title_on(posture, *incident), fmt::format("{:.1f} %", bundle.before * 100), fmt::format("{:.1f} %", bundle.after * 100), numbers,
                        bundle.effort_hours, exact(bundle.loss_reduction));
  }
  return text;
}

void print_actions(const Posture& posture, bool colour, const std::string& budget) {
  const Forecast& forecast = posture.forecast;
  std::string text = fmt::format("Expected loss over {} days: {}\n", forecast.horizon_days, exact(forecast.expected_loss)) + summary_of(forecast);
  double hours = 0;
  for (std::size_t i = 0; i < forecast.actions.size(); ++i) {
    const Action& action = forecast.actions[i];
    hours += action.effort_hours;
    text += fmt::format("\n{:3}. {}{}{}\n     {}  {:g} h (sum {:g} h)  −{} alone (95 %: {} to {}), −{} with those before it\n", i + 1,
                        colour ? "\x1b[1m" : "", excerpt_of(action.title, 200), colour ? "\x1b[0m" : "", action.id.text().substr(0, 8), action.effort_hours, hours,
                        exact(action.loss_reduction), exact(action.loss_low), exact(action.loss_high), exact(action.cumulative_reduction));
    for (std::size_t e = 0; e < action.effects.size() && e < 3; ++e) {
      const auto found = std::ranges::find(forecast.incidents, action.effects[e].incident, &Incident::id);
      if (found != forecast.incidents.end())
        text += fmt::format("     {}: {:.1f} % → {:.1f} %\n", title_on(posture, *found), action.effects[e].before * 100, action.effects[e].after * 100);
    }
    if (!action.owner.empty()) text += fmt::format("     owner: {}\n", excerpt_of(action.owner, 80));
    if (!action.patch.empty()) text += fmt::format("     patch: {}\n", excerpt_of(action.patch, 200));
    if (!action.verify.empty()) text += fmt::format("     verify: {}\n", excerpt_of(action.verify, 300));
    if (!action.how.empty()) text += fmt::format("     how: {}\n", excerpt_of(action.how, 300));
  }
  if (forecast.actions.empty()) text += budget.empty() ? "No action changes the forecast.\n" : fmt::format("No action that changes the forecast fits in {} h.\n", budget);
  text += curve_of(forecast) + bundles_of(posture);
  print(text);
}

/// Incidents that have a level before or after, and the first others that change: most changed first.
int what_if(const Posture& posture, const Forecast& changed) {
  constexpr std::size_t kWithoutLevel = 10;
  std::vector<std::tuple<bool, double, std::string>> rows;  // without a level, change, text
  for (const Incident& before : posture.forecast.incidents) {
    const auto after = std::ranges::find(changed.incidents, before.id, &Incident::id);
    const double p = after == changed.incidents.end() ? 0 : after->chance.p90;
    const Level level = after == changed.incidents.end() ? Level::none : after->level;
    const bool none = before.level == Level::none && level == Level::none;
    if (none && before.chance.p90 - p < 0.0005) continue;
    rows.emplace_back(none, p - before.chance.p90, fmt::format("  {:9} → {:9}  {:5.1f} % → {:5.1f} %  {}\n", name_of(before.level), name_of(level), before.chance.p90 * 100, p * 100, title_on(posture, before)));
  }
  std::ranges::stable_sort(rows, [](const auto& a, const auto& b) { return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b)); });
  std::string text = fmt::format("Expected loss over {} days: {} → {}\n", posture.forecast.horizon_days, exact(posture.forecast.expected_loss), exact(changed.expected_loss));
  std::size_t without = 0;
  for (const auto& [none, change, row] : rows)
    if (!none || ++without <= kWithoutLevel) text += row;
  if (without > kWithoutLevel) text += fmt::format("  and {} more without a level\n", without - kWithoutLevel);
  if (rows.empty()) text += "  No incident changes by 0.1 points or more.\n";
  print(text);
  return done;
}

int run(const Arguments& arguments) {
  auto obtained = obtain(arguments, arguments.positional);
  if (!obtained) return obtained.error();
  if (obtained->changed) return what_if(obtained->posture, *obtained->changed);
  if (arguments.value("--format", "terminal") == "json") {
    nlohmann::ordered_json json{{"horizon_days", obtained->posture.forecast.horizon_days}, {"expected_loss", obtained->posture.forecast.expected_loss}};
    json["actions"] = nlohmann::ordered_json::array();
    for (const Action& a : obtained->posture.forecast.actions)
      json["actions"].push_back({{"id", a.id.text()}, {"title", a.title}, {"effort_hours", a.effort_hours}, {"expected_loss_reduction", a.loss_reduction},
                                 {"cumulative_reduction", a.cumulative_reduction}, {"patch", a.patch}, {"verify", a.verify}, {"owner", a.owner}});
    json["curve"] = nlohmann::ordered_json::array();
    double hours = 0;
    for (const Action& a : obtained->posture.forecast.actions)
      json["curve"].push_back({{"hours", hours += a.effort_hours}, {"loss_left", std::max(0.0, obtained->posture.forecast.expected_loss - a.cumulative_reduction)}});
    json["bundles"] = nlohmann::ordered_json::array();
    for (const Bundle& b : obtained->posture.forecast.bundles) {
      nlohmann::ordered_json one{{"effort_hours", b.effort_hours}, {"expected_loss_reduction", b.loss_reduction}, {"before", b.before}, {"after", b.after}};
      for (IncidentId id : b.incidents) one["incidents"].push_back(id.text());
      for (ActionId id : b.actions) one["actions"].push_back(id.text());
      json["bundles"].push_back(std::move(one));
    }
    print(json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return done;
  }
  print_actions(obtained->posture, colour_wanted(STDOUT_FILENO), arguments.value("--budget"));
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
