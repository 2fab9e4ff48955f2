// SPDX-License-Identifier: Apache-2.0
// The attack network of a whole estate in outline: which rules act where, from where, and with what mean chance. No reasons, no
// variables: what it takes to see which states an attacker may come to, how likely by the best way, and by which steps at all.
// The part of it that the answers need is then bound in full (bind.h).
//
// Nodes are the states that some rule gives at an asset, numbered by asset and state. Sites are in the order of (rule, place of the
// asset's kind in the rule, asset). Both depend on the estate alone, not on threads. After `update` what is new comes at the end and
// what is gone leaves a hole: nothing outside may hang on the numbers, only on what `in_order` and `state_of` say.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "forecast/network.h"
#include "forecast/sites.h"

namespace stormwatch::forecast {

struct OutlineSite {
  std::uint32_t asset = 0;
  std::uint16_t rule = 0;
  bool capped = false;       ///< starts from more places than were followed
  bool gone = false;         ///< no longer acts, after an update
  float outside = 0;         ///< -log of the chance that its best trigger happens within 90 days and it works; infinite: no trigger
  float inside = 0;          ///< -log of the chance that it works from the states it starts from; infinite: from none
  std::uint32_t flows = 0;   ///< where its flow assets begin
};

/// Adjacency of which some rows were replaced after it was made.
class Rows {
 public:
  void set(Adjacency base) { base_ = std::move(base), place_.clear(), changed_.clear(); }
  [[nodiscard]] const Adjacency& base() const { return base_; }
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t node) const {
    if (node < place_.size() && place_[node] != kNone) return changed_[place_[node]];
    return node + 1 < base_.start.size() ? base_.of(node) : std::span<const std::uint32_t>();
  }
  /// The row to write to.
  std::vector<std::uint32_t>& change(std::uint32_t node);

 private:
  Adjacency base_;
  std::vector<std::uint32_t> place_;  ///< by node: its place in changed_; empty while nothing changed
  std::vector<std::vector<std::uint32_t>> changed_;
};

class Outline {
 public:
  Outline(const SiteReader& reader, unsigned jobs);
  /// The reader has reread what changed: asks each rule anew at the assets that lie as near to the change as it looks.
  void update(const SiteReader& reader, std::span<const Near> near);

  [[nodiscard]] std::span<const OutlineSite> sites() const { return sites_; }
  [[nodiscard]] std::span<const std::uint32_t> flows(std::uint32_t site) const {
    const std::size_t end = site + 1 < sites_.size() ? sites_[site + 1].flows : flows_.size();
    return std::span(flows_).subspan(sites_[site].flows, end - sites_[site].flows);
  }
  [[nodiscard]] std::uint32_t nodes() const { return static_cast<std::uint32_t>(state_.size()); }
  [[nodiscard]] std::uint32_t node(std::uint8_t state, std::uint32_t asset) const;  ///< kNone if no rule gives it
  [[nodiscard]] std::pair<std::uint8_t, std::uint32_t> state_of(std::uint32_t node) const { return {state_[node], asset_[node]}; }
  /// -log of the best chain's chance by node, infinite where no trigger leads.
  [[nodiscard]] std::span<const float> cost() const { return best_.cost; }
  [[nodiscard]] std::uint32_t reached() const { return best_.reached; }  ///< nodes with a finite cost
  [[nodiscard]] const std::vector<std::uint32_t>& sites_of_rule() const { return sites_of_rule_; }
  [[nodiscard]] std::size_t capped() const;
  /// No set of states that all lead to one another has more nodes. Exact until the first update.
  [[nodiscard]] std::uint32_t loop_at_most() const { return loop_; }
  /// Whether so many states reach one another that separating networks is what helps first.
  [[nodiscard]] bool is_flat() const { return loop_ > 1000 && loop_ > best_.reached / 5; }
  [[nodiscard]] bool updated() const { return updated_; }
  /// The sites that give the nodes `kept`, in the order of (rule, place of the asset's kind in the rule, asset).
  [[nodiscard]] std::vector<std::uint32_t> in_order(const SiteReader& reader, const std::vector<bool>& kept) const;
  /// Adds to `kept` the nodes from which a target is reached, nearest first, at most `most`, and counts the new
  /// ones; false if there were more.
  bool add_causes(std::span<const std::uint32_t> targets, std::size_t most, std::vector<bool>& kept, std::size_t& count) const;
  [[nodiscard]] std::vector<bool> reached_nodes() const;
  [[nodiscard]] std::uint32_t node_of_site(std::uint32_t site) const;
  /// Best ways, the chance of each site's steps times `left(site)`.
  struct Search {
    std::vector<float> cost;                     ///< like cost()
    std::vector<std::uint32_t> site, source;     ///< by node: the last site of its best way and the node it came from; kNone from outside
    std::uint32_t reached = 0;
  };
  [[nodiscard]] const Search& best() const { return best_; }
  [[nodiscard]] Search search(const std::function<double(std::uint32_t)>& left) const;
  /// The nodes that the site's steps start from.
  template <class Visit>
  void each_source(std::uint32_t site, Visit&& visit) const {
    const StepRule& rule = rules_.rules[sites_[site].rule];
    for (std::uint32_t flow : flows(site))
      for (std::uint8_t state : rule.from)
        if (state != rule.to || flow != sites_[site].asset)
          if (const std::uint32_t at = node(state, flow); at != kNone) visit(at);
  }

 private:
  struct Change;
  /// Appends the rule's sites at the assets; their flows begin in `flows`.
  void read(const SiteReader& reader, std::uint32_t rule, std::span<const std::uint32_t> assets, std::vector<OutlineSite>& sites, std::vector<std::uint32_t>& flows) const;
  void number_nodes();
  void index_sites();
  [[nodiscard]] bool same(std::uint32_t site, const OutlineSite& other, std::span<const std::uint32_t> flows) const;
  [[nodiscard]] std::uint32_t site_of(std::uint32_t rule, std::uint32_t asset) const;
  std::uint32_t node_to_give(std::uint8_t state, std::uint32_t asset, Change& change);
  void remove(std::uint32_t site, Change& change);
  void add(OutlineSite site, std::span<const std::uint32_t> flows, Change& change);
  void join_sites_from(const SiteReader& reader, std::uint32_t node);
  void search_again(const Change& change);
  void bound_loop(const Change& change);
  void relax(std::uint32_t node, std::uint32_t site, std::vector<std::pair<float, std::uint32_t>>& queue);
  const StepRules& rules_;
  std::vector<OutlineSite> sites_;
  std::vector<std::uint32_t> flows_;
  std::vector<std::uint64_t> states_;  ///< by asset: bit a state that some rule gives
  std::vector<std::uint32_t> base_;    ///< by asset: number of its first node
  std::vector<std::uint8_t> state_;
  std::vector<std::uint32_t> asset_;
  std::unordered_map<std::uint64_t, std::uint32_t> later_;  ///< nodes that an update brought, by asset and state
  Rows into_, from_;                   ///< sites by the node they give, and by the nodes they start from
  Search best_;                        ///< with nothing left out
  std::uint32_t loop_ = 0;
  bool updated_ = false;
  std::vector<std::uint32_t> sites_of_rule_;
};

}  // namespace stormwatch::forecast
