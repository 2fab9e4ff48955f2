// SPDX-License-Identifier: Apache-2.0
#include "collect/command_text.h"

#include <algorithm>

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

}  // namespace

std::vector<Sighting> read_commands(std::string_view text, std::span<const match::Hit> hits, const match::Database& patterns,
                                    const std::function<Place(std::size_t)>& place_at) {
  std::vector<Sighting> sightings;
  const auto add = [&](const match::Pattern& pattern, std::string_view shown, std::size_t at, std::string_view detail) {
    Sighting sighting{pattern.what.empty() ? "dangerous-command" : pattern.what, pattern.subject, std::string(detail), excerpt_of(shown), place_at(at), confidence_of(pattern)};
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

}  // namespace stormwatch::collect
