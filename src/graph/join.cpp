// SPDX-License-Identifier: Apache-2.0
#include "graph/join.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "graph/folders.h"
#include "graph/join_live.h"
#include "graph/join_provenance.h"
#include "posture/context.h"

namespace stormwatch::graph {

namespace {

// "a/b" joined with "../c" or "." or "c"; nullopt where it leaves the target or is absolute.
std::optional<std::string> resolve(std::string_view folder, std::string_view relative) {
  if (relative.starts_with('/') || relative.starts_with('~') || relative.find('$') != std::string_view::npos || relative.find(':') != std::string_view::npos)
    return std::nullopt;
  std::vector<std::string_view> parts;
  for (std::string_view text : {folder, relative})
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find('/'));
      text.remove_prefix(std::min(text.size(), part.size() + 1));
      if (part.empty() || part == ".") continue;
      if (part != "..") parts.push_back(part);
      else if (parts.empty()) return std::nullopt;
      else parts.pop_back();
    }
  std::string path;
  for (const std::string_view part : parts) path += (path.empty() ? "" : "/") + std::string(part);
  return path;
}

class Joiner {
 public:
  Joiner(std::vector<Asset>& assets, std::vector<Relation>& relations) : assets_(assets), relations_(relations) {
    using enum RelationKind;
    for (const Relation& r : relations)
      if (r.kind == exposes || r.kind == reads || r.kind == writes || r.kind == indexes) stated_.push_back(r);
    for (std::size_t i = 0; i < assets.size(); ++i) of_kind_[assets[i].kind()].push_back(i);
    // by key, not by the order in which threads met them
    for (auto& [kind, list] : of_kind_) std::ranges::sort(list, {}, [&](std::size_t i) -> const std::string& { return assets_[i].key; });
  }

  void run() {
    repositories_contain_what_stands_alone();
    workloads_serve_what_they_are_built_from();
    workloads_hold_the_secrets_they_are_given();
    secrets_belong_to_the_application_beside_them();
    secrets_open_their_vendor();
    service_accounts_assume_roles();
    identities_reach_what_they_are_permitted();
    neighbours_reach_each_other();
    arguments_name_models_and_buckets();
    stores_are_the_service_of_that_name();
    configured_servers_are_the_code_of_that_name();
    lists_stand_for_their_tools();
    agents_can_do_what_their_tools_do();
  }

 private:
  const std::vector<std::size_t>& all(AssetKind kind) {
    return of_kind_[kind];
  }
  template <class F>
  F& facts(std::size_t i) {
    return std::get<F>(assets_[i].facts);
  }
  std::string_view path_of(std::size_t i) const { return assets_[i].places.empty() ? std::string_view() : std::string_view(assets_[i].places[0].path); }

  void relate(std::size_t from, RelationKind kind, std::size_t to, Confidence confidence) {
    if (from == to) return;
    Relation relation{assets_[from].id, kind, assets_[to].id, confidence, {}};
    if (!assets_[from].places.empty()) relation.evidence.push_back(assets_[from].places[0]);
    relations_.push_back(std::move(relation));
  }

  // The application whose folder is the nearest at or above this one; "." is the root.
  std::optional<std::size_t> application_at(std::string_view folder) {
    std::optional<std::size_t> best;
    for (const std::size_t a : all(AssetKind::application)) {
      const std::string_view own = assets_[a].key == "." ? std::string_view() : std::string_view(assets_[a].key);
      if (is_below(folder, own) && (!best || own.size() > (assets_[*best].key == "." ? 0 : assets_[*best].key.size()))) best = a;
    }
    return best;
  }

  // `agent has_tool LIST`, `LIST has_tool x`, where LIST is no asset but a variable of another file.
  void lists_stand_for_their_tools() {
    std::set<AssetId> there;
    for (const Asset& asset : assets_) there.insert(asset.id);
    std::map<AssetId, std::vector<AssetId>> lists;
    for (const Relation& r : relations_)
      if (r.kind == RelationKind::has_tool && !there.contains(r.from)) lists[r.from].push_back(r.to);
    if (lists.empty()) return;
    std::vector<Relation> added;
    for (const Relation& r : relations_) {
      if (r.kind != RelationKind::has_tool || there.contains(r.to) || !there.contains(r.from)) continue;
      std::set<AssetId> met{r.to};
      std::vector<AssetId> open{r.to};
      while (!open.empty() && met.size() < 500) {
        const auto list = lists.find(open.back());
        open.pop_back();
        if (list == lists.end()) continue;
        for (const AssetId tool : list->second) {
          if (!met.insert(tool).second) continue;
          if (there.contains(tool)) added.push_back({r.from, r.kind, tool, r.confidence, r.evidence});
          else open.push_back(tool);
        }
      }
    }
    std::ranges::move(added, std::back_inserter(relations_));
  }

  void agents_can_do_what_their_tools_do() {
    std::map<AssetId, std::size_t> tools;
    for (const std::size_t t : all(AssetKind::tool)) tools.emplace(assets_[t].id, t);
    std::map<AssetId, std::set<AssetId>> given;
    for (const Relation& r : relations_)
      if (r.kind == RelationKind::has_tool) given[r.from].insert(r.to);
    for (const std::size_t a : all(AssetKind::agent)) {
      auto& agent = facts<AgentFacts>(a);
      for (const AssetId tool : given[assets_[a].id]) {
        const auto known = tools.find(tool);
        if (known == tools.end()) continue;
        for (const std::string& capability : facts<ToolFacts>(known->second).capabilities)
          if (std::ranges::find(agent.capabilities, capability) == agent.capabilities.end()) agent.capabilities.push_back(capability);
      }
      std::ranges::sort(agent.capabilities);
      if (std::ranges::find(agent.capabilities, "browse") != agent.capabilities.end()) agent.browses_web = agent.reads_untrusted = true;
    }
  }

  // A repository holds what lies in it; parts of an application are reached through the application.
  void repositories_contain_what_stands_alone() {
    for (const std::size_t r : all(AssetKind::repository))
      for (const AssetKind kind : {AssetKind::application, AssetKind::notebook, AssetKind::skill, AssetKind::mcp_client, AssetKind::pipeline, AssetKind::dataset})
        for (const std::size_t i : all(kind))
          if (!assets_[i].places.empty()) relate(r, RelationKind::contains, i, Confidence::high);
  }

  // `build: .` in compose, or a Dockerfile in the folder: the workload runs the application of that folder. What the internet
  // reaches through the workload, it reaches of the application.
  void workloads_serve_what_they_are_built_from() {
    for (const std::size_t w : all(AssetKind::workload)) {
      const auto& workload = facts<WorkloadFacts>(w);
      std::optional<std::string> folder;
      if (workload.platform == "container") folder = folder_of(path_of(w));
      if (const Node* build = workload.configuration ? workload.configuration->find("build") : nullptr)
        folder = resolve(folder_of(path_of(w)), build->is_map() ? build->text("context", ".") : std::string_view(build->scalar));
      if (!folder) continue;
      const std::optional<std::size_t> application = application_at(*folder);
      // A container of an example or a test does not put what stands outside them at anyone's disposal.
      if (!application || (!context_of(path_of(w)).empty() && context_of(assets_[*application].key + "/").empty())) continue;
      relate(w, RelationKind::serves, *application, Confidence::medium);
      auto& served = facts<ApplicationFacts>(*application);
      if (workload.exposure == "internet" && !served.public_access) served.public_access = true;
    }
  }

  // env_file and mounted folders put the secrets of those files into the workload.
  void workloads_hold_the_secrets_they_are_given() {
    for (const std::size_t w : all(AssetKind::workload)) {
      const auto& workload = facts<WorkloadFacts>(w);
      if (!workload.configuration) continue;
      std::vector<std::string> given;
      const auto give = [&](std::string_view relative) {
        if (auto path = resolve(folder_of(path_of(w)), relative)) given.push_back(std::move(*path));
      };
      const auto each = [](const Node* node, const auto& act) {
        if (!node) return;
        if (node->is_list()) for (const Node& item : node->items) act(item);
        else act(*node);
      };
      each(workload.configuration->find("env_file"), [&](const Node& n) { give(n.is_map() ? n.text("path") : std::string_view(n.scalar)); });
      each(workload.configuration->find("volumes"), [&](const Node& n) {
        const std::string_view source = n.is_map() ? n.text("source") : std::string_view(n.scalar).substr(0, n.scalar.find(':'));
        if (source.starts_with('.')) give(source);
      });
      for (const std::size_t s : all(AssetKind::secret))
        if (std::ranges::any_of(assets_[s].places, [&](const Place& place) {
              return std::ranges::any_of(given, [&](const std::string& path) { return is_below(place.path, path); });
            }))
          relate(w, RelationKind::stores_secret, s, Confidence::high);
    }
  }

  void secrets_belong_to_the_application_beside_them() {
    for (const std::size_t s : all(AssetKind::secret))
      for (const Place& place : assets_[s].places)
        if (const auto application = application_at(folder_of(place.path))) relate(*application, RelationKind::stores_secret, s, Confidence::medium);
  }

  // A provider's key opens the provider; a cloud key opens some identity of that cloud, which one cannot be seen.
  void secrets_open_their_vendor() {
    for (const std::size_t s : all(AssetKind::secret)) {
      const auto& secret = facts<SecretFacts>(s);
      for (const std::size_t p : all(AssetKind::provider))
        if (!secret.vendor.empty() && facts<ProviderFacts>(p).vendor == secret.vendor) relate(s, RelationKind::grants_access, p, Confidence::high);
      if (secret.type != "cloud-key") continue;
      for (const std::size_t i : all(AssetKind::identity))
        if (facts<IdentityFacts>(i).platform == secret.vendor) relate(s, RelationKind::grants_access, i, Confidence::low);
    }
  }

  // EKS (eks.amazonaws.com/role-arn), GKE (iam.gke.io/gcp-service-account) and AKS name the cloud identity in an annotation.
  void service_accounts_assume_roles() {
    for (const std::size_t k : all(AssetKind::identity)) {
      const auto& account = facts<IdentityFacts>(k);
      const Node* metadata = account.configuration ? account.configuration->find("metadata") : nullptr;
      const Node* annotations = metadata ? metadata->find("annotations") : nullptr;
      if (!annotations) continue;
      for (const Node::Member& annotation : annotations->members) {
        const bool names_role = annotation.key == "eks.amazonaws.com/role-arn" || annotation.key == "iam.gke.io/gcp-service-account" ||
                                annotation.key == "azure.workload.identity/client-id";
        if (!names_role) continue;
        std::string_view name = annotation.value.scalar;
        name = name.substr(name.rfind('/') + 1);
        name = name.substr(0, name.find('@'));
        for (const std::size_t i : all(AssetKind::identity))
          if (i != k && facts<IdentityFacts>(i).platform != "kubernetes" && facts<IdentityFacts>(i).principal == name)
            relate(k, RelationKind::can_assume, i, Confidence::high);
      }
    }
  }

  // A role that may do s3:* (or storage.*) reaches the buckets of the same configuration. Which resources a statement names is
  // not kept, so the confidence is medium.
  void identities_reach_what_they_are_permitted() {
    for (const std::size_t i : all(AssetKind::identity)) {
      const auto& identity = facts<IdentityFacts>(i);
      bool reads = identity.administrator.value_or(false), writes = reads;
      for (const std::string& permission : identity.permissions) {
        const bool storage = permission == "*" || permission.starts_with("s3:") || permission.starts_with("storage.") || permission.starts_with("Microsoft.Storage/");
        if (!storage) continue;
        const bool any = permission.ends_with('*') && permission.find("Get") == std::string::npos && permission.find("List") == std::string::npos;
        reads = reads || any || permission.find("Get") != std::string::npos || permission.find("read") != std::string::npos || permission.find(".get") != std::string::npos;
        writes = writes || any || permission.find("Put") != std::string::npos || permission.find("write") != std::string::npos || permission.find(".create") != std::string::npos;
      }
      if (!reads && !writes) continue;
      for (const std::size_t d : all(AssetKind::datastore)) {
        if (folder_of(path_of(d)) != folder_of(path_of(i))) continue;
        relate(i, RelationKind::grants_access, d, Confidence::medium);
        if (reads) relate(i, RelationKind::reads, d, Confidence::medium);
        if (writes) relate(i, RelationKind::writes, d, Confidence::medium);
      }
    }
  }

  // Services of one compose file share a network unless they name others; pods of one namespace reach each other unless a
  // policy forbids it (Kubernetes: Network Policies). Not drawn beyond 40 workloads, where it says little.
  void neighbours_reach_each_other() {
    std::map<std::string, std::vector<std::size_t>> rooms;
    for (const std::size_t w : all(AssetKind::workload)) {
      const std::string& key = assets_[w].key;
      const std::string& platform = facts<WorkloadFacts>(w).platform;
      if (platform == "compose") rooms["compose " + key.substr(0, key.find('#'))].push_back(w);
      const std::size_t slash = key.rfind('/'), before = slash == std::string::npos ? slash : key.rfind('/', slash - 1);
      if (platform == "kubernetes" && before != std::string::npos)
        rooms["kubernetes " + std::string(folder_of(path_of(w))) + " " + key.substr(before + 1, slash - before - 1)].push_back(w);
    }
    for (const auto& [room, members] : rooms)
      if (members.size() <= 40)
        for (const std::size_t a : members)
          for (const std::size_t b : members) relate(a, RelationKind::network_reach, b, Confidence::medium);
  }

  void arguments_name_models_and_buckets() {
    std::map<std::string, std::size_t, std::less<>> hub;  // by the hub's name
    for (const std::size_t m : all(AssetKind::model))
      if (assets_[m].key.starts_with("hf:") && assets_[m].key.size() > 3) hub.emplace(assets_[m].key.substr(3), m);
    for (const std::size_t w : all(AssetKind::workload)) {
      const Texts& arguments = facts<WorkloadFacts>(w).arguments;
      std::string line;
      for (const std::string& argument : arguments) line += argument + " ";
      for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        const auto named = hub.find(std::string_view(line).substr(at, end - at));
        at = end + 1;
        if (named == hub.end()) continue;
        relate(w, RelationKind::serves, named->second, Confidence::high);
        for (const Relation& exposes : stated_)
          if (exposes.kind == RelationKind::exposes && exposes.from == assets_[w].id)
            relations_.push_back({exposes.to, RelationKind::serves, assets_[named->second].id, Confidence::high, exposes.evidence});
      }
      if (line.find("://") == std::string::npos) continue;
      for (const std::size_t d : all(AssetKind::datastore)) {
        const auto& store = facts<DatastoreFacts>(d);
        const std::string_view bucket = store.configuration ? store.configuration->text("bucket", store.configuration->text("name")) : std::string_view();
        if (bucket.size() < 3) continue;
        for (const char* scheme : {"s3://", "gs://"})
          if (const std::size_t at = line.find(scheme + std::string(bucket)); at != std::string::npos) {
            const char after = line[at + 5 + bucket.size()];
            if (after != ' ' && after != '/') continue;
            relate(w, RelationKind::reads, d, Confidence::medium);
            relate(w, RelationKind::writes, d, Confidence::medium);
          }
      }
    }
  }

  // Code connects to host "chroma"; a service of that name or the only store of that product is what it means.
  void stores_are_the_service_of_that_name() {
    for (const std::size_t v : all(AssetKind::vector_store)) {
      const auto& used = facts<VectorStoreFacts>(v);
      std::string host = used.url.substr(used.url.find("//") == std::string::npos ? 0 : used.url.find("//") + 2);
      host = host.substr(0, host.find_first_of(":/"));
      if (host.empty()) continue;
      for (const std::size_t w : all(AssetKind::vector_store)) {
        const std::string& key = assets_[w].key;
        const std::string_view service = std::string_view(key).substr(key.find('#') + 1);
        if (v == w || (service != host && !service.ends_with("/" + host))) continue;
        relate(v, RelationKind::connects_to, w, Confidence::high);
        for (const Relation& use : stated_)
          if (use.to == assets_[v].id && (use.kind == RelationKind::reads || use.kind == RelationKind::writes || use.kind == RelationKind::indexes))
            relations_.push_back({use.from, use.kind, assets_[w].id, use.confidence, use.evidence});
      }
    }
  }

  // A client names the server "crm", and code of the same target defines a server "crm": the client reaches that code.
  void configured_servers_are_the_code_of_that_name() {
    for (const std::size_t c : all(AssetKind::mcp_server)) {
      const auto& configured = facts<McpServerFacts>(c);
      if (configured.command.empty() && configured.url.empty()) continue;
      for (const std::size_t s : all(AssetKind::mcp_server)) {
        const auto& code = facts<McpServerFacts>(s);
        if (s != c && code.command.empty() && code.url.empty() && assets_[s].name == assets_[c].name) relate(c, RelationKind::connects_to, s, Confidence::medium);
      }
    }
  }

  std::vector<Asset>& assets_;
  std::vector<Relation>& relations_;
  std::vector<Relation> stated_;  ///< by the sources, of the kinds that joins carry over
  std::map<AssetKind, std::vector<std::size_t>> of_kind_;
};

}  // namespace

void join(std::vector<Asset>& assets, std::vector<Relation>& relations) {
  join_provenance(assets, relations);
  join_live(assets, relations);
  Joiner(assets, relations).run();
}

}  // namespace stormwatch::graph
