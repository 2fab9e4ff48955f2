// SPDX-License-Identifier: Apache-2.0
// rules: list them, run their examples, explain one.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/examples.h"
#include "app/obtain.h"
#include "app/rule_text.h"

namespace stormwatch::app {

namespace {

std::string as_json(const std::vector<detect::Detector>& detectors) {
  nlohmann::ordered_json json{{"rules", nlohmann::ordered_json::array()}};
  for (const detect::Detector& detector : detectors) {
    const Advisory& a = detector.advisory;
    json["rules"].push_back({{"id", a.id}, {"title", a.title}, {"vector", name_of(a.vector)}, {"severity", name_of(a.severity)}, {"summary", a.why},
                             {"remediation", a.fix}, {"equivalents", nlohmann::ordered_json(a.equivalents)}, {"controls", a.controls}});
  }
  return json.dump(1) + "\n";
}

int test(const Content& content, const std::string& only) {
  const auto results = run_examples(content, only);
  if (!results) return refuse(results.error(), internal_error);
  std::size_t held = 0;
  for (const ExampleResult& result : *results) {
    held += result.held;
    if (!result.held) fmt::print("{}: {}: {}\n", result.rule, result.example.empty() ? "examples" : result.example, excerpt_of(result.detail, 300));
  }
  fmt::print("{} rules, {} of {} examples hold\n", content.detectors.size(), held, results->size());
  return held == results->size() && !results->empty() ? done : at_or_above;
}

int run(const Arguments& arguments) {
  const std::string what = arguments.positional.empty() ? "list" : arguments.positional[0];
  const std::string which = arguments.positional.size() > 1 ? arguments.positional[1] : "";
  const Result<Content> content = load_content(arguments.values("--rules"), "");
  if (!content) return refuse(content.error());
  if (what == "list") {
    if (arguments.value("--format", "terminal") == "json") {
      print(as_json(content->detectors));
      return done;
    }
    for (const detect::Detector& d : content->detectors) fmt::print("{:9} {:20} {:44} {}\n", name_of(d.advisory.severity), name_of(d.advisory.vector), d.advisory.id, d.advisory.title);
    return done;
  }
  if (what == "test") return test(*content, which);
  if (what == "explain") {
    for (const detect::Detector& d : content->detectors)
      if (d.advisory.id == which) {
        print(rule_text(d.advisory));
        return done;
      }
    return refuse({"there is no rule '" + which + "'", "", "", "a rule of `stormwatch rules list`"});
  }
  return refuse({"rules " + what, "", "", "list, test or explain"});
}

}  // namespace

extern const Command rules;
const Command rules{.name = "rules",
                    .arguments = "list | test [RULE] | explain RULE",
                    .summary = "the rules: list them, run their examples, explain one",
                    .options = {{"--format", "NAME", "terminal or json"}, {"--rules", "DIR", "more rules", true}},
                    .examples = {"stormwatch rules list --format json", "stormwatch rules test --rules my-rules/"},
                    .run = run,
                    .order = 30};

}  // namespace stormwatch::app
