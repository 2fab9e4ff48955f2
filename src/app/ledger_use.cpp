// SPDX-License-Identifier: Apache-2.0
#include "app/ledger_use.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "app/obtain.h"
#include "app/pipeline.h"
#include "forecast/scoring.h"

namespace stormwatch::app {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, const char* name) { return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string(); }
double number_of(const Json& json, const char* name) { return json.contains(name) && json[name].is_number() ? json[name].get<double>() : 0; }

Result<double> number_option(const Arguments& arguments, std::string_view name) {
  const std::string text = arguments.value(name);
  if (text.empty()) return 0.0;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (*end != 0 || !(value >= 0) || value > 1e9) return failure(fmt::format("{} {}", name, text), "", "", "a number of at least 0");
  return value;
}

std::vector<forecast::PastForecast> forecasts_of(const std::vector<store::LedgerEntry>& entries, const std::string& tenant) {
  std::vector<forecast::PastForecast> out;
  for (const store::LedgerEntry& entry : entries) {
    if (entry.kind != "forecast" || entry.tenant != tenant) continue;
    const Json body = Json::parse(entry.body, nullptr, false);
    forecast::PastForecast past{forecast::days_of(entry.at), {}};
    if (body.contains("incidents"))
      for (const Json& i : body["incidents"])
        past.incidents.push_back({text_of(i, "id"), text_of(i, "type"), text_of(i, "asset"), text_of(i, "name"), level_named(text_of(i, "level")).value_or(Level::none),
                                  number_of(i, "p7"), number_of(i, "p30"), number_of(i, "p90")});
    out.push_back(std::move(past));
  }
  std::ranges::stable_sort(out, {}, &forecast::PastForecast::at);
  return out;
}

std::string verdict(const forecast::HorizonScore& score) {
  if (score.events < 20) return fmt::format("no verdict: {} event{}, 20 are needed", score.events, score.events == 1 ? "" : "s");
  if (score.skill <= 0) return "no skill: the average chance would have done as well";
  return score.calibrated() ? "calibrated" : "skill, but the sum of the chances is off by more than half";
}

std::string text_of(const forecast::Scores& scores, std::size_t forecasts, double known_until, double now) {
  std::string text = fmt::format("{} forecast{} kept; what happened is known up to {:.0f} days ago\n", forecasts, forecasts == 1 ? "" : "s", std::max(0.0, now - known_until));
  if (std::ranges::all_of(scores.horizons, [](const forecast::HorizonScore& s) { return s.count == 0; }))
    return text + "No forecast can be judged yet: one counts 7, 30 and 90 days after it was made, once `forecast observe quiet --days T` or an incident says that the book was kept until then.\n" +
           (scores.unforeseen ? fmt::format("{} of the incidents had not been forecast at all.\n", scores.unforeseen) : "");
  for (const forecast::HorizonScore& s : scores.horizons) {
    text += fmt::format("\n{} days: {} forecasts count, {} came true, {:.1f} were expected; {} still open\n", s.days, s.count, s.events, s.expected, s.open);
    if (s.count == 0) continue;
    text += fmt::format("  Brier {:.4f}, of climatology {:.4f}, skill {:+.3f}: {}\n", s.brier, s.climatology, s.skill, verdict(s));
    text += "  chance from - to        count  expected  observed\n";
    for (const forecast::ReliabilityRow& row : s.reliability)
      text += fmt::format("  {:8.3f} - {:8.3f} {:9} {:9.1f} {:9.0f}{}\n", row.from, row.to, row.count, row.expected, row.observed, row.expected < 20 ? "  (few)" : "");
  }
  text += "\nlevel or above   detected  missed  false alarms    POD    FAR    CSI  lead, days\n";
  for (const forecast::LevelScore& l : scores.levels)
    text += fmt::format("{:15} {:9} {:7} {:13} {:6.2f} {:6.2f} {:6.2f} {:11.1f}\n", name_of(l.level), l.hits, l.misses, l.false_alarms, l.detection(), l.false_alarm_ratio(), l.success_index(), l.median_lead_days);
  if (scores.unforeseen) text += fmt::format("{} of the incidents had not been forecast at all.\n", scores.unforeseen);
  return text;
}

Json json_of(const forecast::Scores& scores) {
  Json json{{"horizons", Json::array()}, {"levels", Json::array()}, {"unforeseen", scores.unforeseen}};
  for (const forecast::HorizonScore& s : scores.horizons) {
    Json one{{"days", s.days}, {"forecasts", s.count}, {"events", s.events}, {"expected", s.expected}, {"open", s.open}, {"brier", s.brier}, {"climatology", s.climatology},
             {"skill", s.skill}, {"verdict", verdict(s)}, {"reliability", Json::array()}};
    for (const forecast::ReliabilityRow& row : s.reliability) one["reliability"].push_back({{"from", row.from}, {"to", row.to}, {"count", row.count}, {"expected", row.expected}, {"observed", row.observed}});
    json["horizons"].push_back(std::move(one));
  }
  for (const forecast::LevelScore& l : scores.levels)
    json["levels"].push_back({{"level", std::string(name_of(l.level))}, {"hits", l.hits}, {"misses", l.misses}, {"false_alarms", l.false_alarms}, {"pod", l.detection()},
                              {"far", l.false_alarm_ratio()}, {"csi", l.success_index()}, {"median_lead_days", l.median_lead_days}});
  return json;
}

}  // namespace

std::string ledger_path(const Arguments& arguments) {
  if (const std::string given = arguments.value("--ledger"); !given.empty()) return given;
  if (const char* kept = std::getenv("STORMWATCH_LEDGER"); kept && *kept) return kept;
  const std::string store = arguments.value("--store");
  constexpr std::string_view scheme = "sqlite://";
  if (store.starts_with(scheme)) return store.substr(scheme.size()) + ".ledger";
  return "";
}

Result<void> record_forecast(const std::string& path, const Posture& posture, const std::string& at, const std::string& tenant) {
  const Forecast& forecast = posture.forecast;
  Json body{{"targets", posture.scan.targets}, {"horizon_days", forecast.horizon_days}, {"model", forecast.model}, {"method", forecast.method},
            {"advisories", posture.tool.advisories_date}, {"expected_loss", forecast.expected_loss}, {"incidents", Json::array()}};
  for (const Incident& i : forecast.incidents) {
    const Asset* asset = posture.estate.find(i.asset);
    body["incidents"].push_back({{"id", i.id.text()}, {"type", i.type}, {"asset", i.asset.text()}, {"name", asset ? excerpt_of(asset->name, 120) : ""},
                                 {"level", std::string(name_of(i.level))}, {"p7", i.chance.p7}, {"p30", i.chance.p30}, {"p90", i.chance.p90}, {"below", i.below}});
  }
  store::LedgerEntry entry{.at = at, .kind = "forecast", .tenant = tenant, .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
  const Result<store::LedgerEntry> written = store::append_to_ledger(path, std::move(entry));
  if (!written) return std::unexpected(written.error());
  return {};
}

Result<std::map<std::string, forecast::HeldLevel>> held_levels(const std::string& path, const std::string& tenant, const std::vector<std::string>& targets) {
  std::map<std::string, forecast::HeldLevel> out;
  if (path.empty()) return out;
  const auto entries = store::read_ledger(path);
  if (!entries) return std::unexpected(entries.error());
  const double now = forecast::days_of(now_utc());
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (entry->kind != "forecast" || entry->tenant != tenant) continue;
    const Json body = Json::parse(entry->body, nullptr, false);
    if (!body.contains("targets") || body["targets"] != Json(targets) || !body.contains("incidents")) continue;
    for (const Json& i : body["incidents"])
      out[text_of(i, "id")] = {level_named(text_of(i, "level")).value_or(Level::none), static_cast<int>(number_of(i, "below")), std::max(0.0, now - forecast::days_of(entry->at))};
    break;
  }
  return out;
}

Result<std::vector<forecast::Outcome>> outcomes_of(const std::vector<store::LedgerEntry>& entries) {
  std::vector<forecast::Outcome> out;
  for (const store::LedgerEntry& entry : entries) {
    if (entry.kind != "outcome") continue;
    const Json body = Json::parse(entry.body, nullptr, false);
    const auto kind = std::ranges::find(forecast::kOutcomeNames, text_of(body, "what"));
    if (kind == forecast::kOutcomeNames.end()) return failure(fmt::format("entry {} of the ledger is no outcome that is known", entry.number));
    out.push_back({static_cast<forecast::Outcome::Kind>(kind - forecast::kOutcomeNames.begin()), text_of(body, "at"), entry.tenant, text_of(body, "rule"), text_of(body, "type"),
                   text_of(body, "asset"), number_of(body, "tries"), number_of(body, "won"), number_of(body, "events"), number_of(body, "days")});
  }
  return out;
}

Result<std::shared_ptr<const forecast::StepRules>> learned_steps(std::shared_ptr<const forecast::StepRules> steps, const std::string& path, const std::string& tenant) {
  if (path.empty()) return steps;
  const auto entries = store::read_ledger(path);
  if (!entries) return std::unexpected(entries.error());
  const auto outcomes = outcomes_of(*entries);
  if (!outcomes) return std::unexpected(outcomes.error());
  if (outcomes->empty()) return steps;
  return std::make_shared<const forecast::StepRules>(forecast::learn(*steps, *outcomes, tenant));
}

namespace {

/// Says so where no earlier forecast names the incident: a name mistyped would count as one that was missed.
std::string note_on_incident(const std::vector<store::LedgerEntry>& entries, const forecast::Outcome& outcome) {
  if (outcome.kind != forecast::Outcome::Kind::incident) return "";
  std::set<std::string> assets, alike;
  bool named_there = false;
  for (const forecast::PastForecast& past : forecasts_of(entries, outcome.tenant))
    for (const forecast::PastIncident& one : past.incidents) {
      if (one.type != outcome.type) continue;
      named_there = named_there || one.asset == outcome.asset || one.name == outcome.asset;
      if (one.name == outcome.asset) alike.insert(one.asset);
      assets.insert(one.name);
    }
  if (alike.size() > 1)
    return fmt::format("{} assets of the forecasts are named {}, and it counts for each; where it was one of them, say which by its id: {}\n", alike.size(), excerpt_of(outcome.asset, 80), fmt::join(alike, ", "));
  if (named_there) return "";
  std::string named;
  for (const std::string& one : assets)
    if (std::ranges::count(named, ',') < 7) named += (named.empty() ? "" : ", ") + excerpt_of(one, 80);
  return fmt::format("no forecast of this ledger names {} at {}; it counts as not forecast{}\n", outcome.type, excerpt_of(outcome.asset, 80), named.empty() ? "" : ". They name it at: " + named);
}

}  // namespace

int observe(const Arguments& arguments) {
  const std::string path = ledger_path(arguments);
  if (path.empty()) return refuse({"no ledger to write to", "", "", "--ledger FILE"});
  if (arguments.positional.size() != 2) return refuse({"what was observed?", "", "", "forecast observe incident|attempt|near-miss|quiet"});
  const auto kind = std::ranges::find(forecast::kOutcomeNames, arguments.positional[1]);
  if (kind == forecast::kOutcomeNames.end()) return refuse({"unknown outcome " + arguments.positional[1], "", "", "incident, attempt, near-miss or quiet"});
  forecast::Outcome outcome{.kind = static_cast<forecast::Outcome::Kind>(kind - forecast::kOutcomeNames.begin()), .at = arguments.value("--at", now_utc()), .tenant = arguments.value("--tenant"),
                            .rule = arguments.value("--rule"), .type = arguments.value("--type"), .asset = arguments.value("--asset")};
  if (!(forecast::days_of(outcome.at) > 0)) return refuse({"--at " + outcome.at, "", "", "a day such as 2026-05-01, or RFC 3339"});
  for (const auto& [name, into] : {std::pair{"--tries", &outcome.tries}, {"--won", &outcome.won}, {"--events", &outcome.events}, {"--days", &outcome.days}}) {
    const Result<double> number = number_option(arguments, name);
    if (!number) return refuse(number.error());
    *into = *number;
  }
  const auto steps = forecast::load_steps({});
  if (!steps) return refuse(steps.error(), internal_error);
  if (const Result<void> fits = forecast::check(**steps, outcome); !fits) return refuse(fits.error());
  const auto before = store::read_ledger(path);
  if (!before) return refuse(before.error());
  auto outcomes = outcomes_of(*before);
  if (!outcomes) return refuse(outcomes.error());
  Json body{{"what", arguments.positional[1]}, {"at", outcome.at}};
  for (const auto& [name, value] : {std::pair{"rule", outcome.rule}, {"type", outcome.type}, {"asset", outcome.asset}})
    if (!value.empty()) body[name] = value;
  for (const auto& [name, value] : {std::pair{"tries", outcome.tries}, {"won", outcome.won}, {"events", outcome.events}, {"days", outcome.days}})
    if (value > 0 || (outcome.kind == forecast::Outcome::Kind::attempt && std::string_view(name) == "won")) body[name] = value;
  const auto written = store::append_to_ledger(path, {.at = now_utc(), .kind = "outcome", .tenant = outcome.tenant, .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)});
  if (!written) return refuse(written.error());
  std::string text = fmt::format("entry {} of {}: {}\n", written->number, path, arguments.positional[1]);
  text += note_on_incident(*before, outcome);
  outcomes->push_back(outcome);
  std::vector<forecast::Learned> changes;
  forecast::learn(**steps, *outcomes, outcome.tenant, &changes);
  for (const forecast::Learned& change : changes)
    if (change.rule == outcome.rule) text += fmt::format("{}: {} {:.4g} → {:.4g}, as from {:.0f} {}\n", change.rule, change.rate ? "rate per 30 days" : "chance", change.before, change.after,
                                                         change.strength, change.rate ? "months" : "tries");
  print(text);
  return done;
}

int verify(const Arguments& arguments) {
  const std::string path = ledger_path(arguments);
  if (path.empty()) return refuse({"no ledger to read", "", "", "--ledger FILE"});
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) return refuse({"there is no such ledger", path, "", "a file that `stormwatch forecast TARGET --ledger FILE` has written"});
  const auto entries = store::read_ledger(path);
  if (!entries) return refuse(entries.error(), incomplete);
  const auto outcomes = outcomes_of(*entries);
  if (!outcomes) return refuse(outcomes.error());
  const std::string tenant = arguments.value("--tenant");
  const double now = forecast::days_of(arguments.value("--at", now_utc()));
  if (!(now > 0)) return refuse({"--at " + arguments.value("--at"), "", "", "a day such as 2026-05-01, or RFC 3339"});
  const std::vector<forecast::PastForecast> forecasts = forecasts_of(*entries, tenant);
  std::vector<forecast::CameTrue> events;
  double known_until = 0;
  for (const forecast::Outcome& outcome : *outcomes) {
    if (outcome.tenant != tenant) continue;
    const double at = forecast::days_of(outcome.at);
    if (outcome.kind == forecast::Outcome::Kind::incident) events.push_back({at, outcome.type, outcome.asset});
    // Only a word on a time without a rule says that nobody else was hit in it.
    if (outcome.kind == forecast::Outcome::Kind::incident || (outcome.kind == forecast::Outcome::Kind::quiet && outcome.rule.empty())) known_until = std::max(known_until, at);
  }
  known_until = std::min(known_until, now);
  const forecast::Scores scores = forecast::score(forecasts, events, known_until);
  if (arguments.value("--format", "terminal") == "json") {
    Json json = json_of(scores);
    json["entries"] = entries->size();
    json["newest_hash"] = entries->empty() ? "" : entries->back().hash;
    print(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
    return done;
  }
  print(fmt::format("{}: {} entries, the chain holds, newest {}\n", path, entries->size(), entries->empty() ? "none" : entries->back().hash.substr(0, 16)) +
        (known_until > 0 ? text_of(scores, forecasts.size(), known_until, now)
                         : fmt::format("{} forecasts kept. Nobody said what happened: `forecast observe incident` and `forecast observe quiet --days T` keep the book.\n", forecasts.size())));
  return done;
}

}  // namespace stormwatch::app
