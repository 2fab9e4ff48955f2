// SPDX-License-Identifier: Apache-2.0
// The walk behind flow.h: one object follows one file. flow.cpp walks statements and expressions, flow_calls.cpp goes through calls,
// flow_sinks.cpp says what reaches where it does harm, flow_prompts.cpp what reaches instructions of a model.
#pragma once

#include <set>
#include <unordered_map>
#include <unordered_set>

#include "code/flow.h"
#include "code/guards.h"
#include "code/symbols.h"

namespace stormwatch::code {

inline constexpr std::uint32_t kMark = 1U << 16;  // labels from here on mark the parameters of a function that is summarised
inline constexpr std::size_t kMarks = 16;
inline constexpr std::uint64_t kMaxSteps = 20'000'000;  // of the side searches of one file, all together

struct Taint {
  std::uint32_t labels = 0;
  std::uint64_t parameters = 0;  ///< of the function it is seen in
  Index origin = kNone;
  bool below = false;  ///< the data stand after a host that is not theirs: "https://fixed.example/" + data, base + "/" + data
  std::uint32_t bare = 0;             ///< of labels: those that no check and no person stood before
  std::uint64_t bare_parameters = 0;  ///< of parameters
  Guard guard{};                      ///< what stood before the others
  void add(const Taint& other) {
    if (other.labels & ~labels) { if (origin == kNone || !labels) origin = other.origin; }
    if (!other.empty()) below = empty() ? other.below : below && other.below;
    if (other.guard.kind != Guard::Kind::none && (guard.kind == Guard::Kind::none || other.guard.kind < guard.kind)) guard = other.guard;
    labels |= other.labels;
    parameters |= other.parameters;
    bare |= other.bare;
    bare_parameters |= other.bare_parameters;
  }
  void cover(const Guard& by) {
    if (by.kind == Guard::Kind::none || empty()) return;
    if ((bare || bare_parameters) || by.kind < guard.kind || guard.kind == Guard::Kind::none) guard = by;
    bare = 0;
    bare_parameters = 0;
  }
  [[nodiscard]] bool empty() const { return !labels && !parameters; }
};
/// Data that a place brings into the program.
inline Taint fresh(std::uint32_t labels, Index origin) { return {.labels = labels, .origin = origin, .bare = labels}; }

class Follower {
 public:
  Follower(const Names& names, const std::vector<Role>& roles, const FindFar& far);
  Summary summarise(Index function);
  Flows run();

 private:
  // flow.cpp
  template <class V> void each_part(Index root, V&& visit) const;
  /// One variable of the environment: a secret's by its name, or any of them where who calls says which.
  Taint variable_named(Index name, Index at, Index owner);
  [[nodiscard]] std::uint32_t effective(const Taint& t, Index owner) const;  ///< all labels, those that callers pass in included
  [[nodiscard]] std::uint32_t effective_bare(const Taint& t, Index owner) const;
  [[nodiscard]] Guard guard_of(const Taint& t, Index owner) const;
  [[nodiscard]] Index origin_of(const Taint& t, Index owner) const;
  [[nodiscard]] Taint read_name(Index owner, std::uint32_t name) const;
  void write(Index target, const Taint& value, bool replace);
  [[nodiscard]] Key field_of(const Expression& e, Index i) const;
  [[nodiscard]] bool is_module(Index i) const;
  [[nodiscard]] bool is_self(Index i) const;
  void statement(const Statement& s);
  [[nodiscard]] bool refers(Index value, Index target) const;
  Taint taint(Index i, Index owner, bool unused = false);
  [[nodiscard]] bool has_own_host(Index i, const Expression& e, const Taint& start) const;

  // flow_calls.cpp
  Taint call(Index i, const Expression& e, Index owner, bool unused);
  Taint local_call(Index f, const Expression& e, const std::vector<Taint>& arguments, Index owner);
  const Summary* far_function(const Expression& e, const std::vector<Taint>& arguments, Index owner) const;
  Taint far_call(const Summary& far, Index i, const Expression& e, const std::vector<Taint>& arguments, Index owner, const Taint& object);
  [[nodiscard]] bool credential_list(Index argument) const;
  [[nodiscard]] bool decodes_as_told(const Expression& e) const;
  [[nodiscard]] Index continuation(const Expression& e) const;

  // flow_sinks.cpp
  [[nodiscard]] bool programs_of(Index argument, std::vector<Index>& programs, int depth = 0) const;
  Flow* record(std::string_view what, Effect effect, Index call, Index owner, const Taint& t, bool unused, bool guarded = false);
  [[nodiscard]] bool is_guarded(Index argument, Index owner) const;
  [[nodiscard]] bool parses_text() const;
  void sinks(Index i, const Expression& e, Index owner, bool unused);

  // flow_prompts.cpp
  [[nodiscard]] bool is_system_message(const Expression& e) const;
  [[nodiscard]] static bool carries_text(const Expression& e, std::size_t k);
  [[nodiscard]] Index system_template(const Expression& e) const;
  [[nodiscard]] bool holds_template(Index root) const;
  [[nodiscard]] bool writes_instructions() const;
  void find_system_holes();
  void fill_system_holes(Index i, Index owner);
  void pipeline(const Expression& e, Index owner);
  void system_prompts(Index i, const Expression& e, Index owner);

  const Names& names_;
  const Module& m_;
  const FindFar& far_;
  Symbols symbols_;
  Guards guards_;
  std::vector<std::vector<std::uint32_t>> seeds_;
  std::vector<std::vector<Taint>> inflow_;
  std::vector<Taint> returns_;
  std::unordered_map<Key, Taint> store_;   ///< by function and name
  std::unordered_map<Key, Taint> fields_;  ///< by class and name
  std::unordered_map<Key, std::vector<std::uint32_t>> positions_;  ///< of parameters, by function and name
  std::unordered_map<Index, std::vector<Index>> callers_;          ///< calls of a function of this file
  std::unordered_set<Key> replaced_;
  std::set<std::pair<Index, std::string>> seen_;
  std::set<Index> is_tool_;
  std::unordered_set<std::string_view> module_names_;
  bool writes_instructions_ = false;
  std::set<std::string, std::less<>> system_holes_, with_holes_;  ///< of templates; names of what is made with one
  std::vector<Flow> flows_;
  std::unordered_map<Index, Taint> of_call_;  ///< answers within the statement at hand
  mutable std::uint64_t steps_ = 0;
  mutable signed char parses_text_ = 0;  ///< 0: not known yet
  int round_ = 0;
  bool last_ = false, changed_ = false;
};

template <class V>
void Follower::each_part(Index root, V&& visit) const {
  std::vector<Index> stack{root};
  while (!stack.empty()) {
    const Index i = stack.back();
    stack.pop_back();
    if (i == kNone || ++steps_ > kMaxSteps) continue;
    visit(i);
    for (const Index p : m_.at(i).parts) stack.push_back(p);
  }
}

/// What each function does, itself and through the functions of this file that it calls: Flows::effects and Flows::calls.
void effects_of(const Names& names, Flows& out);

}  // namespace stormwatch::code
