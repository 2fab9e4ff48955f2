// SPDX-License-Identifier: Apache-2.0
#include "forecast/step_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/embedded.h"
#include "base/file.h"
#include "base/hash.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile steps[];
extern const std::size_t steps_count;
}  // namespace stormwatch::embedded

namespace stormwatch::forecast {

std::string_view state_name(std::uint8_t state) {
  return state < kStates.size() ? kStates[state] : kMoreStates[state - kStates.size()];
}

std::optional<std::uint8_t> state_named(std::string_view name) {
  for (std::uint8_t s = 0; s < kStateCount; ++s)
    if (state_name(s) == name) return s;
  return std::nullopt;
}

namespace {

std::unexpected<Error> at(std::string_view file, const Node& node, std::string what, std::string expected = {}) {
  return failure(std::move(what), std::string(file), fmt::format("line {}", node.line), std::move(expected));
}

/// Reads one map; asks for its words by name and refuses what nobody asked for.
struct Reader {
  std::string_view file;
  const Node& node;
  std::set<std::string_view> asked;

  const Node* ask(std::string_view key) {
    asked.insert(key);
    return node.find(key);
  }
  std::string text(std::string_view key) {
    const Node* found = ask(key);
    return found && found->is_scalar() ? found->scalar : std::string();
  }
  Result<void> refuse_others() const {
    for (const Node::Member& member : node.members)
      if (!asked.contains(member.key))
        return failure("unknown word " + member.key, std::string(file), fmt::format("line {}", member.line),
                       fmt::format("one of {}", fmt::join(asked, ", ")));
    return {};
  }
};

Result<double> number_at(std::string_view file, const Node& node, double most) {
  const auto value = node.as_number();
  if (!value || !(*value >= 0) || *value > most) return at(file, node, "not a number that fits here", fmt::format("0 to {}", most));
  return *value;
}

Result<std::vector<Hop>> hops_of(std::string_view file, const Node& node) {
  std::vector<Hop> hops;
  if (node.scalar == "same") return hops;
  std::string_view rest = node.scalar;
  while (!rest.empty()) {
    const char arrow = rest.front();
    const std::size_t begin = rest.find_first_not_of(" <>");
    const std::size_t end = begin == std::string_view::npos ? begin : rest.find(' ', begin);
    const auto relation = begin == std::string_view::npos ? std::nullopt : relation_kind_named(rest.substr(begin, end - begin));
    if ((arrow != '<' && arrow != '>') || !relation)
      return at(file, node, "unknown way " + node.scalar, "same, or hops like \"> reads\" (A reads B) and \"< reads\" (B reads A)");
    hops.push_back({*relation, arrow == '>'});
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  if (hops.empty()) return at(file, node, "an empty way");
  return hops;
}

Result<std::vector<Assumption>> assumptions_of(std::string_view file, const Node* node) {
  std::vector<Assumption> out;
  if (!node) return out;
  for (const Node::Member& member : node->members) {
    const auto chance = number_at(file, member.value, 1);
    if (!chance) return std::unexpected(chance.error());
    out.push_back({member.key, *chance});
  }
  return out;
}

Result<std::uint8_t> state_at(std::string_view file, const Node& node) {
  const auto state = state_named(node.scalar);
  if (!state) return at(file, node, "unknown attack state " + node.scalar, fmt::format("one of {}, {}", fmt::join(kStates, ", "), fmt::join(kMoreStates, ", ")));
  return *state;
}

Result<Per> per_named(std::string_view file, const Node& node) {
  static constexpr std::array<std::string_view, 6> kNames{"once", "network-flaw", "client-flaw", "inner-flaw", "malicious", "gaps"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == node.scalar) return static_cast<Per>(i);
  return at(file, node, "unknown per " + node.scalar, fmt::format("one of {}", fmt::join(kNames, ", ")));
}

Result<double> value_of(Reader& reader, bool& hazard) {
  const Node* chance = reader.ask("chance");
  const Node* rate = reader.ask("hazard");
  if (!chance == !rate) return at(reader.file, reader.node, "one of chance and hazard is needed");
  hazard = rate != nullptr;
  return number_at(reader.file, rate ? *rate : *chance, rate ? 100 : 1);
}

Result<StepRule> rule_of(std::string_view file, const Node& node, const std::vector<ControlKind>& controls) {
  if (!node.is_map()) return at(file, node, "not a step rule", "a map with id, name, from, to, on");
  Reader reader{file, node, {}};
  StepRule rule;
  rule.id = reader.text("id");
  rule.name = reader.text("name");
  rule.source = reader.text("source");
  rule.needs = reader.text("needs");
  rule.told = reader.text("told");
  rule.changed = reader.text("changed");
  rule.incident = reader.text("incident");
  rule.cause = reader.text("cause");
  if (rule.id.empty() || rule.name.empty()) return at(file, node, "a step rule without id or name");
  if (const Node* from = reader.ask("from"))
    for (const Node& item : from->items) {
      const auto state = state_at(file, item);
      if (!state) return std::unexpected(state.error());
      if (*state == kExternal) rule.external = true;
      else rule.from.push_back(*state);
    }
  if (rule.from.empty() && !rule.external) return at(file, node, "a step rule that starts nowhere", "from: a list of attack states");
  const Node* to = reader.ask("to");
  if (!to) return at(file, node, "a step rule without to");
  const auto state = state_at(file, *to);
  if (!state) return std::unexpected(state.error());
  rule.to = *state;
  const Node* on = reader.ask("on");
  if (!on) return at(file, node, "a step rule without on");
  auto condition = graph::Condition::parse(*on, file);
  if (!condition) return std::unexpected(condition.error());
  rule.on = std::move(*condition);
  if (const Node* where = reader.ask("where")) {
    auto parsed = graph::Condition::parse(*where, file);
    if (!parsed) return std::unexpected(parsed.error());
    rule.where = std::move(*parsed);
  }
  if (const Node* across = reader.ask("across"))
    for (const Node& item : across->items) {
      auto hops = hops_of(file, item);
      if (!hops) return std::unexpected(hops.error());
      rule.across.push_back(std::move(*hops));
    }
  if (!rule.from.empty() && rule.across.empty()) return at(file, node, "a step from an attack state needs across");
  const auto value = value_of(reader, rule.hazard);
  if (!value) return std::unexpected(value.error());
  rule.value = *value;
  if (const Node* cases = reader.ask("cases"))
    for (const Node& item : cases->items) {
      Reader inner{file, item, {}};
      StepCase one;
      const Node* when = inner.ask("when");
      if (!when) return at(file, item, "a case without when");
      auto parsed = graph::Condition::parse(*when, file);
      if (!parsed) return std::unexpected(parsed.error());
      one.when = std::move(*parsed);
      bool hazard = false;
      const auto number = value_of(inner, hazard);
      if (!number) return std::unexpected(number.error());
      if (hazard != rule.hazard) return at(file, item, "a case mixes chance and hazard with its rule");
      one.value = *number;
      auto assumes = assumptions_of(file, inner.ask("assumes"));
      if (!assumes) return std::unexpected(assumes.error());
      one.assumes = std::move(*assumes);
      if (const auto rest = inner.refuse_others(); !rest) return std::unexpected(rest.error());
      rule.cases.push_back(std::move(one));
    }
  if (const Node* per = reader.ask("per")) {
    const auto named = per_named(file, *per);
    if (!named) return std::unexpected(named.error());
    rule.per = *named;
  }
  rule.observed = reader.text("observed") == "true";
  rule.bridge = reader.text("bridge") == "true";
  auto assumed = assumptions_of(file, reader.ask("assumed"));
  if (!assumed) return std::unexpected(assumed.error());
  rule.assumed = std::move(*assumed);
  const std::string tier = reader.text("tier");
  if (tier.size() != 1 || tier[0] < 'A' || tier[0] > 'D') return at(file, node, "a step rule without a tier", "A, B, C or D");
  rule.tier = tier[0];
  if (const Node* techniques = reader.ask("techniques"))
    for (const Node& item : techniques->items) rule.techniques.push_back(item.scalar);
  if (const Node* used = reader.ask("controls"))
    for (const Node::Member& member : used->members) {
      const auto found = std::ranges::lower_bound(controls, member.key, {}, &ControlKind::name);
      if (found == controls.end() || found->name != member.key)
        return failure("unknown control " + member.key, std::string(file), fmt::format("line {}", member.line), "a name of steps/controls.yaml");
      const auto multiplier = number_at(file, member.value, 1);
      if (!multiplier) return std::unexpected(multiplier.error());
      rule.controls.push_back({static_cast<std::uint32_t>(found - controls.begin()), *multiplier});
    }
  if (const auto rest = reader.refuse_others(); !rest) return std::unexpected(rest.error());
  return rule;
}

Result<std::vector<ControlKind>> controls_of(std::string_view file, const Node& node) {
  std::vector<ControlKind> out;
  for (const Node::Member& member : node.members) {
    Reader reader{file, member.value, {}};
    ControlKind control;
    control.name = member.key;
    control.todo = reader.text("do");
    control.group = reader.text("class");
    control.once = reader.text("once") == "true";
    control.only_findings = reader.text("only_findings") == "true";
    control.how = reader.text("how");
    if (const Node* closes = reader.ask("closes"))
      for (const Node& item : closes->items) control.closes.push_back(item.scalar);
    std::ranges::sort(control.closes);
    if (const Node* kinds = reader.ask("at"))
      for (const Node& item : kinds->items) {
        const auto kind = asset_kind_named(item.scalar);
        if (!kind) return at(file, item, "unknown kind " + item.scalar);
        control.at.push_back(*kind);
      }
    if (control.todo.empty() || control.group.empty()) return at(file, member.value, "a control without do or class");
    if (const Node* hours = reader.ask("hours")) {
      const auto number = number_at(file, *hours, 10'000);
      if (!number) return std::unexpected(number.error());
      control.hours = std::max(0.25, *number);
    }
    if (const Node* present = reader.ask("present")) {
      auto parsed = graph::Condition::parse(*present, file);
      if (!parsed) return std::unexpected(parsed.error());
      control.present = std::move(*parsed);
    }
    if (const auto rest = reader.refuse_others(); !rest) return std::unexpected(rest.error());
    out.push_back(std::move(control));
  }
  std::ranges::sort(out, {}, &ControlKind::name);
  return out;
}

Result<std::vector<IncidentType>> incidents_of(std::string_view file, const Node& node) {
  std::vector<IncidentType> out;
  for (const Node::Member& member : node.members) {
    Reader reader{file, member.value, {}};
    IncidentType type;
    type.id = member.key;
    type.title = reader.text("title");
    type.follows = reader.text("follows") == "true";
    if (const Node* states = reader.ask("states"))
      for (const Node& item : states->items) {
        const auto state = state_at(file, item);
        if (!state) return std::unexpected(state.error());
        type.states.push_back(*state);
      }
    for (const auto& [key, into] : {std::pair{"median", &type.median}, {"p90", &type.p90}, {"per_record", &type.per_record}})
      if (const Node* value = reader.ask(key)) {
        const auto number = number_at(file, *value, 1e12);
        if (!number) return std::unexpected(number.error());
        *into = *number;
      }
    if (type.title.empty() || type.states.empty() || type.median <= 0 || type.p90 < type.median)
      return at(file, member.value, "an incident needs title, states, and a median not above p90");
    if (const auto rest = reader.refuse_others(); !rest) return std::unexpected(rest.error());
    out.push_back(std::move(type));
  }
  return out;
}

Result<void> add_rules(StepRules& into, std::string_view file, std::string_view text) {
  auto nodes = format::read_content(text, file);
  if (!nodes) return std::unexpected(nodes.error());
  for (const Node& node : *nodes) {
    auto rule = rule_of(file, node, into.controls);
    if (!rule) return std::unexpected(rule.error());
    if (std::ranges::any_of(into.rules, [&](const StepRule& other) { return other.id == rule->id; }))
      return at(file, node, "a second step rule " + rule->id);
    into.rules.push_back(std::move(*rule));
  }
  return {};
}

}  // namespace

std::string digest_of(const StepRules& rules) {
  std::string text;
  for (const StepRule& rule : rules.rules) {
    text += fmt::format("{}|{}|{:.9g}|{:.9g}|{}|{}|", rule.id, rule.to, rule.value, rule.strength, rule.tier, static_cast<int>(rule.per));
    for (std::uint8_t from : rule.from) text += fmt::format("{},", from);
    for (const StepCase& one : rule.cases) text += fmt::format("{:.9g}/{:.9g};", one.value, one.strength);
    for (const UsedControl& used : rule.controls) text += fmt::format("{}x{:.9g};", rules.controls[used.control].name, used.multiplier);
    for (const Assumption& assumed : rule.assumed) text += fmt::format("{}={:.9g};", assumed.fact, assumed.chance);
  }
  for (const IncidentType& type : rules.incidents) text += fmt::format("{}|{:.9g}|{:.9g};", type.id, type.median, type.p90);
  return hex(hash64(text));
}

Result<std::shared_ptr<const StepRules>> load_steps(const std::vector<std::string>& extra_folders) {
  auto out = std::make_shared<StepRules>();
  std::vector<std::pair<std::string, std::string_view>> rule_files;
  for (std::size_t i = 0; i < embedded::steps_count; ++i) {
    const std::string_view path = embedded::steps[i].path, text = embedded::steps[i].text();
    const std::string file = fmt::format("steps/{}", path);
    if (path.starts_with("rules/")) {
      rule_files.emplace_back(file, text);
      continue;
    }
    auto nodes = format::read_content(text, file);
    if (!nodes) return std::unexpected(nodes.error());
    if (nodes->empty()) continue;
    if (path == "controls.yaml") {
      auto controls = controls_of(file, nodes->front());
      if (!controls) return std::unexpected(controls.error());
      out->controls = std::move(*controls);
    } else if (path == "incidents.yaml") {
      auto incidents = incidents_of(file, nodes->front());
      if (!incidents) return std::unexpected(incidents.error());
      out->incidents = std::move(*incidents);
    }
  }
  for (const auto& [file, text] : rule_files)
    if (const auto added = add_rules(*out, file, text); !added) return std::unexpected(added.error());
  for (const std::string& folder : extra_folders) {
    std::error_code problem;
    std::vector<std::string> paths;
    for (std::filesystem::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem))
      if (it->path().extension() == ".yaml") paths.push_back(it->path().string());
    if (problem) return failure(problem.message(), folder);
    std::ranges::sort(paths);
    for (const std::string& path : paths) {
      auto text = read_text(path);
      if (!text) return std::unexpected(text.error());
      if (const auto added = add_rules(*out, path, *text); !added) return std::unexpected(added.error());
    }
  }
  std::ranges::sort(out->rules, {}, &StepRule::id);
  return std::shared_ptr<const StepRules>(std::move(out));
}

}  // namespace stormwatch::forecast
