// SPDX-License-Identifier: Apache-2.0
#include "detect/rules/rule_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "detect/type_index.h"
#include "format/content_document.h"
#include "graph/query.h"
#include "posture/context.h"

namespace stormwatch::detect {
namespace {

constexpr std::array<std::string_view, 13> kKeys{"id", "title", "why", "fix", "severity", "vector", "confidence", "controls",
                                                 "equivalents", "effort_hours", "match", "evidence", "examples"};

struct Rule {
  Advisory advisory;
  graph::Condition condition;
  Confidence confidence = Confidence::high;
  std::string evidence;
  std::vector<Example> examples;
};

// The text of the fact at "field" or "configuration.a.b"; empty if it was not observed.
std::string fact_text(const Asset& asset, std::string_view path) {
  if (path == "name") return asset.name;
  const std::size_t dot = path.find('.');
  const auto value = field_of(asset.facts, path.substr(0, dot));
  if (!value) return {};
  if (const auto* text = std::get_if<std::string>(&*value)) return excerpt_of(*text, 80);
  if (const auto* flag = std::get_if<bool>(&*value)) return *flag ? "true" : "false";
  if (const auto* count = std::get_if<std::int64_t>(&*value)) return std::to_string(*count);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&*value)) return excerpt_of(fmt::format("{}", fmt::join(*texts, ", ")), 120);
  if (const auto* tree = std::get_if<Configuration>(&*value); tree && *tree && dot != std::string_view::npos) {
    const Node* node = (*tree)->at_path(path.substr(dot + 1));
    if (node && node->is_scalar()) return excerpt_of(node->scalar, 80);
  }
  return {};
}

std::string filled(std::string_view pattern, const Asset& asset) {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{'), close = pattern.find('}', open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    text += pattern.substr(0, open);
    text += fact_text(asset, pattern.substr(open + 1, close - open - 1));
    pattern.remove_prefix(close + 1);
  }
  return text += pattern;
}

/// One line to show: a path of the rule language without "item.", the word for the entry of a list that is being looked at.
std::string shown(std::string_view because) {
  std::string out = excerpt_of(because);
  for (std::size_t at = out.find("item."); at != std::string::npos; at = out.find("item.", at + 1))
    if (at == 0 || out[at - 1] == ' ') out.erase(at, 5);
  return out;
}

// A value that infrastructure files leave to someone else; facts that no file states are unknown to every rule and say nothing here.
void leave_open(const graph::Answer& answer, const Asset& asset, Signals& signals) {
  const auto value = field_of(asset.facts, "configuration");
  const auto* tree = value ? std::get_if<Configuration>(&*value) : nullptr;
  if (!tree || !*tree) return;
  for (const std::string& assumed : answer.assumed) {
    const std::size_t at = assumed.find(".configuration.");
    const std::size_t item = at == std::string::npos ? assumed.find(".item.") : at;
    if (item == std::string::npos) continue;
    Place place = !answer.place.path.empty() ? answer.place : asset.places.empty() ? Place{} : asset.places.front();
    signals.leave_open(asset, std::move(place), assumed.substr(item + (at == std::string::npos ? 6 : 15)));
    return;
  }
}

void look(const Rule& rule, const Estate& estate, const Context& context, Signals& signals) {
  for (const std::size_t i : context.types ? context.types->candidates(rule.condition) : TypeIndex(estate).candidates(rule.condition)) {
    const Asset& asset = estate.assets()[i];
    graph::Answer answer = rule.condition.evaluate(estate, i);
    if (answer.truth == graph::Truth::unknown) leave_open(answer, asset, signals);
    if (answer.truth != graph::Truth::yes) continue;
    Place place = !answer.place.path.empty() ? answer.place : asset.places.empty() ? Place{} : asset.places.front();
    Signal& signal = signals.raise(asset, std::move(place), rule.evidence.empty() ? shown(answer.because) : filled(rule.evidence, asset));
    signal.explanation = std::move(answer.because);
    signal.confidence = std::min(signal.confidence, rule.confidence);
    // What stands in a test or an example is seldom what runs.
    signal.context = context_of(signal.place.path);
    if (!signal.context.empty() && signal.severity > Severity::low) signal.severity = static_cast<Severity>(static_cast<int>(signal.severity) - 1);
  }
}

struct Reader {
  std::string_view file;

  std::unexpected<Error> refuse(std::uint32_t line, std::string what, std::string expected) const {
    return failure(std::move(what), std::string(file), line ? fmt::format("line {}", line) : "", std::move(expected));
  }

  Result<std::vector<std::string>> texts(const Node& node, std::string_view key) const {
    std::vector<std::string> found;
    if (!node.is_list()) return refuse(node.line, fmt::format("{} is no list", key), "a list of texts");
    for (const Node& item : node.items) {
      if (!item.is_scalar()) return refuse(item.line, fmt::format("{} has an item that is no text", key), "a list of texts");
      found.push_back(item.scalar);
    }
    return found;
  }

  Result<void> examples(const Node& node, bool fires, std::vector<Example>& into) const {
    if (!node.is_list()) return refuse(node.line, "examples are no list", "- {file: NAME, content: TEXT}");
    for (const Node& item : node.items) {
      Example example;
      example.fires = fires;
      example.name = std::string(item.text("name", fmt::format("{} {}", fires ? "bad" : "good", into.size() + 1)));
      for (const Node::Member& member : item.members)
        if (member.key != "name" && member.key != "file" && member.key != "content" && member.key != "files")
          return refuse(member.line, fmt::format("unknown key {} in an example", member.key), "name, file, content, files");
      if (item.find("file")) example.files.push_back({std::string(item.text("file")), std::string(item.text("content"))});
      if (const Node* files = item.find("files"))
        for (const Node::Member& member : files->members) example.files.push_back({member.key, member.value.scalar});
      if (example.files.empty()) return refuse(item.line, "example without a file", "file and content, or files");
      into.push_back(std::move(example));
    }
    return {};
  }

  // `finding:` is for steps: a rule that asked for findings would depend on the order of rules.
  static const Node* finding_clause(const Node& node) {
    for (const Node::Member& member : node.members) {
      if (member.key == "finding") return &member.value;
      if (const Node* found = finding_clause(member.value)) return found;
    }
    for (const Node& item : node.items)
      if (const Node* found = finding_clause(item)) return found;
    return nullptr;
  }

  Result<void> text_keys(const Node& root, Rule& rule) const {
    struct Row {
      std::string_view key;
      std::string& into;
    };
    for (const Row& row : {Row{"id", rule.advisory.id}, Row{"title", rule.advisory.title}, Row{"why", rule.advisory.why}, Row{"fix", rule.advisory.fix}}) {
      row.into = std::string(root.text(row.key));
      while (row.into.ends_with('\n')) row.into.pop_back();
      if (row.into.empty()) return refuse(root.line, fmt::format("rule without {}", row.key), "id, title, why, fix, severity, vector, match, examples");
    }
    const std::string& id = rule.advisory.id;
    if (id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
      return refuse(root.find("id")->line, fmt::format("id {} is not lower-case words", id), "words joined by '-'");
    return {};
  }

  Result<void> word_keys(const Node& root, Rule& rule) const {
    const auto severity = severity_named(root.text("severity"));
    if (!severity) return refuse(root.find("severity") ? root.find("severity")->line : root.line, fmt::format("unknown severity {}", root.text("severity")), fmt::format("{}", fmt::join(kSeverityNames, ", ")));
    rule.advisory.severity = *severity;
    const auto vector = vector_named(root.text("vector"));
    if (!vector) return refuse(root.find("vector") ? root.find("vector")->line : root.line, fmt::format("unknown vector {}", root.text("vector")), fmt::format("{}", fmt::join(kVectorNames, ", ")));
    rule.advisory.vector = *vector;
    if (const Node* node = root.find("confidence")) {
      const auto confidence = confidence_named(node->scalar);
      if (!confidence) return refuse(node->line, fmt::format("unknown confidence {}", node->scalar), fmt::format("{}", fmt::join(kConfidenceNames, ", ")));
      rule.confidence = *confidence;
    }
    if (const Node* node = root.find("effort_hours")) {
      const auto hours = node->as_number();
      if (!hours || *hours <= 0) return refuse(node->line, "effort_hours is no positive number", "hours, such as 0.5");
      rule.advisory.effort_hours = *hours;
    }
    return {};
  }

  Result<void> list_keys(const Node& root, Rule& rule) const {
    if (const Node* node = root.find("controls")) {
      auto controls = texts(*node, "controls");
      if (!controls) return std::unexpected(controls.error());
      for (const std::string& control : *controls)
        if (control.find(':') == std::string::npos) return refuse(node->line, fmt::format("control {} names no framework", control), "framework:id");
      rule.advisory.controls = std::move(*controls);
    }
    if (const Node* node = root.find("equivalents")) {
      if (!node->is_map()) return refuse(node->line, "equivalents is no map", "tool: [ids]");
      for (const Node::Member& member : node->members) {
        auto ids = texts(member.value, member.key);
        if (!ids) return std::unexpected(ids.error());
        rule.advisory.equivalents[member.key] = std::move(*ids);
      }
    }
    return {};
  }

  Result<Rule> rule(const Node& root) const {
    if (!root.is_map()) return refuse(root.line, "rule is no map", "id, title, why, fix, severity, vector, match, examples");
    for (const Node::Member& member : root.members)
      if (std::ranges::find(kKeys, member.key) == kKeys.end())
        return refuse(member.line, fmt::format("unknown key {}", member.key), fmt::format("{}", fmt::join(kKeys, ", ")));
    Rule rule;
    for (const auto& step : {&Reader::text_keys, &Reader::word_keys, &Reader::list_keys})
      if (auto done = (this->*step)(root, rule); !done) return std::unexpected(done.error());
    const Node* match = root.find("match");
    if (!match) return refuse(root.line, "rule without match", "match: CONDITION");
    if (const Node* finding = finding_clause(*match)) return refuse(finding->line, "finding in a rule", "facts, relations and sightings: findings are for steps");
    auto condition = graph::Condition::parse(*match, file);
    if (!condition) return std::unexpected(condition.error());
    rule.condition = std::move(*condition);
    rule.evidence = std::string(root.text("evidence"));
    const Node* examples_node = root.find("examples");
    const Node* bad = examples_node ? examples_node->find("bad") : nullptr;
    const Node* good = examples_node ? examples_node->find("good") : nullptr;
    if (!bad || !good) return refuse(examples_node ? examples_node->line : root.line, "rule without examples of both kinds", "examples: {bad: [...], good: [...]}");
    if (auto done = examples(*bad, true, rule.examples); !done) return std::unexpected(done.error());
    if (auto done = examples(*good, false, rule.examples); !done) return std::unexpected(done.error());
    return rule;
  }
};

}  // namespace

Result<std::vector<Detector>> read_rules(std::string_view text, std::string_view file, const Limits& limits) {
  const auto documents = format::read_content(text, file, limits);
  if (!documents) return std::unexpected(documents.error());
  std::vector<Detector> detectors;
  for (const Node& root : *documents) {
    auto read = Reader{file}.rule(root);
    if (!read) return std::unexpected(read.error());
    const auto rule = std::make_shared<const Rule>(std::move(*read));
    detectors.push_back(Detector{.advisory = rule->advisory,
                                 .look = [rule](const Estate& estate, const Context& context, Signals& signals) { look(*rule, estate, context, signals); },
                                 .examples = [rule] { return rule->examples; }});
  }
  return detectors;
}

}  // namespace stormwatch::detect
