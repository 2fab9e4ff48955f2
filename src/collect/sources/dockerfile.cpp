// SPDX-License-Identifier: Apache-2.0
// Dockerfiles and Containerfiles (Dockerfile reference, syntax 1): base images, the user, ports and command of the last stage.
#include <algorithm>
#include <cctype>
#include <map>

#include "collect/collector.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/service.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostInstructions = 5000;

bool wants(const Source& source) { return source.kind == format::ContentKind::dockerfile; }

struct Instruction {
  std::string word, rest;
  std::uint32_t line = 0;
};

std::vector<Instruction> instructions_of(std::string_view text) {
  std::vector<Instruction> found;
  std::string logical;
  std::uint32_t line = 0, began = 0;
  while (!text.empty() && found.size() < kMostInstructions) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    while (!row.empty() && (row.back() == '\r' || row.back() == ' ' || row.back() == '\t')) row.remove_suffix(1);
    const std::size_t first = row.find_first_not_of(" \t");
    if (first == std::string_view::npos || row[first] == '#') continue;
    if (logical.empty()) began = line;
    const bool goes_on = row.back() == '\\';
    logical += row.substr(first, row.size() - first - (goes_on ? 1 : 0));
    logical += ' ';
    if (goes_on && !text.empty()) continue;
    const std::size_t space = logical.find(' ');
    Instruction instruction{logical.substr(0, space), logical.substr(std::min(space + 1, logical.size())), began};
    std::ranges::transform(instruction.word, instruction.word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    while (!instruction.rest.empty() && instruction.rest.back() == ' ') instruction.rest.pop_back();
    found.push_back(std::move(instruction));
    logical.clear();
  }
  return found;
}

struct Stage {
  std::string name, base;
  std::uint32_t line = 0;
  std::string user;
  bool user_known = false;
  Container container;
  std::vector<std::string> entrypoint, command;
};

std::vector<std::string> exec_or_shell(std::string_view rest, const Limits& limits) {
  if (rest.starts_with('['))
    if (const auto list = format::parse_json(rest, limits); list && list->is_list()) return words_of(&*list);
  return split_words(rest);
}

// "$NAME" and "${NAME:-default}" of build arguments with defaults.
std::string with_arguments(std::string text, const std::map<std::string, std::string>& arguments) {
  text = with_defaults(text);
  for (const auto& [name, value] : arguments)
    for (const std::string& form : {"${" + name + "}", "$" + name})
      for (std::size_t at = text.find(form), round = 0; at != std::string::npos && round < 8; at = text.find(form, at), ++round) text.replace(at, form.size(), value);
  return text;
}

void add_environment(Stage& stage, const std::string& rest) {
  const auto words = split_words(rest);
  if (words.size() >= 2 && words[0].find('=') == std::string::npos) {  // the old form: ENV NAME value
    stage.container.environment.emplace_back(words[0], rest.substr(words[0].size() + 1));
    return;
  }
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) continue;
    std::string value = word.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) value = value.substr(1, value.size() - 2);
    stage.container.environment.emplace_back(word.substr(0, equals), std::move(value));
  }
}

std::vector<Stage> stages_of(const Source& source) {
  std::vector<Stage> stages;
  std::map<std::string, std::string> arguments;
  for (const Instruction& instruction : instructions_of(source.text)) {
    if (instruction.word == "ARG") {
      const std::size_t equals = instruction.rest.find('=');
      if (equals != std::string::npos && arguments.size() < 100) arguments[instruction.rest.substr(0, equals)] = instruction.rest.substr(equals + 1);
    } else if (instruction.word == "FROM") {
      auto words = split_words(with_arguments(instruction.rest, arguments));
      std::erase_if(words, [](const std::string& word) { return word.starts_with("--"); });
      Stage stage;
      stage.line = instruction.line;
      if (!words.empty()) stage.base = words[0];
      if (words.size() >= 3) stage.name = words[2];
      // FROM an earlier stage: goes on from what that one had.
      for (const Stage& earlier : stages)
        if (!earlier.name.empty() && earlier.name == stage.base) {
          const std::string name = stage.name;
          stage = earlier;
          stage.name = name;
          stage.line = instruction.line;
          break;
        }
      stage.container.image = stage.base;
      stages.push_back(std::move(stage));
    } else if (!stages.empty()) {
      Stage& stage = stages.back();
      if (instruction.word == "USER") {
        stage.user = with_arguments(instruction.rest, arguments);
        stage.user_known = stage.user.find('$') == std::string::npos;
      } else if (instruction.word == "ENV") {
        add_environment(stage, instruction.rest);
      } else if (instruction.word == "EXPOSE") {
        for (const std::string& port : split_words(instruction.rest))
          if (const int number = std::atoi(port.c_str()); number > 0) stage.container.ports.push_back(number);
      } else if (instruction.word == "ENTRYPOINT") {
        stage.entrypoint = exec_or_shell(instruction.rest, *source.limits);
      } else if (instruction.word == "CMD") {
        stage.command = exec_or_shell(instruction.rest, *source.limits);
      }
    }
  }
  return stages;
}

Node text_list(const std::vector<std::string>& texts, std::uint32_t line) {
  Node list;
  list.kind = Node::Kind::list;
  list.line = line;
  for (const std::string& text : texts) {
    Node item;
    item.kind = Node::Kind::string;
    item.scalar = text;
    item.line = line;
    list.items.push_back(std::move(item));
  }
  return list;
}

Result<Observation> read(const Source& source) {
  Observation observation;
  std::vector<Stage> stages = stages_of(source);
  if (stages.empty()) return observation;
  Stage& last = stages.back();
  last.container.arguments = last.entrypoint;
  last.container.arguments.insert(last.container.arguments.end(), last.command.begin(), last.command.end());
  // Who runs the image may set more; the ports are not published by building it.
  last.container.environment_elsewhere = last.container.arguments.empty();

  const std::string key = source.path + (source.member.empty() ? "" : "!/" + source.member) + "#image";
  const Place place = source.place_of_line(last.line);
  WorkloadFacts facts;
  facts.platform = "container";
  if (last.user_known) facts.runs_as_root = last.user == "root" || last.user == "0" || last.user.starts_with("0:") || last.user.starts_with("root:");
  for (const auto& [name, value] : last.container.environment) facts.environment_names.push_back(name);
  std::ranges::sort(facts.environment_names);
  facts.arguments = last.container.arguments;
  Node tree;
  tree.kind = Node::Kind::map;
  tree.line = last.line;
  tree.members.push_back({"from", text_list({last.base}, last.line).items.front(), last.line});
  tree.members.push_back({"command", text_list(last.container.arguments, last.line), last.line});
  if (last.user_known) tree.members.push_back({"user", text_list({last.user}, last.line).items.front(), last.line});
  facts.configuration = std::make_shared<const Node>(std::move(tree));
  const AssetId workload = observation.add(make_asset(key, source.name, Facts{std::move(facts)}, place));
  for (const Stage& stage : stages) {
    const bool is_earlier = std::ranges::any_of(stages, [&](const Stage& s) { return !s.name.empty() && s.name == stage.base; });
    if (is_earlier || stage.base == "scratch") continue;
    const Place from = source.place_of_line(stage.line);
    if (const AssetId image = observe_image(stage.container, from, observation)) observation.relate(workload, RelationKind::derived_from, image, from);
  }
  observe_service(last.container, key, place, workload, {}, observation);
  return observation;
}

}  // namespace

extern const Collector dockerfile;
const Collector dockerfile{.name = "dockerfile", .wants = wants, .read = read};

}  // namespace stormwatch::collect
