// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/json.h"
#include "report/json_writer.h"
#include "report/uuid.h"
#include "report/wrap.h"

namespace stormwatch::report {
namespace {

Posture sample() {
  Posture p;
  p.tool = {"0.1.0", "abc", "2026-01-01", 7};
  p.scan = {{"target"}, "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", 1.5, 3, 1000, {{"model", false, 1, 0, 0, 0}, {"poisoned-model", true, 4, 0, 1, 2}}};
  Asset model = make_asset("file:m.pkl", "m\x1b[31m.pkl</script>", ModelFacts{.format = "pickle", .executes_code_on_load = true, .bytes = 10}, Place{.path = "m.pkl"});
  model.sightings.push_back({"pickle-call", "posix.system", "posix.system('id')", "", Place{.path = "m.pkl", .member = "a!/b", .offset = 0}, Confidence::medium});
  Asset app = make_asset("app", "app", ApplicationFacts{.public_access = false}, Place{.path = "main.py", .line = 3, .column = 4});
  std::vector<Asset> assets{model, app};
  std::ranges::sort(assets, {}, &Asset::id);
  p.estate = Estate(assets, {Relation{app.id, RelationKind::loads, model.id, Confidence::high, {Place{.path = "main.py", .line = 3}}}}, {Gap{"x.zip", "y", "encrypted", "no password"}});
  Finding f{.id = FindingId{5}, .title = "Loading the model runs code", .vector = Vector::poisoned_model, .remediation = "Do not load it.", .controls = {"cwe:502"}, .first_seen = "2026-01-01T00:00:00Z", .last_seen = "2026-01-02T00:00:00Z"};
  f.signal = {.rule = "r", .asset = model.id, .place = Place{.path = "m.pkl", .offset = 0, .resource = "res"}, .evidence = "posix.system('id')", .explanation = "because", .severity = Severity::critical, .confidence = Confidence::medium, .identifiers = {"CVE-1"}, .context = "test"};
  f.signal.vulnerability = VulnerabilityFacts{.epss = 0.5, .known_exploited = true, .cvss_vector = "CVSS:3.1/AV:N", .cvss = 9.8, .fixed_version = "2"};
  p.findings = {f};
  Incident incident{.id = IncidentId{6}, .type = "I2", .title = "An attacker runs code", .asset = app.id, .level = Level::warning, .chance = {0.01, 0.1, 0.3, 0.2, 0.4}, .evidence_tier = "B", .impact_p50 = 1000, .impact_p90 = 5000, .exact = true};
  incident.paths = {{{{"R43", "The model is loaded", app.id, "CODE", 0.7, "B", "it loads m.pkl", {f.id}, {"AML.T0011"}, true}}, 0.9}};
  incident.drivers = {{"the model", 0.2, {f.id}}};
  p.forecast.incidents = {incident};
  p.forecast.actions = {{ActionId{8}, "Remove m.pkl", 1, 900, 800, 1000, 900, {{incident.id, 0.3, 0.0}}, {f.id}, "Delete it."}};
  p.forecast.expected_loss = 1234;
  p.compliance = {{{"eu-ai-act", "15", "Robustness"}, ControlStatus::not_met, "1 finding", {f.id}, {app.id}}};
  return p;
}

TEST(JsonWriter, a_list_written_by_several_threads_is_the_list) {
  const auto put = [](JsonWriter& json, int item) {
    json.field("number", item);
    json.field("text", item % 3 ? "plain" : "\xC3\xBC \"quoted\"");
    json.list("inner", std::vector<int>(static_cast<std::size_t>(item % 4)), [&](int one) { json.put(one); });
  };
  for (const int count : {0, 1, 1999, 2000, 2001, 40'000}) {
    std::vector<int> items(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) items[static_cast<std::size_t>(i)] = i;
    std::string plain, parts;
    JsonWriter one(plain), many(parts);
    one.object([&] { one.list("items", items, [&](int item) { one.object([&] { put(one, item); }); }); });
    many.object([&] { many.long_list("items", items, put); });
    EXPECT_TRUE(plain == parts) << count;
  }
}

TEST(Json, a_report_that_is_read_and_written_again_is_the_same) {
  const std::string first = to_json(sample());
  const auto read = from_json(first);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(to_json(*read), first);
}

TEST(Uuid, IsThatOfVersion5) { EXPECT_EQ(uuid_of("x"), "4cd605e7-afa2-5360-b5b9-c5e9fb5c76f4"); }

TEST(Formats, each_renders_hostile_text_without_breaking_its_form) {
  Posture p = sample();
  p.findings[0].title = "a|b `c` <script>&\"'\x01\xff ]]> [x](javascript:y)\nnew";
  for (std::size_t i = 0; i < formats_table_count; ++i) {
    const std::string text = formats_table[i]->render(p, {});
    EXPECT_EQ(text.empty(), !formats_table[i]->needs.empty()) << formats_table[i]->name << ": the sample has no package";
    EXPECT_EQ(text, formats_table[i]->render(p, {})) << formats_table[i]->name;
    const std::string_view name = formats_table[i]->name;
    if (name == "cyclonedx" || name == "spdx" || name == "oscal" || name == "sarif") {
      EXPECT_TRUE(nlohmann::json::accept(text)) << name;
    }
    if (name == "markdown") {
      EXPECT_EQ(text.find("<script>"), std::string::npos);
      EXPECT_EQ(text.find("[x](javascript"), std::string::npos);
    }
    if (name == "junit") {
      EXPECT_EQ(text.find('\x01'), std::string::npos);
      EXPECT_EQ(text.find("<script>"), std::string::npos);
    }
    for (std::size_t at = name == "ocsf" ? 0 : text.size(); at < text.size(); at = text.find('\n', at) + 1) {
      EXPECT_TRUE(nlohmann::json::accept(text.substr(at, text.find('\n', at) - at)));
    }
  }
}

TEST(Json, refuses_what_is_no_report_and_says_what_it_wants) {
  EXPECT_FALSE(from_json("{"));
  const auto other = from_json("{\"schema\": \"other/1\"}");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().expected.find("stormwatch.report/1"), std::string::npos);
  const auto wrong = from_json(R"({"schema": "stormwatch.report/1", "relations": [{"kind": "eats"}]})");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().what.find("eats"), std::string::npos);
}

TEST(Json, ill_typed_members_read_as_empty_not_as_a_crash) {
  EXPECT_TRUE(from_json(R"({"schema": "stormwatch.report/1", "assets": {}, "findings": [[], 3, {"id": "zz", "location": 4}], "scan": 7, "forecast": [1]})"));
}

TEST(Json, counts_no_integer_can_hold_read_as_none) {
  const auto read = from_json(R"({"schema": "stormwatch.report/1", "scan": {"files": 1e300, "bytes": -1e300}, "forecast": {"horizon_days": 1e20}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->scan.files, 0);
  EXPECT_EQ(read->scan.bytes, 0);
  EXPECT_EQ(read->forecast.horizon_days, 90);
}

TEST(Html, no_text_of_the_scan_ends_the_script) {
  const std::string page = find_report("html")->render(sample(), {});
  EXPECT_EQ(page.find("</script>", page.find("<script type=\"application/json\"")), page.find("</script>"));
  EXPECT_NE(page.find("\\u003c/script>"), std::string::npos);
}

TEST(Terminal, shows_the_forecast_before_the_findings_and_no_escape_of_the_input) {
  const std::string text = find_report("terminal")->render(sample(), {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_LT(text.find("FORECAST"), text.find("FINDINGS"));
  EXPECT_NE(text.find("Incomplete"), std::string::npos);
  EXPECT_EQ(text.find("Incomplete"), 0U);
}

TEST(Terminal, a_long_place_keeps_its_beginning_and_its_file) {
  Posture p = sample();
  p.findings[0].signal.place = {.path = "service-of-payments/src/main/java/com/example/payments/transformation/rewriting/RewriteQueryTransformer.java", .line = 67};
  p.findings[0].signal.severity = Severity::high;
  const std::string text = find_report("terminal")->render(p, {.width = 100});
  EXPECT_NE(text.find("service-of-payments/…/"), std::string::npos);
  EXPECT_NE(text.find("/RewriteQueryTransformer.java:67"), std::string::npos);
}

TEST(Terminal, a_secret_is_told_by_where_it_stands) {
  Posture p = sample();
  const Asset secret = make_asset("s", "password 91e4c8", SecretFacts{.type = "password"}, Place{.path = "deploy/compose.yaml", .line = 3});
  p.estate = Estate({secret}, {}, {});
  p.forecast.incidents[0].asset = secret.id;
  EXPECT_NE(find_report("terminal")->render(p, {}).find("password 91e4c8 in compose.yaml"), std::string::npos);
}

TEST(Sarif, counts_from_one_and_escapes_paths) {
  Posture p = sample();
  p.findings[0].signal.place = Place{.path = "a b/ü.py", .line = 2, .column = 1};
  const auto json = nlohmann::json::parse(find_report("sarif")->render(p, {}));
  const auto& place = json["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "a%20b/%C3%BC.py");
  EXPECT_EQ(place["region"]["startLine"], 2);
}

TEST(Wrap, counts_characters_not_bytes) {
  EXPECT_EQ(wrap("äöü äöü", 7), (std::vector<std::string>{"äöü äöü"}));
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("", 7).size(), 1U);
  EXPECT_EQ(wrap("unbreakable", 3), (std::vector<std::string>{"unbreakable"}));
}

}  // namespace
}  // namespace stormwatch::report
