// SPDX-License-Identifier: Apache-2.0
// Condition::parse: a YAML node to clauses. Every word, field, kind and relation must be known; errors name file and line.
#include <fmt/format.h>

#include <algorithm>

#include "graph/clause.h"

namespace stormwatch::graph {
namespace {

using Clause = Condition::Clause;
using Word = Clause::Word;
using Comparison = Clause::Comparison;
constexpr int kDeepest = 20;
constexpr std::uint32_t kAnyKind = (1U << kAssetKindNames.size()) - 1;
constexpr std::string_view kWords = "kind, all, any, not, field, item, related, sees, finding";
constexpr std::string_view kComparisons = "is, in, matches, contains, above, known";

struct Parser {
  std::string_view file;

  std::unexpected<Error> refuse(const Node& node, std::string what, std::string expected) const {
    return failure(std::move(what), std::string(file), node.line ? fmt::format("line {}", node.line) : "", std::move(expected));
  }

  // A scalar or a list of scalars.
  Result<std::vector<std::string>> texts(const Node& node, std::string_view word) const {
    std::vector<std::string> found;
    if (node.is_scalar()) found.push_back(node.scalar);
    if (node.is_list())
      for (const Node& item : node.items) {
        if (!item.is_scalar()) return refuse(item, fmt::format("{} has an item that is no single value", word), "texts, numbers, true or false");
        found.push_back(item.scalar);
      }
    if (found.empty()) return refuse(node, fmt::format("{} has no value", word), "a value or a list of values");
    return found;
  }

  Result<std::shared_ptr<const re2::RE2>> expression(const Node& node, std::string_view word) const {
    if (!node.is_scalar()) return refuse(node, fmt::format("{} is no text", word), "a regular expression (RE2)");
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(8 << 20);
    auto compiled = std::make_shared<const re2::RE2>(node.scalar, options);
    if (!compiled->ok()) return refuse(node, fmt::format("broken expression in {}: {}", word, compiled->error()), "RE2 syntax");
    return compiled;
  }

  Result<std::uint32_t> kinds(const Node& node) const {
    const auto names = texts(node, "kind");
    if (!names) return std::unexpected(names.error());
    std::uint32_t bits = 0;
    for (const std::string& name : *names) {
      const auto kind = asset_kind_named(name);
      if (!kind) return refuse(node, fmt::format("unknown kind {}", name), fmt::format("{}", fmt::join(kAssetKindNames, ", ")));
      bits |= 1U << static_cast<unsigned>(*kind);
    }
    return bits;
  }

  Result<std::vector<std::string>> path_of(const Node& node) const {
    if (!node.is_scalar()) return refuse(node, "field is no text", "NAME or configuration.a.b");
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (const char c : node.scalar) {
      if (c == '"') quoted = !quoted;
      else if (c == '.' && !quoted) parts.emplace_back();
      else parts.back() += c;
    }
    if (quoted || std::ranges::any_of(parts, &std::string::empty)) return refuse(node, fmt::format("broken path {}", node.scalar), "names joined by dots");
    return parts;
  }

  // Fills name, positions and path; `in_kinds` is where the field has to exist.
  Result<void> locate(Clause& clause, const Node& node, std::uint32_t in_kinds, bool in_item) const {
    auto parts = path_of(node);
    if (!parts) return std::unexpected(parts.error());
    clause.name = node.scalar;
    if (parts->front() == "item") {
      if (!in_item) return refuse(node, "`item` outside of `holds`", "a field of the asset");
      clause.from_item = true;
      clause.path.assign(parts->begin() + 1, parts->end());
      return {};
    }
    clause.positions.fill(kNoField);
    bool found = false, is_tree = false;
    for (std::size_t k = 0; k < kAssetKindNames.size(); ++k) {
      if (!(in_kinds >> k & 1U)) continue;
      const auto names = field_names(static_cast<AssetKind>(k));
      const auto at = std::ranges::find(names, parts->front());
      if (at == names.end()) continue;
      clause.positions[k] = static_cast<std::int8_t>(at - names.begin());
      found = true;
      is_tree |= *at == "configuration";
    }
    if (!found) return refuse(node, fmt::format("unknown field {}", parts->front()), expected_fields(in_kinds));
    clause.path.assign(parts->begin() + 1, parts->end());
    if (!clause.path.empty() && !is_tree) return refuse(node, fmt::format("{} has no parts", parts->front()), "a path only below configuration");
    return {};
  }

  static std::string expected_fields(std::uint32_t in_kinds) {
    std::vector<std::string_view> all;
    for (std::size_t k = 0; k < kAssetKindNames.size(); ++k)
      if (in_kinds >> k & 1U)
        for (const std::string_view name : field_names(static_cast<AssetKind>(k))) all.push_back(name);
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return fmt::format("{}", fmt::join(all, ", "));
  }

  Result<void> compare(Clause& clause, std::string_view word, const Node& value) const {
    if (word == "is" || word == "in" || word == "contains") {
      clause.comparison = word == "is" ? Comparison::is : word == "in" ? Comparison::in : Comparison::contains;
      if (word != "in" && !value.is_scalar()) return refuse(value, fmt::format("{} has no single value", word), "a text, a number, true or false");
      auto values = texts(value, word);
      if (!values) return std::unexpected(values.error());
      clause.values = std::move(*values);
    } else if (word == "matches") {
      clause.comparison = Comparison::matches;
      auto expression_of = expression(value, word);
      if (!expression_of) return std::unexpected(expression_of.error());
      clause.expression = std::move(*expression_of);
    } else if (word == "above") {
      clause.comparison = Comparison::above;
      const auto bound = value.as_number();
      if (!bound) return refuse(value, "above has no number", "a number");
      clause.bound = *bound;
    } else {
      clause.comparison = Comparison::known;
      const auto known = value.as_bool();
      if (!known) return refuse(value, "known is neither true nor false", "true or false");
      clause.known = *known;
    }
    return {};
  }

  Result<Clause> field(const Node& map, const Node& value, std::uint32_t in_kinds, bool in_item) const {
    Clause clause;
    clause.word = Word::field;
    if (auto located = locate(clause, value, in_kinds, in_item); !located) return std::unexpected(located.error());
    int comparisons = 0;
    for (const Node::Member& member : map.members)
      if (is_comparison(member.key)) {
        ++comparisons;
        if (auto done = compare(clause, member.key, member.value); !done) return std::unexpected(done.error());
      }
    if (comparisons != 1) return refuse(value, fmt::format("field {} has {} comparisons", clause.name, comparisons), fmt::format("one of {}", kComparisons));
    return clause;
  }

  Result<Clause> item(const Node& map, const Node& value, std::uint32_t in_kinds, bool in_item, int depth) const {
    Clause clause;
    clause.word = Word::item;
    if (auto located = locate(clause, value, in_kinds, in_item); !located) return std::unexpected(located.error());
    const Node* holds = map.find("holds");
    if (!holds) return refuse(value, "item without holds", "holds: CONDITION");
    auto part = condition(*holds, in_kinds, true, depth + 1);
    if (!part) return part;
    clause.parts.push_back(std::move(*part));
    return clause;
  }

  Result<Clause> related(const Node& value, int depth) const {
    Clause clause;
    clause.word = Word::related;
    if (!value.is_map()) return refuse(value, "related is no map", "{by: RELATION, to: CONDITION} or from:");
    const Node* other = nullptr;
    bool has_kind = false;
    for (const Node::Member& member : value.members) {
      if (member.key == "by") {
        const auto kind = relation_kind_named(member.value.scalar);
        if (!kind) return refuse(member.value, fmt::format("unknown relation {}", member.value.scalar), fmt::format("{}", fmt::join(kRelationKindNames, ", ")));
        clause.relation = *kind;
        has_kind = true;
      } else if ((member.key == "to" || member.key == "from") && !other) {
        other = &member.value;
        clause.outgoing = member.key == "to";
      } else {
        return refuse(member.value, fmt::format("unexpected {} in related", member.key), "by, and one of to and from");
      }
    }
    if (!has_kind || !other) return refuse(value, "related lacks a part", "by, and one of to and from");
    auto part = condition(*other, kAnyKind, false, depth + 1);
    if (!part) return part;
    clause.parts.push_back(std::move(*part));
    return clause;
  }

  Result<Clause> sees(const Node& value) const {
    Clause clause;
    clause.word = Word::sees;
    if (!value.is_map()) return refuse(value, "sees is no map", "{what: SIGHTING, subject: REGEX, detail: REGEX}");
    for (const Node::Member& member : value.members) {
      if (member.key == "what") {
        if (!is_sighting(member.value.scalar)) {
          std::vector<std::string_view> words;
          for (const SightingWord& word : kSightings) words.push_back(word.what);
          return refuse(member.value, fmt::format("unknown sighting {}", member.value.scalar), fmt::format("{}", fmt::join(words, ", ")));
        }
        clause.what = member.value.scalar;
      } else if (member.key == "subject" || member.key == "detail") {
        auto compiled = expression(member.value, member.key);
        if (!compiled) return std::unexpected(compiled.error());
        (member.key == "subject" ? clause.subject : clause.detail) = std::move(*compiled);
      } else {
        return refuse(member.value, fmt::format("unexpected {} in sees", member.key), "what, subject, detail");
      }
    }
    if (clause.what.empty()) return refuse(value, "sees without what", "what: SIGHTING");
    return clause;
  }

  Result<Clause> finding(const Node& value) const {
    Clause clause;
    clause.word = Word::finding;
    if (!value.is_map()) {
      auto rules = texts(value, "finding");
      if (!rules) return std::unexpected(rules.error());
      clause.rules = std::move(*rules);
      return clause;
    }
    for (const Node::Member& member : value.members) {
      auto names = texts(member.value, member.key);
      if (!names) return std::unexpected(names.error());
      if (member.key == "rule") {
        clause.rules = std::move(*names);
      } else if (member.key == "vector") {
        for (const std::string& name : *names) {
          const auto vector = vector_named(name);
          if (!vector) return refuse(member.value, fmt::format("unknown vector {}", name), fmt::format("{}", fmt::join(kVectorNames, ", ")));
          clause.vectors.push_back(*vector);
        }
      } else if (member.key == "severity") {
        clause.severity = severity_named(names->front());
        if (!clause.severity || names->size() > 1)
          return refuse(member.value, fmt::format("unknown severity {}", names->front()), fmt::format("one (the least) of {}", fmt::join(kSeverityNames, ", ")));
      } else {
        return refuse(member.value, fmt::format("unexpected {} in finding", member.key), "rule, vector, severity");
      }
    }
    return clause;
  }

  static bool is_comparison(std::string_view word) {
    return word == "is" || word == "in" || word == "matches" || word == "contains" || word == "above" || word == "known";
  }


  Result<Clause> group(Word word, const Node& value, std::uint32_t in_kinds, bool in_item, int depth) const {
    Clause clause;
    clause.word = word;
    if (!value.is_list() || value.items.empty()) return refuse(value, "all and any want a list", "- CONDITION lines");
    if (word == Word::all)
      for (const Node& part : value.items)
        if (const Node* kind = part.find("kind"))
          if (const auto bits = kinds(*kind)) in_kinds &= *bits;
    for (const Node& part : value.items) {
      auto parsed = condition(part, in_kinds, in_item, depth + 1);
      if (!parsed) return parsed;
      clause.parts.push_back(std::move(*parsed));
    }
    return clause;
  }

  Result<Clause> condition(const Node& node, std::uint32_t in_kinds, bool in_item, int depth) const {
    if (depth > kDeepest) return refuse(node, "condition nested too deep", fmt::format("at most {} levels", kDeepest));
    if (!node.is_map() || node.members.empty()) return refuse(node, "condition is no map", fmt::format("one of the words {}", kWords));
    Clause all;
    if (const Node* kind = node.find("kind")) {
      const auto bits = kinds(*kind);
      if (!bits) return std::unexpected(bits.error());
      in_kinds &= *bits;
      Clause clause;
      clause.word = Word::kind;
      clause.kinds = *bits;
      all.parts.push_back(std::move(clause));
    }
    for (const Node::Member& member : node.members) {
      const std::string& word = member.key;
      if (word == "kind") continue;
      if (is_comparison(word)) {
        if (!node.find("field")) return refuse(member.value, fmt::format("{} without field", word), "field: NAME beside it");
        continue;
      }
      if (word == "holds") {
        if (!node.find("item")) return refuse(member.value, "holds without item", "item: PATH beside it");
        continue;
      }
      Result<Clause> clause = Clause{};
      if (word == "all" || word == "any") clause = group(word == "all" ? Word::all : Word::any, member.value, in_kinds, in_item, depth);
      else if (word == "not") {
        auto part = condition(member.value, in_kinds, in_item, depth + 1);
        if (!part) return part;
        clause->word = Word::negation;
        clause->parts.push_back(std::move(*part));
      }
      else if (word == "field") clause = field(node, member.value, in_kinds, in_item);
      else if (word == "item") clause = item(node, member.value, in_kinds, in_item, depth);
      else if (word == "related") clause = related(member.value, depth);
      else if (word == "sees") clause = sees(member.value);
      else if (word == "finding") clause = finding(member.value);
      else {
        Node at = member.value;
        if (member.line) at.line = member.line;
        return refuse(at, fmt::format("unknown word {}", word), fmt::format("one of {}, or beside field one of {}", kWords, kComparisons));
      }
      if (!clause) return clause;
      all.parts.push_back(std::move(*clause));
    }
    if (all.parts.size() == 1) {
      Clause only = std::move(all.parts.front());
      return only;
    }
    return all;
  }
};

// Kinds for which the clause can hold at all.
std::uint32_t candidates(const Clause& clause) {
  std::uint32_t bits = clause.word == Word::any ? 0 : kAnyKind;
  switch (clause.word) {
    case Word::kind: return clause.kinds;
    case Word::all:
      for (const Clause& part : clause.parts) bits &= candidates(part);
      return bits;
    case Word::any:
      for (const Clause& part : clause.parts) bits |= candidates(part);
      return bits;
    case Word::field:
    case Word::item:
      if (clause.from_item) return kAnyKind;
      for (std::size_t k = 0; k < clause.positions.size(); ++k)
        if (clause.positions[k] == kNoField) bits &= ~(1U << k);
      return bits;
    default: return kAnyKind;
  }
}

// Values of `type`, one of which must be there; empty: any.
std::vector<std::string> types_of(const Clause& clause) {
  const auto like_number = [](const std::string& value) { return value.empty() || value[0] == '-' || value[0] == '.' || (value[0] >= '0' && value[0] <= '9'); };  // equal to other texts too
  std::vector<std::string> types;
  switch (clause.word) {
    case Clause::Word::field:
      if (clause.from_item || clause.name != "type" || (clause.comparison != Clause::Comparison::is && clause.comparison != Clause::Comparison::in)) return {};
      if (std::ranges::any_of(clause.values, like_number)) return {};
      return clause.values;
    case Clause::Word::all:
      for (const Clause& part : clause.parts)
        if (types = types_of(part); !types.empty()) return types;
      return {};
    case Clause::Word::any:
      for (const Clause& part : clause.parts) {
        const std::vector<std::string> more = types_of(part);
        if (more.empty()) return {};
        types.insert(types.end(), more.begin(), more.end());
      }
      return types;
    default: return {};
  }
}

}  // namespace

Result<Condition> Condition::parse(const Node& node, std::string_view file) {
  auto clause = Parser{file}.condition(node, kAnyKind, false, 0);
  if (!clause) return std::unexpected(clause.error());
  Condition condition;
  const std::uint32_t bits = candidates(*clause);
  if (bits != kAnyKind)
    for (std::size_t k = 0; k < kAssetKindNames.size(); ++k)
      if (bits >> k & 1U) condition.kinds_.push_back(static_cast<AssetKind>(k));
  if (bits == 0) return failure("condition can hold for no kind of asset", std::string(file), node.line ? fmt::format("line {}", node.line) : "", "kinds that go together");
  condition.types_ = types_of(*clause);
  std::ranges::sort(condition.types_);
  condition.types_.erase(std::unique(condition.types_.begin(), condition.types_.end()), condition.types_.end());
  condition.root_ = std::make_shared<const Clause>(std::move(*clause));
  return condition;
}

Condition::Condition() = default;
Condition::Condition(const Condition&) = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition other) noexcept {
  root_ = std::move(other.root_);
  kinds_ = std::move(other.kinds_);
  types_ = std::move(other.types_);
  return *this;
}
Condition::~Condition() = default;
std::span<const AssetKind> Condition::kinds() const { return kinds_; }
std::span<const std::string> Condition::types() const { return types_; }

}  // namespace stormwatch::graph
