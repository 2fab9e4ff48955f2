// SPDX-License-Identifier: Apache-2.0
#include "app/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

namespace stormwatch::app {

std::string Arguments::value(std::string_view name, std::string otherwise) const {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? otherwise : found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

Result<Arguments> parse_arguments(const Command& command, const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::string> before(words);
  if (const auto dashes = std::ranges::find(before, "--"); dashes != before.end()) {
    arguments.after_dashes.assign(dashes + 1, before.end());
    before.erase(dashes, before.end());
  }
  CLI::App parser;
  parser.set_help_flag();
  parser.allow_extras(false);
  parser.add_option("positional", arguments.positional);
  std::deque<std::vector<std::string>> given;  // stable addresses for CLI11
  std::vector<CLI::Option*> declared;
  bool flag = false;
  for (const Option& option : command.options) {
    const std::string name(option.name);
    if (option.value.empty()) {
      declared.push_back(parser.add_flag(name, flag));
    } else {
      CLI::Option* added = parser.add_option(name, given.emplace_back());
      added->type_size(1)->expected(1)->allow_extra_args(false);
      added->multi_option_policy(option.repeatable ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
      declared.push_back(added);
    }
  }
  try {
    std::ranges::reverse(before);  // CLI11 takes them from the back
    parser.parse(before);
  } catch (const CLI::ParseError& problem) {
    std::string message = problem.what();
    for (const std::string& word : words) {
      if (!word.starts_with("--")) continue;
      const std::string name = word.substr(0, word.find('='));
      std::vector<std::string_view> known;
      for (const Option& option : command.options) known.push_back(option.name);
      if (std::ranges::find(known, name) != known.end()) continue;
      message = "unknown option " + name;
      if (const auto near = nearest(name, known)) message += ", did you mean " + *near + "?";
      break;
    }
    return failure(message + "; see 'stormwatch " + std::string(command.name) + " --help'", "stormwatch " + std::string(command.name));
  }
  for (std::size_t i = 0; i < declared.size(); ++i)
    if (declared[i]->count() > 0)
      arguments.options.emplace(command.options[i].name,
                                command.options[i].value.empty() ? std::vector<std::string>{} : declared[i]->results());
  return arguments;
}

std::string help_of(const Command& command) {
  std::string text = fmt::format("{}\n\nUsage: stormwatch {} {}{}\n", command.summary, command.name,
                                 command.options.empty() ? "" : "[OPTIONS] ", command.arguments);
  if (!command.options.empty()) {
    text += "\nOptions:\n";
    for (const Option& option : command.options) {
      const std::string left = fmt::format("{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
      text += left.size() > 28 ? fmt::format("  {}\n  {:28} {}\n", left, "", option.help) : fmt::format("  {:28} {}\n", left, option.help);
    }
  }
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (std::string_view example : command.examples) text += fmt::format("  {}\n", example);
  }
  return text;
}

std::string help_of_all() {
  std::vector<const Command*> commands(commands_table, commands_table + commands_table_count);
  std::ranges::sort(commands, {}, [](const Command* c) { return std::pair(c->order, c->name); });
  std::string text =
      "stormwatch finds AI applications, models, agents and what lies under them, and says what is most likely to go wrong next.\n\n"
      "Usage: stormwatch COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n";
  for (const Command* command : commands) text += fmt::format("  {:12} {}\n", command->name, command->summary);
  text +=
      "\nStart with:\n  stormwatch scan .                         look at this folder\n"
      "  stormwatch scan . --output html:report.html\n  stormwatch COMMAND --help                 options and examples of one command\n"
      "\nExit codes: 0 done; 1 something at or above --fail-on; 2 wrong usage; 3 with --strict, input that could not be assessed; 4 internal error.\n"
      "Nothing that is scanned is executed. Only the commands that speak to live servers open connections or start a program: the one you name; and --verify-secrets.\n";
  return text;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::size_t best = 4;  // further than three edits is another word
  std::optional<std::string> found;
  for (std::string_view candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j <= candidate.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0]++;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t substituted = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    if (row.back() < best) {
      best = row.back();
      found = std::string(candidate);
    }
  }
  return found;
}

}  // namespace stormwatch::app
