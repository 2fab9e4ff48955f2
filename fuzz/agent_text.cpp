// SPDX-License-Identifier: Apache-2.0
// Text that agents read and commands that clients start: hidden characters, instructions, install commands, command lines.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "collect/command_text.h"
#include "collect/hidden_text.h"
#include "collect/instruction_text.h"
#include "collect/launch.h"
#include "format/install_commands.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  if (size > 65536) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto place_at = [size](std::size_t at) {
    if (at > size) std::abort();
    return Place{.path = "SKILL.md"};
  };
  for (const collect::HiddenText& hidden : collect::find_invisible(text))
    if (hidden.begin >= size) std::abort();
  for (const collect::HiddenText& hidden : collect::find_base64(text))
    if (hidden.begin >= size) std::abort();
  (void)collect::has_lookalike_letters(text);
  (void)collect::read_instructions(text, place_at);
  (void)collect::read_endless_loops(text, place_at);
  if (collect::prose_of(text).size() != size) std::abort();
  for (const bool notebook : {false, true}) (void)format::parse_install_commands(text, notebook, Limits{});
  std::vector<std::string> words;
  std::string_view rest = text;
  while (!rest.empty() && words.size() < 64) {
    const std::size_t end = rest.find('\n');
    words.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  if (!words.empty()) (void)collect::read_launch(words[0], std::span(words).subspan(1));
  for (const std::string& word : words) (void)collect::is_exact_version(word);
  return 0;
}
