// SPDX-License-Identifier: Apache-2.0
// Dockerfiles and Containerfiles (Dockerfile reference, syntax 1): base images, the user, ports and command of the last stage, and its
// instructions for rules: {word, text, last_stage, foreign}, with {name, value} of ENV and ARG under `values`, as fingerprints where they
// are credentials. Text that a secret was found in is blanked.
#include <algorithm>
#include <cctype>
#include <map>

#include "collect/collector.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/process.h"
#include "collect/infrastructure/service.h"
#include "collect/infrastructure/tree.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostInstructions = 5000;

bool wants(const Source& source) { return source.kind == format::ContentKind::dockerfile; }

struct Instruction {
  std::string word, rest;
  std::uint32_t line = 0;
};

std::string_view next_row(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view row = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (!row.empty() && (row.back() == '\r' || row.back() == ' ' || row.back() == '\t')) row.remove_suffix(1);
  return row;
}

std::string_view without_indent(std::string_view row) { return row.substr(std::min(row.find_first_not_of(" \t"), row.size())); }

// RUN <<EOF, COPY <<-"EOF" /path: the word that ends the text below it; empty if there is none.
std::string ending_word(const Instruction& instruction) {
  if (instruction.word != "RUN" && instruction.word != "COPY" && instruction.word != "ADD") return {};
  const std::size_t at = instruction.rest.find("<<");
  if (at == std::string::npos || (at > 0 && instruction.rest[at - 1] != ' ')) return {};
  std::size_t begin = at + 2;
  while (begin < instruction.rest.size() && (instruction.rest[begin] == '-' || instruction.rest[begin] == '"' || instruction.rest[begin] == '\'')) ++begin;
  std::size_t end = begin;
  while (end < instruction.rest.size() && (std::isalnum(static_cast<unsigned char>(instruction.rest[end])) || instruction.rest[end] == '_')) ++end;
  return instruction.rest.substr(begin, end - begin);
}

Instruction instruction_of(const std::string& logical, std::uint32_t line) {
  const std::size_t space = logical.find(' ');
  Instruction instruction{logical.substr(0, space), logical.substr(std::min(space, logical.size() - 1) + 1), line};
  std::ranges::transform(instruction.word, instruction.word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  while (!instruction.rest.empty() && instruction.rest.back() == ' ') instruction.rest.pop_back();
  return instruction;
}

std::vector<Instruction> instructions_of(std::string_view text) {
  std::vector<Instruction> found;
  std::string logical;
  std::uint32_t line = 0, began = 0;
  while (!text.empty() && found.size() < kMostInstructions) {
    const std::string_view row = without_indent(next_row(text));
    ++line;
    if (row.empty() || row[0] == '#') continue;
    if (logical.empty()) began = line;
    const bool goes_on = row.back() == '\\';
    logical += row.substr(0, row.size() - (goes_on ? 1 : 0));
    logical += ' ';
    if (goes_on && !text.empty()) continue;
    found.push_back(instruction_of(logical, began));
    logical.clear();
    const std::string ending = ending_word(found.back());
    if (ending.empty()) continue;
    while (!text.empty()) {
      const std::string_view inner = without_indent(next_row(text));
      ++line;
      if (inner == ending) break;
      found.back().rest += '\n';
      found.back().rest += inner;
    }
  }
  return found;
}

// What a pattern knows as a secret becomes stars: rules and reports see the text.
std::string without_secrets(const Source& source) {
  std::string text(source.text);
  for (const match::Hit& hit : source.hits)
    if (source.pattern(hit).topic == "secret")
      for (std::uint64_t at = hit.value_begin; at < hit.value_end && at < text.size(); ++at)
        if (text[at] != '\n') text[at] = '*';
  return text;
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

std::vector<Stage> stages_of(const Source& source, const std::vector<Instruction>& instructions) {
  std::vector<Stage> stages;
  std::map<std::string, std::string> arguments;
  for (const Instruction& instruction : instructions) {
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
  Node list = list_node(line);
  for (const std::string& text : texts) list.items.push_back(text_node(text, line));
  return list;
}

// {NAME: value} of ENV and ARG, credentials as fingerprints.
Node assigned_values(const Instruction& instruction) {
  Node values = map_node(instruction.line);
  Stage stage;
  if (instruction.word == "ARG" && instruction.rest.find('=') == std::string::npos) return values;
  add_environment(stage, instruction.rest);
  for (const auto& [name, value] : stage.container.environment) put(values, name, text_node(kept_value(name, value), instruction.line));
  return values;
}

// {from: image} of COPY --from=image and RUN --mount=from=image, and where that is no stage of this file, `foreign`: image.
void put_foreign(Node& node, const Instruction& instruction, const std::vector<Stage>& stages) {
  for (const std::string& word : split_words(instruction.rest)) {
    if (!word.starts_with("--")) break;
    std::string_view from;
    if (word.starts_with("--from=")) from = std::string_view(word).substr(7);
    else if (word.starts_with("--mount="))
      if (const std::size_t at = word.find("from="); at != std::string::npos) from = std::string_view(word).substr(at + 5);
    from = from.substr(0, from.find(','));
    const bool a_number = !from.empty() && from.find_first_not_of("0123456789") == std::string_view::npos;
    if (from.empty() || a_number || std::ranges::any_of(stages, [&](const Stage& stage) { return stage.name == from; })) continue;
    put(node, "foreign", text_node(std::string(from), instruction.line));
  }
}

// "${NAME}" as "$NAME": a variable of the shell leaves nothing open that a rule asks.
std::string without_braces(std::string_view text) {
  std::string out;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i > 0 && text[i - 1] == '$') open = true;
    else if (text[i] == '}' && open) open = false;
    else out += text[i];
  }
  return out;
}

Node instruction_node(const Instruction& instruction, const std::vector<Stage>& stages, bool last_stage) {
  Node node = map_node(instruction.line);
  put(node, "word", text_node(instruction.word, instruction.line));
  put(node, "last_stage", flag_node(last_stage, instruction.line));
  if (instruction.word == "ENV" || instruction.word == "ARG") {
    Node list = list_node(instruction.line);
    Node values = assigned_values(instruction);
    for (Node::Member& member : values.members) {
      Node one = map_node(instruction.line);
      put(one, "name", text_node(member.key, instruction.line));
      put(one, "value", std::move(member.value));
      list.items.push_back(std::move(one));
    }
    put(node, "values", std::move(list));
    // ARG NAME: given by who builds.
    if (instruction.word == "ARG" && instruction.rest.find('=') == std::string::npos) put(node, "declares", text_node(instruction.rest, instruction.line));
  } else {
    put(node, "text", text_node(without_braces(instruction.rest), instruction.line));
  }
  put_foreign(node, instruction, stages);
  return node;
}

Node instruction_list(const std::vector<Instruction>& instructions, const std::vector<Stage>& stages) {
  Node list = list_node(0);
  for (const Instruction& instruction : instructions) list.items.push_back(instruction_node(instruction, stages, !stages.empty() && instruction.line >= stages.back().line));
  return list;
}

/// With its folder: "Dockerfile" alone is the name of most.
std::string name_of(const Source& source) {
  const std::string_view folder = source.folder();
  return folder.empty() ? source.name : std::string(folder.substr(folder.rfind('/') + 1)) + "/" + source.name;
}

Result<Observation> read(const Source& source) {
  Observation observation;
  const std::string text = without_secrets(source);
  const std::vector<Instruction> instructions = instructions_of(text);
  std::vector<Stage> stages = stages_of(source, instructions);
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
  Node tree = map_node(last.line);
  put(tree, "from", text_node(last.base, last.line));
  put(tree, "command", text_list(last.container.arguments, last.line));
  if (last.user_known) put(tree, "user", text_node(last.user, last.line));
  put(tree, "instructions", instruction_list(instructions, stages));
  Container as_told = last.container;
  as_told.environment_elsewhere = true;  // who runs the image may say more
  add_processes(tree, {process_of(as_told, last.line)});
  facts.configuration = std::make_shared<const Node>(std::move(tree));
  const AssetId workload = observation.add(make_asset(key, name_of(source), Facts{std::move(facts)}, place));
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
