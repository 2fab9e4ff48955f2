// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/container.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "posture/evidence.h"

namespace stormwatch::collect {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (const char c : text) {
    if (quote) {
      if (c == quote) quote = 0;
      word += c;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
      continue;
    } else {
      if (c == '\'' || c == '"') quote = c;
      word += c;
    }
    open = true;
  }
  if (open) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> words_of(const Node* command) {
  if (!command) return {};
  if (command->is_scalar()) return split_words(command->scalar);
  std::vector<std::string> words;
  for (const Node& item : command->items) words.push_back(item.scalar);
  return words;
}

bool is_secret_name(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  constexpr std::array<std::string_view, 10> ends{"API_KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "ACCESS_KEY", "SECRET_KEY", "PRIVATE_KEY", "MASTER_KEY"};
  return std::ranges::any_of(ends, [&](std::string_view end) { return upper.ends_with(end); });
}

std::string kept_value(std::string_view name, std::string_view value) {
  const bool is_reference = value.starts_with('$') && std::ranges::all_of(value.substr(1), [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; });
  if (!is_secret_name(name) || value.size() < 6 || is_reference || value.find("${") != std::string_view::npos || value.find("$(") != std::string_view::npos) return std::string(value);
  return redacted(value);
}

std::string with_defaults(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("$$")) {
      out += '$';
      i += 2;
      continue;
    }
    if (!text.substr(i).starts_with("${")) {
      out += text[i++];
      continue;
    }
    // The matching brace: defaults may hold expressions themselves.
    std::size_t end = i + 2;
    int depth = 1;
    for (; end < text.size() && depth; ++end) depth += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
    const std::string_view whole = text.substr(i, end - i), inside = depth ? std::string_view{} : whole.substr(2, whole.size() - 3);
    const std::size_t name = std::min(inside.find_first_of(":-?+"), inside.size());
    const std::string_view rest = inside.substr(name);
    if (rest.starts_with(":-")) out += with_defaults(rest.substr(2));
    else if (rest.starts_with("-")) out += with_defaults(rest.substr(1));
    else if (depth) out += whole;
    else out += "${" + std::string(inside.substr(0, name)) + "}";
    i = end;
  }
  return out;
}

void put_defaults(Node& node) {
  if (node.is_string() && node.scalar.size() < 65536 && node.scalar.find('$') != std::string::npos) node.scalar = with_defaults(node.scalar);
  for (Node& item : node.items) put_defaults(item);
  for (Node::Member& member : node.members) put_defaults(member.value);
}

}  // namespace stormwatch::collect
