// SPDX-License-Identifier: Apache-2.0
// Texts that people wrote for reading, which the text model judges, and how much its verdicts weigh among many.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "posture/asset.h"

namespace stormwatch::collect {

/// By the name alone: README, notes.md, mail.txt; not Modelfile, Makefile.
bool is_prose_name(std::string_view name);

/// The subject of a sighting that rests on the text model alone.
inline constexpr std::string_view kReadsLikeAnAttack = "reads-like-an-attack";

/// Where a text stands says how likely an attack is there, and so how sure the model must be.
enum class Ground {
  document,  ///< any text: the model's own threshold
  obeyed,    ///< skills, rules files, prompts, tool descriptions: they give orders by trade, and hardly any is an attack
};

/// What no rule is sure of but reads like an attack throughout, of medium confidence; the first 256 KiB are read (64 of what is obeyed).
/// None for obeyed texts that explain attacks.
std::optional<Sighting> guess_attack(std::string_view text, Ground ground, const std::function<Place(std::size_t)>& place_at);
/// The text is about attacks on models, by its words.
bool explains_attacks(std::string_view text);

/// The model takes about one innocent text of 100 for an attack (docs/accuracy-text.md). Where among `texts` no more than three times
/// as many stand out as that, its guesses say little: their confidence becomes low.
void weigh_guesses(std::vector<Observation>& observations, std::size_t texts);

}  // namespace stormwatch::collect
