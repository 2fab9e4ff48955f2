// SPDX-License-Identifier: Apache-2.0
#include "collect/tool_text.h"

#include <algorithm>
#include <string>
#include <utility>

#include "collect/instruction_text.h"
#include "collect/phrases.h"

namespace stormwatch::collect {
namespace {

/// Signs that lie further apart in one text have nothing to do with each other: long descriptions gather them by chance.
constexpr std::int64_t kPassage = 600;

/// What the rules of tools say of one text. Signs of low confidence are no sightings: they name what a sign of medium confidence may be about.
class Signs {
 public:
  void read(std::string_view rules, int part, std::string_view text) {
    for (const PhraseHit& hit : Phrases::embedded(rules).read_text(text)) {
      const Spot spot{part, static_cast<std::int64_t>(hit.begin)};
      if (hit.confidence == Confidence::low) stakes_.push_back(spot);
      else add(hit, spot, text);
    }
  }
  void read_instructions_in(std::string_view text) {
    for (Sighting& sighting : read_instructions(text, [](std::size_t offset) { return Place{.offset = static_cast<std::int64_t>(offset)}; })) {
      const Spot spot{0, sighting.place.offset};
      signs_.push_back({std::move(sighting), spot, false});
    }
  }

  /// The sightings, with the places that `place_at` gives to (part, offset).
  std::vector<Sighting> take(const std::function<Place(int, std::size_t)>& place_at) {
    std::vector<bool> certain;
    for (const Sign& sign : signs_) certain.push_back(is_uncertain(sign) && has_company(sign));
    std::vector<Sighting> sightings;
    for (std::size_t i = 0; i < signs_.size(); ++i) {
      const bool is_hint = signs_[i].of_tools && is_uncertain(signs_[i]);
      Sighting sighting = std::move(signs_[i].sighting);
      sighting.place = place_at(signs_[i].spot.part, static_cast<std::size_t>(std::max<std::int64_t>(signs_[i].spot.begin, 0)));
      if (certain[i]) {
        sighting.confidence = Confidence::high;
        sighting.detail = "stands beside other signs";
      } else if (is_hint) {
        sighting.confidence = Confidence::low;  // alone it is a hint
      }
      sightings.push_back(std::move(sighting));
    }
    return sightings;
  }

 private:
  struct Spot {
    int part = 0;             ///< 0: the description, 1: the parameters
    std::int64_t begin = 0;   ///< where the sentence begins
    bool operator==(const Spot&) const = default;
  };
  struct Sign {
    Sighting sighting;
    Spot spot;
    bool of_tools = true;  ///< by the rules of tools, not by those of all texts
  };

  static bool is_uncertain(const Sign& sign) { return sign.sighting.what == "hidden-instruction" && sign.sighting.confidence == Confidence::medium; }

  /// What a parameter asks for belongs to the whole tool.
  static bool are_near(const Spot& a, const Spot& b) { return a.part != b.part || std::max(a.begin, b.begin) - std::min(a.begin, b.begin) <= kPassage; }

  /// A sign of another kind, or in another sentence a secret, an address or the conversation.
  [[nodiscard]] bool has_company(const Sign& sign) const {
    return std::ranges::any_of(signs_, [&](const Sign& other) {
             return other.sighting.what == "hidden-instruction" && other.sighting.confidence != Confidence::low && other.sighting.subject != sign.sighting.subject && are_near(other.spot, sign.spot);
           }) ||
           std::ranges::any_of(stakes_, [&](const Spot& stake) { return sign.of_tools && stake != sign.spot && are_near(stake, sign.spot); });
  }

  void add(const PhraseHit& hit, const Spot& spot, std::string_view text) {
    const auto same = std::ranges::find_if(signs_, [&](const Sign& s) { return s.sighting.what == "hidden-instruction" && s.sighting.subject == hit.subject; });
    if (same != signs_.end() && same->sighting.confidence >= hit.confidence) return;
    std::string_view sentence = text.substr(hit.begin, hit.end - hit.begin);
    while (!sentence.empty() && (sentence.front() == ' ' || sentence.front() == '\n')) sentence.remove_prefix(1);
    while (!sentence.empty() && (sentence.back() == ' ' || sentence.back() == '\n')) sentence.remove_suffix(1);
    Sighting sighting{.what = "hidden-instruction", .subject = std::string(hit.subject)};
    sighting.excerpt = excerpt_of(sentence);
    sighting.confidence = hit.confidence;
    if (same != signs_.end()) *same = {std::move(sighting), spot};
    else signs_.push_back({std::move(sighting), spot});
  }

  std::vector<Sign> signs_;
  std::vector<Spot> stakes_;
};

}  // namespace

std::vector<Sighting> read_tool_text(const ToolTexts& tool) {
  Signs signs;
  signs.read_instructions_in(tool.text);
  signs.read("tool_text.yaml", 0, tool.text);
  if (!tool.parameters.empty()) signs.read("tool_parameter.yaml", 1, tool.parameters);
  return signs.take([&](int part, std::size_t offset) { return part == 0 ? tool.place_at(offset) : tool.parameter_at(offset); });
}

std::string_view parameter_section(std::string_view documentation) {
  for (const std::string_view head : {"\nArgs:", "\nArguments:", "\nParameters:", "\nParameters\n", "\n:param", "\n@param"})
    if (const std::size_t at = documentation.find(head); at != std::string_view::npos) {
      std::string_view section = documentation.substr(at);
      // What follows the parameters tells of results.
      for (const std::string_view end : {"\nReturns", "\nRaises", "\nExample", "\nYields", "\nNote"}) section = section.substr(0, section.find(end));
      return section;
    }
  return {};
}

}  // namespace stormwatch::collect
