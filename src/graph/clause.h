// SPDX-License-Identifier: Apache-2.0
// The parsed form of a condition: a tree of clauses, expressions compiled, field names turned into positions.
//
// Private to the query language (query.h). Immutable after parsing, so one tree serves all threads.
#pragma once

#include <re2/re2.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/query.h"

namespace stormwatch::graph {

inline constexpr std::int8_t kNoField = -1;
/// Position of a field among the fields of each kind; kNoField where the kind lacks it.
using FieldPositions = std::array<std::int8_t, kAssetKindNames.size()>;

struct Condition::Clause {
  enum class Word : std::uint8_t { kind, all, any, negation, field, item, related, sees, finding };
  enum class Comparison : std::uint8_t { is, in, matches, contains, above, known };

  Word word = Word::all;
  std::vector<Clause> parts;  ///< of all, any, negation (one), related (one), item (one)
  std::uint32_t kinds = 0;    ///< kind: a bit a kind

  // field, item
  std::string name;                ///< as written, for explanations
  bool from_item = false;          ///< `item.x`: starts at the item, not at the asset
  FieldPositions positions{};
  std::vector<std::string> path;   ///< after the field's name
  Comparison comparison = Comparison::is;
  std::vector<std::string> values; ///< is (one), in, contains (one)
  std::shared_ptr<const re2::RE2> expression;
  double bound = 0;
  bool known = true;

  // related
  RelationKind relation{};
  bool outgoing = true;            ///< `to`: the other asset is at the relation's end

  // sees
  std::string what;
  std::shared_ptr<const re2::RE2> subject, detail;

  // finding
  std::vector<std::string> rules;
  std::vector<Vector> vectors;
  std::optional<Severity> severity;  ///< at least
};

}  // namespace stormwatch::graph
