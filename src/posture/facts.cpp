// SPDX-License-Identifier: Apache-2.0
#include "posture/facts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace stormwatch {

namespace {
template <std::size_t... I>
Facts make_facts(std::size_t index, std::index_sequence<I...>) {
  Facts facts;
  (void)((index == I ? (facts.emplace<I>(), true) : false) || ...);
  return facts;
}

FieldValue value_of(const Text& text) { return text.empty() ? FieldValue{} : FieldValue{text}; }
FieldValue value_of(const Flag& flag) { return flag ? FieldValue{*flag} : FieldValue{}; }
FieldValue value_of(const Count& count) { return count ? FieldValue{*count} : FieldValue{}; }
FieldValue value_of(const Texts& texts) { return texts.empty() ? FieldValue{} : FieldValue{texts}; }
FieldValue value_of(const Configuration& tree) { return tree ? FieldValue{tree} : FieldValue{}; }

void merge_field(Text& into, const Text& from) {
  if (into.empty()) into = from;
}
void merge_field(Texts& into, const Texts& from) {
  into.insert(into.end(), from.begin(), from.end());
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
}
template <class T>
void merge_field(T& into, const T& from) {
  if (!into) into = from;
}
}  // namespace

Facts facts_of_kind(AssetKind kind) {
  return make_facts(static_cast<std::size_t>(kind), std::make_index_sequence<std::variant_size_v<Facts>>{});
}

std::optional<FieldValue> field_of(const Facts& facts, std::string_view name) {
  std::optional<FieldValue> found;
  visit_fields([&](std::string_view field, const auto& value) {
    if (field == name) found = value_of(value);
  }, facts);
  return found;
}

std::vector<std::string_view> field_names(AssetKind kind) {
  std::vector<std::string_view> names;
  visit_fields([&](std::string_view name, const auto&) { names.push_back(name); }, std::as_const(*std::make_unique<Facts>(facts_of_kind(kind))));
  return names;
}

void merge_facts(Facts& into, const Facts& from) {
  if (into.index() != from.index()) return;
  std::visit([&](auto& a) {
    using T = std::remove_cvref_t<decltype(a)>;
    T b = std::get<T>(from);  // a copy, so that both sides are walked by the same non-const visitor
    // Pair the fields by walking both in step: the visitor gives each field of `a` its twin of `b` by index.
    std::size_t index = 0;
    T::visit([&](std::string_view, auto& field) {
      std::size_t other = 0;
      T::visit([&](std::string_view, auto& twin) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::remove_cvref_t<decltype(twin)>>)
          if (other == index) merge_field(field, twin);
        ++other;
      }, b);
      ++index;
    }, a);
  }, into);
}

}  // namespace stormwatch
