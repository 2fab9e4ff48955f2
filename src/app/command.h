// SPDX-License-Identifier: Apache-2.0
// A command of the executable: a row of data and a function. One file each in commands/, `extern const Command NAME;`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::app {

struct Option {
  std::string_view name;         ///< "--format"
  std::string_view value;        ///< "NAME"; empty for a flag
  std::string_view help;
  bool repeatable = false;
};

/// What the user gave. Flags are present with an empty value.
struct Arguments {
  std::vector<std::string> positional;
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> after_dashes;  ///< what follows "--"

  [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
  [[nodiscard]] std::string value(std::string_view name, std::string otherwise = {}) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

/// Exit codes of the contract.
enum ExitCode { done = 0, at_or_above = 1, wrong_usage = 2, incomplete = 3, internal_error = 4 };

struct Command {
  std::string_view name;
  std::string_view arguments;  ///< "[TARGET...]"
  std::string_view summary;    ///< one line of --help
  std::vector<Option> options;
  std::vector<std::string_view> examples;
  int (*run)(const Arguments& arguments);
  int order = 100;             ///< in --help
};

extern const Command* const commands_table[];
extern const std::size_t commands_table_count;

}  // namespace stormwatch::app
