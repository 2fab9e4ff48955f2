// SPDX-License-Identifier: Apache-2.0
// Which kinds of assets a relation may join: one table, so that a collector's slip shows instead of bending the graph.
//
// A relation that is not listed joins any kinds. Sets are bit masks over AssetKind.
#pragma once

#include <cstdint>

#include "posture/words.h"

namespace stormwatch::graph {

template <class... Kinds>
constexpr std::uint32_t kinds(Kinds... kind) {
  return ((1U << static_cast<unsigned>(kind)) | ... | 0U);
}

struct AllowedPair {
  RelationKind relation;
  std::uint32_t from, to;
};

namespace allowed {
using enum AssetKind;
inline constexpr std::uint32_t any = ~0U;
inline constexpr std::uint32_t data = kinds(dataset, datastore, vector_store, memory, cloud_resource, model, prompt);
inline constexpr std::uint32_t runs = kinds(application, agent, endpoint, workload, mcp_server, notebook, pipeline, tool, skill, mcp_client, cloud_resource, image, host);
}  // namespace allowed

inline constexpr AllowedPair kAllowed[] = {
    {RelationKind::uses_model, allowed::any, kinds(AssetKind::model, AssetKind::endpoint)},
    {RelationKind::uses_provider, allowed::any, kinds(AssetKind::provider)},
    {RelationKind::has_tool, allowed::any, kinds(AssetKind::tool)},
    {RelationKind::has_skill, allowed::any, kinds(AssetKind::skill)},
    {RelationKind::has_prompt, allowed::any, kinds(AssetKind::prompt)},
    {RelationKind::has_memory, allowed::any, kinds(AssetKind::memory, AssetKind::vector_store, AssetKind::datastore)},
    {RelationKind::calls_agent, allowed::any, kinds(AssetKind::agent, AssetKind::endpoint)},
    {RelationKind::configures, allowed::any, kinds(AssetKind::mcp_server, AssetKind::agent, AssetKind::endpoint, AssetKind::workload)},
    {RelationKind::connects_to, allowed::any, allowed::any},
    {RelationKind::trains_on, allowed::any, allowed::data},
    {RelationKind::indexes, allowed::any, allowed::data},
    {RelationKind::authenticates_as, allowed::runs, kinds(AssetKind::identity, AssetKind::secret)},
    {RelationKind::can_assume, kinds(AssetKind::identity), kinds(AssetKind::identity)},
    {RelationKind::stores_secret, allowed::any, kinds(AssetKind::secret)},
    {RelationKind::depends_on, allowed::any, kinds(AssetKind::package, AssetKind::image, AssetKind::model, AssetKind::application, AssetKind::cloud_resource, AssetKind::workload)},
};

constexpr bool is_allowed(AssetKind from, RelationKind relation, AssetKind to) {
  for (const AllowedPair& pair : kAllowed)
    if (pair.relation == relation)
      return (pair.from >> static_cast<unsigned>(from) & 1U) != 0 && (pair.to >> static_cast<unsigned>(to) & 1U) != 0;
  return true;
}

}  // namespace stormwatch::graph
