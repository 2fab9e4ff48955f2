// SPDX-License-Identifier: Apache-2.0
// diff: what changed between two scans, and what it did to the forecast.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/command.h"
#include "app/obtain.h"
#include "app/stored_posture.h"
#include "report/money.h"

namespace stormwatch::app {

namespace {

template <class T, class Same>
void list(std::string& text, std::string_view title, const std::vector<T>& only, const Same& say) {
  if (only.empty()) return;
  text += fmt::format("\n{} ({})\n", title, only.size());
  for (std::size_t i = 0; i < only.size() && i < 30; ++i) text += "  " + say(*only[i]) + "\n";
  if (only.size() > 30) text += fmt::format("  and {} more\n", only.size() - 30);
}

// Members of `a` whose id is not in `b`.
template <class Range, class Other>
auto missing_from(const Range& a, const Other& b) {
  std::set<decltype(a.begin()->id)> ids;
  for (const auto& item : b) ids.insert(item.id);
  std::vector<decltype(&*a.begin())> only;
  for (const auto& item : a)
    if (!ids.contains(item.id)) only.push_back(&item);
  return only;
}

std::string changes(const Posture& before, const Posture& after) {
  std::string text = fmt::format("from {} to {}\n", before.scan.started, after.scan.started);
  const auto asset = [](const Asset& a) { return fmt::format("{} {}", name_of(a.kind()), excerpt_of(a.name, 80)); };
  const auto finding = [](const Finding& f) {
    return fmt::format("{:8} {} · {}", name_of(f.signal.severity), f.title, excerpt_of(f.signal.place.text(), 90));
  };
  list(text, "New findings", missing_from(after.findings, before.findings), finding);
  list(text, "Findings that are gone", missing_from(before.findings, after.findings), finding);
  list(text, "New assets", missing_from(after.estate.assets(), before.estate.assets()), asset);
  list(text, "Assets that are gone", missing_from(before.estate.assets(), after.estate.assets()), asset);

  std::map<IncidentId, std::pair<const Incident*, const Incident*>> pairs;
  for (const Incident& i : before.forecast.incidents) pairs[i.id].first = &i;
  for (const Incident& i : after.forecast.incidents) pairs[i.id].second = &i;
  std::vector<std::pair<double, std::string>> moved;
  for (const auto& [id, pair] : pairs) {
    const auto& [was, is] = pair;
    const double p = was ? was->chance.p90 : 0, q = is ? is->chance.p90 : 0;
    if (std::abs(p - q) < 0.0005) continue;
    const Incident& any = is ? *is : *was;
    const Posture& home = is ? after : before;
    const Asset* where = home.estate.find(any.asset);
    moved.emplace_back(-std::abs(p - q), fmt::format("  {:5.1f} % → {:5.1f} %  {} → {}  {} on {}", p * 100, q * 100, was ? name_of(was->level) : "none",
                                                     is ? name_of(is->level) : "none", excerpt_of(any.title, 70), where ? excerpt_of(where->name, 50) : "?"));
  }
  std::ranges::sort(moved);
  text += fmt::format("\nForecast: expected loss {} → {}\n", report::money(before.forecast.expected_loss), report::money(after.forecast.expected_loss));
  for (const auto& [size, row] : moved) text += row + "\n";
  if (before.forecast.method != after.forecast.method)
    text += "\nThe method of the forecast changed between the two, so not every change is one of risk:\n  " + before.forecast.method + "\n  " + after.forecast.method + "\n";
  return text;
}

int run(const Arguments& arguments) {
  std::optional<store::Store> kept;
  if (arguments.has("--store")) {
    Result<store::Store> opened = store::Store::open_existing(arguments.value("--store"));
    if (!opened) return refuse(opened.error());
    kept = std::move(*opened);
  }
  std::vector<std::string> which = arguments.positional;
  if (which.empty() && kept) which = {"-1", "0"};
  if (which.size() != 2) return refuse({"diff takes two scans", "", "", "two JSON reports, or --store URL and two scan numbers"});
  const Result<Posture> before = read_posture(which[0], kept), after = read_posture(which[1], kept);
  if (!before) return refuse(before.error());
  if (!after) return refuse(after.error());
  print(changes(*before, *after));
  return done;
}

}  // namespace

extern const Command diff;
const Command diff{.name = "diff",
                   .arguments = "BEFORE AFTER",
                   .summary = "what changed between two scans, and what it did to the forecast",
                   .options = {{"--store", "URL", "take scans from there: numbers, 0 the newest, -1 the one before"}},
                   .examples = {"stormwatch diff monday.json tuesday.json", "stormwatch diff --store sqlite:///var/lib/stormwatch/scans.db"},
                   .run = run,
                   .order = 5};

}  // namespace stormwatch::app
