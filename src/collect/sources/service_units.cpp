// SPDX-License-Identifier: Apache-2.0
// Programs that a host keeps running: units of systemd (systemd.exec(5), systemd.service(5)) with their drop-ins, and programs of
// supervisor. A unit is a workload; one that starts a known AI service offers an endpoint.
//
// What EnvironmentFile names stands on the machine: the settings are then not known to be complete. A unit without User= runs as
// root where it is a unit of the system. A program that listens on all addresses counts as reachable from outside, with medium
// confidence: a firewall may stand before the host.
#include <algorithm>

#include "collect/collector.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/process.h"
#include "collect/infrastructure/service.h"
#include "collect/infrastructure/tree.h"
#include "format/unit_file.h"

namespace stormwatch::collect {
namespace {

using format::UnitEntry;

bool is_unit(const Source& source) {
  const bool drop_in = source.name.ends_with(".conf") && source.path.find(".service.d/") != std::string::npos;
  const bool template_of = source.name.ends_with(".service.j2") || source.name.ends_with(".service.tmpl");
  return (source.name.ends_with(".service") || drop_in || template_of) && source.text.find("[Service]") != std::string_view::npos;
}
bool is_supervisor(const Source& source) { return (source.name.ends_with(".conf") || source.name.ends_with(".ini")) && source.text.find("[program:") != std::string_view::npos; }

bool wants(const Source& source) { return !source.text.empty() && (is_unit(source) || is_supervisor(source)); }

struct Program {
  std::string name, user;
  Container container;
  std::vector<UnitEntry> settings;  // of its section, for rules
  std::uint32_t line = 0;
  bool of_the_system = true;        // not started by a user's own manager
};

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) return text.substr(1, text.size() - 2);
  return text;
}

// `A=1 "B=two words" 'C=3'`
void add_environment(std::string_view text, Container& container) {
  for (const std::string& word : split_words(text)) {
    const std::string_view pair = unquoted(word);
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos)
      container.environment.emplace_back(std::string(pair.substr(0, equals)), std::string(unquoted(pair.substr(equals + 1))));
  }
}

// `A="1",B="2,3"`
void add_supervisor_environment(std::string_view text, Container& container) {
  std::string spaced(text);
  char quote = 0;
  for (char& c : spaced) {
    if (quote) quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'') quote = c;
    else if (c == ',') c = ' ';
  }
  add_environment(spaced, container);
}

std::vector<std::string> command_of(std::string_view text) {
  while (!text.empty() && std::string_view("@-:+!|").find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  return split_words(text);
}

std::vector<Program> programs_of_unit(const Source& source, const std::vector<UnitEntry>& entries) {
  Program program;
  program.name = source.name;
  program.of_the_system = source.path.find("/user/") == std::string::npos;
  for (const UnitEntry& entry : entries) {
    if (entry.section == "Install" && entry.key == "WantedBy" && entry.value.find("default.target") != std::string::npos) program.of_the_system = false;
    if (entry.section != "Service") continue;
    program.settings.push_back(entry);
    if (entry.key == "ExecStart" && !entry.value.empty()) {
      program.container.arguments = command_of(entry.value);
      program.line = entry.line;
    } else if (entry.key == "Environment") add_environment(entry.value, program.container);
    else if (entry.key == "EnvironmentFile" || entry.key == "PassEnvironment") program.container.environment_elsewhere = true;
    else if (entry.key == "User") program.user = entry.value;
    else if (entry.key == "DynamicUser" && entry.value != "no" && entry.value != "false" && program.user.empty()) program.user = "dynamic";
  }
  if (program.line == 0) return {};  // a drop-in that changes settings only
  return {std::move(program)};
}

std::vector<Program> programs_of_supervisor(const std::vector<UnitEntry>& entries) {
  std::vector<Program> programs;
  for (const UnitEntry& entry : entries) {
    if (!entry.section.starts_with("program:")) continue;
    const std::string name = entry.section.substr(8);
    if (programs.empty() || programs.back().name != name) {
      programs.emplace_back();
      programs.back().name = name;
    }
    Program& program = programs.back();
    program.settings.push_back(entry);
    if (entry.key == "command") {
      program.container.arguments = split_words(entry.value);
      program.line = entry.line;
    } else if (entry.key == "environment") add_supervisor_environment(entry.value, program.container);
    else if (entry.key == "user") program.user = entry.value;
    program.of_the_system = false;  // who starts supervisor decides
  }
  std::erase_if(programs, [](const Program& program) { return program.line == 0; });
  return programs;
}

// {settings: {User: ..., ProtectSystem: ...}, processes: [...]}; environments stand in the process, without credentials.
Configuration tree_of(const Program& program) {
  auto tree = std::make_shared<Node>(map_node(program.line));
  Node settings = map_node(program.line);
  for (const UnitEntry& entry : program.settings)
    if (!entry.key.starts_with("Environment") && entry.key != "environment" && !entry.key.starts_with("Exec") && entry.key != "command")
      put(settings, entry.key, text_node(entry.value, entry.line));
  put(*tree, "settings", std::move(settings));
  std::vector<Node> processes;
  processes.push_back(process_of(program.container, program.line));
  add_processes(*tree, std::move(processes));
  return tree;
}

void observe_program(const Source& source, const Program& program, bool unit, Observation& into) {
  const std::string key = source.path + (source.member.empty() ? "" : "!/" + source.member) + "#" + program.name;
  Place place = source.place_of_line(program.line);
  place.resource = program.name;
  WorkloadFacts facts;
  facts.platform = unit ? "systemd" : "supervisor";
  facts.exposure = exposure_on_host(program.container);
  facts.arguments = program.container.arguments;
  for (const auto& [name, value] : program.container.environment) facts.environment_names.push_back(name);
  std::ranges::sort(facts.environment_names);
  if (!program.user.empty() && program.user.find_first_of("%{$") == std::string::npos) facts.runs_as_root = program.user == "root" || program.user == "0";
  else if (program.user.empty() && program.of_the_system) facts.runs_as_root = true;
  facts.configuration = tree_of(program);
  const std::string exposure = facts.exposure;
  const AssetId workload = into.add(make_asset(key, program.name, Facts{std::move(facts)}, place));
  Container container = program.container;
  container.exposure = exposure;
  observe_service(container, key, place, workload, {}, into);
}

Result<Observation> read(const Source& source) {
  Observation observation;
  const bool unit = is_unit(source);
  const format::UnitFile file = format::parse_unit_file(source.text, unit ? format::UnitSyntax::systemd : format::UnitSyntax::supervisor);
  if (file.cut) observation.gaps.push_back({source.path, source.member, "over-limit", "a file with more than 5,000 settings; the rest was not read"});
  for (const Program& program : unit ? programs_of_unit(source, file.entries) : programs_of_supervisor(file.entries)) observe_program(source, program, unit, observation);
  for (Asset& asset : observation.assets)
    if (auto* endpoint = std::get_if<EndpointFacts>(&asset.facts); endpoint && endpoint->exposure == "internet") asset.confidence = Confidence::medium;
  return observation;
}

}  // namespace

extern const Collector service_units;
const Collector service_units{.name = "service_units", .wants = wants, .read = read};

}  // namespace stormwatch::collect
