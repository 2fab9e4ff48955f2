// SPDX-License-Identifier: Apache-2.0
#include "collect/command_text.h"

#include <algorithm>

#include "base/text.h"
#include "collect/hidden_text.h"

namespace stormwatch::collect {
namespace {

std::string_view line_around(std::string_view text, std::size_t begin, std::size_t end) {
  begin = std::min(begin, text.size());
  const std::size_t before = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const std::size_t from = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t after = text.find('\n', std::max(begin, std::min(end, text.size())));
  std::string_view line = text.substr(from, (after == std::string_view::npos ? text.size() : after) - from);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  // A long line shows the part that was hit.
  if (line.size() > 180 && begin - from > 60) line = text.substr(begin, std::min<std::size_t>(180, text.size() - begin));
  return line;
}

Confidence confidence_of(const match::Pattern& pattern) { return confidence_named(pattern.confidence).value_or(Confidence::high); }

std::size_t indent_of(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t");
  return at == std::string_view::npos ? std::string_view::npos : at;
}

/// The line names a command in order to refuse, find, explain or avoid it.
bool speaks_of(std::string_view line) {
  const std::string low = lower(line);
  for (const std::string_view word : {"grep ", "reject", "block", "deny", "denied", "detect", "prevent", "dangerous", "never ", "do not", "don't", "avoid", "vulnerab", "attack", "injection", "malicious", "unsafe", "insecure", "exploit", "cwe-", "e.g.",
                                      "for example", "such as", "must be", "\xE2\x9D\x8C", "warning", "risk", "bad:", "flag ", "suspicious"})
    if (low.find(word) != std::string::npos) return true;
  return false;
}

/// A download over https from a domain whose name the text speaks of by name: the product's own installer.
bool is_own_installer(std::string_view line, std::string_view text) {
  const std::size_t scheme = line.find("https://");
  if (scheme == std::string_view::npos) return false;
  std::string host = lower(line.substr(scheme + 8, line.find_first_of("/ \"')", scheme + 8) - scheme - 8));
  const std::size_t top = host.rfind('.');
  if (top == std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos) return false;
  const std::size_t label_start = host.rfind('.', top - 1);
  const std::string label = host.substr(label_start == std::string::npos ? 0 : label_start + 1, top - (label_start == std::string::npos ? 0 : label_start + 1));
  if (label.size() < 4 || label == "githubusercontent" || label == "github" || label == "pastebin" || label == "gitlab" || label == "vercel" || label == "netlify" || label == "herokuapp") return false;
  const std::string low = lower(text);
  int named = 0;
  // "browser-use.com" is Browser Use.
  if (label.find('-') != std::string::npos) {
    std::string spoken = label;
    std::ranges::replace(spoken, '-', ' ');
    for (std::size_t at = low.find(spoken); at != std::string::npos; at = low.find(spoken, at + 1)) ++named;
  }
  for (std::size_t at = low.find(label); at != std::string::npos; at = low.find(label, at + 1)) {
    const char before = at == 0 ? ' ' : low[at - 1];
    const char after = at + label.size() < low.size() ? low[at + label.size()] : ' ';
    named += before != '.' && before != '/' && before != '@' && after != '.' && after != '-';
  }
  return named >= 2;
}

}  // namespace

std::vector<Sighting> read_commands(std::string_view text, std::span<const match::Hit> hits, const match::Database& patterns, std::string_view kind,
                                    const std::function<Place(std::size_t)>& place_at) {
  std::vector<Sighting> sightings;
  const bool prose = kind == "markdown" || kind == "text";
  const auto add = [&](const match::Pattern& pattern, std::string_view shown, std::size_t at, std::string_view detail) {
    if (!pattern.kinds.empty() && std::ranges::find(pattern.kinds, kind) == pattern.kinds.end()) return;
    Sighting sighting{pattern.what.empty() ? "dangerous-command" : pattern.what, pattern.subject, std::string(detail), excerpt_of(shown), place_at(at), confidence_of(pattern)};
    if (prose && speaks_of(shown)) return;
    if (sighting.subject == "download-and-run" && detail.empty() && is_own_installer(shown, text)) sighting.confidence = std::min(sighting.confidence, Confidence::medium);
    for (Sighting& other : sightings)
      if (other.subject == sighting.subject && other.place.line == sighting.place.line) {
        other.confidence = std::max(other.confidence, sighting.confidence);
        return;
      }
    sightings.push_back(std::move(sighting));
  };
  for (const match::Hit& hit : hits)
    if (const match::Pattern& pattern = patterns.patterns()[hit.pattern]; pattern.topic == "command")
      add(pattern, line_around(text, hit.begin, hit.end), hit.begin, "");
  for (const HiddenText& hidden : find_base64(text))
    for (const match::Hit& hit : patterns.scan(hidden.decoded))
      if (const match::Pattern& pattern = patterns.patterns()[hit.pattern]; pattern.topic == "command" && pattern.confidence != "low")
        add(pattern, hidden.decoded, hidden.begin, "written in base64");
  return sightings;
}

std::vector<Sighting> read_endless_loops(std::string_view text, const std::function<Place(std::size_t)>& place_at) {
  std::vector<Sighting> sightings;
  for (std::size_t at = text.find("while True:"); at != std::string_view::npos; at = text.find("while True:", at + 1)) {
    const std::size_t line_start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    if (text.find_first_not_of(" \t", line_start) != at) continue;
    const std::size_t indent = at - line_start;
    std::size_t next = text.find('\n', at);
    // `try:` right before it: the loop ends by an exception, as reading frames until the end does.
    const std::size_t before = line_start < 2 ? std::string_view::npos : text.rfind('\n', line_start - 2);
    const std::string_view previous = text.substr(before == std::string_view::npos ? 0 : before + 1, line_start - (before == std::string_view::npos ? 0 : before + 1));
    bool leaves = previous.find("try:") != std::string_view::npos || text.substr(at, next == std::string_view::npos ? text.size() - at : next - at).size() > 12;
    while (next != std::string_view::npos && !leaves) {
      const std::size_t end = text.find('\n', next + 1);
      const std::string_view line = text.substr(next + 1, (end == std::string_view::npos ? text.size() : end) - next - 1);
      const std::size_t depth = indent_of(line);
      if (depth != std::string_view::npos && depth <= indent) break;
      for (const std::string_view way_out : {"break", "return", "raise", "yield", "exit", "await", "sleep", "wait", "input(", "recv", "accept", "get(", "next(", "poll", "read"})
        leaves = leaves || line.find(way_out) != std::string_view::npos;
      next = end;
    }
    if (!leaves) sightings.push_back({"dangerous-command", "endless-loop", "the loop has no way out", "while True:", place_at(at), Confidence::medium});
  }
  return sightings;
}

std::vector<Sighting> read_careless_code(std::string_view text, const std::function<Place(std::size_t)>& place_at) {
  std::vector<Sighting> sightings;
  for (std::size_t at = text.find("] * "); at != std::string_view::npos; at = text.find("] * ", at + 1)) {
    std::uint64_t count = 0;
    for (std::size_t i = at + 4; i < text.size() && count < 1'000'000'000 && ((text[i] >= '0' && text[i] <= '9') || text[i] == '_'); ++i)
      if (text[i] != '_') count = count * 10 + static_cast<std::uint64_t>(text[i] - '0');
    if (count < 5'000'000) continue;
    sightings.push_back({"dangerous-command", "memory-bomb", "copies a value millions of times", excerpt_of(text.substr(at, 24)), place_at(at), Confidence::low});
    break;
  }
  for (const std::string_view check : {"realpath", "resolve()", "abspath", "normpath", "commonpath", "is_relative_to", "basename", "secure_filename", "\"..\"", "'..'", "argparse", "sys.argv"})
    if (text.find(check) != std::string_view::npos) return sightings;
  for (std::size_t at = text.find("def "); at != std::string_view::npos; at = text.find("def ", at + 4)) {
    if (at > 0 && text[at - 1] != '\n' && text[at - 1] != ' ') continue;
    const std::size_t open = text.find('(', at), close = text.find(')', at);
    if (open == std::string_view::npos || close == std::string_view::npos || close < open || close - open > 200) continue;
    std::string_view name = text.substr(open + 1, close - open - 1);
    name = name.substr(0, name.find_first_of(",:= "));
    const std::size_t end = std::min(text.find("\ndef ", close), text.size());
    const std::string_view body = text.substr(close, end - close);
    if (name.empty() || body.find("open(") == std::string_view::npos) continue;
    const std::string joined = ", " + std::string(name) + ")", written = "/{" + std::string(name) + "}";
    const std::size_t join = body.find("os.path.join("), found = join == std::string_view::npos ? body.find(written) : body.find(joined, join);
    if (found == std::string_view::npos) continue;
    sightings.push_back({"dangerous-command", "unchecked-path", "opens what it is told below a folder, unchecked", excerpt_of(body.substr(found > 40 ? found - 40 : 0, 80)), place_at(close + found), Confidence::low});
    break;
  }
  return sightings;
}

}  // namespace stormwatch::collect
