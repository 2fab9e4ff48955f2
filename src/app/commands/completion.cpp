// SPDX-License-Identifier: Apache-2.0
// completion: a bash or zsh script that completes commands and options, made from the commands' own data.
#include <fmt/format.h>

#include "app/command.h"
#include "app/obtain.h"

namespace stormwatch::app {

namespace {

int run(const Arguments& arguments) {
  const std::string shell = arguments.positional.empty() ? "bash" : arguments.positional[0];
  if (shell != "bash" && shell != "zsh") return refuse({"completion " + shell, "", "", "bash or zsh"});
  std::string text = shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
  std::string names, cases;
  for (std::size_t i = 0; i < commands_table_count; ++i) {
    const Command& command = *commands_table[i];
    names += std::string(command.name) + " ";
    std::string options = "--help";
    for (const Option& option : command.options) options += " " + std::string(option.name);
    cases += fmt::format("    {}) words='{}' ;;\n", command.name, options);
  }
  text += fmt::format(
      "_stormwatch() {{\n  local here=\"${{COMP_WORDS[COMP_CWORD]}}\" words=''\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W '{}' -- \"$here\")); return; fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  case \"$here\" in -*) COMPREPLY=($(compgen -W \"$words\" -- \"$here\")) ;; *) COMPREPLY=($(compgen -f -- \"$here\")) ;; esac\n}}\n"
      "complete -o filenames -F _stormwatch stormwatch\n",
      names, cases);
  print(text);
  return done;
}

}  // namespace

extern const Command completion;
const Command completion{.name = "completion",
                         .arguments = "bash|zsh",
                         .summary = "print a completion script for the shell",
                         .options = {},
                         .examples = {"source <(stormwatch completion bash)"},
                         .run = run,
                         .order = 95};

}  // namespace stormwatch::app
