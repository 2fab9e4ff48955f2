// SPDX-License-Identifier: Apache-2.0
#include "collect/tool_text.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "collect/instruction_text.h"
#include "collect/phrases.h"

namespace stormwatch::collect {
namespace {

/// What the rules of tools say of one text. Signs of low confidence are no sightings: they name what a sign of medium confidence may be about.
class Signs {
 public:
  explicit Signs(std::vector<Sighting>& sightings) : sightings_(sightings) {}

  void read(std::string_view rules, std::string_view text, const PlaceAt& place_at) {
    ++texts_;
    for (const PhraseHit& hit : Phrases::embedded(rules).read_text(text)) {
      if (hit.confidence == Confidence::low) {
        stakes_.emplace_back(texts_, hit.begin);
        continue;
      }
      if (hit.confidence == Confidence::medium) uncertain_.emplace_back(texts_, hit.begin);
      add(hit, text, place_at);
    }
  }

  /// A sign in one sentence, and in another a secret, an address or the conversation.
  [[nodiscard]] bool have_a_stake() const {
    return std::ranges::any_of(uncertain_, [&](const Spot& sign) { return std::ranges::any_of(stakes_, [&](const Spot& stake) { return stake != sign; }); });
  }

 private:
  using Spot = std::pair<int, std::size_t>;  ///< text, and where the sentence begins

  void add(const PhraseHit& hit, std::string_view text, const PlaceAt& place_at) {
    const auto same = std::ranges::find_if(sightings_, [&](const Sighting& s) { return s.what == "hidden-instruction" && s.subject == hit.subject; });
    if (same != sightings_.end() && same->confidence >= hit.confidence) return;
    std::string_view sentence = text.substr(hit.begin, hit.end - hit.begin);
    while (!sentence.empty() && (sentence.front() == ' ' || sentence.front() == '\n')) sentence.remove_prefix(1);
    while (!sentence.empty() && (sentence.back() == ' ' || sentence.back() == '\n')) sentence.remove_suffix(1);
    Sighting sighting{.what = "hidden-instruction", .subject = std::string(hit.subject)};
    sighting.excerpt = excerpt_of(sentence);
    sighting.place = place_at(hit.begin);
    sighting.confidence = hit.confidence;
    if (same != sightings_.end()) *same = std::move(sighting);
    else sightings_.push_back(std::move(sighting));
  }

  std::vector<Sighting>& sightings_;
  std::vector<Spot> uncertain_, stakes_;
  int texts_ = 0;
};

}  // namespace

std::vector<Sighting> read_tool_text(const ToolTexts& tool) {
  std::vector<Sighting> sightings = read_instructions(tool.text, tool.place_at);
  Signs signs(sightings);
  signs.read("tool_text.yaml", tool.text, tool.place_at);
  if (!tool.parameters.empty()) signs.read("tool_parameter.yaml", tool.parameters, tool.parameter_at);
  std::set<std::string_view> kinds;
  for (const Sighting& s : sightings)
    if (s.what == "hidden-instruction" && s.confidence != Confidence::low) kinds.insert(s.subject);
  if (kinds.size() < 2 && !signs.have_a_stake()) return sightings;
  for (Sighting& s : sightings) {
    if (s.what != "hidden-instruction" || s.confidence != Confidence::medium) continue;
    s.confidence = Confidence::high;
    s.detail = "stands beside other signs";
  }
  return sightings;
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
