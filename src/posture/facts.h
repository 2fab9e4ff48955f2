// SPDX-License-Identifier: Apache-2.0
// What is known of an asset, one struct a kind. An empty string, an empty list and nullopt mean "not observed": unknown, never "no".
//
// A field is named once: `visit_fields(visit, facts)` calls `visit("name", field)` for each, and JSON, rules, the store and
// the field documentation all go through it. Field types are std::string, std::optional<bool>, std::optional<std::int64_t>,
// std::vector<std::string>, and `Configuration` (a parsed document that rules reach as `configuration.a.b.0`).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/node.h"
#include "posture/words.h"

namespace stormwatch {

using Text = std::string;
using Flag = std::optional<bool>;
using Count = std::optional<std::int64_t>;
using Texts = std::vector<std::string>;
using Configuration = std::shared_ptr<const Node>;

struct ApplicationFacts {
  Text framework, risk_tier;
  Flag public_access, self_signup, customer_facing, user_input_to_model, renders_external_urls, rate_limited, output_filter, logs_interactions, discloses_ai;
  template <class V> static void visit(V&& v, auto& f) {
    v("framework", f.framework); v("risk_tier", f.risk_tier); v("public_access", f.public_access); v("self_signup", f.self_signup);
    v("customer_facing", f.customer_facing); v("user_input_to_model", f.user_input_to_model);
    v("renders_external_urls", f.renders_external_urls); v("rate_limited", f.rate_limited); v("output_filter", f.output_filter);
    v("logs_interactions", f.logs_interactions); v("discloses_ai", f.discloses_ai);
  }
};
struct AgentFacts {
  Text framework, model_name;
  Texts capabilities;  ///< union of its tools' capabilities, as in ToolFacts
  Texts guardrails;    ///< checks on what goes in or comes out, as the code names them
  Flag human_approval, memory, reads_untrusted, browses_web, sandboxed, control_interface_exposed, injection_defence, installs_packages;
  Count max_steps;
  template <class V> static void visit(V&& v, auto& f) {
    v("framework", f.framework); v("model_name", f.model_name); v("capabilities", f.capabilities); v("human_approval", f.human_approval);
    v("memory", f.memory); v("reads_untrusted", f.reads_untrusted); v("browses_web", f.browses_web); v("sandboxed", f.sandboxed);
    v("control_interface_exposed", f.control_interface_exposed); v("injection_defence", f.injection_defence); v("installs_packages", f.installs_packages); v("max_steps", f.max_steps); v("guardrails", f.guardrails);
  }
};
struct ModelFacts {
  Text format, source, publisher, revision, digest, licence, architecture, task;
  Text role;  ///< what its answers decide: security-decision, identity-decision, fraud-decision, content-filter
  Texts documented;  ///< what its card has a word on: contact, evaluation, intended-use, licence, limitations, training-data
  Flag pinned, executes_code_on_load, signed_by_publisher, remote_code, proprietary, physical_input, adversarially_tested, has_card;
  Flag writable_by_many;  ///< every user of the machine may change the file
  Count bytes;
  template <class V> static void visit(V&& v, auto& f) {
    v("format", f.format); v("source", f.source); v("publisher", f.publisher); v("revision", f.revision); v("digest", f.digest);
    v("licence", f.licence); v("architecture", f.architecture); v("task", f.task); v("pinned", f.pinned);
    v("executes_code_on_load", f.executes_code_on_load); v("signed_by_publisher", f.signed_by_publisher);
    v("remote_code", f.remote_code); v("proprietary", f.proprietary); v("role", f.role);
    v("physical_input", f.physical_input); v("adversarially_tested", f.adversarially_tested); v("bytes", f.bytes);
    v("documented", f.documented); v("has_card", f.has_card); v("writable_by_many", f.writable_by_many);
  }
};
struct EndpointFacts {
  Text product, version, url, exposure;  ///< exposure: internet, internal, local
  Text authentication;                   ///< none, token, mutual-tls, proxy ...
  Texts routes;                          ///< of a live service, each class of routes: "read: open", "inference: not-assessed"
  Flag tls, code_execution, rate_limited, metered;
  Count port;
  template <class V> static void visit(V&& v, auto& f) {
    v("product", f.product); v("version", f.version); v("url", f.url); v("exposure", f.exposure); v("authentication", f.authentication);
    v("routes", f.routes); v("tls", f.tls); v("code_execution", f.code_execution); v("rate_limited", f.rate_limited); v("metered", f.metered); v("port", f.port);
  }
};
struct ProviderFacts {
  Text vendor, base_url, region;
  template <class V> static void visit(V&& v, auto& f) { v("vendor", f.vendor); v("base_url", f.base_url); v("region", f.region); }
};
struct McpClientFacts {
  Text product, scope;
  Flag auto_approve, stores_tokens;
  Count servers;
  template <class V> static void visit(V&& v, auto& f) { v("product", f.product); v("scope", f.scope); v("auto_approve", f.auto_approve); v("servers", f.servers); v("stores_tokens", f.stores_tokens); }
};
struct McpServerFacts {
  Text transport, command, url, package, version, publisher;
  Texts arguments, environment_names;
  Flag pinned, authenticated, publisher_verified, tls, disabled;
  template <class V> static void visit(V&& v, auto& f) {
    v("transport", f.transport); v("command", f.command); v("url", f.url); v("package", f.package); v("version", f.version);
    v("publisher", f.publisher); v("arguments", f.arguments); v("environment_names", f.environment_names); v("pinned", f.pinned);
    v("authenticated", f.authenticated); v("publisher_verified", f.publisher_verified); v("tls", f.tls); v("disabled", f.disabled);
  }
};
struct ToolFacts {
  Text description, schema;
  Texts capabilities;  ///< code-exec, hosted-code (in a provider's sandbox), file-read, file-write, network-send, browse, message-send, transact, delete, read-sensitive, database, credential-read
  Texts parameters;
  Flag human_approval, shared_identity;
  Flag read_only, destructive;  ///< as its annotations say (readOnlyHint, destructiveHint), not as its code does
  template <class V> static void visit(V&& v, auto& f) {
    v("description", f.description); v("schema", f.schema); v("capabilities", f.capabilities); v("parameters", f.parameters);
    v("human_approval", f.human_approval); v("shared_identity", f.shared_identity); v("read_only", f.read_only); v("destructive", f.destructive);
  }
};
struct SkillFacts {
  Text description, licence, version;
  Texts allowed_tools, capabilities;
  Count scripts;
  template <class V> static void visit(V&& v, auto& f) {
    v("description", f.description); v("licence", f.licence); v("version", f.version); v("allowed_tools", f.allowed_tools);
    v("capabilities", f.capabilities); v("scripts", f.scripts);
  }
};
struct PromptFacts {
  Text role, text;  ///< text: an excerpt
  Count length;
  template <class V> static void visit(V&& v, auto& f) { v("role", f.role); v("text", f.text); v("length", f.length); }
};
struct MemoryFacts {
  Text backend;
  Flag shared, persistent;
  template <class V> static void visit(V&& v, auto& f) { v("backend", f.backend); v("shared", f.shared); v("persistent", f.persistent); }
};
struct DatasetFacts {
  Text format, licence, source, digest;
  Texts personal_data, columns;  ///< personal_data: classes found: email, card, iban ...
  Texts personal_volumes;  ///< of each class: "email: 10000 values in column contact.mail, confidence high, sample 1f0c..."
  Text shape;      ///< chat, preference, instruction, classification, url-set, question-answer, text, table
  Texts splits;    ///< train, validation, test: as names of files or the card say
  Texts languages; ///< as the card says
  Texts classes;   ///< of a column of labels: "label=positive: 512", most frequent first, at most 20
  Flag provenance, user_generated, public_source, has_card;
  Flag sampled;    ///< only a part of the rows was read, because that was asked
  Flag writable_by_many;  ///< every user of the machine may change the file
  Count rows, bytes, url_rows, malformed_rows;
  template <class V> static void visit(V&& v, auto& f) {
    v("format", f.format); v("licence", f.licence); v("source", f.source); v("digest", f.digest); v("personal_data", f.personal_data);
    v("personal_volumes", f.personal_volumes); v("columns", f.columns); v("provenance", f.provenance); v("user_generated", f.user_generated); v("public_source", f.public_source);
    v("has_card", f.has_card); v("rows", f.rows); v("bytes", f.bytes); v("shape", f.shape); v("splits", f.splits); v("languages", f.languages);
    v("classes", f.classes); v("sampled", f.sampled); v("url_rows", f.url_rows); v("malformed_rows", f.malformed_rows);
    v("writable_by_many", f.writable_by_many);
  }
};
struct VectorStoreFacts {
  Text product, url;
  Flag authenticated, untrusted_writers, public_access, access_broader_than_source;
  template <class V> static void visit(V&& v, auto& f) {
    v("product", f.product); v("url", f.url); v("authenticated", f.authenticated); v("untrusted_writers", f.untrusted_writers);
    v("public_access", f.public_access); v("access_broader_than_source", f.access_broader_than_source);
  }
};
struct DatastoreFacts {
  Text product, sensitivity;  ///< sensitivity: public, internal, confidential, restricted
  Flag public_access, encrypted, versioned, public_write;
  Configuration configuration;
  template <class V> static void visit(V&& v, auto& f) {
    v("product", f.product); v("sensitivity", f.sensitivity); v("public_access", f.public_access); v("encrypted", f.encrypted);
    v("versioned", f.versioned); v("public_write", f.public_write); v("configuration", f.configuration);
  }
};
struct NotebookFacts {
  Text language;
  Flag untrusted_source;
  Count cells, outputs;
  template <class V> static void visit(V&& v, auto& f) { v("language", f.language); v("cells", f.cells); v("outputs", f.outputs); v("untrusted_source", f.untrusted_source); }
};
struct RepositoryFacts {
  Text remote, commit;
  Texts documents;  ///< governance documents that are there: model-card, risk-assessment, incident-process, security-policy ...
  template <class V> static void visit(V&& v, auto& f) { v("remote", f.remote); v("commit", f.commit); v("documents", f.documents); }
};
struct PackageFacts {
  Text ecosystem, version, purl, requirement, manifest;
  Text source;  ///< URL, repository or path it comes from, where that is not the ecosystem's own registry
  Text reach;   ///< listens: what a workload or image starts; imported; not-imported: no code that was read imports it; else not known
  Flag pinned, hashed, direct, development;
  Flag install_script;  ///< installing it runs a script of it
  template <class V> static void visit(V&& v, auto& f) {
    v("ecosystem", f.ecosystem); v("version", f.version); v("purl", f.purl); v("requirement", f.requirement); v("manifest", f.manifest);
    v("pinned", f.pinned); v("hashed", f.hashed); v("direct", f.direct); v("development", f.development);
    v("source", f.source); v("reach", f.reach); v("install_script", f.install_script);
  }
};
struct ImageFacts {
  Text registry, repository, tag, digest;
  Flag pinned;
  template <class V> static void visit(V&& v, auto& f) {
    v("registry", f.registry); v("repository", f.repository); v("tag", f.tag); v("digest", f.digest); v("pinned", f.pinned);
  }
};
struct WorkloadFacts {
  Text platform, service_account, exposure;  ///< platform: kubernetes, compose, systemd
  Texts environment_names, arguments;
  Flag privileged, runs_as_root, host_network, egress_open, mounts_host, instance_role;
  Configuration configuration;
  template <class V> static void visit(V&& v, auto& f) {
    v("platform", f.platform); v("service_account", f.service_account); v("exposure", f.exposure);
    v("environment_names", f.environment_names); v("arguments", f.arguments); v("privileged", f.privileged);
    v("runs_as_root", f.runs_as_root); v("host_network", f.host_network); v("egress_open", f.egress_open);
    v("mounts_host", f.mounts_host); v("instance_role", f.instance_role); v("configuration", f.configuration);
  }
};
struct HostFacts {
  Text operating_system;
  Flag sensitive_files, endpoint_protection;
  template <class V> static void visit(V&& v, auto& f) { v("operating_system", f.operating_system); v("sensitive_files", f.sensitive_files); v("endpoint_protection", f.endpoint_protection); }
};
struct CloudResourceFacts {
  Text platform, type, region;  ///< platform: aws, azure, gcp, kubernetes; type: the provider's word: aws_sagemaker_endpoint
  Flag public_access, encrypted;
  Configuration configuration;
  template <class V> static void visit(V&& v, auto& f) {
    v("platform", f.platform); v("type", f.type); v("region", f.region); v("public_access", f.public_access);
    v("encrypted", f.encrypted); v("configuration", f.configuration);
  }
};
struct IdentityFacts {
  Text platform, principal;
  Texts permissions;
  Flag administrator, can_escalate, phishing_resistant, long_lived;
  Configuration configuration;
  template <class V> static void visit(V&& v, auto& f) {
    v("platform", f.platform); v("principal", f.principal); v("permissions", f.permissions); v("administrator", f.administrator);
    v("can_escalate", f.can_escalate); v("phishing_resistant", f.phishing_resistant); v("long_lived", f.long_lived);
    v("configuration", f.configuration);
  }
};
struct SecretFacts {
  Text type, vendor, fingerprint, exposure;  ///< type: provider-key, private-key, cloud-key, token, password, password-hash; exposure: repository, image, notebook, configuration, public
  Text verified;  ///< what its vendor answered when asked (`--verify-secrets`): accepted, refused, unknown; empty: nobody asked
  Flag test_value;
  Flag short_lived;  ///< by its format it ends within hours or days
  template <class V> static void visit(V&& v, auto& f) {
    v("type", f.type); v("vendor", f.vendor); v("fingerprint", f.fingerprint); v("exposure", f.exposure); v("verified", f.verified);
    v("test_value", f.test_value); v("short_lived", f.short_lived);
  }
};
struct PipelineFacts {
  Text platform;
  Flag data_quality_gate, evaluation_gate, pinned_actions, untrusted_trigger;
  template <class V> static void visit(V&& v, auto& f) {
    v("platform", f.platform); v("data_quality_gate", f.data_quality_gate); v("evaluation_gate", f.evaluation_gate);
    v("pinned_actions", f.pinned_actions); v("untrusted_trigger", f.untrusted_trigger);
  }
};
struct RegistryFacts {
  Text product, url;
  Flag public_write, immutable_tags, authenticated;
  template <class V> static void visit(V&& v, auto& f) {
    v("product", f.product); v("url", f.url); v("public_write", f.public_write); v("immutable_tags", f.immutable_tags);
    v("authenticated", f.authenticated);
  }
};
struct NetworkFacts {
  Text range;
  Flag internet;
  Count shadow_ai_users;  ///< people seen to use AI services that nobody approved
  Configuration configuration;
  template <class V> static void visit(V&& v, auto& f) { v("range", f.range); v("internet", f.internet); v("shadow_ai_users", f.shadow_ai_users); v("configuration", f.configuration); }
};

/// In the order of AssetKind: `facts.index() == static_cast<size_t>(kind)`.
using Facts = std::variant<ApplicationFacts, AgentFacts, ModelFacts, EndpointFacts, ProviderFacts, McpClientFacts, McpServerFacts,
                           ToolFacts, SkillFacts, PromptFacts, MemoryFacts, DatasetFacts, VectorStoreFacts, DatastoreFacts,
                           NotebookFacts, RepositoryFacts, PackageFacts, ImageFacts, WorkloadFacts, HostFacts, CloudResourceFacts,
                           IdentityFacts, SecretFacts, PipelineFacts, RegistryFacts, NetworkFacts>;
static_assert(std::variant_size_v<Facts> == kAssetKindNames.size());

inline AssetKind kind_of(const Facts& facts) { return static_cast<AssetKind>(facts.index()); }
Facts facts_of_kind(AssetKind kind);  ///< all unknown

/// Calls `visit(name, field)` for each field of whatever kind `facts` holds.
template <class V>
void visit_fields(V&& visit, Facts& facts) {
  std::visit([&](auto& f) { std::remove_cvref_t<decltype(f)>::visit(visit, f); }, facts);
}
template <class V>
void visit_fields(V&& visit, const Facts& facts) {
  std::visit([&](const auto& f) { std::remove_cvref_t<decltype(f)>::visit(visit, f); }, facts);
}

/// One field's value as rules see it; monostate is "not observed".
using FieldValue = std::variant<std::monostate, std::string, bool, std::int64_t, std::vector<std::string>, Configuration>;
/// The field's value; nullopt if this kind has no such field.
std::optional<FieldValue> field_of(const Facts& facts, std::string_view name);
/// Names of the fields of a kind, in order.
std::vector<std::string_view> field_names(AssetKind kind);
/// Fills what `into` does not know from `from` (same kind): known texts and flags stay, lists are united and sorted.
void merge_facts(Facts& into, const Facts& from);

}  // namespace stormwatch
