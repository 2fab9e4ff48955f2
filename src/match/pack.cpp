// SPDX-License-Identifier: Apache-2.0
// Reads a pack: a map with `topic`, optional `defaults` (fields every entry starts from), optional `parts` (named pieces of
// expressions, written %{name} in `regex` and `prefilter`) and `patterns`, the list of entries.
#include <algorithm>
#include <array>
#include <map>

#include "match/checksum.h"
#include "match/database.h"

namespace stormwatch::match {

namespace {

constexpr std::array<std::string_view, 8> kTopics{"secret", "personal-data", "instruction", "command", "route", "exposure", "web", "agent-run"};
constexpr std::array<std::string_view, 5> kSeverities{"info", "low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 3> kConfidences{"low", "medium", "high"};

using Parts = std::map<std::string, std::string, std::less<>>;

std::string position_of(const Node& node) {
  return "line " + std::to_string(node.line) + (node.column ? ", column " + std::to_string(node.column) : "");
}

template <std::size_t N>
std::string list_of(const std::array<std::string_view, N>& words) {
  std::string text = "one of";
  for (std::string_view word : words) text += ' ' + std::string(word);
  return text;
}

std::unexpected<Error> wrong(std::string_view file, const Node& node, std::string what, std::string expected) {
  return failure(std::move(what), std::string(file), position_of(node), std::move(expected));
}

// Replaces each %{name} by the part of that name; parts do not hold parts.
Result<std::string> with_parts(const std::string& text, const Node& node, const Parts& parts, std::string_view file) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t found; (found = text.find("%{", at)) != std::string::npos;) {
    const std::size_t end = text.find('}', found);
    if (end == std::string::npos) break;
    const std::string name = text.substr(found + 2, end - found - 2);
    const auto part = parts.find(name);
    if (part == parts.end()) return wrong(file, node, "unknown part \"" + name + "\"", "a name under `parts`");
    out.append(text, at, found - at).append(part->second);
    at = end + 1;
  }
  return out.append(text, at);
}

Result<std::vector<std::string>> texts_of(const Node& node, std::string_view key, std::string_view file) {
  if (node.is_scalar()) return std::vector<std::string>{node.scalar};
  if (!node.is_list()) return wrong(file, node, "`" + std::string(key) + "` is not a list", "a list of texts");
  std::vector<std::string> texts;
  for (const Node& item : node.items) {
    if (!item.is_scalar()) return wrong(file, item, "`" + std::string(key) + "` holds what is no text", "a list of texts");
    texts.push_back(item.scalar);
  }
  return texts;
}

template <std::size_t N>
Result<void> take_word(std::string& into, const Node& node, const std::array<std::string_view, N>& words, std::string_view file) {
  if (std::ranges::find(words, node.scalar) == words.end()) return wrong(file, node, "unknown word \"" + node.scalar + "\"", list_of(words));
  into = node.scalar;
  return {};
}

Result<void> take_number(double& into, const Node& node, double most, std::string_view file) {
  const auto number = node.as_number();
  if (!number || !(*number >= 0 && *number <= most)) return wrong(file, node, "\"" + node.scalar + "\" is out of range", "a number up to " + std::to_string(static_cast<int>(most)));
  into = *number;
  return {};
}

Result<void> take_field(Pattern& pattern, const Node::Member& member, const Parts& parts, std::string_view file) {
  const std::string& key = member.key;
  const Node& node = member.value;
  if (key == "near" || key == "unless" || key == "unless_around" || key == "kinds" || key == "fires" || key == "silent") {
    auto texts = texts_of(node, key, file);
    if (!texts) return std::unexpected(texts.error());
    auto& list = key == "near" ? pattern.near : key == "unless" ? pattern.unless : key == "unless_around" ? pattern.unless_around
                 : key == "kinds" ? pattern.kinds : key == "fires" ? pattern.fires : pattern.silent;
    if (key.starts_with("unless"))
      for (std::string& text : *texts) {
        auto whole = with_parts(text, node, parts, file);
        if (!whole) return std::unexpected(whole.error());
        text = *std::move(whole);
      }
    if (key.starts_with("unless")) list.insert(list.end(), texts->begin(), texts->end());  // added to the defaults'
    else list = *std::move(texts);
    return {};
  }
  if (!node.is_scalar()) return wrong(file, node, "`" + key + "` is not a text", "one value");
  if (key == "id") pattern.id = node.scalar;
  else if (key == "near_bytes" || key == "reach") {
    double number = 0;
    if (auto taken = take_number(number, node, 4096, file); !taken) return taken;
    (key == "reach" ? pattern.reach : pattern.near_bytes) = static_cast<std::uint32_t>(number);
  }
  else if (key == "topic") return take_word(pattern.topic, node, kTopics, file);
  else if (key == "what") pattern.what = node.scalar;
  else if (key == "subject") pattern.subject = node.scalar;
  else if (key == "regex" || key == "prefilter") {
    auto text = with_parts(node.scalar, node, parts, file);
    if (!text) return std::unexpected(text.error());
    (key == "regex" ? pattern.regex : pattern.prefilter) = *std::move(text);
  } else if (key == "ignore_case" || key == "short_lived") {
    const auto flag = node.as_bool();
    if (!flag) return wrong(file, node, "`" + key + "` is \"" + node.scalar + "\"", "true or false");
    (key == "ignore_case" ? pattern.ignore_case : pattern.short_lived) = *flag;
  } else if (key == "entropy") return take_number(pattern.entropy, node, 8, file);
  else if (key == "checksum") {
    if (!is_checksum(node.scalar)) return wrong(file, node, "unknown checksum \"" + node.scalar + "\"", "one of " + checksum_names());
    pattern.checksum = node.scalar;
  } else if (key == "confidence") return take_word(pattern.confidence, node, kConfidences, file);
  else if (key == "severity") return take_word(pattern.severity, node, kSeverities, file);
  else return wrong(file, node, "unknown field `" + key + "`",
                    "id, topic, what, subject, regex, prefilter, reach, ignore_case, near, near_bytes, entropy, checksum, unless, unless_around, confidence, severity, short_lived, kinds, fires or silent");
  return {};
}

// Where a secret may begin: at a boundary, and after what stands for a character in JSON, addresses and source text (`\n`, `\u0022`,
// `\x3d`, `%3D`), whose last letter would else count as part of the word.
void begin_after_escapes(std::string& regex) {
  constexpr std::string_view kEscape = R"(\\[abfnrtv0]|(?:%|\\x|\\u00)[0-9A-Fa-f]{2})";
  if (regex.starts_with("\\b")) {
    regex.replace(0, 2, "(?:\\b|" + std::string(kEscape) + ")");
    return;
  }
  for (const std::string_view start : {"(?:^|[^A-Za-z])", "(?:^|[^A-Za-z0-9])", R"((?:^|[^\w-]))", R"((?:^|[^\w.-]))"})
    if (regex.starts_with(start)) {
      regex.insert(3, std::string(kEscape) + "|");
      return;
    }
}

Result<Parts> read_parts(const Node& node, std::string_view file) {
  if (!node.is_map()) return wrong(file, node, "`parts` is not a map", "name: expression");
  Parts parts;
  for (const auto& member : node.members) {
    if (!member.value.is_scalar()) return wrong(file, member.value, "part \"" + member.key + "\" is not a text", "an expression");
    parts[member.key] = member.value.scalar;
  }
  return parts;
}

}  // namespace

Result<std::vector<Pattern>> read_pack(const Node& root, std::string_view file) {
  if (!root.is_map()) return wrong(file, root, "a pack is a map", "topic, defaults, parts, patterns");
  for (const auto& member : root.members)
    if (member.key != "topic" && member.key != "defaults" && member.key != "parts" && member.key != "patterns")
      return wrong(file, member.value, "unknown field `" + member.key + "`", "topic, defaults, parts or patterns");
  Parts parts;
  if (const Node* node = root.find("parts")) {
    auto read = read_parts(*node, file);
    if (!read) return std::unexpected(read.error());
    parts = *std::move(read);
  }
  Pattern start;
  if (const Node* topic = root.find("topic"))
    if (auto taken = take_word(start.topic, *topic, kTopics, file); !taken) return std::unexpected(taken.error());
  if (const Node* defaults = root.find("defaults"))
    for (const auto& member : defaults->members)
      if (auto taken = take_field(start, member, parts, file); !taken) return std::unexpected(taken.error());

  const Node* list = root.find("patterns");
  if (!list || !list->is_list()) return wrong(file, list ? *list : root, "no list `patterns`", "a list of entries");
  std::vector<Pattern> patterns;
  for (const Node& entry : list->items) {
    if (!entry.is_map()) return wrong(file, entry, "an entry is a map", "id, regex, fires, silent ...");
    Pattern pattern = start;
    for (const auto& member : entry.members)
      if (auto taken = take_field(pattern, member, parts, file); !taken) return std::unexpected(taken.error());
    if (pattern.id.empty()) return wrong(file, entry, "an entry without `id`", "id: lower-case-words");
    if (pattern.topic.empty()) return wrong(file, entry, "\"" + pattern.id + "\" has no topic", list_of(kTopics));
    if (pattern.regex.empty()) return wrong(file, entry, "\"" + pattern.id + "\" has no `regex`", "an RE2 expression");
    if (pattern.topic == "secret") begin_after_escapes(pattern.regex);
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

}  // namespace stormwatch::match
