// SPDX-License-Identifier: Apache-2.0
// The outline after a change of its estate: rules are asked anew only near the change, and costs are followed from there.
//
// A cost is the least over all ways of sums rounded in the order of the way, which does not hang on the order of the search: costs
// after an update are those of an outline made anew, to the last bit.
#include <algorithm>
#include <cmath>
#include <queue>

#include "forecast/outline.h"

namespace stormwatch::forecast {

std::vector<std::uint32_t>& Rows::change(std::uint32_t node) {
  if (node >= place_.size()) place_.resize(std::max<std::size_t>(base_.start.size(), node + 1), kNone);
  if (place_[node] == kNone) {
    const auto row = of(node);
    changed_.emplace_back(row.begin(), row.end());
    place_[node] = static_cast<std::uint32_t>(changed_.size() - 1);
  }
  return changed_[place_[node]];
}

struct Outline::Change {
  std::vector<std::uint32_t> lost;   ///< nodes that may have lost their best way
  std::vector<std::uint32_t> added;  ///< sites
  std::vector<std::uint32_t> nodes;  ///< that are new
};

void Outline::update(const SiteReader& reader, std::span<const Near> near) {
  updated_ = true;
  Change change;
  std::vector<OutlineSite> sites;
  std::vector<std::uint32_t> flows;
  for (std::uint32_t r = 0; r < rules_.rules.size(); ++r) {
    const unsigned looks = reader.reach(r);
    for (const Near& one : near) {
      if (one.distance > looks || !reader.is_candidate(rules_.rules[r], one.asset)) continue;
      sites.clear();
      flows.clear();
      const std::uint32_t asset[1] = {one.asset};
      read(reader, r, asset, sites, flows);
      const std::uint32_t known = site_of(r, one.asset);
      if (known != kNone && !sites.empty() && same(known, sites.front(), flows)) continue;
      if (known != kNone) remove(known, change);
      if (!sites.empty()) add(sites.front(), flows, change);
    }
  }
  for (std::uint32_t node : change.nodes) join_sites_from(reader, node);
  search_again(change);
  bound_loop(change);
}

bool Outline::same(std::uint32_t site, const OutlineSite& other, std::span<const std::uint32_t> others) const {
  const OutlineSite& one = sites_[site];
  return one.capped == other.capped && one.outside == other.outside && one.inside == other.inside && std::ranges::equal(flows(site), others);
}

std::uint32_t Outline::site_of(std::uint32_t rule, std::uint32_t asset) const {
  const std::uint32_t at = node(rules_.rules[rule].to, asset);
  if (at == kNone) return kNone;
  const auto row = into_.of(at);
  const auto found = std::ranges::find(row, rule, [&](std::uint32_t s) { return std::uint32_t{sites_[s].rule}; });
  return found == row.end() ? kNone : *found;
}

void Outline::remove(std::uint32_t site, Change& change) {
  const std::uint32_t to = node_of_site(site);
  std::erase(into_.change(to), site);  // rows of what it starts from keep it: at no chance it leads nowhere
  if (best_.site[to] == site) change.lost.push_back(to);
  OutlineSite& one = sites_[site];
  --sites_of_rule_[one.rule];
  one.gone = true;
  one.capped = false;
  one.outside = one.inside = INFINITY;
}

std::uint32_t Outline::node_to_give(std::uint8_t state, std::uint32_t asset, Change& change) {
  if (const std::uint32_t known = node(state, asset); known != kNone) return known;
  const std::uint32_t made = nodes();
  later_.emplace(std::uint64_t{asset} << 8 | state, made);
  state_.push_back(state);
  asset_.push_back(asset);
  best_.cost.push_back(INFINITY);
  best_.site.push_back(kNone);
  best_.source.push_back(kNone);
  change.nodes.push_back(made);
  return made;
}

void Outline::add(OutlineSite site, std::span<const std::uint32_t> from, Change& change) {
  const auto index = static_cast<std::uint32_t>(sites_.size());
  const std::uint32_t to = node_to_give(rules_.rules[site.rule].to, site.asset, change);
  site.flows = static_cast<std::uint32_t>(flows_.size());
  flows_.insert(flows_.end(), from.begin(), from.end());
  sites_.push_back(site);
  ++sites_of_rule_[site.rule];
  std::vector<std::uint32_t>& row = into_.change(to);
  row.insert(std::ranges::upper_bound(row, site.rule, {}, [&](std::uint32_t s) { return sites_[s].rule; }), index);
  each_source(index, [&](std::uint32_t at) { from_.change(at).push_back(index); });
  change.added.push_back(index);
}

/// Sites start from a state that nothing gave until now.
void Outline::join_sites_from(const SiteReader& reader, std::uint32_t node) {
  const auto [state, asset] = state_of(node);
  for (const Near& one : reader.near(std::array{asset}, reader.farthest_flow()))
    for (std::uint32_t r = 0; r < rules_.rules.size(); ++r) {
      if (std::ranges::find(rules_.rules[r].from, state) == rules_.rules[r].from.end()) continue;
      const std::uint32_t site = site_of(r, one.asset);
      if (site == kNone || !std::ranges::binary_search(flows(site), asset)) continue;
      bool starts = false;
      each_source(site, [&](std::uint32_t at) { starts = starts || at == node; });
      std::vector<std::uint32_t>& row = from_.change(node);
      if (starts && std::ranges::find(row, site) == row.end()) row.push_back(site);
    }
}

void Outline::relax(std::uint32_t node, std::uint32_t site, std::vector<std::pair<float, std::uint32_t>>& queue) {
  const float before = best_.cost[node];
  const auto better = [&](float cost, std::uint32_t source) {
    if (cost >= best_.cost[node]) return;
    best_.cost[node] = cost;
    best_.site[node] = site;
    best_.source[node] = source;
  };
  better(sites_[site].outside, kNone);
  each_source(site, [&](std::uint32_t at) { better(best_.cost[at] + sites_[site].inside, at); });
  if (best_.cost[node] < before) queue.emplace_back(best_.cost[node], node);
}

void Outline::search_again(const Change& change) {
  // All whose best way runs through a site that went lose it, and look for another.
  std::vector<std::uint32_t> lost;
  const auto lose = [&](std::uint32_t node) {
    if (!std::isfinite(best_.cost[node])) return;
    best_.cost[node] = INFINITY;
    lost.push_back(node);
  };
  for (std::uint32_t node : change.lost) lose(node);
  for (std::size_t i = 0; i < lost.size(); ++i)
    for (std::uint32_t s : from_.of(lost[i]))
      if (const std::uint32_t to = node_of_site(s); best_.source[to] == lost[i] && best_.site[to] == s) lose(to);
  for (std::uint32_t node : lost) best_.site[node] = best_.source[node] = kNone;
  using Entry = std::pair<float, std::uint32_t>;
  std::vector<Entry> first;
  for (std::uint32_t node : lost)
    for (std::uint32_t s : into_.of(node)) relax(node, s, first);
  for (std::uint32_t s : change.added) relax(node_of_site(s), s, first);
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue(std::greater<>{}, std::move(first));
  while (!queue.empty()) {
    const auto [cost, at] = queue.top();
    queue.pop();
    if (cost > best_.cost[at]) continue;
    for (std::uint32_t s : from_.of(at)) {
      const std::uint32_t to = node_of_site(s);
      const float there = cost + sites_[s].inside;
      if (there >= best_.cost[to]) continue;
      best_.cost[to] = there;
      best_.site[to] = s;
      best_.source[to] = at;
      queue.push({there, to});
    }
  }
  best_.reached = static_cast<std::uint32_t>(std::ranges::count_if(best_.cost, [](float cost) { return std::isfinite(cost); }));
}

/// A new loop runs through a new site, so all of it is reached from there.
void Outline::bound_loop(const Change& change) {
  std::vector<bool> seen(nodes(), false);
  std::vector<std::uint32_t> found;
  const auto reach = [&](std::uint32_t node) {
    if (seen[node]) return;
    seen[node] = true;
    found.push_back(node);
  };
  for (std::uint32_t s : change.added) reach(node_of_site(s));
  for (std::uint32_t node : change.nodes) reach(node);
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::uint32_t s : from_.of(found[i]))
      if (!sites_[s].gone) reach(node_of_site(s));
  loop_ = std::max(loop_, static_cast<std::uint32_t>(found.size()));
}

}  // namespace stormwatch::forecast
