// SPDX-License-Identifier: Apache-2.0
// The closed vocabularies: kinds, layers, vectors, severities. Each has its text form, which is what reports and rules use.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stormwatch {

enum class Severity : std::uint8_t { info, low, medium, high, critical };
enum class Confidence : std::uint8_t { low, medium, high };
enum class Layer : std::uint8_t { application, model, agentic, data_code_infrastructure };
enum class Vector : std::uint8_t {
  vulnerability, misconfiguration, sensitive_data, poisoned_model, poisoned_tool, poisoned_data,
  misaligned_behavior, prompt_injection, insecure_endpoint, non_compliance
};
enum class AssetKind : std::uint8_t {
  application, agent, model, endpoint, provider, mcp_client, mcp_server, tool, skill, prompt, memory, dataset, vector_store,
  datastore, notebook, repository, package, image, workload, host, cloud_resource, identity, secret, pipeline, registry, network
};
/// How one asset stands to another; read "FROM kind TO".
enum class RelationKind : std::uint8_t {
  contains,           ///< a repository, image or archive holds it
  depends_on,         ///< code on a package, package on package
  serves,             ///< an endpoint or workload serves a model or application
  runs_on,            ///< a workload or endpoint on a host, image, cloud resource
  uses_model,         ///< an application, agent or endpoint uses a model
  uses_provider,      ///< calls a vendor's inference API
  has_tool,           ///< an agent or MCP server offers a tool
  has_skill,
  has_prompt,
  has_memory,
  calls_agent,        ///< an agent delegates to an agent
  configures,         ///< an MCP client starts or reaches an MCP server
  connects_to,        ///< an agent or application uses an MCP server
  reads, writes,      ///< to a dataset, datastore, vector store, cloud resource
  trains_on,          ///< a model or pipeline on a dataset
  indexes,            ///< a vector store over a dataset or datastore
  authenticates_as,   ///< a workload, agent or endpoint acts as an identity
  can_assume,         ///< an identity may become another
  stores_secret,      ///< something holds a secret's text
  grants_access,      ///< a secret or identity opens an asset
  exposes,            ///< a network or workload exposes an endpoint
  network_reach,      ///< packets can go from one to the other
  pulls_from,         ///< a pipeline, workload or application pulls from a registry, repository, model source
  publishes_to,
  loads,              ///< code loads a model or dataset file
  protected_by,       ///< a control stands before it
  derived_from        ///< a model from its base, an image from its parent
};

inline constexpr std::array<std::string_view, 5> kSeverityNames{"info", "low", "medium", "high", "critical"};
inline constexpr std::array<std::string_view, 3> kConfidenceNames{"low", "medium", "high"};
inline constexpr std::array<std::string_view, 4> kLayerNames{"application", "model", "agentic", "data-code-infrastructure"};
inline constexpr std::array<std::string_view, 10> kVectorNames{
    "vulnerability", "misconfiguration", "sensitive-data", "poisoned-model", "poisoned-tool", "poisoned-data",
    "misaligned-behavior", "prompt-injection", "insecure-endpoint", "non-compliance"};
inline constexpr std::array<std::string_view, 26> kAssetKindNames{
    "application", "agent", "model", "endpoint", "provider", "mcp-client", "mcp-server", "tool", "skill", "prompt", "memory",
    "dataset", "vector-store", "datastore", "notebook", "repository", "package", "image", "workload", "host", "cloud-resource",
    "identity", "secret", "pipeline", "registry", "network"};
inline constexpr std::array<std::string_view, 28> kRelationKindNames{
    "contains", "depends_on", "serves", "runs_on", "uses_model", "uses_provider", "has_tool", "has_skill", "has_prompt",
    "has_memory", "calls_agent", "configures", "connects_to", "reads", "writes", "trains_on", "indexes", "authenticates_as",
    "can_assume", "stores_secret", "grants_access", "exposes", "network_reach", "pulls_from", "publishes_to", "loads",
    "protected_by", "derived_from"};

/// The text of a value: `name_of(Severity::high)` is "high".
constexpr std::string_view name_of(Severity v) { return kSeverityNames[static_cast<std::size_t>(v)]; }
constexpr std::string_view name_of(Confidence v) { return kConfidenceNames[static_cast<std::size_t>(v)]; }
constexpr std::string_view name_of(Layer v) { return kLayerNames[static_cast<std::size_t>(v)]; }
constexpr std::string_view name_of(Vector v) { return kVectorNames[static_cast<std::size_t>(v)]; }
constexpr std::string_view name_of(AssetKind v) { return kAssetKindNames[static_cast<std::size_t>(v)]; }
constexpr std::string_view name_of(RelationKind v) { return kRelationKindNames[static_cast<std::size_t>(v)]; }

namespace detail {
template <class T, std::size_t N>
constexpr std::optional<T> named(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<T>(i);
  return std::nullopt;
}
}  // namespace detail

constexpr std::optional<Severity> severity_named(std::string_view t) { return detail::named<Severity>(kSeverityNames, t); }
constexpr std::optional<Confidence> confidence_named(std::string_view t) { return detail::named<Confidence>(kConfidenceNames, t); }
constexpr std::optional<Vector> vector_named(std::string_view t) { return detail::named<Vector>(kVectorNames, t); }
constexpr std::optional<AssetKind> asset_kind_named(std::string_view t) { return detail::named<AssetKind>(kAssetKindNames, t); }
constexpr std::optional<RelationKind> relation_kind_named(std::string_view t) {
  return detail::named<RelationKind>(kRelationKindNames, t);
}

constexpr Layer layer_of(AssetKind kind) {
  switch (kind) {
    case AssetKind::application:
    case AssetKind::notebook: return Layer::application;
    case AssetKind::model:
    case AssetKind::endpoint:
    case AssetKind::provider: return Layer::model;
    case AssetKind::agent:
    case AssetKind::mcp_client:
    case AssetKind::mcp_server:
    case AssetKind::tool:
    case AssetKind::skill:
    case AssetKind::prompt:
    case AssetKind::memory: return Layer::agentic;
    default: return Layer::data_code_infrastructure;
  }
}

}  // namespace stormwatch
