// SPDX-License-Identifier: Apache-2.0
// The condition language of rules and steps: "an asset of kind K whose fields F, related by R to ...". A closed list of words:
//
//   kind: endpoint | [endpoint, workload]      the asset's kind
//   all: [C...]  any: [C...]  not: C           logic; a map with several words is `all` of them
//   field: NAME  is: V | in: [V...] | matches: REGEX | contains: V | above: N | known: true|false
//                                              one fact; a list field `is`/`in`/`matches` when one of its items does.
//                                              `configuration.a.b.*.c` walks a parsed document, `*` any list item or member;
//                                              a name asked of a list is asked of its items; "a.b/c" quotes one with dots
//   item: PATH  holds: C                       some item at a configuration path for which C holds: within C `item.x` is the
//                                              item's x. For facts that must hold of one and the same block
//   related: {by: RELATION, to|from: C}        some relation of that kind to (or from) an asset for which C holds
//   sees: {what: SIGHTING, subject: REGEX, detail: REGEX}    the asset has such a sighting
//   finding: RULE | {vector: V, severity: S}   (steps only) an open finding on the asset
//
// Three-valued: a condition on a fact that was not observed is `unknown`, which is not `no`. A configuration tree was read
// whole, so what it lacks is a fact: `known: false` holds and every comparison is `no`; an unresolved expression in it
// ("${var.key}") is there but its value is unknown. A field that the asset's kind does not have is `no`. A flag is compared
// with true/false, a number with a number. RE2 syntax, unanchored.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/result.h"
#include "posture/finding.h"

namespace stormwatch::graph {

enum class Truth : std::uint8_t { no, unknown, yes };

struct Answer {
  Truth truth = Truth::no;
  std::string because;             ///< the clauses that decided it, with their values: "exposure is internet; authentication is none"
  std::vector<std::string> assumed;  ///< facts that were not observed: "endpoint.authentication"
  Place place;                     ///< of the deciding value, when the document knows it
  std::vector<FindingId> findings;
};

/// Findings by asset for `finding:`; empty in rules.
using FindingsOf = std::vector<std::vector<const Finding*>>;  ///< index: position in estate.assets()

class Condition {
 public:
  /// Unknown words, fields, kinds, relations and broken expressions are Errors with file and line.
  static Result<Condition> parse(const Node& node, std::string_view file);
  [[nodiscard]] Answer evaluate(const Estate& estate, std::size_t asset_index, const FindingsOf* findings = nullptr) const;
  /// What `evaluate` decides, without its reasons: `truth` and, where it is unknown, `assumed`; the rest stays empty.
  [[nodiscard]] Answer judge(const Estate& estate, std::size_t asset_index, const FindingsOf* findings = nullptr) const;
  /// How many relations away from the asset it looks.
  [[nodiscard]] unsigned reach() const;
  /// Kinds an asset must have for the condition to hold; empty: any. For going through candidates only.
  [[nodiscard]] std::span<const AssetKind> kinds() const;
  /// Values of the field `type`, one of which an asset must have for the condition not to be `no`; empty: any. For going through candidates only.
  [[nodiscard]] std::span<const std::string> types() const;

  struct Clause;
  Condition();
  Condition(const Condition&);
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition) noexcept;
  ~Condition();

 private:
  std::shared_ptr<const Clause> root_;
  std::vector<AssetKind> kinds_;
  std::vector<std::string> types_;
};

}  // namespace stormwatch::graph
