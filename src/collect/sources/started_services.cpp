// SPDX-License-Identifier: Apache-2.0
// Services that scripts start: shell scripts, Makefiles, justfiles, Procfiles and the scripts of package.json. A command that starts a known
// AI service (`vllm serve`, `docker run ... ollama/ollama`) is a workload that offers an endpoint. So does a file of settings of Jupyter:
// `c.ServerApp.ip = "0.0.0.0"` is its option --ServerApp.ip (jupyter-server.readthedocs.io, "Configuration Overview").
//
// A script says how a service is started, not that it runs: confidence is medium. What a variable holds is only known where the same file
// sets it to plain text; here-documents and comments are nothing that runs. Limits: 4,000 commands a file.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/process.h"
#include "collect/infrastructure/service.h"
#include "collect/infrastructure/tree.h"
#include "format/document.h"
#include "format/lines.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostCommands = 4'000;

bool is_makefile(std::string_view name) { return one_of(name, {"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile"}) || name.ends_with(".mk"); }
bool is_shell(const Source& source) { return source.kind == format::ContentKind::shell || source.name.ends_with(".sh") || source.name.ends_with(".bash"); }

bool is_jupyter_settings(std::string_view name) {
  const std::size_t end = name.rfind("_config.");
  return end != std::string_view::npos && one_of(name.substr(0, end), {"jupyter", "jupyter_notebook", "jupyter_server", "jupyter_lab"}) && one_of(name.substr(end + 8), {"py", "json"});
}

bool wants(const Source& source) {
  if (source.text.empty() || source.text.size() > (1U << 20) || source.context == "vendored") return false;
  return is_jupyter_settings(source.name) || is_shell(source) || is_makefile(source.name) || source.name == "Procfile" || (source.name == "package.json" && holds(source.text, "\"scripts\""));
}

struct Command {
  std::string text;
  std::uint32_t line = 0;
};

/// One line of a script into its simple commands: at ; & | outside of quotes; what follows # is a comment.
void split_commands(std::string_view line, std::uint32_t number, std::vector<Command>& into) {
  std::string text;
  char quote = 0;
  const auto end = [&] {
    if (text.find_first_not_of(" \t") != std::string::npos && into.size() < kMostCommands) into.push_back({text, number});
    text.clear();
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote) quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'') quote = c;
    else if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) break;
    else if (c == ';' || c == '|' || (c == '&' && (i == 0 || line[i - 1] != '>'))) {
      end();
      continue;
    }
    text += c;
  }
  end();
}

/// The word after <<: where a here-document ends; empty where none begins.
std::string here_document(std::string_view line) {
  const std::size_t at = line.find("<<");
  if (at == std::string_view::npos || line.substr(at).starts_with("<<<")) return {};
  std::string_view word = line.substr(at + 2);
  while (!word.empty() && (word.front() == '-' || word.front() == ' ' || word.front() == '\'' || word.front() == '"')) word.remove_prefix(1);
  return std::string(word.substr(0, word.find_first_of(" '\";&|)>")));
}

std::vector<Command> commands_of_lines(const Source& source) {
  std::vector<Command> commands;
  std::string joined, until;
  std::uint32_t first = 0;
  const bool recipes = is_makefile(source.name), procfile = source.name == "Procfile";
  format::for_each_line(source.text, [&](std::string_view line, std::uint32_t number) {
    if (!until.empty()) {
      if (format::trimmed_line(line) == until) until.clear();
      return;
    }
    if (joined.empty()) {
      first = number;
      if (recipes && !line.starts_with("\t") && !line.starts_with("    ")) return;
      if (procfile) line = line.substr(std::min(line.size(), line.find(':') + 1));
      line = format::trimmed_line(line);
      while (recipes && !line.empty() && (line.front() == '@' || line.front() == '-' || line.front() == '+')) line.remove_prefix(1);
    }
    const bool more = line.ends_with('\\');
    joined += more ? line.substr(0, line.size() - 1) : line;
    if (more && joined.size() < (64U << 10)) {
      joined += ' ';
      return;
    }
    until = here_document(joined);
    split_commands(joined, first, commands);
    joined.clear();
  });
  return commands;
}

std::vector<Command> commands_of_package(const Source& source) {
  std::vector<Command> commands;
  const Result<Node> root = format::parse_json(source.text, *source.limits);
  const Node* scripts = root ? root->find("scripts") : nullptr;
  if (scripts)
    for (const Node::Member& member : scripts->members)
      if (member.value.is_string()) split_commands(member.value.scalar, member.line, commands);
  return commands;
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && std::ranges::all_of(word.substr(0, equals), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

void add_pair(std::string_view word, Container& container) {
  const std::size_t equals = word.find('=');
  std::string_view value = word.substr(equals + 1);
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) value = value.substr(1, value.size() - 2);
  container.environment.emplace_back(std::string(word.substr(0, equals)), std::string(value));
}

/// "8000:8000", "127.0.0.1:8000:8000": the port inside, and whether others than this machine reach it.
void publish(std::string_view written, Container& container) {
  const std::size_t inside = written.rfind(':');
  if (inside == std::string_view::npos || holds(written, "$")) return;
  std::int64_t port = 0;
  for (const char c : written.substr(inside + 1, 5)) {
    if (c < '0' || c > '9') break;
    port = port * 10 + (c - '0');
  }
  if (port > 0) container.ports.push_back(port);
  const bool loopback = written.starts_with("127.") || written.starts_with("localhost:") || written.starts_with("[::1]:");
  if (!loopback || container.exposure.empty()) container.exposure = loopback ? "local" : "internal";
}

/// `docker run [OPTIONS] IMAGE [COMMAND]` after "run". Options that take a word of their own: docs.docker.com, "docker container run".
void read_docker_run(std::span<const std::string> words, Container& container) {
  static constexpr std::array<std::string_view, 42> kTaking{"-p", "--publish", "-e", "--env", "-v", "--volume", "--name", "--network", "--net", "--gpus", "--shm-size", "--ipc", "-w", "--workdir", "-u", "--user", "--entrypoint", "--restart", "-m", "--memory",
                                                                   "--cpus", "--runtime", "--env-file", "--device", "--add-host", "--hostname", "-h", "--label", "-l", "--platform", "--pull", "--ulimit", "--security-opt", "--cap-add", "--cap-drop", "--mount", "--log-driver", "--log-opt", "--pid", "--tmpfs"};
  std::size_t i = 0;
  for (; i < words.size() && words[i].starts_with("-"); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string option = words[i].substr(0, equals);
    const bool apart = equals == std::string::npos && std::ranges::find(kTaking, option) != kTaking.end();
    const std::string value = equals != std::string::npos ? words[i].substr(equals + 1) : apart && i + 1 < words.size() ? words[i + 1] : std::string();
    if (one_of(option, {"-p", "--publish"})) publish(value, container);
    else if (one_of(option, {"-e", "--env"}) && is_assignment(value)) add_pair(value, container);
    else if (one_of(option, {"-e", "--env", "--env-file"})) container.environment_elsewhere = true;
    else if (one_of(option, {"-v", "--volume", "--mount"})) container.mounts_files = true;
    else if (one_of(option, {"--network", "--net"}) && value == "host") container.exposure = "internal";
    i += apart;
  }
  if (i < words.size()) container.image = words[i++];
  container.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(std::min(i, words.size())), words.end());
  if (container.exposure.empty()) container.exposure = "internal";
}

/// Which host it will be started on, and who reaches that, a script does not say.
std::string exposure_of(const Container& container) {
  const std::string exposure = exposure_on_host(container);
  return exposure == "internet" ? "internal" : exposure;
}

/// The program that a command starts. Empty where it starts none: words that are shown, looked for or installed.
Container program_of(const Command& command, const std::vector<std::pair<std::string, std::string>>& exported) {
  std::vector<std::string> words = split_words(command.text);
  Container container;
  container.environment = exported;
  std::size_t at = 0;
  while (at < words.size() && (is_assignment(words[at]) || one_of(words[at], {"exec", "nohup", "sudo", "env", "time", "setsid", "then", "do", "else", "(", "{", "uv", "poetry", "pipenv", "run"}))) {
    if (is_assignment(words[at])) add_pair(words[at], container);
    ++at;
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  if (words.empty()) return {};
  if (words.size() > 2 && one_of(words[0], {"docker", "podman", "nerdctl"})) {
    if (words[1] != "run") return {};
    read_docker_run(std::span(words).subspan(2), container);
    return container;
  }
  if (one_of(last_of(words[0], '/'), {"echo", "printf", "cat", "grep", "sed", "awk", "pip", "pip3", "apt", "apt-get", "npm", "yarn", "pnpm", "brew", "git", "curl", "wget", "kubectl", "helm", "docker", "docker-compose", "pkill", "killall", "kill", "ps", "pgrep", "which", "command", "ssh", "test", "[", "[[", "if", "while", "alias", "export"})) return {};
  container.arguments = std::move(words);
  container.exposure = exposure_of(container);
  return container;
}

/// "ServerApp.token" and "''" as the option of the command line.
void add_option(std::string_view name, std::string_view value, Container& container) {
  container.arguments.push_back("--" + std::string(name) + "=" + (value.empty() ? "''" : std::string(value)));
}

Container jupyter_of(const Source& source, std::uint32_t& line) {
  Container container;
  container.arguments = {"jupyter", "server"};
  if (source.name.ends_with(".json")) {
    const Result<Node> root = format::parse_json(source.text, *source.limits);
    if (root)
      for (const Node::Member& application : root->members)
        for (const Node::Member& setting : application.value.members)
          if (setting.value.is_scalar()) add_option(application.key + "." + setting.key, setting.value.scalar, container);
  } else {
    format::for_each_line(source.text, [&](std::string_view written, std::uint32_t number) {
      written = format::trimmed_line(written);
      const std::size_t equals = written.find('=');
      if (!written.starts_with("c.") || equals == std::string_view::npos) return;
      std::string_view value = format::trimmed_line(written.substr(equals + 1));
      if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'')) value = value.substr(1, value.find(value[0], 1) - 1);
      else value = format::trimmed_line(value.substr(0, value.find('#')));
      add_option(format::trimmed_line(written.substr(2, equals - 2)), value, container);
      if (line == 0) line = number;
    });
  }
  // A password asks too, whatever the token is.
  const bool password = std::ranges::any_of(container.arguments, [](std::string_view option) { return holds(option, {"password="}) && !option.ends_with("=''"); });
  if (password) std::erase_if(container.arguments, [](std::string_view option) { return holds(option, {".token="}); });
  container.exposure = exposure_of(container);
  return container;
}

void observe_started(const Source& source, Container container, const Command& command, const Service& service, std::map<std::string, int>& seen, Observation& into) {
  const int nth = ++seen[service.product];
  const std::string name = service.product + (nth > 1 ? " " + std::to_string(nth) : "");
  const std::string key = source.path + (source.member.empty() ? "" : "!/" + source.member) + "#" + name;
  const Place place = source.place_of_line(command.line);
  WorkloadFacts facts;
  facts.platform = container.image.empty() ? "script" : "docker";
  facts.exposure = container.exposure;
  facts.arguments = container.arguments;
  for (const auto& [variable, value] : container.environment) facts.environment_names.push_back(variable);
  std::ranges::sort(facts.environment_names);
  auto tree = std::make_shared<Node>(map_node(command.line));
  std::vector<Node> processes;
  processes.push_back(process_of(container, command.line));
  add_processes(*tree, std::move(processes));
  facts.configuration = std::move(tree);
  const AssetId workload = into.add(make_asset(key, name, Facts{std::move(facts)}, place));
  observe_service(container, key, place, workload, observe_image(container, place, into), into);
}

void observe_commands(const Source& source, Observation& into) {
  const std::vector<Command> commands = source.name == "package.json" ? commands_of_package(source) : commands_of_lines(source);
  std::vector<std::pair<std::string, std::string>> exported;
  std::map<std::string, int> seen;
  for (const Command& command : commands) {
    if (const std::vector<std::string> words = split_words(command.text); words.size() > 1 && words[0] == "export" && is_assignment(words[1])) {
      Container one;
      add_pair(words[1], one);
      exported.push_back(std::move(one.environment.front()));
      continue;
    }
    Container container = program_of(command, exported);
    if (container.arguments.empty() && container.image.empty()) continue;
    if (const Service* service = service_of(container)) observe_started(source, std::move(container), command, *service, seen, into);
  }
  if (commands.size() >= kMostCommands) into.gaps.push_back({source.path, source.member, "over-limit", "a script with 4,000 commands and more; the rest was not read"});
}

Result<Observation> read(const Source& source) {
  Observation observation;
  if (is_jupyter_settings(source.name)) {
    Command first{.text = {}, .line = 0};
    Container container = jupyter_of(source, first.line);
    std::map<std::string, int> seen;
    if (const Service* service = container.arguments.size() > 2 ? service_of(container) : nullptr) observe_started(source, std::move(container), first, *service, seen, observation);
  } else {
    observe_commands(source, observation);
  }
  for (Asset& asset : observation.assets) asset.confidence = Confidence::medium;
  return observation;
}

}  // namespace

extern const Collector started_services;
const Collector started_services{.name = "started_services", .wants = wants, .read = read};

}  // namespace stormwatch::collect
