// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/process.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "collect/infrastructure/container.h"
#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostOptions = 500;
constexpr int kMostReplacements = 64;

std::string_view without_quotes(std::string_view word) {
  if (word.size() >= 2 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front()) return word.substr(1, word.size() - 2);
  return word;
}

bool is_shell(std::string_view program) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return name == "sh" || name == "bash" || name == "dash" || name == "ash" || name == "zsh";
}

using Variables = std::map<std::string, std::string, std::less<>>;

Variables variables_of(const Container& container) {
  Variables variables;
  for (const auto& [name, value] : container.environment) variables[name] = value;
  return variables;
}

// "$(NAME)", "$NAME", "${NAME}" as the environment says, else "${NAME}": unknown.
std::string resolved(std::string_view text, const Variables& variables) {
  std::string out;
  int left = kMostReplacements;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '$' || i + 1 >= text.size() || left == 0) {
      out += text[i++];
      continue;
    }
    const char open = text[i + 1];
    std::size_t begin = i + 1, end = begin;
    if (open == '{' || open == '(') {
      begin = i + 2;
      end = text.find(open == '{' ? '}' : ')', begin);
      if (end == std::string_view::npos) return out += text.substr(i);
    } else {
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
      if (end == begin) {
        out += text[i++];
        continue;
      }
    }
    --left;
    const std::string_view name = text.substr(begin, end - begin);
    const auto found = variables.find(name);
    out += found != variables.end() && found->second.find('$') == std::string::npos ? found->second : "${" + std::string(name) + "}";
    i = begin == i + 2 ? end + 1 : end;
  }
  return out;
}

std::string option_name(std::string_view word) {
  std::string name(word.substr(std::min(word.find_first_not_of('-'), word.size())));
  if (name.find('.') == std::string::npos) std::ranges::replace(name, '_', '-');  // --ServerApp.allow_origin keeps its own
  return name;
}

bool is_option(std::string_view word) { return word.size() >= 2 && word[0] == '-' && (std::isalpha(static_cast<unsigned char>(word[1])) || (word[1] == '-' && word.size() > 2)); }

void put_option(Node& options, const std::string& name, std::string value, std::uint32_t line) {
  for (Node::Member& member : options.members) {
    if (member.key != name) continue;
    if (!member.value.is_list()) {
      Node list = list_node(line);
      list.items.push_back(member.value);
      member.value = std::move(list);
    }
    member.value.items.push_back(text_node(std::move(value), line));
    return;
  }
  put(options, name, text_node(std::move(value), line));
}

Node options_of(const std::vector<std::string>& words, const Variables& variables, std::uint32_t line) {
  Node options = map_node(line);
  for (std::size_t i = 0; i < words.size() && options.members.size() < kMostOptions; ++i) {
    const std::string& word = words[i];
    if (!is_option(word)) continue;
    const std::size_t equals = word.find('=');
    const std::string name = option_name(std::string_view(word).substr(0, equals));
    std::string value = "true";
    if (equals != std::string::npos) value = without_quotes(std::string_view(word).substr(equals + 1));
    else if (i + 1 < words.size() && !is_option(words[i + 1]) && words[i + 1] != "&&" && words[i + 1] != ";" && words[i + 1] != "|") value = without_quotes(words[++i]);
    put_option(options, name, kept_value(name, resolved(value, variables)), line);
  }
  return options;
}

Node environment_of(const Container& container, const Variables& variables, std::uint32_t line) {
  Node environment = map_node(line);
  for (const auto& [name, value] : container.environment)
    if (!name.empty() && environment.members.size() < kMostOptions) put(environment, name, text_node(kept_value(name, resolved(value, variables)), line));
  return environment;
}

void put_documented(Node& process, const Service& service, const Container& container, std::uint32_t line) {
  Node names = list_node(line);
  for (const auto& [name, value] : container.environment) {
    const auto found = service.documented_secrets.find(name);
    if (found != service.documented_secrets.end() && std::ranges::find(found->second, value) != found->second.end()) names.items.push_back(text_node(name, line));
  }
  if (!names.items.empty()) put(process, "documented", std::move(names));
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address.starts_with("localhost") || address == "::1" || address.starts_with("[::1]"); }
bool is_everywhere(std::string_view address) {
  return address.starts_with("0.0.0.0") || address == "::" || address.starts_with("[::]") || address == "*" || address == "0" || address == "true" || address.starts_with("0.0.0.0,");
}

std::string scheme_off(std::string address) {
  if (const std::size_t scheme = address.find("://"); scheme != std::string::npos) address.erase(0, scheme + 3);
  return address;
}

}  // namespace

std::vector<std::string> words_started(const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  bool shell = false;
  for (const std::string& argument : arguments) {
    const std::string_view bare = without_quotes(argument);
    if (bare.empty()) {
      words.emplace_back();
      continue;
    }
    shell |= is_shell(bare);
    if (shell && bare.find_first_of(" \n\t") != std::string_view::npos) std::ranges::move(split_words(bare), std::back_inserter(words));
    else words.emplace_back(bare);
  }
  std::erase(words, "\\");
  return words;
}

std::string listening_address(const Container& container) {
  const Service* service = service_of(container);
  if (!service) return {};
  const Variables variables = variables_of(container);
  const Node options = options_of(words_started(container.arguments), variables, 0);
  std::optional<std::string> said;
  for (const std::string& name : service->listens.environment)
    if (const auto found = variables.find(name); found != variables.end()) said = resolved(found->second, variables);
  for (const std::string& flag : service->listens.flags)
    if (const Node* value = options.find(option_name(flag))) said = value->is_list() ? value->items.back().scalar : value->scalar;
  if (!said && !container.image.empty()) return {};  // images set what their program would not
  if (!said) return settings_elsewhere(container) && !service->listens_by_default.empty() ? "${settings elsewhere}" : service->listens_by_default;
  const std::string address = scheme_off(*said);
  if (is_everywhere(address) || address.starts_with(':')) return "all";
  return is_loopback(address) ? "loopback" : address;
}

std::string exposure_on_host(const Container& container) {
  const std::string address = listening_address(container);
  if (address == "all") return "internet";
  if (address == "loopback") return "local";
  for (const std::string_view inside : {"10.", "192.168.", "172.16.", "172.17.", "172.18.", "172.19.", "172.2", "172.30.", "172.31."})
    if (address.starts_with(inside)) return "internal";
  return {};
}

Node process_of(const Container& container, std::uint32_t line) {
  const Variables variables = variables_of(container);
  Node process = map_node(line);
  if (const Service* service = service_of(container)) {
    put(process, "product", text_node(service->product, line));
    put_documented(process, *service, container, line);
  }
  if (!container.image.empty()) put(process, "image", text_node(container.image, line));
  put(process, "settings", text_node(settings_elsewhere(container) ? "${settings elsewhere}" : "complete", line));
  put(process, "options", options_of(words_started(container.arguments), variables, line));
  put(process, "environment", environment_of(container, variables, line));
  if (std::string address = listening_address(container); !address.empty()) put(process, "listens", text_node(std::move(address), line));
  return process;
}

void add_processes(Node& tree, std::vector<Node> processes) {
  if (processes.empty()) return;
  Node list = list_node(processes.front().line);
  list.items = std::move(processes);
  put(tree, "processes", std::move(list));
}

}  // namespace stormwatch::collect
