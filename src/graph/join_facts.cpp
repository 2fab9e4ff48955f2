// SPDX-License-Identifier: Apache-2.0
#include "graph/join_facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "graph/folders.h"
#include "posture/model_role.h"

namespace stormwatch::graph {

namespace {

const Node* at(const Configuration& tree, std::string_view path) { return tree ? tree->at_path(path) : nullptr; }

/// Terraform writes a block as a list of one.
const Node* single(const Node* node) { return node && node->is_list() && node->items.size() == 1 ? &node->items.front() : node; }

/// Packages that show a model's markdown as a page, images and links of other hosts included, unless they are told not to.
constexpr std::array<std::string_view, 9> kRenderers{"react-markdown", "streamdown", "markdown-to-jsx", "@uiw/react-markdown-preview", "vue-markdown-render", "ngx-markdown", "@assistant-ui/react-markdown", "solid-markdown", "svelte-markdown"};
/// Packages of pages on which people make themselves an account.
constexpr std::array<std::string_view, 3> kSignUps{"@clerk/nextjs", "@clerk/clerk-react", "supertokens-auth-react"};
/// Vendors whose own names of packages and hosts nobody else can register.
constexpr std::array<std::string_view, 24> kVerifiedScopes{"modelcontextprotocol", "azure",  "azure-devops", "playwright", "microsoft", "github",   "sentry",       "stripe", "notionhq", "supabase", "cloudflare", "upstash",
                                                           "elastic",              "heroku", "hubspot",      "browserbasehq", "sveltejs", "shopify", "mongodb-js", "grafana", "awslabs",  "google",   "anthropic-ai", "openai"};
constexpr std::array<std::string_view, 16> kVerifiedHosts{"mcp.linear.app", "mcp.notion.com",  "mcp.sentry.dev", "mcp.stripe.com",     "mcp.atlassian.com",      "api.githubcopilot.com", "mcp.asana.com",  "mcp.paypal.com",
                                                          "mcp.vercel.com", "mcp.neon.tech",   "mcp.supabase.com", "mcp.intercom.com", "bindings.mcp.cloudflare.com", "docs.mcp.cloudflare.com", "learn.microsoft.com", "huggingface.co"};

template <class A>
bool among(const A& all, std::string_view text) { return std::ranges::find(all, text) != all.end(); }

class FactJoiner {
 public:
  FactJoiner(std::vector<Asset>& assets, std::vector<Relation>& relations) : assets_(assets), relations_(relations) {
    for (std::size_t i = 0; i < assets.size(); ++i) of_kind_[assets[i].kind()].push_back(i);
    for (auto& [kind, list] : of_kind_) std::ranges::sort(list, {}, [&](std::size_t i) -> const std::string& { return assets_[i].key; });
  }

  void run() {
    imported_pages_render_and_sign_up();
    policies_close_the_way_out();
    passwords_can_be_phished();
    pools_let_strangers_in();
    tests_of_pipelines_are_tests_of_models();
    gates_stand_before_training();
    public_models_are_nobodys_secret();
    known_publishers_are_verified();
    free_agents_install_what_they_like();
    named_models_decide();
  }

 private:
  const std::vector<std::size_t>& all(AssetKind kind) { return of_kind_[kind]; }
  template <class F>
  F& facts(std::size_t i) {
    return std::get<F>(assets_[i].facts);
  }
  [[nodiscard]] std::string_view path_of(std::size_t i) const { return assets_[i].places.empty() ? std::string_view() : std::string_view(assets_[i].places[0].path); }

  /// The application that a file is part of; else the only one there is.
  std::optional<std::size_t> application_of(std::string_view path) {
    std::optional<std::size_t> best;
    std::size_t longest = 0;
    for (const std::size_t a : all(AssetKind::application)) {
      const std::string_view own = assets_[a].key == "." ? std::string_view() : std::string_view(assets_[a].key);
      if (is_below(path, own) && (!best || own.size() > longest)) best = a, longest = own.size();
    }
    if (!best && all(AssetKind::application).size() == 1) best = all(AssetKind::application).front();
    return best;
  }

  // What a page imports, the application does; tests and examples are no page.
  void imported_pages_render_and_sign_up() {
    for (const std::size_t p : all(AssetKind::package)) {
      const bool renders = among(kRenderers, assets_[p].name), signs_up = among(kSignUps, assets_[p].name);
      if (!renders && !signs_up) continue;
      for (const Sighting& import : assets_[p].sightings) {
        if (import.what != "import" || !import.context.empty()) continue;
        const auto application = application_of(import.place.path);
        if (!application) continue;
        auto& known = facts<ApplicationFacts>(*application);
        Flag& flag = renders ? known.renders_external_urls : known.self_signup;
        if (flag) continue;
        flag = true;
        assets_[*application].places.push_back(import.place);
      }
    }
  }

  // Egress of a pod is open until a NetworkPolicy selects the pod; those that do add up. Pods that none selects may stand under one that
  // was not scanned.
  void policies_close_the_way_out() {
    for (const std::size_t w : all(AssetKind::workload)) {
      auto& workload = facts<WorkloadFacts>(w);
      if (workload.platform != "kubernetes" || workload.egress_open || !workload.configuration) continue;
      bool selected = false, open = false;
      for (const std::size_t r : all(AssetKind::cloud_resource)) {
        const auto& policy = facts<CloudResourceFacts>(r);
        if (policy.type != "NetworkPolicy" || !limits_egress(policy.configuration) || !selects(policy.configuration, workload.configuration)) continue;
        selected = true;
        open = open || leads_out(at(policy.configuration, "spec.egress"));
      }
      if (selected) workload.egress_open = open;
    }
  }

  static bool limits_egress(const Configuration& policy) {
    const Node* types = at(policy, "spec.policyTypes");
    return types ? std::ranges::any_of(types->items, [](const Node& type) { return type.scalar == "Egress"; }) : at(policy, "spec.egress") != nullptr;
  }
  static std::string_view space_of(const Configuration& tree) {
    const Node* space = at(tree, "metadata.namespace");
    return space ? std::string_view(space->scalar) : "default";
  }
  static bool selects(const Configuration& policy, const Configuration& workload) {
    if (space_of(policy) != space_of(workload)) return false;
    const Node* selector = at(policy, "spec.podSelector");
    if (!selector || selector->find("matchExpressions")) return false;
    const Node* wanted = selector->find("matchLabels");
    if (!wanted) return true;
    const Node* labels = at(workload, "labels");
    return labels && std::ranges::all_of(wanted->members, [&](const Node::Member& label) { return labels->text(label.key) == label.value.scalar; });
  }
  static bool leads_out(const Node* rules) {
    if (!rules) return false;
    return std::ranges::any_of(rules->items, [](const Node& rule) {
      const Node* to = rule.find("to");
      if (!to || to->items.empty()) return !rule.find("ports");  // with ports alone it is most often DNS
      return std::ranges::any_of(to->items, [](const Node& peer) {
        const Node* range = peer.at_path("ipBlock.cidr");
        return range && (range->scalar == "0.0.0.0/0" || range->scalar == "::/0");
      });
    });
  }

  // A password with or without a code from a telephone can be asked for by a false page; a key that knows the page's name cannot.
  void passwords_can_be_phished() {
    for (const std::size_t i : all(AssetKind::identity)) {
      auto& who = facts<IdentityFacts>(i);
      if (who.phishing_resistant || !who.configuration) continue;
      if (who.configuration->text("resource_type") == "aws_cognito_user_pool") who.phishing_resistant = takes_keys_only(*who.configuration);
      else if (who.configuration->find("login_profile")) who.phishing_resistant = false;
    }
    for (const std::size_t r : all(AssetKind::cloud_resource)) {
      const auto& profile = facts<CloudResourceFacts>(r);
      const Node* user = profile.type == "aws_iam_user_login_profile" ? at(profile.configuration, "user") : nullptr;
      if (!user) continue;
      for (const std::size_t i : all(AssetKind::identity)) {
        const std::string_view address = std::string_view(assets_[i].key).substr(assets_[i].key.find('#') + 1);
        const bool named = holds(user->scalar, std::string(address) + ".") || (address.starts_with("aws_iam_user.") && user->scalar == facts<IdentityFacts>(i).principal);
        if (named && folder_of(path_of(i)) == folder_of(path_of(r))) facts<IdentityFacts>(i).phishing_resistant = false;
      }
    }
  }

  static bool takes_keys_only(const Node& pool) {
    const Node* policy = single(pool.find("sign_in_policy"));
    const Node* factors = policy ? policy->find("allowed_first_auth_factors") : nullptr;
    return factors && !factors->items.empty() && std::ranges::all_of(factors->items, [](const Node& factor) { return factor.scalar == "WEB_AUTHN"; });
  }

  // Whoever wants may join a pool of Cognito unless only administrators make users.
  void pools_let_strangers_in() {
    for (const std::size_t i : all(AssetKind::identity)) {
      const auto& who = facts<IdentityFacts>(i);
      if (!who.configuration || who.configuration->text("resource_type") != "aws_cognito_user_pool") continue;
      const Node* users = single(who.configuration->find("admin_create_user_config"));
      const Node* only = users ? users->find("allow_admin_create_user_only") : nullptr;
      if (only && !only->as_bool()) continue;  // a variable decides
      const auto application = application_of(path_of(i));
      if (!application) continue;
      auto& known = facts<ApplicationFacts>(*application);
      if (!known.self_signup) known.self_signup = !(only && *only->as_bool());
      relations_.push_back({assets_[i].id, RelationKind::grants_access, assets_[*application].id, Confidence::medium, assets_[i].places});
    }
  }

  void tests_of_pipelines_are_tests_of_models() {
    const bool tested = std::ranges::any_of(all(AssetKind::pipeline), [&](std::size_t p) {
      return std::ranges::any_of(assets_[p].sightings, [](const Sighting& s) { return s.subject == "adversarial-test"; });
    });
    if (!tested) return;
    for (const std::size_t m : all(AssetKind::model))
      if (auto& model = facts<ModelFacts>(m); !model.adversarially_tested) model.adversarially_tested = true;
  }

  // A pipeline of the target that checks data checks those that its models are trained on.
  void gates_stand_before_training() {
    std::set<AssetId> data;
    for (const Relation& r : relations_)
      if (r.kind == RelationKind::trains_on) data.insert(r.to);
    for (const std::size_t p : all(AssetKind::pipeline))
      if (facts<PipelineFacts>(p).data_quality_gate == true)
        for (const AssetId one : data) relations_.push_back({assets_[p].id, RelationKind::trains_on, one, Confidence::medium, assets_[p].places});
  }

  // What anybody can load from a hub, or what a vendor serves, is no secret of those who use it. A licence that keeps everything is the
  // owner's own word. What was trained here on data of the target is theirs unless its licence opens it.
  void public_models_are_nobodys_secret() {
    std::set<AssetId> trained;
    for (const Relation& r : relations_)
      if (r.kind == RelationKind::trains_on) trained.insert(r.from);
    for (const std::size_t m : all(AssetKind::model)) {
      auto& model = facts<ModelFacts>(m);
      if (model.proprietary) continue;
      const std::string licence = lower(model.licence);
      const bool kept = holds(licence, "proprietary") || holds(licence, "all rights reserved") || holds(licence, "internal use");
      const bool elsewhere = assets_[m].key.starts_with("hf:") || (!model.source.empty() && model.source != "file" && model.source != "internal" && !holds(model.source, "://"));
      if (kept) model.proprietary = true;
      else if (elsewhere || !licence.empty()) model.proprietary = false;
      else if (trained.contains(assets_[m].id)) model.proprietary = true;
    }
  }

  // A scope of npm, a namespace of a registry of images and a host belong to one owner each.
  void known_publishers_are_verified() {
    for (const std::size_t s : all(AssetKind::mcp_server)) {
      auto& server = facts<McpServerFacts>(s);
      if (server.publisher_verified) continue;
      std::string_view host = server.url;
      if (host.starts_with("https://")) {
        host.remove_prefix(8);
        host = host.substr(0, host.find_first_of("/:?"));
        if (among(kVerifiedHosts, host)) server.publisher_verified = true;
      } else if (among(kVerifiedScopes, server.publisher) && server.package.starts_with("@")) {
        server.publisher_verified = true;
      } else if (server.package.starts_with("mcp/") || server.package.starts_with("mcr.microsoft.com/") || server.package.starts_with("ghcr.io/github/")) {
        server.publisher_verified = true;  // Docker's own catalogue and the vendors' own registries
      }
    }
  }

  // Who may run any code may install any package; a person who approves each step sees the name first.
  void free_agents_install_what_they_like() {
    for (const std::size_t a : all(AssetKind::agent)) {
      auto& agent = facts<AgentFacts>(a);
      if (agent.installs_packages || !among(agent.capabilities, "code-exec") || !agent.human_approval) continue;
      agent.installs_packages = !*agent.human_approval;
    }
  }

  // A model's classes say best what it decides; where nothing has them, its name does.
  void named_models_decide() {
    for (const std::size_t m : all(AssetKind::model)) {
      auto& model = facts<ModelFacts>(m);
      if (model.role.empty()) model.role = role_of_name(assets_[m].name);
      if (model.role == "identity-decision" && !model.physical_input && judges_a_person(assets_[m].name)) model.physical_input = true;
    }
  }

  std::vector<Asset>& assets_;
  std::vector<Relation>& relations_;
  std::map<AssetKind, std::vector<std::size_t>> of_kind_;
};

}  // namespace

void join_facts(std::vector<Asset>& assets, std::vector<Relation>& relations) { FactJoiner(assets, relations).run(); }

}  // namespace stormwatch::graph
