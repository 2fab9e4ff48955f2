// SPDX-License-Identifier: Apache-2.0
// The picture of an incident: every step with its fact and its line, shared steps marked, nothing of the scan as markup, nothing outside its box.
#include <gtest/gtest.h>

#include <algorithm>

#include "report/picture.h"
#include "report/report.h"

namespace stormwatch::report {
namespace {

struct Scene {
  Posture posture;
  Incident incident;
};

Scene scene() {
  Scene out;
  Asset app = make_asset("app", "shop & <b>", ApplicationFacts{}, Place{.path = "shop/main.py", .line = 3});
  Asset tool = make_asset("app#pay", std::string(400, 'x'), ToolFacts{}, Place{.path = std::string(300, 'd') + "/pay.py", .line = 77});
  std::vector<Asset> assets{app, tool};
  std::ranges::sort(assets, {}, &Asset::id);
  out.posture.estate = Estate(assets, {}, {});
  PathStep first{.rule = "R05", .name = "Anyone may use it", .asset = app.id, .state = "QUERY", .probability = 0.9, .tier = "C", .because = "public_access is true", .place = app.places[0]};
  PathStep bridge{.rule = "X02", .name = "two names", .asset = app.id, .state = "QUERY", .probability = 1};
  PathStep last{.rule = "R17", .name = "The agent calls the tool", .asset = tool.id, .state = "TOOL", .probability = 0.5, .tier = "B", .because = "no approval", .assumed = true, .place = tool.places[0]};
  PathStep other = last;
  other.rule = "R22";
  out.incident = {.id = IncidentId{7}, .type = "I4", .title = "The agent does \"harm\"", .asset = app.id, .level = Level::watch, .paths = {{{first, bridge, last}, 0.7}, {{first, other}, 0.3}}};
  out.incident.drivers = {{"it is public", 0.25, {}}};
  out.posture.forecast.incidents = {out.incident};
  out.posture.forecast.actions = {{ActionId{8}, "Ask a person first", 6, 900, 800, 1000, 900, {{out.incident.id, 0.4, 0.1}}}};
  return out;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Picture, EveryStepShowsItsFactAndItsLine) {
  const Scene s = scene();
  const std::string svg = picture_of(s.posture, s.incident);
  EXPECT_NE(svg.find("public_access is true"), std::string::npos);
  EXPECT_NE(svg.find("shop/main.py:3"), std::string::npos);
  EXPECT_NE(svg.find("/pay.py:77"), std::string::npos);
  EXPECT_EQ(count(svg, "<rect"), 6u);  // two ways of two steps (a bridge is none) and their ends
  EXPECT_EQ(count(svg, "box shared"), 2u);
  EXPECT_EQ(count(svg, " assumed\""), 2u);
}

TEST(Picture, TextOfTheScanIsNoMarkup) {
  const Scene s = scene();
  const std::string figure = figure_of(s.posture, s.incident);
  EXPECT_EQ(figure.find("<b>\""), std::string::npos);
  EXPECT_NE(figure.find("shop &amp; &lt;b&gt;"), std::string::npos);
  EXPECT_NE(figure.find("&quot;harm&quot;"), std::string::npos);
  EXPECT_EQ(figure.find("<script"), std::string::npos);
}

TEST(Picture, LongNamesStayWithinTheBox) {
  const Scene s = scene();
  const std::string svg = picture_of(s.posture, s.incident);
  for (std::size_t at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at + 1)) {
    const std::size_t from = svg.find('>', at) + 1, to = svg.find('<', from);
    EXPECT_LE(to - from, 90u) << svg.substr(from, to - from);
  }
}

TEST(Picture, TheFigureSaysWhatRaisesItAndWhatBreaksIt) {
  const Scene s = scene();
  const std::string figure = figure_of(s.posture, s.incident);
  EXPECT_NE(figure.find("it is public (25 % within the horizon)"), std::string::npos);
  EXPECT_NE(figure.find("Ask a person first: 40 % → 10 %, about 6 h"), std::string::npos);
}

TEST(Picture, AnIncidentWithoutAPathHasNone) {
  Scene s = scene();
  s.incident.paths.clear();
  EXPECT_EQ(figure_of(s.posture, s.incident), "");
}

TEST(Picture, ThePageCarriesItBesideItsData) {
  const Scene s = scene();
  const std::string page = find_report("html")->render(s.posture, {});
  EXPECT_EQ(page.find("@WAYS@"), std::string::npos);
  EXPECT_NE(page.find("<svg class=\"way\""), std::string::npos);
}

}  // namespace
}  // namespace stormwatch::report
