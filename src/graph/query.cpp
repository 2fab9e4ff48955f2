// SPDX-License-Identifier: Apache-2.0
// Condition::evaluate: first the bare truth of every clause without allocating, then, if it is not `no`, why.
#include "graph/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "graph/clause.h"

namespace stormwatch::graph {
namespace {

using Clause = Condition::Clause;
using Word = Clause::Word;
using Comparison = Clause::Comparison;
constexpr std::size_t kDeepestItem = 4;

Truth inverse(Truth truth) { return truth == Truth::yes ? Truth::no : truth == Truth::no ? Truth::yes : Truth::unknown; }
Truth truth_of(bool holds) { return holds ? Truth::yes : Truth::no; }

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool begins_like_number(std::string_view text) { return !text.empty() && (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9')); }

bool equal(std::string_view found, std::string_view wanted) {
  if (found == wanted) return true;
  if (!begins_like_number(found) || !begins_like_number(wanted)) return false;
  const auto a = number_of(found);
  return a && a == number_of(wanted);
}

bool is_truth_word(std::string_view text) { return text == "true" || text == "false"; }

Truth compare_text(const Clause& clause, std::string_view found) {
  switch (clause.comparison) {
    case Comparison::is:
    case Comparison::in: return truth_of(std::ranges::any_of(clause.values, [&](const std::string& v) { return equal(found, v); }));
    case Comparison::matches: return truth_of(re2::RE2::PartialMatch(found, *clause.expression));
    case Comparison::contains: return truth_of(found.find(clause.values.front()) != std::string_view::npos);
    case Comparison::above: {
      const auto number = number_of(found);
      return truth_of(number && *number > clause.bound);
    }
    case Comparison::known: return truth_of(clause.known);
  }
  return Truth::no;
}

Truth compare_flag(const Clause& clause, bool found) {
  return clause.comparison == Comparison::is || clause.comparison == Comparison::in
             ? truth_of(std::ranges::find(clause.values, found ? "true" : "false") != clause.values.end())
             : compare_text(clause, found ? "true" : "false");
}

// "${var.key}": the document says something there, but not what.
bool unresolved(const Node& node) { return node.is_string() && node.scalar.find("${") != std::string::npos; }

Truth compare_node(const Clause& clause, const Node& node) {
  if (clause.comparison == Comparison::known) return truth_of((node.kind != Node::Kind::null) == clause.known);
  if (node.is_list()) {
    Truth best = Truth::no;
    for (const Node& item : node.items) best = std::max(best, compare_node(clause, item));
    return best;
  }
  if (!node.is_scalar()) return Truth::no;
  Truth truth = compare_text(clause, node.scalar);
  if (truth == Truth::no && (clause.comparison == Comparison::is || clause.comparison == Comparison::in)) {
    // "True", "on" and true are the same setting.
    const auto flag = node.as_bool();
    if (flag && std::ranges::any_of(clause.values, is_truth_word)) truth = compare_flag(clause, *flag);
  }
  return truth == Truth::no && unresolved(node) ? Truth::unknown : truth;
}

// Calls visit(node) for each node at the path; a name asked of a list is asked of its items. Where the path runs into an
// unresolved expression, visit(nullptr). visit returns true to stop.
template <class V>
bool walk(const Node& node, std::span<const std::string> path, V&& visit) {
  if (path.empty()) return visit(&node);
  const std::string& step = path.front();
  if (node.is_list()) {
    std::size_t index = 0;
    const auto [end, problem] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (problem == std::errc{} && end == step.data() + step.size()) return index < node.items.size() && walk(node.items[index], path.subspan(1), visit);
    for (const Node& item : node.items)
      if (walk(item, step == "*" ? path.subspan(1) : path, visit)) return true;
    return false;
  }
  if (node.is_map()) {
    if (step != "*") {
      const Node* next = node.find(step);
      return next && walk(*next, path.subspan(1), visit);
    }
    for (const Node::Member& member : node.members)
      if (walk(member.value, path.subspan(1), visit)) return true;
    return false;
  }
  return unresolved(node) && visit(nullptr);
}

struct Evaluation {
  const Estate& estate;
  const FindingsOf* findings;
  bool reasons = true;               // false: only what is assumed is told
  const Node* items[kDeepestItem + 1] = {};  // innermost last
  std::size_t depth = 0;

  template <class V>
  auto with_field(const Clause& clause, const Asset& asset, V&& use) const {
    const std::int8_t wanted = clause.positions[asset.facts.index()];
    Truth result = Truth::no;
    std::int8_t position = 0;
    visit_fields([&](std::string_view, const auto& value) {
      if (position++ == wanted) result = use(value);
    }, asset.facts);
    return result;
  }

  Truth compare_tree(const Clause& clause, const Node& root, const Node** decided) const {
    Truth best = clause.comparison == Comparison::known ? truth_of(!clause.known) : Truth::no;
    bool found = false;
    walk(root, clause.path, [&](const Node* node) {
      const Truth truth = node ? compare_node(clause, *node) : Truth::unknown;
      if (!found || truth > best) {
        best = found ? std::max(best, truth) : truth;
        if (decided && node) *decided = node;
      }
      found = true;
      return best == Truth::yes;
    });
    return best;
  }

  Truth field(const Clause& clause, const Asset& asset, const Node** decided) const {
    if (clause.from_item) return depth ? compare_tree(clause, *items[depth], decided) : Truth::no;
    if (clause.positions[asset.facts.index()] == kNoField) return Truth::no;
    return with_field(clause, asset, [&](const auto& value) {
      using T = std::remove_cvref_t<decltype(value)>;
      if constexpr (std::is_same_v<T, Configuration>) {
        if (!value) return Truth::unknown;
        return compare_tree(clause, *value, decided);
      } else {
        const bool observed = [&] {
          if constexpr (std::is_same_v<T, Text> || std::is_same_v<T, Texts>) return !value.empty();
          else return value.has_value();
        }();
        if (clause.comparison == Comparison::known) return truth_of(observed == clause.known);
        if (!observed) return Truth::unknown;
        if constexpr (std::is_same_v<T, Text>) return compare_text(clause, value);
        else if constexpr (std::is_same_v<T, Flag>) return compare_flag(clause, *value);
        else if constexpr (std::is_same_v<T, Count>) {
          char digits[24];
          const auto end = std::to_chars(digits, digits + sizeof digits, *value).ptr;
          return compare_text(clause, std::string_view(digits, end));
        } else {
          Truth best = Truth::no;
          for (const std::string& text : value) best = std::max(best, compare_text(clause, text));
          return best;
        }
      }
    });
  }

  // Calls visit(node) for each item at the clause's path until it returns true.
  template <class V>
  Truth each_item(const Clause& clause, const Asset& asset, V&& visit) {
    Truth best = Truth::no;
    const auto over = [&](const Node& root) {
      walk(root, clause.path, [&](const Node* node) {
        if (!node) {
          best = std::max(best, Truth::unknown);
          return false;
        }
        const auto one = [&](const Node& item) {
          items[++depth] = &item;
          const Truth truth = visit(item);
          --depth;
          best = std::max(best, truth);
          return truth == Truth::yes;
        };
        if (!node->is_list()) return one(*node);
        return std::ranges::any_of(node->items, one);
      });
    };
    if (depth == kDeepestItem) return Truth::unknown;
    if (clause.from_item) {
      if (depth) over(*items[depth]);
      return best;
    }
    if (clause.positions[asset.facts.index()] == kNoField) return Truth::no;
    return with_field(clause, asset, [&](const auto& value) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, Configuration>) {
        if (!value) return Truth::unknown;
        over(*value);
        return best;
      } else {
        return Truth::no;
      }
    });
  }

  template <class V>
  Truth each_related(const Clause& clause, std::size_t index, V&& visit) {
    Truth best = Truth::no;
    for (const std::uint32_t r : clause.outgoing ? estate.out(index) : estate.in(index)) {
      const Relation& relation = estate.relations()[r];
      if (relation.kind != clause.relation) continue;
      const std::size_t other = estate.index_of(clause.outgoing ? relation.to : relation.from);
      if (other >= estate.assets().size()) continue;
      best = std::max(best, visit(other));
      if (best == Truth::yes) break;
    }
    return best;
  }

  static bool seen(const Clause& clause, const Sighting& sighting) {
    return sighting.what == clause.what && (!clause.subject || re2::RE2::PartialMatch(sighting.subject, *clause.subject)) &&
           (!clause.detail || re2::RE2::PartialMatch(sighting.detail, *clause.detail));
  }

  static bool wanted(const Clause& clause, const Finding& finding) {
    return finding.state == FindingState::open &&
           (clause.rules.empty() || std::ranges::find(clause.rules, finding.signal.rule) != clause.rules.end()) &&
           (clause.vectors.empty() || std::ranges::find(clause.vectors, finding.vector) != clause.vectors.end()) &&
           (!clause.severity || finding.signal.severity >= *clause.severity);
  }

  Truth truth(const Clause& clause, std::size_t index) {
    const Asset& asset = estate.assets()[index];
    switch (clause.word) {
      case Word::kind: return truth_of(clause.kinds >> asset.facts.index() & 1U);
      case Word::all: {
        Truth worst = Truth::yes;
        for (const Clause& part : clause.parts)
          if ((worst = std::min(worst, truth(part, index))) == Truth::no) break;
        return worst;
      }
      case Word::any: {
        Truth best = Truth::no;
        for (const Clause& part : clause.parts)
          if ((best = std::max(best, truth(part, index))) == Truth::yes) break;
        return best;
      }
      case Word::negation: return inverse(truth(clause.parts.front(), index));
      case Word::field: return field(clause, asset, nullptr);
      case Word::item: return each_item(clause, asset, [&](const Node&) { return truth(clause.parts.front(), index); });
      case Word::related: {
        // What `item` means ends at the asset's border.
        Evaluation elsewhere{estate, findings, reasons};
        return each_related(clause, index, [&](std::size_t other) { return elsewhere.truth(clause.parts.front(), other); });
      }
      case Word::sees: return truth_of(std::ranges::any_of(asset.sightings, [&](const Sighting& s) { return seen(clause, s); }));
      case Word::finding:
        return truth_of(findings && index < findings->size() &&
                        std::ranges::any_of((*findings)[index], [&](const Finding* f) { return wanted(clause, *f); }));
    }
    return Truth::no;
  }

  // --- why -----------------------------------------------------------------------------------------------------------

  static void add_reason(Answer& answer, const std::string& reason) {
    if (reason.empty()) return;
    if (!answer.because.empty()) answer.because += "; ";
    answer.because += reason;
  }

  static void take_place(Answer& answer, const Asset& asset, const Node* node) {
    if (!node || !node->line || !answer.place.path.empty() || asset.places.empty()) return;
    answer.place = asset.places.front();
    answer.place.line = node->line;
    answer.place.column = node->column;
  }

  static std::string shown(const Node& node) {
    if (node.is_scalar()) return excerpt_of(node.scalar, 80);
    if (node.is_list()) {
      std::string text;
      for (const Node& item : node.items) {
        if (text.size() > 80) return text + ", …";
        text += (text.empty() ? "" : ", ") + (item.is_scalar() ? excerpt_of(item.scalar, 40) : std::string("…"));
      }
      return "[" + text + "]";
    }
    return node.kind == Node::Kind::null ? "null" : "a block";
  }

  static std::string name_in(const Clause& clause) {
    constexpr std::string_view prefix = "configuration.";
    return clause.name.starts_with(prefix) ? clause.name.substr(prefix.size()) : clause.name;
  }

  std::string value_text(const Clause& clause, const Asset& asset, const Node* decided) const {
    if (decided) return shown(*decided);
    if (clause.from_item) return {};
    std::string text;
    (void)with_field(clause, asset, [&](const auto& value) {
      using T = std::remove_cvref_t<decltype(value)>;
      if constexpr (std::is_same_v<T, Text>) text = excerpt_of(value, 80);
      else if constexpr (std::is_same_v<T, Flag>) text = !value ? "" : *value ? "true" : "false";
      else if constexpr (std::is_same_v<T, Count>) text = value ? std::to_string(*value) : "";
      else if constexpr (std::is_same_v<T, Texts>) text = excerpt_of(fmt::format("{}", fmt::join(value, ", ")), 80);
      return Truth::no;
    });
    return text;
  }

  void explain_field(const Clause& clause, const Asset& asset, Answer& answer) {
    const Node* decided = nullptr;
    const Truth truth_here = field(clause, asset, &decided);
    if (truth_here == Truth::unknown) answer.assumed.push_back(fmt::format("{}.{}", name_of(asset.kind()), clause.name));
    if (!reasons) return;
    const std::string value = value_text(clause, asset, decided);
    if (value.empty()) add_reason(answer, fmt::format("{} is {}", name_in(clause), truth_here == Truth::unknown ? "not known" : "not set"));
    else add_reason(answer, fmt::format("{} is {}", name_in(clause), value));
    take_place(answer, asset, decided);
  }

  // `truth` of the clause is not `no`, unless `negated`: then it is not `yes`.
  void explain(const Clause& clause, std::size_t index, bool negated, Answer& answer) {
    const Asset& asset = estate.assets()[index];
    switch (clause.word) {
      case Word::kind: return;
      case Word::all:
      case Word::any: {
        // Under `not`, all and any change places.
        const bool every = (clause.word == Word::all) != negated;
        const Truth whole = truth(clause, index);
        for (const Clause& part : clause.parts) {
          const Truth here = truth(part, index);
          if (every) {
            explain(part, index, negated, answer);
          } else if (here == whole) {
            explain(part, index, negated, answer);
            if (whole != Truth::unknown) return;
          }
        }
        return;
      }
      case Word::negation: return explain(clause.parts.front(), index, !negated, answer);
      case Word::field: return explain_field(clause, asset, answer);
      case Word::item: {
        if (negated && !reasons) return;
        if (negated) return add_reason(answer, fmt::format("no {} is otherwise", name_in(clause)));
        const Truth whole = truth(clause, index);
        bool told = false;
        each_item(clause, asset, [&](const Node& item) {
          const Truth here = truth(clause.parts.front(), index);
          if (here == whole && !told) {
            told = true;
            explain(clause.parts.front(), index, false, answer);
            take_place(answer, asset, &item);
          }
          return here;
        });
        return;
      }
      case Word::related: {
        const std::string_view relation = name_of(clause.relation);
        if (negated && !reasons) return;
        if (negated) return add_reason(answer, fmt::format("nothing {} {} it as asked", relation, clause.outgoing ? "from" : "to"));
        Evaluation elsewhere{estate, findings, reasons};
        const Truth whole = truth(clause, index);
        bool told = false;
        each_related(clause, index, [&](std::size_t other) {
          const Truth here = elsewhere.truth(clause.parts.front(), other);
          if (here == whole && !told) {
            told = true;
            Answer inner;
            elsewhere.explain(clause.parts.front(), other, false, inner);
            std::ranges::move(inner.assumed, std::back_inserter(answer.assumed));
            if (!reasons) return here;
            const Asset& peer = estate.assets()[other];
            const std::string that = fmt::format("{} {}{}", name_of(peer.kind()), peer.name, inner.because.empty() ? "" : " (" + inner.because + ")");
            add_reason(answer, clause.outgoing ? fmt::format("it {} {}", relation, that) : fmt::format("{} {} it", that, relation));
            std::ranges::move(inner.findings, std::back_inserter(answer.findings));
          }
          return here;
        });
        return;
      }
      case Word::sees:
        if (!reasons) return;
        if (negated) return add_reason(answer, fmt::format("no {} was seen", clause.what));
        for (const Sighting& sighting : asset.sightings)
          if (seen(clause, sighting)) {
            add_reason(answer, fmt::format("{} {}", sighting.what, sighting.subject));
            if (answer.place.path.empty()) answer.place = sighting.place;
            return;
          }
        return;
      case Word::finding:
        if (!reasons || negated || !findings || index >= findings->size()) return;
        for (const Finding* finding : (*findings)[index])
          if (wanted(clause, *finding)) {
            answer.findings.push_back(finding->id);
            add_reason(answer, fmt::format("finding {}", finding->signal.rule));
          }
        return;
    }
  }
};

}  // namespace

namespace {
void explain_into(Answer& answer, Evaluation& evaluation, const Clause& root, std::size_t asset_index) {
  evaluation.explain(root, asset_index, false, answer);
  std::ranges::sort(answer.assumed);
  answer.assumed.erase(std::unique(answer.assumed.begin(), answer.assumed.end()), answer.assumed.end());
}

unsigned reach_of(const Clause& clause) {
  unsigned deepest = 0;
  for (const Clause& part : clause.parts) deepest = std::max(deepest, reach_of(part));
  return deepest + (clause.word == Word::related ? 1 : 0);
}
}  // namespace

Answer Condition::evaluate(const Estate& estate, std::size_t asset_index, const FindingsOf* findings) const {
  Answer answer;
  if (!root_ || asset_index >= estate.assets().size()) return answer;
  Evaluation evaluation{estate, findings};
  answer.truth = evaluation.truth(*root_, asset_index);
  if (answer.truth != Truth::no) explain_into(answer, evaluation, *root_, asset_index);
  return answer;
}

Answer Condition::judge(const Estate& estate, std::size_t asset_index, const FindingsOf* findings) const {
  Answer answer;
  if (!root_ || asset_index >= estate.assets().size()) return answer;
  Evaluation evaluation{estate, findings, false};
  answer.truth = evaluation.truth(*root_, asset_index);
  // Where the answer is sure nothing was assumed on the way to it.
  if (answer.truth == Truth::unknown) explain_into(answer, evaluation, *root_, asset_index);
  return answer;
}

unsigned Condition::reach() const { return root_ ? reach_of(*root_) : 0; }

}  // namespace stormwatch::graph
