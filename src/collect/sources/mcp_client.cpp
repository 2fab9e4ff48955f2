// SPDX-License-Identifier: Apache-2.0
// Configurations of MCP clients (clients/clients.yaml, or any document with a map of servers): clients, servers, their packages.
//
// Facts come from what is written: `pinned`, `tls` and `authenticated` stay unknown where the file does not say. A remote server
// without a header may still ask for OAuth when it is used. Values of the environment are never kept, only their names.
#include <algorithm>

#include "base/text.h"
#include "collect/client_catalog.h"
#include "collect/collector.h"
#include "collect/instruction_text.h"
#include "collect/launch.h"
#include "collect/packages.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

const Node* first_of(const Node& map, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const Node* found = map.find(key)) return found;
  return nullptr;
}

bool is_local(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]") || host.starts_with("host.docker.internal") || host.starts_with("0.0.0.0");
}

/// True if the text stands for itself: no reference to a variable, an input or a placeholder, and enough letters to be a key.
bool is_literal_secret(std::string_view name, std::string_view value) {
  const std::string key = lower(name);
  const bool named = holds(key, "key") || holds(key, "token") || holds(key, "secret") || holds(key, "password") || holds(key, "authorization") || holds(key, "credential") || holds(key, "cookie");
  if (!named || holds(key, "path") || holds(key, "file") || holds(key, "url")) return false;
  if (value.starts_with("Bearer ") || value.starts_with("bearer ") || value.starts_with("token ")) value.remove_prefix(value.find(' ') + 1);
  if (value.size() < 16 || value.find_first_of("${}<>% /\\") != std::string_view::npos) return false;
  const std::string low = lower(value);
  for (const std::string_view placeholder : {"your", "xxx", "changeme", "example", "placeholder", "...", "***", "replace", "insert", "todo", "dummy", "test", "sample", "my-", "my_", "here", "env:", "input:", "api_key", "apikey", "api-key"})
    if (holds(low, placeholder)) return false;
  const bool digits = std::ranges::any_of(value, [](char c) { return c >= '0' && c <= '9'; });
  std::string distinct(value);
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  return digits && distinct.size() >= 9;
}

Texts texts_of(const Node* node) {
  Texts texts;
  if (!node) return texts;
  if (node->is_scalar()) texts.push_back(node->scalar);
  for (const Node& item : node->items)
    if (item.is_scalar()) texts.push_back(item.scalar);
  return texts;
}

bool looks_like_server(const Node& entry) {
  if (!entry.is_map()) return false;
  const Node* command = first_of(entry, {"command", "cmd"});
  const Node* url = first_of(entry, {"url", "serverUrl", "httpUrl", "uri"});
  return (command && (command->is_string() || command->is_list())) || (url && url->is_string());
}

struct ServerReader {
  const Source& source;
  Observation& observation;
  mutable bool literal = false, referred = false;  ///< credentials that stand here, and names of ones kept elsewhere

  /// Whether the file keeps credentials; unknown when it speaks of none.
  [[nodiscard]] Flag stored() const { return literal ? Flag(true) : referred ? Flag(false) : Flag(); }

  void note(Asset& server, std::string subject, std::string detail, const Node& at, Confidence confidence = Confidence::high) const {
    server.sightings.push_back({"insecure-setting", std::move(subject), excerpt_of(detail), excerpt_of(detail), source.place_of_line(at.line, at.column), confidence});
  }

  void read_secrets(Asset& server, const Node* map, Texts* names) const {
    if (!map || !map->is_map()) return;
    for (const Node::Member& member : map->members) {
      if (names) names->push_back(member.key);
      referred = referred || (member.value.is_string() && (member.value.scalar.starts_with("${") || member.value.scalar.starts_with("Bearer ${")));
      if (!member.value.is_string() || !is_literal_secret(member.key, member.value.scalar)) continue;
      literal = true;
      server.sightings.push_back({"secret", "literal-credential", excerpt_of(member.key, 80), excerpt_of(member.key, 80) + " = " + redacted(member.value.scalar),
                                  source.place_of_line(member.value.line, member.value.column), Confidence::medium});
    }
  }

  AssetId read(std::string name, const Node& entry) const {
    McpServerFacts facts;
    const Node* command = first_of(entry, {"command", "cmd"});
    const Node* url = first_of(entry, {"url", "serverUrl", "httpUrl", "uri"});
    const Node* headers = first_of(entry, {"headers", "http_headers", "env_http_headers"});
    Texts words = texts_of(command);
    const Texts more = texts_of(entry.find("args"));
    words.insert(words.end(), more.begin(), more.end());
    Launch launch;
    if (!words.empty()) {
      launch = read_launch(words.front(), std::span(words).subspan(1));
      facts.command = excerpt_of(words.front());
      for (std::size_t i = 1; i < words.size() && i < 64; ++i) facts.arguments.push_back(excerpt_of(is_literal_secret(words[i - 1], words[i]) ? redacted(words[i]) : words[i]));
      facts.package = excerpt_of(launch.package);
      facts.version = excerpt_of(launch.version, 80);
      facts.pinned = launch.pinned;
      const std::size_t slash = launch.package.find('/');
      if (launch.package.starts_with("@") && slash != std::string::npos) facts.publisher = excerpt_of(launch.package.substr(1, slash - 1));
    }
    std::string address = url && url->is_string() ? url->scalar : launch.url;
    const std::string type = lower(entry.text("type", entry.text("transport")));
    facts.transport = !address.empty() ? (holds(type, "sse") || address.ends_with("/sse") ? "sse" : holds(type, "ws") ? "websocket" : "http") : words.empty() ? type : "stdio";
    if (!address.empty()) {
      const std::size_t query = address.find('?');
      facts.url = excerpt_of(address.substr(0, query));
      if (!is_local(address) && !address.starts_with("$")) facts.tls = address.starts_with("https://") || address.starts_with("wss://") ? Flag(true) : address.starts_with("http://") || address.starts_with("ws://") ? Flag(false) : Flag();
      if (first_of(entry, {"bearer_token_env_var", "oauth", "auth", "authProvider", "authorization"})) facts.authenticated = true;
      if (headers && headers->is_map())
        for (const Node::Member& member : headers->members)
          if (const std::string key = lower(member.key); holds(key, "auth") || holds(key, "key") || holds(key, "token") || holds(key, "cookie")) facts.authenticated = true;
      if (std::ranges::any_of(words, [](const std::string& w) { return holds(lower(w), "authorization"); })) facts.authenticated = true;
    }
    if (const Node* flag = entry.find("disabled")) facts.disabled = flag->as_bool();
    if (const Node* flag = entry.find("enabled"); flag && flag->as_bool()) facts.disabled = !*flag->as_bool();
    Asset server = make_asset(source.path + (source.member.empty() ? "" : "!/" + source.member) + "#" + name, excerpt_of(name, 120), facts,
                              source.place_of_line(entry.line, entry.column));
    auto& known = std::get<McpServerFacts>(server.facts);
    for (const char* key : {"env", "environment", "envs"}) read_secrets(server, entry.find(key), &known.environment_names);
    read_secrets(server, headers, nullptr);
    std::ranges::sort(known.environment_names);
    judge(server, entry, launch, address);
    relate_package(server, launch, entry);
    const std::string key = server.key;
    const AssetId id = observation.add(std::move(server));
    relate_known_tools(id, key, launch.package, entry);
    return id;
  }

  /// What a well-known package is known to offer, so that flows between servers show without its source.
  void relate_known_tools(AssetId server, const std::string& key, const std::string& package, const Node& entry) const {
    const Place place = source.place_of_line(entry.line, entry.column);
    for (const KnownTool& known : tools_of_package(package)) {
      ToolFacts facts;
      facts.capabilities = known.capabilities;
      Asset tool = make_asset(key + "#" + known.name, known.name, std::move(facts), place);
      tool.confidence = Confidence::medium;
      observation.relate(server, RelationKind::has_tool, observation.add(std::move(tool)), place, Confidence::medium);
    }
  }

  void judge(Asset& server, const Node& entry, const Launch& launch, std::string_view address) const {
    const Node* command = first_of(entry, {"command", "cmd"});
    const Node& at = command ? *command : entry;
    for (const LaunchRisk& risk : launch.risks) note(server, risk.subject, risk.detail, at);
    if (const std::size_t query = address.find('?'); query != std::string_view::npos) {
      const std::string_view rest = address.substr(query + 1);
      for (std::size_t at_key = 0; at_key < rest.size();) {
        const std::size_t end = std::min(rest.find('&', at_key), rest.size());
        const std::string_view pair = rest.substr(at_key, end - at_key);
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos && is_literal_secret(pair.substr(0, equals), pair.substr(equals + 1)))
          note(server, "token-in-url", std::string(pair.substr(0, equals)) + "=" + redacted(pair.substr(equals + 1)), entry);
        at_key = end + 1;
      }
    }
    for (const char* key : {"alwaysAllow", "autoApprove", "auto_approve", "autoapprove"}) {
      const Node* list = entry.find(key);
      if (!list || (list->is_list() && list->items.empty()) || (list->is_scalar() && list->as_bool() == false)) continue;
      const Texts names = texts_of(list);
      const bool all = std::ranges::find(names, "*") != names.end() || (list->is_scalar() && list->as_bool() == true);
      std::string detail = std::string(key) + ":";
      for (std::size_t i = 0; i < names.size() && i < 12; ++i) detail += " " + names[i];
      note(server, all ? "auto-approve-all" : "auto-approve", detail, *list);
    }
    if (const Node* trust = entry.find("trust"); trust && trust->as_bool() == true) note(server, "auto-approve-all", "trust: true", *trust);
    for (const char* key : {"env", "environment", "envs"}) {
      const Node* map = entry.find(key);
      if (!map) continue;
      for (const Node::Member& member : map->members)
        if ((member.key == "NODE_TLS_REJECT_UNAUTHORIZED" && member.value.scalar == "0") || (member.key == "PYTHONHTTPSVERIFY" && member.value.scalar == "0") || (member.key == "GIT_SSL_NO_VERIFY" && member.value.scalar != "0"))
          note(server, "tls-verification-off", member.key + "=" + member.value.scalar, member.value);
    }
    for (const char* key : {"description", "instructions", "systemPrompt"})
      if (const Node* text = entry.find(key); text && text->is_string())
        for (Sighting& sighting : read_instructions(text->scalar, [&](std::size_t) { return source.place_of_line(text->line, text->column); })) server.sightings.push_back(std::move(sighting));
  }

  void relate_package(const Asset& server, const Launch& launch, const Node& entry) const {
    if (launch.package.empty() || launch.package.find_first_of("${}\\") != std::string::npos || launch.package.starts_with(".") || launch.package.starts_with("/")) return;
    const Place place = source.place_of_line(entry.line, entry.column);
    if (launch.ecosystem == "docker") {
      ImageFacts facts;
      const std::size_t slash = launch.package.find('/');
      const bool has_registry = slash != std::string::npos && launch.package.substr(0, slash).find_first_of(".:") != std::string::npos;
      facts.registry = has_registry ? launch.package.substr(0, slash) : "docker.io";
      facts.repository = has_registry ? launch.package.substr(slash + 1) : slash == std::string::npos ? "library/" + launch.package : launch.package;
      const bool digest = launch.version.starts_with("sha256:");
      (digest ? facts.digest : facts.tag) = launch.version;
      facts.pinned = digest;
      const std::string key = facts.registry + "/" + facts.repository + (digest ? "@" : ":") + (launch.version.empty() ? "latest" : launch.version);
      observation.relate(server.id, RelationKind::depends_on, observation.add(make_asset(key, key, std::move(facts), place)), place);
    } else if (auto package = launched_package(source, launch, place)) {
      observation.relate(server.id, RelationKind::depends_on, observation.add(std::move(*package)), place);
    }
  }
};

/// The node at "a.b" or at the literal key "=a.b".
const Node* node_at(const Node& root, std::string_view key) { return key.starts_with("=") ? root.find(key.substr(1)) : root.at_path(key); }

void collect_maps(const Node& node, std::vector<const Node*>& maps, int depth) {
  if (depth > 8) return;
  for (const Node::Member& member : node.members) {
    const bool known = member.key == "mcpServers" || member.key == "mcp_servers" || member.key == "context_servers" || member.key == "amp.mcpServers" || member.key == "mcp.servers";
    if (known && (member.value.is_map() || member.value.is_list())) maps.push_back(&member.value);
    else if (member.value.is_map() || (member.value.is_list() && member.key == "plugins")) collect_maps(member.value, maps, depth + 1);
  }
  // Entries of a marketplace of plugins bring servers of their own.
  for (const Node& item : node.items) collect_maps(item, maps, depth + 1);
}

bool wants_client(const Source& source) {
  using enum format::ContentKind;
  if (source.cut || (source.kind != json && source.kind != yaml && source.kind != toml)) return false;
  for (const std::string_view word : {"mcpServers", "mcp_servers", "context_servers", "mcp.servers"})
    if (holds(source.text, word)) return true;
  return source.bytes.size() < (1U << 20) && client_of(source.path) != nullptr;
}

Result<Observation> read_client(const Source& source) {
  std::vector<Node> documents;
  if (source.kind == format::ContentKind::yaml) {
    auto parsed = format::parse_yaml(source.text, *source.limits);
    if (!parsed) return std::unexpected(parsed.error());
    documents = std::move(*parsed);
  } else {
    auto parsed = source.kind == format::ContentKind::toml ? format::parse_toml(source.text, *source.limits) : format::parse_json(source.text, *source.limits);
    if (!parsed) return std::unexpected(parsed.error());
    documents.push_back(std::move(*parsed));
  }
  Observation observation;
  const ClientPlace* client = client_of(source.path);
  ServerReader reader{source, observation};
  for (const Node& root : documents) {
    std::vector<const Node*> maps;
    collect_maps(root, maps, 0);
    if (client)
      for (const std::string& key : client->keys)
        if (const Node* found = node_at(root, key); found && std::ranges::find(maps, found) == maps.end()) maps.push_back(found);
    std::vector<AssetId> servers;
    for (const Node* map : maps) {
      for (const Node::Member& member : map->members)
        if (looks_like_server(member.value)) servers.push_back(reader.read(member.key, member.value));
      for (const Node& item : map->items)
        if (looks_like_server(item)) servers.push_back(reader.read(std::string(item.text("name", "unnamed")), item));
    }
    if (servers.empty() || root.find("stormwatch.probe")) continue;  // a probe is nobody's client
    McpClientFacts facts;
    facts.product = client ? client->product : "";
    facts.scope = client ? client->scope : "";
    facts.servers = static_cast<std::int64_t>(servers.size());
    for (const Asset& asset : observation.assets)
      if (std::ranges::any_of(asset.sightings, [](const Sighting& s) { return s.subject == "auto-approve-all"; })) facts.auto_approve = true;
    facts.stores_tokens = reader.stored();
    const std::string key = source.path + (source.member.empty() ? "" : "!/" + source.member);
    const AssetId id = observation.add(make_asset(key, client ? client->product : source.name, std::move(facts), source.place_of_line(maps.front()->line)));
    for (const AssetId server : servers) observation.relate(id, RelationKind::configures, server, source.place_of_line(root.line));
  }
  return observation;
}

}  // namespace

extern const Collector mcp_client;
const Collector mcp_client{.name = "MCP client configuration", .wants = wants_client, .read = read_client};

}  // namespace stormwatch::collect
