// SPDX-License-Identifier: Apache-2.0
#include "forecast/outline.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <queue>

#include "base/parallel.h"

namespace stormwatch::forecast {

static_assert(kStateCount <= 64);

namespace {

constexpr std::size_t kPart = 4096;  // assets that one rule is asked of at once
constexpr double kDays = 90;

float cost_of(double chance) { return chance > 0 ? static_cast<float>(-std::log(std::min(chance, 1.0))) : INFINITY; }
double within(double rate) { return -std::expm1(-rate * kDays / 30); }

/// The best trigger of a rule at an asset; 0 if it has none.
double outside_chance(const SiteReader& reader, const StepRule& rule, std::uint32_t asset, const SiteFacts& facts) {
  const double rate = rate_of_trigger(rule, facts.value) * (has_own_control(rule) ? 1 : facts.kept);
  switch (rule.per) {
    case Per::network_flaw:
    case Per::client_flaw: {
      thread_local std::vector<const FlawedPackage*> packages;
      reader.flaws().at(asset, packages);
      double most = 0;
      for (const FlawedPackage* package : packages) most = std::max(most, rule.per == Per::network_flaw ? package->network_rate : package->client_rate);
      return within(most) * facts.value;
    }
    case Per::malicious: {
      const auto& findings = reader.flaws().own(asset)->findings;
      return std::ranges::any_of(findings, [](const Finding* one) { return one->signal.vulnerability->malicious; }) ? within(rate) : 0;
    }
    case Per::gaps: return within(rate * count_of_gaps(reader.findings_of(asset)));
    case Per::once: return rule.external ? within(rate) : 0;
    case Per::inner_flaw: return 0;
  }
  return 0;
}

double inside_chance(const SiteReader& reader, const StepRule& rule, std::uint32_t asset, const SiteFacts& facts) {
  if (rule.per == Per::once) return chance_of_step(rule, facts.value);
  if (rule.per != Per::inner_flaw) return 0;
  thread_local std::vector<const FlawedPackage*> packages;
  reader.flaws().at(asset, packages);
  double most = 0;
  for (const FlawedPackage* package : packages)
    if (package->network_chance > 0) most = std::max(most, chance_of_inner_flaw(facts.value, *package));
  return most;
}

/// Sites of one rule at a run of assets, read by one thread.
struct Part {
  std::uint32_t rule = 0;
  std::span<const std::uint32_t> assets;
  std::vector<OutlineSite> sites;
  std::vector<std::uint32_t> flows;
};

}  // namespace

Outline::Outline(const SiteReader& reader, unsigned jobs) : rules_(reader.rules()), states_(reader.links().size(), 0), sites_of_rule_(rules_.rules.size(), 0) {
  std::vector<Part> parts;
  for (std::uint32_t r = 0; r < rules_.rules.size(); ++r)
    for (std::span<const std::uint32_t> assets : reader.candidates(rules_.rules[r]))
      for (; !assets.empty(); assets = assets.subspan(std::min(kPart, assets.size()))) parts.push_back({r, assets.first(std::min(kPart, assets.size())), {}, {}});
  parallel_for(parts.size(), jobs, [&](std::size_t i) { read(reader, parts[i].rule, parts[i].assets, parts[i].sites, parts[i].flows); });
  std::size_t sites = 0, flows = 0;
  for (const Part& part : parts) {
    sites += part.sites.size();
    flows += part.flows.size();
  }
  sites_.reserve(sites);
  flows_.reserve(flows);
  for (Part& part : parts) {
    const auto begin = static_cast<std::uint32_t>(flows_.size());
    sites_of_rule_[part.rule] += static_cast<std::uint32_t>(part.sites.size());
    for (OutlineSite& site : part.sites) {
      site.flows += begin;
      sites_.push_back(site);
    }
    flows_.insert(flows_.end(), part.flows.begin(), part.flows.end());
    part = {};
  }
  number_nodes();
  index_sites();
  best_ = search(nullptr);
  std::vector<std::uint32_t> to(sites_.size());
  for (std::uint32_t s = 0; s < sites_.size(); ++s) to[s] = node_of_site(s);
  loop_ = components_of(nodes(), from_.base(), to).largest;
}

void Outline::read(const SiteReader& reader, std::uint32_t r, std::span<const std::uint32_t> assets, std::vector<OutlineSite>& sites, std::vector<std::uint32_t>& flows) const {
  const StepRule& rule = rules_.rules[r];
  SiteFacts facts;
  std::vector<std::uint32_t> from;
  for (std::uint32_t asset : assets) {
    if (!reader.read(r, asset, false, facts)) continue;
    OutlineSite site{.asset = asset, .rule = static_cast<std::uint16_t>(r), .flows = static_cast<std::uint32_t>(flows.size())};
    from.clear();
    if (!rule.from.empty()) site.capped = reader.flows(rule, asset, from);
    // A state does not lead to itself.
    if (rule.from.size() == 1 && rule.from.front() == rule.to) std::erase(from, asset);
    if (from.empty() && !rule.external) continue;
    const double beside = facts.chance_beside_value(has_own_control(rule));
    double outside = outside_chance(reader, rule, asset, facts), inside = from.empty() ? 0 : inside_chance(reader, rule, asset, facts);
    // What controls end entirely is a site all the same: the rule is not one that nothing feeds.
    if (outside <= 0 && inside <= 0 && rule.per != Per::once) continue;
    outside *= beside;
    inside *= beside;
    site.outside = cost_of(outside);
    site.inside = cost_of(inside);
    sites.push_back(site);
    if (inside > 0) flows.insert(flows.end(), from.begin(), from.end());
  }
}

void Outline::number_nodes() {
  for (const OutlineSite& site : sites_) states_[site.asset] |= std::uint64_t{1} << rules_.rules[site.rule].to;
  base_.reserve(states_.size() + 1);
  std::uint32_t next = 0;
  for (std::uint64_t states : states_) {
    base_.push_back(next);
    next += static_cast<std::uint32_t>(std::popcount(states));
  }
  base_.push_back(next);
  state_.reserve(next);
  asset_.reserve(next);
  for (std::uint32_t asset = 0; asset < states_.size(); ++asset)
    for (std::uint64_t left = states_[asset]; left != 0; left &= left - 1) {
      state_.push_back(static_cast<std::uint8_t>(std::countr_zero(left)));
      asset_.push_back(asset);
    }
}

std::uint32_t Outline::node(std::uint8_t state, std::uint32_t asset) const {
  const std::uint64_t bit = std::uint64_t{1} << state;
  if ((states_[asset] & bit) == 0) {
    if (later_.empty()) return kNone;
    const auto at = later_.find(std::uint64_t{asset} << 8 | state);
    return at == later_.end() ? kNone : at->second;
  }
  return base_[asset] + static_cast<std::uint32_t>(std::popcount(states_[asset] & (bit - 1)));
}

std::uint32_t Outline::node_of_site(std::uint32_t site) const { return node(rules_.rules[sites_[site].rule].to, sites_[site].asset); }

void Outline::index_sites() {
  const auto rows = [&](Rows& into, auto&& ends_of) {
    Adjacency row;
    row.start.assign(nodes() + 1, 0);
    for (std::uint32_t s = 0; s < sites_.size(); ++s) ends_of(s, [&](std::uint32_t at) { ++row.start[at + 1]; });
    for (std::uint32_t n = 0; n < nodes(); ++n) row.start[n + 1] += row.start[n];
    row.step.resize(row.start[nodes()]);
    std::vector<std::uint32_t> next(row.start);
    for (std::uint32_t s = 0; s < sites_.size(); ++s) ends_of(s, [&](std::uint32_t at) { row.step[next[at]++] = s; });
    into.set(std::move(row));
  };
  rows(into_, [&](std::uint32_t s, auto&& visit) { visit(node_of_site(s)); });
  rows(from_, [&](std::uint32_t s, auto&& visit) { each_source(s, visit); });
}

Outline::Search Outline::search(const std::function<double(std::uint32_t)>& left) const {
  Search out;
  out.cost.assign(nodes(), INFINITY);
  out.site.assign(nodes(), kNone);
  out.source.assign(nodes(), kNone);
  std::vector<float> more;  // by site, what `left` adds to its cost; empty while it adds nothing
  if (left) {
    more.reserve(sites_.size());
    for (std::uint32_t s = 0; s < sites_.size(); ++s) more.push_back(cost_of(left(s)));
  }
  const auto added = [&](std::uint32_t s) { return more.empty() ? 0.0F : more[s]; };
  using Entry = std::pair<float, std::uint32_t>;
  std::vector<Entry> first;
  for (std::uint32_t s = 0; s < sites_.size(); ++s) {
    const std::uint32_t to = node_of_site(s);
    const float cost = sites_[s].outside + added(s);
    if (cost >= out.cost[to]) continue;
    out.cost[to] = cost;
    out.site[to] = s;
    first.emplace_back(cost, to);
  }
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue(std::greater<>{}, std::move(first));
  while (!queue.empty()) {
    const auto [cost, at] = queue.top();
    queue.pop();
    if (cost > out.cost[at]) continue;
    ++out.reached;
    for (std::uint32_t s : from_.of(at)) {
      const std::uint32_t to = node_of_site(s);
      const float there = cost + sites_[s].inside + added(s);
      if (there >= out.cost[to]) continue;
      out.cost[to] = there;
      out.site[to] = s;
      out.source[to] = at;
      queue.push({there, to});
    }
  }
  return out;
}

std::vector<bool> Outline::reached_nodes() const {
  std::vector<bool> out(nodes());
  for (std::uint32_t at = 0; at < nodes(); ++at) out[at] = std::isfinite(best_.cost[at]);
  return out;
}

std::vector<std::uint32_t> Outline::in_order(const SiteReader& reader, const std::vector<bool>& kept) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t at = 0; at < nodes(); ++at)
    if (kept[at])
      for (std::uint32_t s : into_.of(at))
        if (std::isfinite(sites_[s].outside) || std::isfinite(sites_[s].inside)) out.push_back(s);
  if (!updated_) {
    std::ranges::sort(out);
    return out;
  }
  const auto place = [&](std::uint32_t s) {
    const auto kinds = rules_.rules[sites_[s].rule].on.kinds();
    return std::tuple(sites_[s].rule, kinds.empty() ? 0 : std::ranges::find(kinds, reader.links().kind(sites_[s].asset)) - kinds.begin(), sites_[s].asset);
  };
  std::ranges::sort(out, {}, place);
  return out;
}

std::size_t Outline::capped() const { return static_cast<std::size_t>(std::ranges::count(sites_, true, &OutlineSite::capped)); }

bool Outline::add_causes(std::span<const std::uint32_t> targets, std::size_t most, std::vector<bool>& kept, std::size_t& count) const {
  // One row a thread, all false between calls.
  thread_local std::vector<bool> seen;
  if (seen.size() < nodes()) seen.resize(nodes(), false);
  std::vector<std::uint32_t> found;
  bool complete = true;
  const auto reach = [&](std::uint32_t at) {
    if (seen[at] || !std::isfinite(best_.cost[at])) return;
    if (found.size() >= most) {
      complete = false;
      return;
    }
    seen[at] = true;
    found.push_back(at);
  };
  for (std::uint32_t target : targets) reach(target);
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::uint32_t s : into_.of(found[i])) each_source(s, reach);
  for (std::uint32_t at : found) {
    seen[at] = false;
    count += !kept[at];
    kept[at] = true;
  }
  return complete;
}

}  // namespace stormwatch::forecast
