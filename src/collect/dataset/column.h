// SPDX-License-Identifier: Apache-2.0
// What a column of a data set is for, by its name: where orders to a model are expected and where data are; and the shape that the columns
// make together.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "match/personal.h"

namespace stormwatch::collect {

std::string_view last_part_of(std::string_view column);   ///< "content" of "messages.content"

/// Orders to the model belong there: prompts, instructions, questions.
bool expects_orders(std::string_view column);
/// The column says who speaks: "messages.role", "conversations.from".
bool names_speaker(std::string_view column);
/// Who speaks gives orders by right: a user, a system.
bool gives_orders(std::string_view speaker);
/// A whole dialogue in one text: its parts are marked in it.
bool is_marked_dialogue(std::string_view text);
bool names_label(std::string_view column);
/// The column holds what only words tell of a person: names, streets, dates of birth, diagnoses. Not "name" alone: things have one.
std::optional<match::PersonalClass> names_personal(std::string_view column);
/// Whether a value of a column so named can be what the name says: a column "address" may hold those of a network.
bool may_be_value_of(match::PersonalClass of, std::string_view value);
/// The file, its card or its columns say that attacks are what the set is about.
bool speaks_of_attacks(std::string_view name);

/// chat, preference, instruction, question-answer, classification, text, table; empty without columns.
std::string shape_of(std::span<const std::string> columns);
/// train, validation, test by a file's path; empty if it says none.
std::string split_of(std::string_view path);

}  // namespace stormwatch::collect
