// SPDX-License-Identifier: Apache-2.0
// HTML: one self-contained page that draws the forecast, the paths, the graph and the actions. It loads nothing from anywhere.
//
// The report's JSON stands in the page as data; '<' is written \u003c there, so no text of the scan can end the script element,
// and the page's script puts texts in as text. An estate of more than 3,000 assets is cut to those that findings or paths name.
#include <algorithm>
#include <set>

#include "base/embedded.h"
#include "report/json.h"
#include "report/picture.h"
#include "report/report.h"

namespace stormwatch::embedded {
extern const EmbeddedFile page[];
extern const std::size_t page_count;
}  // namespace stormwatch::embedded

namespace stormwatch::report {

namespace {

constexpr std::size_t kMostAssets = 3000, kMostWays = 20, kFewWays = 5;

std::string_view part(std::string_view name) {
  for (std::size_t i = 0; i < embedded::page_count; ++i)
    if (std::string_view(embedded::page[i].path) == name) return embedded::page[i].text();
  return {};
}

// Assets that findings and paths name, and the relations among them.
Posture cut(const Posture& whole) {
  std::set<AssetId> named;
  for (const Finding& finding : whole.findings) named.insert(finding.signal.asset);
  for (const Incident& incident : whole.forecast.incidents) {
    named.insert(incident.asset);
    for (const Path& path : incident.paths)
      for (const PathStep& step : path.steps) named.insert(step.asset);
  }
  std::vector<Asset> assets;
  for (const Asset& asset : whole.estate.assets())
    if (named.contains(asset.id)) assets.push_back(asset);
  std::vector<Relation> relations;
  for (const Relation& relation : whole.estate.relations())
    if (named.contains(relation.from) && named.contains(relation.to)) relations.push_back(relation);
  Posture small = whole;
  small.estate = Estate(std::move(assets), std::move(relations), {whole.estate.gaps().begin(), whole.estate.gaps().end()});
  return small;
}

// The first of each group of like incidents, those with a level before the others; the first two stand open.
std::string ways_of(const Posture& posture) {
  std::string out;
  std::set<IncidentId> groups;
  std::size_t drawn = 0;
  for (const bool leveled : {true, false})
    for (const Incident& incident : posture.forecast.incidents) {
      if ((incident.level != Level::none) != leveled || drawn >= (leveled ? kMostWays : kFewWays)) continue;
      if (incident.group && !groups.insert(incident.group).second) continue;
      std::string figure = figure_of(posture, incident);
      if (figure.empty()) continue;
      if (drawn++ < 2) figure.insert(figure.find("<details") + 8, " open");
      out += figure;
    }
  return out.empty() ? "<p class=\"card\">No way to an incident was found in what was assessed.</p>\n" : out;
}

std::string render(const Posture& posture, const RenderOptions&) {
  const std::string json = posture.estate.assets().size() > kMostAssets ? to_json(cut(posture)) : to_json(posture);
  std::string data;
  data.reserve(json.size());
  for (const char c : json) {
    if (c == '<') data += "\\u003c";
    else data += c;
  }
  const std::string ways = ways_of(posture);
  std::string html;
  std::string_view rest = part("page.html");
  while (!rest.empty()) {
    const std::size_t at = rest.find('@');
    html += rest.substr(0, at);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at);
    if (rest.starts_with("@CSS@")) html += part("page.css"), rest.remove_prefix(5);
    else if (rest.starts_with("@JS@")) html += part("page.js"), rest.remove_prefix(4);
    else if (rest.starts_with("@WAYS@")) html += ways, rest.remove_prefix(6);
    else if (rest.starts_with("@DATA@")) html += data, rest.remove_prefix(6);
    else html += '@', rest.remove_prefix(1);
  }
  return html;
}

}  // namespace

extern const Report html;
const Report html{"html", "one page with the graph, the paths and the actions drawn", render};

}  // namespace stormwatch::report
