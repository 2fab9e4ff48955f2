// SPDX-License-Identifier: Apache-2.0
#include "forecast/replay.h"

#include <algorithm>

namespace stormwatch::forecast {

namespace {

Group group_of_kind(AssetKind kind) {
  switch (kind) {
    case AssetKind::application:
    case AssetKind::endpoint:
    case AssetKind::workload:
    case AssetKind::network:
    case AssetKind::host:
    case AssetKind::image: return exposure;
    case AssetKind::agent:
    case AssetKind::tool:
    case AssetKind::mcp_client:
    case AssetKind::mcp_server:
    case AssetKind::skill:
    case AssetKind::prompt:
    case AssetKind::memory:
    case AssetKind::identity:
    case AssetKind::cloud_resource: return grants;
    case AssetKind::secret: return secrets;
    case AssetKind::package: return flaws;
    case AssetKind::model:
    case AssetKind::provider:
    case AssetKind::registry:
    case AssetKind::pipeline: return models;
    default: return data;
  }
}

/// Fields as text, to tell whether an asset differs.
std::string facts_text(const Asset& asset) {
  std::string out;
  visit_fields(
      [&](std::string_view name, const auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        out += name;
        out += '=';
        if constexpr (std::is_same_v<T, std::string>) out += value;
        else if constexpr (std::is_same_v<T, Flag>) out += value ? (*value ? "yes" : "no") : "?";
        else if constexpr (std::is_same_v<T, Count>) out += value ? std::to_string(*value) : "?";
        else if constexpr (std::is_same_v<T, Texts>)
          for (const std::string& one : value) out += one + ",";
        out += ';';
      },
      asset.facts);
  return out;
}

bool same_exploitation(const Finding& a, const Finding& b) {
  return !a.signal.vulnerability || !b.signal.vulnerability ||
         (a.signal.vulnerability->epss == b.signal.vulnerability->epss && a.signal.vulnerability->known_exploited == b.signal.vulnerability->known_exploited);
}

/// All that a forecast reads of an asset but its facts.
bool same_beside_facts(const Asset& a, const Asset& b) {
  return a.name == b.name && a.key == b.key && a.confidence == b.confidence && std::ranges::equal(a.places, b.places, {}, &Place::path, &Place::path);
}

/// What a forecast reads of a finding beside what is known of its exploitation.
bool same_finding(const Finding& a, const Finding& b) {
  const auto fixed = [](const Finding& one) { return one.signal.vulnerability ? one.signal.vulnerability->fixed_version + "|" + one.signal.vulnerability->cvss_vector : std::string(); };
  return a.state == b.state && a.signal.severity == b.signal.severity && a.signal.context == b.signal.context && fixed(a) == fixed(b);
}

using RelationKey = std::tuple<AssetId, RelationKind, AssetId>;
RelationKey key_of(const Relation& relation) { return {relation.from, relation.kind, relation.to}; }

bool is_now(Groups now, Group group) { return (now >> group & 1U) != 0; }

}  // namespace

Replay::Replay(const Scanned& before, const Scanned& after) : before_(before), after_(after) {
  for (const Finding& finding : before.findings) old_.emplace(finding.id, &finding);
  for (const Finding& finding : after.findings) new_.emplace(finding.id, &finding);
  group_assets();
  count_assets();
  count_relations();
  count_findings();
}

Group Replay::group_of(const Finding& finding) const {
  // A flaw of a package that both scans have, which one of them does not tell of: its advisory came or was withdrawn.
  const bool alone = !old_.contains(finding.id) || !new_.contains(finding.id);
  const bool in_both = before_.estate->find(finding.signal.asset) && after_.estate->find(finding.signal.asset);
  if (finding.signal.vulnerability) return alone && in_both ? advisories : flaws;
  if (alone && before_.rules != after_.rules && same_assets_.contains(finding.signal.asset)) return judging;
  const auto at = groups_.find(finding.signal.asset);
  return at == groups_.end() ? data : at->second;
}

void Replay::group_assets() {
  for (const Scanned* scan : {&before_, &after_})
    for (const Asset& asset : scan->estate->assets()) groups_.emplace(asset.id, group_of_kind(asset.kind()));
}

void Replay::count_assets() {
  for (const Asset& asset : after_.estate->assets()) {
    const Group group = groups_[asset.id];
    const Asset* was = before_.estate->find(asset.id);
    const bool same = was && facts_text(*was) == facts_text(asset);
    if (same) same_assets_.insert(asset.id);
    else ++changes_[group];
    if (!was || !same_beside_facts(*was, asset)) lasting_[group] = true;
  }
  for (const Asset& asset : before_.estate->assets())
    if (!after_.estate->find(asset.id)) ++changes_[groups_[asset.id]], lasting_[groups_[asset.id]] = true;
}

void Replay::count_relations() {
  std::set<RelationKey> was, is;
  for (const Relation& relation : before_.estate->relations()) was.insert(key_of(relation));
  for (const Relation& relation : after_.estate->relations()) is.insert(key_of(relation));
  std::vector<RelationKey> differ;
  std::ranges::set_symmetric_difference(was, is, std::back_inserter(differ));
  for (const RelationKey& key : differ) ++changes_[groups_[std::get<0>(key)]];
}

void Replay::count_findings() {
  const auto differs = [&](Group group) { ++changes_[group], lasting_[group] = true; };
  for (const auto& [id, finding] : new_) {
    const auto at = old_.find(id);
    if (at == old_.end()) {
      differs(group_of(*finding));
      continue;
    }
    if (!same_exploitation(*finding, *at->second)) differs(exploitation);
    if (!same_finding(*finding, *at->second)) differs(group_of(*finding));
  }
  for (const auto& [id, finding] : old_)
    if (!new_.contains(id)) differs(group_of(*finding));
}

void Replay::take_assets(const Scanned& from, bool of_now, Groups now, std::vector<Asset>& assets, std::set<AssetId>& there) const {
  for (const Asset& asset : from.estate->assets())
    if (is_now(now, groups_.at(asset.id)) == of_now && there.insert(asset.id).second) assets.push_back(asset);
}

void Replay::take_findings(const Scanned& from, bool of_now, Groups now, const std::set<AssetId>& there) {
  const auto& others = of_now ? old_ : new_;
  for (const Finding& finding : from.findings) {
    if (is_now(now, group_of(finding)) != of_now || !there.contains(finding.signal.asset)) continue;
    findings_.push_back(finding);
    // What is said of exploitation comes from the other scan where that group is of the other time.
    const auto other = others.find(finding.id);
    if (other == others.end() || is_now(now, exploitation) == of_now || !finding.signal.vulnerability || !other->second->signal.vulnerability) continue;
    findings_.back().signal.vulnerability->epss = other->second->signal.vulnerability->epss;
    findings_.back().signal.vulnerability->known_exploited = other->second->signal.vulnerability->known_exploited;
  }
}

void Replay::make(Groups now) {
  std::vector<Asset> assets;
  std::set<AssetId> there;
  take_assets(before_, false, now, assets, there);
  take_assets(after_, true, now, assets, there);
  std::ranges::sort(assets, {}, &Asset::id);
  std::vector<Relation> relations;
  for (const auto& [scan, of_now] : {std::pair{&before_, false}, std::pair{&after_, true}})
    for (const Relation& relation : scan->estate->relations())
      if (is_now(now, groups_.at(relation.from)) == of_now && there.contains(relation.from) && there.contains(relation.to)) relations.push_back(relation);
  std::ranges::stable_sort(relations, {}, key_of);
  findings_.clear();
  take_findings(before_, false, now, there);
  take_findings(after_, true, now, there);
  estate_ = std::make_unique<Estate>(std::move(assets), std::move(relations), std::vector<Gap>{});
  now_ = now;
}

std::vector<AssetId> Replay::change_to(Groups now) {
  std::set<AssetId> touched;
  const Groups differ = now_ ^ now;
  const auto in_turn = [&](AssetId asset) { return is_now(differ, groups_.at(asset)); };
  for (const Asset& asset : after_.estate->assets()) {
    if (!in_turn(asset.id) || same_assets_.contains(asset.id)) continue;
    const Scanned& from = is_now(now, groups_[asset.id]) ? after_ : before_;
    if (estate_->set_facts(asset.id, from.estate->find(asset.id)->facts)) touched.insert(asset.id);
  }
  std::vector<RelationKey> gone;
  std::set<RelationKey> wanted;
  std::vector<Relation> came;
  for (const auto& [scan, of_now] : {std::pair{&before_, false}, std::pair{&after_, true}})
    for (const Relation& relation : scan->estate->relations()) {
      if (!in_turn(relation.from)) continue;
      if (is_now(now, groups_[relation.from]) == of_now) came.push_back(relation), wanted.insert(key_of(relation));
      else gone.push_back(key_of(relation));
    }
  for (const auto& [from, kind, to] : gone)
    if (!wanted.contains({from, kind, to}) && estate_->remove_relation(from, kind, to)) touched.insert({from, to});
  for (const Relation& relation : came)
    if (estate_->add_relation(relation)) touched.insert({relation.from, relation.to});
  now_ = now;
  return {touched.begin(), touched.end()};
}

}  // namespace stormwatch::forecast
