// SPDX-License-Identifier: Apache-2.0
#include "collect/prose.h"

#include <algorithm>
#include <array>
#include <string>

#include "match/injection.h"

namespace stormwatch::collect {

namespace {
constexpr std::array<std::string_view, 10> kEndings{"", "txt", "text", "md", "markdown", "mdx", "rst", "eml", "prompt", "adoc"};
constexpr std::array<std::string_view, 12> kAboutAttacks{"prompt injection", "prompt-injection", "red team",         "red-team",          "guardrail",      "adversarial",
                                                           "llm security",     "owasp",            "jailbreak detection", "security research", "attack success", "vulnerabilit"};
constexpr std::size_t kDocumentReads = 256 << 10, kObeyedReads = 64 << 10;
constexpr double kSureOfObeyed = 0.985;
constexpr std::size_t kFewestTexts = 200, kOneIn = 100, kTimes = 3;

template <class F>
void each_guess(std::vector<Observation>& observations, F&& f) {
  for (Observation& observation : observations)
    for (Asset& asset : observation.assets)
      for (Sighting& sighting : asset.sightings)
        if (sighting.subject == kReadsLikeAnAttack) f(sighting);
}
}  // namespace

bool is_prose_name(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  if (name.ends_with("file")) return false;  // Modelfile, Dockerfile, Makefile: instructions to a program
  const std::size_t dot = name.rfind('.');
  return std::ranges::find(kEndings, dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1)) != kEndings.end();
}

bool explains_attacks(std::string_view text) {
  std::string head(text.substr(0, kDocumentReads));
  std::ranges::transform(head, head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(kAboutAttacks, [&](std::string_view words) { return head.find(words) != std::string::npos; });
}

std::optional<Sighting> guess_attack(std::string_view text, Ground ground, const std::function<Place(std::size_t)>& place_at) {
  text = text.substr(0, ground == Ground::document ? kDocumentReads : kObeyedReads);
  const match::InjectionVerdict verdict = match::judge_by_model(text);
  if (verdict.level != match::InjectionVerdict::Level::likely) return std::nullopt;
  if (ground == Ground::obeyed && (verdict.probability < kSureOfObeyed || explains_attacks(text))) return std::nullopt;
  Sighting sighting{.what = ground == Ground::document ? "prompt-injection" : "hidden-instruction", .subject = std::string(kReadsLikeAnAttack)};
  sighting.detail = "judged by the text model";
  sighting.excerpt = excerpt_of(text.substr(verdict.begin, verdict.end - verdict.begin));
  sighting.place = place_at(verdict.begin);
  sighting.confidence = Confidence::medium;
  return sighting;
}

void weigh_guesses(std::vector<Observation>& observations, std::size_t texts) {
  std::size_t guesses = 0;
  each_guess(observations, [&](const Sighting&) { ++guesses; });
  if (texts < kFewestTexts || guesses * kOneIn > texts * kTimes) return;
  each_guess(observations, [&](Sighting& sighting) {
    sighting.confidence = Confidence::low;
    sighting.detail += "; " + std::to_string(guesses) + " of " + std::to_string(texts) + " texts read so, no more than chance makes";
  });
}

}  // namespace stormwatch::collect
