// SPDX-License-Identifier: Apache-2.0
#include "collect/instruction_text.h"

#include <algorithm>
#include <set>
#include <string>

#include "collect/hidden_text.h"
#include "collect/phrases.h"

namespace stormwatch::collect {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\r' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Kinds that say nothing alone, and that a second kind makes certain.
bool is_supporting(std::string_view subject) {
  return subject == "concealment" || subject == "covert-action" || subject == "hidden-tag" || subject == "sensitive-read" || subject == "data-diversion" ||
         subject == "tool-precondition" || subject == "shadowing";
}

}  // namespace

std::vector<Sighting> read_instructions(std::string_view text, const std::function<Place(std::size_t)>& place_at) {
  const Phrases& phrases = Phrases::embedded("instruction.yaml");
  std::vector<Sighting> sightings;
  std::set<std::string_view> kinds;
  for (const PhraseHit& hit : phrases.read_text(text)) {
    Sighting sighting{.what = "hidden-instruction", .subject = std::string(hit.subject)};
    sighting.excerpt = excerpt_of(trimmed(text.substr(hit.begin, hit.end - hit.begin)));
    sighting.place = place_at(hit.begin);
    sighting.confidence = hit.confidence;
    const bool repeat = std::ranges::any_of(sightings, [&](const Sighting& s) { return s.subject == sighting.subject && s.place == sighting.place; });
    if (hit.confidence != Confidence::low || hit.subject == "tool-precondition") kinds.insert(hit.subject);
    if (!repeat) sightings.push_back(std::move(sighting));
    else
      for (Sighting& s : sightings)
        if (s.subject == hit.subject && s.place == sighting.place) s.confidence = std::max(s.confidence, hit.confidence);
  }
  const auto supporting = std::ranges::count_if(kinds, is_supporting);
  const bool reaches = kinds.contains("sensitive-read") || kinds.contains("data-diversion") || kinds.contains("hidden-tag") || kinds.contains("covert-action");
  const bool hides = kinds.contains("concealment") || kinds.contains("covert-action") || kinds.contains("hidden-tag");
  if (supporting >= 2 && reaches && hides)
    for (Sighting& sighting : sightings)
      if (is_supporting(sighting.subject) && sighting.subject != "tool-precondition") {
        sighting.confidence = Confidence::high;
        sighting.detail = "stands beside other signs in the same text";
      }
  for (const auto& hidden : {find_invisible(text), find_base64(text)})
    for (const HiddenText& part : hidden) {
      const std::vector<PhraseHit> said = phrases.read_text(part.decoded);
      if (part.form == "base64") {  // encoded text is common and innocent; only what it says counts
        for (const PhraseHit& hit : said)
          if (hit.confidence != Confidence::low)
            sightings.push_back({"hidden-instruction", std::string(hit.subject), "written in base64", excerpt_of(part.decoded), place_at(part.begin), Confidence::high});
        continue;
      }
      const bool carries = part.decoded.size() >= 4 || part.form == "tags";
      Sighting sighting{.what = "invisible-text", .subject = std::string(part.form)};
      sighting.detail = std::to_string(part.characters) + " characters" + (part.decoded.empty() ? "" : " that decode to text");
      sighting.excerpt = part.decoded.empty() ? excerpt_of(text.substr(part.begin, 120)) : excerpt_of(part.decoded);
      sighting.place = place_at(part.begin);
      sighting.confidence = carries ? Confidence::high : Confidence::medium;
      sightings.push_back(std::move(sighting));
    }
  return sightings;
}

}  // namespace stormwatch::collect
