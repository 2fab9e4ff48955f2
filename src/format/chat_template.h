// SPDX-License-Identifier: Apache-2.0
// What a chat template (Jinja, as transformers, vLLM and llama.cpp render it) does beyond arranging messages.
//
// Templates are rendered in a sandbox by some runtimes and without one by others. The text is split into statements,
// expressions and literal text (Jinja 3, "Template Designer Documentation"); nothing is rendered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::format {

struct TemplateRisk {
  /// attribute-walk: reaches Python's internals; call: calls code outside the template language; obfuscation: builds names from
  /// parts; conditional-instruction: adds text of its own when a message holds some words; hidden-text: characters that people
  /// do not see; include: loads another template; url: fixed address in the text it writes.
  std::string what;
  std::string detail;
  std::uint64_t offset = 0;
};

/// At most 16 risks. Texts over 1 MiB are read in part.
std::vector<TemplateRisk> read_chat_template(std::string_view text);
/// Whether a text holds Jinja at all: "{{" or "{%".
bool looks_like_template(std::string_view text);

}  // namespace stormwatch::format
