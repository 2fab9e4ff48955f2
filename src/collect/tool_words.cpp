// SPDX-License-Identifier: Apache-2.0
#include "collect/tool_words.h"

#include "collect/phrases.h"

namespace stormwatch::collect {

std::string words_of_name(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool upper = c >= 'A' && c <= 'Z';
    const bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (upper && after_lower) words += ' ';
    words += c == '_' || c == '-' || c == '.' || c == '/' || c == ':' ? ' ' : c;
  }
  return words;
}

std::set<std::string> capabilities_in_words(std::string_view name, std::string_view description) {
  std::set<std::string> capabilities;
  for (const PhraseHit& hit : Phrases::embedded("capability.yaml").read_text(words_of_name(name) + ".\n\n" + std::string(description))) capabilities.emplace(hit.subject);
  return capabilities;
}

}  // namespace stormwatch::collect
