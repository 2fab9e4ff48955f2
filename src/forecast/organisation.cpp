// SPDX-License-Identifier: Apache-2.0
#include "forecast/organisation.h"

#include <fmt/format.h>

#include <algorithm>

#include "forecast/step_rules.h"
#include "format/content_document.h"

namespace stormwatch::forecast {

namespace {

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') star = p++, from = t;
    else if (p < pattern.size() && pattern[p] == text[t]) ++p, ++t;
    else if (star != std::string_view::npos) p = star + 1, t = ++from;
    else return false;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::unexpected<Error> wrong(std::string_view file, const Node& node, std::string what, std::string expected = "") {
  return failure(std::move(what), fmt::format("{}:{}", file, node.line), "", std::move(expected));
}

AssetPattern pattern_of(std::string_view text) {
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos)
    if (const auto kind = asset_kind_named(text.substr(0, colon))) return {kind, std::string(text.substr(colon + 1))};
  return {std::nullopt, std::string(text)};
}

Result<double> amount(std::string_view file, const Node& node) {
  const auto number = node.as_number();
  if (!number || *number <= 0 || *number > 1e13) return wrong(file, node, "not an amount: " + node.scalar, "a number above 0");
  return *number;
}

/// False if there is no such field or the value does not fit it.
bool set_fact(Facts&& facts, std::string_view name, const Node& value);
bool set_fact(Facts& facts, std::string_view name, const Node& value) {
  bool set = false;
  visit_fields(
      [&](std::string_view field, auto& into) {
        if (field != name) return;
        using T = std::remove_cvref_t<decltype(into)>;
        if constexpr (std::is_same_v<T, std::string>) {
          if (value.is_scalar()) into = value.scalar, set = true;
        } else if constexpr (std::is_same_v<T, Flag>) {
          if (const auto flag = value.as_bool()) into = *flag, set = true;
        } else if constexpr (std::is_same_v<T, Count>) {
          if (const auto number = value.as_number()) into = static_cast<std::int64_t>(*number), set = true;
        } else if constexpr (std::is_same_v<T, Texts>) {
          into.clear();
          for (const Node& item : value.items) into.push_back(item.scalar);
          set = value.is_list();
        }
      },
      facts);
  return set;
}
bool set_fact(Facts&& facts, std::string_view name, const Node& value) { return set_fact(facts, name, value); }

template <class T>
const T* first_fit(const std::vector<std::pair<AssetPattern, T>>& all, const Asset& asset) {
  for (const auto& [pattern, value] : all)
    if (pattern.fits(asset)) return &value;
  return nullptr;
}

Result<void> read(Organisation& into, std::string_view file, const Node::Member& member, const StepRules& rules) {
  const Node& node = member.value;
  if (member.key == "appetite") {
    const auto number = amount(file, node);
    if (!number) return std::unexpected(number.error());
    into.appetite = *number;
  } else if (member.key == "incidents") {
    for (const Node::Member& one : node.members) {
      const auto type = std::ranges::find(rules.incidents, one.key, &IncidentType::id);
      if (type == rules.incidents.end()) return wrong(file, one.value, "no type of incident " + one.key, "I1 to I14");
      std::pair<double, double> costs{type->median, type->p90};
      for (const Node::Member& cost : one.value.members) {
        if (cost.key != "median" && cost.key != "p90") return wrong(file, cost.value, "unknown word " + cost.key, "median, p90");
        const auto number = amount(file, cost.value);
        if (!number) return std::unexpected(number.error());
        (cost.key == "median" ? costs.first : costs.second) = *number;
      }
      if (costs.second < costs.first) return wrong(file, one.value, "the bad case costs less than the median");
      into.incidents[one.key] = costs;
    }
  } else if (member.key == "crown_jewels") {
    for (const Node& item : node.items) into.crown_jewels.push_back(pattern_of(item.scalar));
  } else if (member.key == "values") {
    for (const Node::Member& one : node.members) {
      const auto number = amount(file, one.value);
      if (!number) return std::unexpected(number.error());
      into.values.emplace_back(pattern_of(one.key), *number);
    }
  } else if (member.key == "owners") {
    for (const Node::Member& one : node.members) into.owners.emplace_back(pattern_of(one.key), one.value.scalar);
  } else if (member.key == "facts") {
    for (const Node::Member& one : node.members)
      for (const Node::Member& fact : one.value.members) {
        const AssetPattern pattern = pattern_of(one.key);
        bool known = false;
        for (std::size_t k = 0; k < kAssetKindNames.size(); ++k)
          if (!pattern.kind || static_cast<std::size_t>(*pattern.kind) == k) known = known || set_fact(facts_of_kind(static_cast<AssetKind>(k)), fact.key, fact.value);
        if (!known) return wrong(file, fact.value, fmt::format("no fact {} of such an asset, or not its kind of value", fact.key), "a field that `stormwatch query` shows");
        into.facts.push_back({pattern, fact.key, fact.value});
      }
  } else if (member.key == "controls") {
    for (const Node& item : node.items) {
      for (const Node::Member& word : item.members)
        if (word.key != "control" && word.key != "at") return wrong(file, word.value, "unknown word " + word.key, "control, at");
      const auto control = std::ranges::find(rules.controls, item.text("control"), &ControlKind::name);
      if (control == rules.controls.end()) return wrong(file, item, fmt::format("no control {}", item.text("control")), "a name of steps/controls.yaml");
      into.controls.emplace_back(pattern_of(item.text("at", "*")), static_cast<std::uint32_t>(control - rules.controls.begin()));
    }
  } else {
    return wrong(file, node, "unknown word " + member.key, "appetite, incidents, crown_jewels, values, controls, facts, owners");
  }
  return {};
}

}  // namespace

bool AssetPattern::fits(const Asset& asset) const { return (!kind || *kind == asset.kind()) && (matches(text, asset.name) || matches(text, asset.key)); }

bool Organisation::is_crown_jewel(const Asset& asset) const {
  return std::ranges::any_of(crown_jewels, [&](const AssetPattern& pattern) { return pattern.fits(asset); });
}

std::optional<double> Organisation::value_of(const Asset& asset) const {
  const double* value = first_fit(values, asset);
  return value ? std::optional(*value) : std::nullopt;
}

bool Organisation::has_control(std::uint32_t control, const Asset& asset) const {
  return std::ranges::any_of(controls, [&](const auto& one) { return one.second == control && one.first.fits(asset); });
}

std::string Organisation::owner_of(const Asset& asset) const {
  const std::string* owner = first_fit(owners, asset);
  return owner ? *owner : "";
}

Estate Organisation::with_stated_assets(const Estate& estate) const {
  std::vector<Asset> added;
  for (const Fact& fact : facts) {
    if (fact.at.kind != AssetKind::host && fact.at.kind != AssetKind::network) continue;
    if (std::ranges::any_of(estate.assets(), [&](const Asset& asset) { return fact.at.fits(asset); })) continue;
    auto own = std::ranges::find(added, *fact.at.kind, &Asset::kind);
    if (own == added.end()) own = added.insert(own, make_asset("organisation", fact.at.kind == AssetKind::host ? "the organisation's machines" : "the organisation's network", facts_of_kind(*fact.at.kind)));
    static_cast<void>(set_fact(own->facts, fact.field, fact.value));
  }
  if (added.empty()) return estate;
  added.insert(added.end(), estate.assets().begin(), estate.assets().end());
  std::ranges::sort(added, {}, &Asset::id);
  return Estate(std::move(added), {estate.relations().begin(), estate.relations().end()}, {estate.gaps().begin(), estate.gaps().end()});
}

Estate Organisation::with_facts(const Estate& seen) const {
  const Estate estate = with_stated_assets(seen);
  std::vector<Asset> assets(estate.assets().begin(), estate.assets().end());
  for (const Fact& fact : facts)
    for (Asset& asset : assets)
      if (fact.at.fits(asset)) static_cast<void>(set_fact(asset.facts, fact.field, fact.value));
  return Estate(std::move(assets), {estate.relations().begin(), estate.relations().end()}, {estate.gaps().begin(), estate.gaps().end()});
}

Result<Organisation> organisation_of(std::string_view text, std::string_view file, const StepRules& rules) {
  const auto nodes = format::read_content(text, file);
  if (!nodes) return std::unexpected(nodes.error());
  Organisation out;
  for (const Node& node : *nodes) {
    if (!node.is_map()) return wrong(file, node, "not an organisation's file", "a map with appetite, crown_jewels, values, controls, owners");
    for (const Node::Member& member : node.members)
      if (const auto taken = read(out, file, member, rules); !taken) return std::unexpected(taken.error());
  }
  return out;
}

}  // namespace stormwatch::forecast
