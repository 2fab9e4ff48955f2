// SPDX-License-Identifier: Apache-2.0
// collect: asks a cloud or a cluster what it runs, with calls that only read, and writes the answers as a folder to scan.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "app/command.h"
#include "app/obtain.h"
#include "live/collect/aws_authority.h"
#include "live/collect/bearer_authority.h"
#include "live/collect/cluster_access.h"
#include "live/collect/collection.h"

namespace stormwatch::app {
namespace {

using Scope = std::map<std::string, std::string, std::less<>>;

/// Whom to ask, as whom, and what about.
struct Plan {
  std::unique_ptr<live::Authority> authority;
  std::string owner;          ///< of what is collected: another's cannot be gone on with
  std::string scope_name;     ///< region, subscription, project; empty for none
  std::vector<std::string> scopes;
  Scope values;
};

Result<std::string> token_of(const Arguments& arguments) {
  const std::string name = arguments.value("--token-env");
  if (name.empty()) return std::string();
  const char* token = std::getenv(name.c_str());
  if (!token || !*token) return failure("--token-env " + name, "", "", "a variable that holds a token");
  return std::string(token);
}

Result<Plan> plan_aws(const Arguments& arguments) {
  const Result<live::AwsIdentity> identity = live::aws_identity({arguments.value("--profile"), arguments.has("--instance-credentials")});
  if (!identity) return std::unexpected(identity.error());
  Plan plan;
  plan.scope_name = "region";
  plan.scopes = arguments.values("--region");
  if (plan.scopes.empty() && !identity->region.empty()) plan.scopes = {identity->region};
  if (plan.scopes.empty()) return failure("no region", "", "", "--region NAME, AWS_REGION, or a region in the profile");
  for (const std::string& region : plan.scopes)
    if (region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) return failure("--region " + region, "", "", "a name like eu-west-1");
  plan.authority = std::make_unique<live::AwsAuthority>(identity->keys);
  return plan;
}

Result<Plan> plan_bearer(const Arguments& arguments, const std::string& platform) {
  const Result<std::string> token = token_of(arguments);
  if (!token) return std::unexpected(token.error());
  Result<live::BearerIdentity> identity = live::BearerIdentity{*token, "token of " + arguments.value("--token-env"), {}};
  if (token->empty()) identity = platform == "azure" ? live::azure_identity(arguments.value("--endpoint-url")) : live::google_identity(arguments.value("--endpoint-url"));
  if (!identity) return std::unexpected(identity.error());
  Plan plan;
  plan.owner = identity->name;
  plan.scope_name = platform == "azure" ? "subscription" : "project";
  plan.scopes = arguments.values(platform == "azure" ? "--subscription" : "--project");
  if (platform == "gcp" && plan.scopes.empty()) {
    const char* project = std::getenv("GOOGLE_CLOUD_PROJECT");
    if (project && *project) plan.scopes = {project};
    else if (!identity->project.empty()) plan.scopes = {identity->project};
    else return failure("no project", "", "", "--project ID or GOOGLE_CLOUD_PROJECT");
  }
  plan.authority = std::make_unique<live::BearerAuthority>(identity->token);
  return plan;
}

Result<Plan> plan_cluster(const Arguments& arguments) {
  const Result<std::string> token = token_of(arguments);
  if (!token) return std::unexpected(token.error());
  Result<live::ClusterAccess> access = arguments.has("--in-cluster") ? live::cluster_of_pod() : live::cluster_of_kubeconfig(arguments.value("--kubeconfig"), arguments.value("--context"), !token->empty());
  if (!access) return std::unexpected(access.error());
  if (!token->empty()) access->token = *token;
  Plan plan;
  plan.owner = access->name;
  plan.scopes = {""};
  plan.values["server"] = access->server;
  plan.authority = std::make_unique<live::ClusterAuthority>(std::move(*access));
  return plan;
}

Result<Plan> plan_of(const Arguments& arguments, const std::string& platform) {
  if (platform == "aws") return plan_aws(arguments);
  if (platform == "kubernetes") return plan_cluster(arguments);
  return plan_bearer(arguments, platform);
}

Result<live::AskLimits> limits_of(const Arguments& arguments) {
  live::AskLimits limits;
  const std::string given = arguments.value("--timeout", "30");
  char* end = nullptr;
  limits.answer_seconds = std::strtod(given.c_str(), &end);
  if (end != given.c_str() + given.size() || !(limits.answer_seconds >= 0.1 && limits.answer_seconds <= 600)) return failure("--timeout " + given, "", "", "0.1 to 600 seconds");
  limits.first_wait = std::min(limits.first_wait, limits.answer_seconds / 10);
  return limits;
}

/// Asks who is asking, where the table says how: wrong credentials are told before anything is written.
Result<void> find_owner(live::Asker& asker, Plan& plan) {
  for (const live::Call& call : asker.table().identity) {
    live::CallValues values{{}, plan.values};
    values.scope[plan.scope_name] = plan.scopes.front();
    const live::Answered answered = asker.ask(call, values, {});
    if (answered.outcome != live::Answered::Outcome::good) return failure("the credentials are not accepted: " + call.operation + ": " + answered.why);
    if (const Node* owner = answered.tree.find(call.take)) plan.owner = owner->scalar;
  }
  return {};
}

/// Subscriptions, where the user named none.
Result<void> find_scopes(live::Asker& asker, Plan& plan) {
  if (!plan.scopes.empty()) return {};
  for (const live::Call& call : asker.table().scopes) {
    const live::Answered answered = asker.ask(call, {{}, plan.values}, {});
    if (answered.outcome != live::Answered::Outcome::good) return failure("what there is cannot be listed: " + answered.why, "", "", "--" + plan.scope_name + " ID");
    if (const Node* list = answered.tree.find(call.items))
      for (const Node& one : list->items) plan.scopes.emplace_back(one.text(call.called));
  }
  if (plan.scopes.empty()) return failure("these credentials see no " + plan.scope_name);
  return {};
}

Result<void> collect_all(live::Asker& asker, const Plan& plan, const std::vector<std::string>& wanted, bool talk, live::Collection& collection) {
  for (std::size_t at = 0; at < plan.scopes.size(); ++at)
    for (const live::Call& call : asker.table().calls) {
      if (!wanted.empty() && std::ranges::find(wanted, call.name) == wanted.end()) continue;
      if (call.once && at > 0) continue;
      const std::string scope = call.once ? std::string() : plan.scopes[at];
      if (collection.has_whole(call.name, scope)) continue;
      live::CallValues values{{}, plan.values};
      values.scope[plan.scope_name] = plan.scopes[at];
      if (asker.out_of_time()) collection.miss(call.name + " " + scope, "timeout", "no time was left");
      else if (Result<void> done = collection.collect(call, scope, std::move(values), asker); !done) return done;
      if (talk && !collection.listings().empty()) fmt::print(stderr, "{} {}: {}\n", call.name, scope, collection.listings().back().items);
    }
  return collection.save();
}

Result<void> known_listings(const live::CallTable& table, const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted)
    if (std::ranges::find(table.calls, name, &live::Call::name) == table.calls.end()) return failure("--listing " + name, "", "", "one of those in docs/collect.md");
  return {};
}

int tell(const Arguments& arguments, const live::Collection& collection, const std::string& folder) {
  std::size_t items = 0, whole = 0;
  for (const live::CollectedListing& one : collection.listings()) items += one.items, whole += one.whole ? 1U : 0U;
  const std::vector<std::string> gaps = collection.gap_lines();
  print(fmt::format("{} items in {} listings, {} of them whole: {}\n", items, collection.listings().size(), whole, folder));
  for (std::size_t i = 0; i < gaps.size() && i < 20; ++i) print("  missing: " + gaps[i] + "\n");
  if (gaps.size() > 20) print(fmt::format("  and {} more in {}/collection.json\n", gaps.size() - 20, folder));
  if (!arguments.has("--quiet")) print(fmt::format("scan it: stormwatch scan {}\n", folder));
  return arguments.has("--strict") && !gaps.empty() ? incomplete : done;
}

int run(const Arguments& arguments) {
  const std::string given = arguments.positional.size() == 1 ? arguments.positional[0] : std::string(), platform = given == "k8s" ? "kubernetes" : given;
  if (platform != "aws" && platform != "azure" && platform != "gcp" && platform != "kubernetes") return refuse({"collect takes one platform", "", "", "aws, azure, gcp or k8s"});
  const std::string folder = arguments.value("--output");
  if (folder.empty()) return refuse({"no folder for what is collected", "", "", "--output DIR"});
  const Result<live::CallTable> table = live::load_calls(platform);
  if (!table) return refuse(table.error(), internal_error);
  const Result<live::AskLimits> limits = limits_of(arguments);
  if (!limits) return refuse(limits.error());
  if (const Result<void> known = known_listings(*table, arguments.values("--listing")); !known) return refuse(known.error());
  Result<Plan> plan = plan_of(arguments, platform);
  if (!plan) return refuse(plan.error());
  std::string endpoint = arguments.value("--endpoint-url");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  live::Asker asker(*table, *plan->authority, *limits, endpoint);
  if (const Result<void> owner = find_owner(asker, *plan); !owner) return refuse(owner.error());
  if (const Result<void> scopes = find_scopes(asker, *plan); !scopes) return refuse(scopes.error());
  ::umask(077);  // what is collected is for its owner
  Result<live::Collection> collection = live::Collection::open(folder, platform, plan->owner, arguments.has("--resume"));
  if (!collection) return refuse(collection.error());
  const bool talk = !arguments.has("--quiet") && ::isatty(STDERR_FILENO);
  if (const Result<void> all = collect_all(asker, *plan, arguments.values("--listing"), talk, *collection); !all) return refuse(all.error(), internal_error);
  return tell(arguments, *collection, folder);
}

}  // namespace

extern const Command collect;
const Command collect{.name = "collect",
                      .arguments = "aws | azure | gcp | k8s",
                      .summary = "ask a cloud or a cluster what it runs, with calls that only read, and keep the answers as a folder to scan",
                      .options = {{"--output", "DIR", "the folder for what is collected"},
                                  {"--resume", "", "go on with the collection in the folder: what is whole is not asked for again"},
                                  {"--region", "NAME", "AWS: a region (AWS_REGION or the profile's); may repeat", true},
                                  {"--profile", "NAME", "AWS: a profile of ~/.aws (AWS_PROFILE); without it the keys of the environment come first"},
                                  {"--instance-credentials", "", "AWS: the role of this container or machine (IMDSv2)"},
                                  {"--subscription", "ID", "Azure: a subscription (all that the credentials see); may repeat", true},
                                  {"--project", "ID", "Google: a project (GOOGLE_CLOUD_PROJECT); may repeat", true},
                                  {"--context", "NAME", "Kubernetes: a context of the kubeconfig (the current one)"},
                                  {"--kubeconfig", "FILE", "Kubernetes: the kubeconfig (KUBECONFIG, ~/.kube/config)"},
                                  {"--in-cluster", "", "Kubernetes: this pod's service account"},
                                  {"--token-env", "NAME", "Azure, Google, Kubernetes: the token that this variable holds"},
                                  {"--listing", "NAME", "only this listing; may repeat", true},
                                  {"--endpoint-url", "URL", "ask this origin in place of the platform's: a private endpoint, a test"},
                                  {"--timeout", "SECONDS", "for one answer (30)"},
                                  {"--strict", "", "exit code 3 if anything is missing"},
                                  {"--quiet", "", "print only what is missing"}},
                      .examples = {"stormwatch collect aws --output live/aws --region eu-west-1 --region us-east-1", "stormwatch collect azure --output live/azure --subscription 00000000-0000-0000-0000-000000000000",
                                   "stormwatch collect gcp --output live/gcp --project my-project", "stormwatch collect k8s --output live/cluster --context production",
                                   "stormwatch collect aws --output live/aws --region eu-west-1 --resume", "stormwatch scan live"},
                      .run = run,
                      .order = 7};

}  // namespace stormwatch::app
