// SPDX-License-Identifier: Apache-2.0
// Facts that two sources say together, each with the case in which it must stay unknown.
#include <gtest/gtest.h>

#include <algorithm>

#include "format/document.h"
#include "graph/join_facts.h"

namespace stormwatch::graph {
namespace {

Configuration tree(std::string_view yaml) {
  auto documents = format::parse_yaml(yaml, Limits{});
  EXPECT_TRUE(documents);
  return std::make_shared<const Node>(std::move(documents->front()));
}

struct Scene {
  std::vector<Asset> assets;
  std::vector<Relation> relations;
  template <class F>
  void add(std::string key, F facts, std::string path, std::string name = "") {
    assets.push_back(make_asset(key, name.empty() ? key : name, std::move(facts), Place{.path = std::move(path)}));
  }
  template <class F>
  F& join_and_get(std::size_t i) {
    join_facts(assets, relations);
    return std::get<F>(assets[i].facts);
  }
};

TEST(JoinFacts, AnImportedRendererMakesThePageLoadWhatAnswersName) {
  for (const char* context : {"", "test"}) {
    Scene scene;
    scene.add("web", ApplicationFacts{}, "web/src/chat.tsx");
    scene.add("npm/react-markdown@9", PackageFacts{.ecosystem = "npm"}, "web/package.json", "react-markdown");
    scene.assets[1].sightings.push_back({.what = "import", .subject = "react-markdown", .place = {.path = "web/src/page.tsx", .line = 3}, .context = context});
    EXPECT_EQ(scene.join_and_get<ApplicationFacts>(0).renders_external_urls, *context ? Flag() : Flag(true));
  }
}

TEST(JoinFacts, PoliciesOfTheSameNamespaceThatSelectThePodDecideItsEgress) {
  const auto egress = [](std::string_view policy) {
    Scene scene;
    scene.add("k#Deployment/ai/vllm", WorkloadFacts{.platform = "kubernetes", .configuration = tree("metadata: {namespace: ai}\nlabels: {app: vllm}\n")}, "k.yaml");
    scene.add("k#NetworkPolicy/ai/p", CloudResourceFacts{.platform = "kubernetes", .type = "NetworkPolicy", .configuration = tree(policy)}, "k.yaml");
    return scene.join_and_get<WorkloadFacts>(0).egress_open;
  };
  EXPECT_EQ(egress("metadata: {namespace: ai}\nspec: {podSelector: {}, policyTypes: [Egress]}\n"), false);
  EXPECT_EQ(egress("metadata: {namespace: ai}\nspec: {podSelector: {matchLabels: {app: vllm}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}\n"), false);
  EXPECT_EQ(egress("metadata: {namespace: ai}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}\n"), true);
  EXPECT_EQ(egress("metadata: {namespace: ai}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}\n"), true);
  EXPECT_EQ(egress("metadata: {namespace: ai}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n"), std::nullopt);
  EXPECT_EQ(egress("metadata: {namespace: ai}\nspec: {podSelector: {matchLabels: {app: other}}, policyTypes: [Egress]}\n"), std::nullopt);
  EXPECT_EQ(egress("metadata: {namespace: web}\nspec: {podSelector: {}, policyTypes: [Egress]}\n"), std::nullopt);
}

TEST(JoinFacts, APoolOfUsersIsOpenUnlessAdministratorsMakeThem) {
  const auto read = [](std::string_view pool, Flag ApplicationFacts::*field, Flag IdentityFacts::*who) {
    Scene scene;
    scene.add(".", ApplicationFacts{}, "app.py");
    scene.add("infra/auth.tf#aws_cognito_user_pool.users", IdentityFacts{.platform = "aws", .configuration = tree(pool)}, "infra/auth.tf");
    join_facts(scene.assets, scene.relations);
    return std::pair(std::get<ApplicationFacts>(scene.assets[0].facts).*field, std::get<IdentityFacts>(scene.assets[1].facts).*who);
  };
  using Two = std::pair<Flag, Flag>;
  EXPECT_EQ(read("resource_type: aws_cognito_user_pool\n", &ApplicationFacts::self_signup, &IdentityFacts::phishing_resistant), Two(true, false));
  EXPECT_EQ(read("resource_type: aws_cognito_user_pool\nadmin_create_user_config: [{allow_admin_create_user_only: true}]\nsign_in_policy: [{allowed_first_auth_factors: [WEB_AUTHN]}]\n",
                 &ApplicationFacts::self_signup, &IdentityFacts::phishing_resistant), Two(false, true));
  EXPECT_EQ(read("resource_type: aws_cognito_user_pool\nadmin_create_user_config: [{allow_admin_create_user_only: '${var.closed}'}]\n", &ApplicationFacts::self_signup, &IdentityFacts::phishing_resistant), Two(std::nullopt, false));
  EXPECT_EQ(read("resource_type: aws_iam_role\n", &ApplicationFacts::self_signup, &IdentityFacts::phishing_resistant), Two(std::nullopt, std::nullopt));
}

TEST(JoinFacts, AUserWithAPasswordForTheConsoleCanBePhished) {
  Scene scene;
  scene.add("m.tf#aws_iam_user.ops", IdentityFacts{.platform = "aws", .principal = "ops"}, "m.tf");
  scene.add("m.tf#aws_iam_user.robot", IdentityFacts{.platform = "aws", .principal = "robot"}, "m.tf");
  scene.add("m.tf#aws_iam_user_login_profile.ops", CloudResourceFacts{.platform = "aws", .type = "aws_iam_user_login_profile", .configuration = tree("user: '${aws_iam_user.ops.name}'\n")}, "m.tf");
  EXPECT_EQ(scene.join_and_get<IdentityFacts>(0).phishing_resistant, false);
  EXPECT_EQ(std::get<IdentityFacts>(scene.assets[1].facts).phishing_resistant, std::nullopt);
}

TEST(JoinFacts, AnAdversarialTestOfThePipelineIsOneOfTheModels) {
  for (const bool tested : {true, false}) {
    Scene scene;
    scene.add("file:m.onnx", ModelFacts{.role = "fraud-decision"}, "m.onnx");
    scene.add(".github/workflows", PipelineFacts{.evaluation_gate = true}, ".github/workflows/a.yml");
    if (tested) scene.assets[1].sightings.push_back({.what = "call", .subject = "adversarial-test", .detail = "garak"});
    EXPECT_EQ(scene.join_and_get<ModelFacts>(0).adversarially_tested, tested ? Flag(true) : Flag());
  }
}

TEST(JoinFacts, AGateOfThePipelineStandsBeforeWhatModelsAreTrainedOn) {
  for (const Flag gate : {Flag(true), Flag()}) {
    Scene scene;
    scene.add("file:m.bin", ModelFacts{}, "m.bin");
    scene.add("file:rows.csv", DatasetFacts{}, "rows.csv");
    scene.add("file:other.csv", DatasetFacts{}, "other.csv");
    scene.add(".github/workflows", PipelineFacts{.data_quality_gate = gate}, ".github/workflows/a.yml");
    scene.relations.push_back({scene.assets[0].id, RelationKind::trains_on, scene.assets[1].id, Confidence::high, {}});
    join_facts(scene.assets, scene.relations);
    const auto before = std::ranges::count_if(scene.relations, [&](const Relation& r) { return r.from == scene.assets[3].id && r.kind == RelationKind::trains_on; });
    EXPECT_EQ(before, gate ? 1 : 0);
  }
}

TEST(JoinFacts, AModelIsWhatItIsNamedForUnlessItsClassesSayMore) {
  Scene scene;
  scene.add("file:spam.onnx", ModelFacts{.role = "fraud-decision"}, "spam.onnx");
  scene.add("hf:org/face-recognition", ModelFacts{}, "a.py", "org/face-recognition");
  scene.add("hf:org/small", ModelFacts{}, "a.py", "org/small");
  EXPECT_EQ(scene.join_and_get<ModelFacts>(0).role, "fraud-decision");
  EXPECT_EQ(std::get<ModelFacts>(scene.assets[1].facts).role, "identity-decision");
  EXPECT_EQ(std::get<ModelFacts>(scene.assets[1].facts).physical_input, true);
  EXPECT_EQ(std::get<ModelFacts>(scene.assets[2].facts).role, "");
}

TEST(JoinFacts, WhoseAModelIs) {
  const auto proprietary = [](std::string key, ModelFacts facts, bool trained = false) {
    Scene scene;
    scene.add(std::move(key), std::move(facts), "m.bin");
    if (trained) scene.relations.push_back({scene.assets[0].id, RelationKind::trains_on, scene.assets[0].id, Confidence::high, {}});
    return scene.join_and_get<ModelFacts>(0).proprietary;
  };
  EXPECT_EQ(proprietary("hf:org/name", {.source = "huggingface"}), false);
  EXPECT_EQ(proprietary("openai/gpt", {.source = "openai"}), false);
  EXPECT_EQ(proprietary("file:m.bin", {.source = "file", .licence = "Proprietary"}), true);
  EXPECT_EQ(proprietary("file:m.bin", {.source = "file", .licence = "MIT"}), false);
  EXPECT_EQ(proprietary("file:m.bin", {.source = "file"}, true), true);
  EXPECT_EQ(proprietary("file:m.bin", {.source = "file"}), std::nullopt);
}

TEST(JoinFacts, PublishersWhoseNameNobodyElseCanTake) {
  const auto verified = [](McpServerFacts facts) {
    Scene scene;
    scene.add("c.json#a", std::move(facts), "c.json");
    return scene.join_and_get<McpServerFacts>(0).publisher_verified;
  };
  EXPECT_EQ(verified({.url = "https://mcp.linear.app/sse"}), true);
  EXPECT_EQ(verified({.url = "http://mcp.linear.app/sse"}), std::nullopt);
  EXPECT_EQ(verified({.url = "https://mcp.linear.app.evil.invalid/sse"}), std::nullopt);
  EXPECT_EQ(verified({.package = "@playwright/mcp", .publisher = "playwright"}), true);
  EXPECT_EQ(verified({.package = "playwright-mcp-fast"}), std::nullopt);
}

TEST(JoinFacts, AnAgentThatRunsCodeInstallsUnlessSomebodyApproves) {
  const auto installs = [](Texts capabilities, Flag approval) {
    Scene scene;
    scene.add("a.py#a", AgentFacts{.capabilities = std::move(capabilities), .human_approval = approval}, "a.py");
    return scene.join_and_get<AgentFacts>(0).installs_packages;
  };
  EXPECT_EQ(installs({"code-exec"}, false), true);
  EXPECT_EQ(installs({"code-exec"}, true), false);
  EXPECT_EQ(installs({"code-exec"}, std::nullopt), std::nullopt);
  EXPECT_EQ(installs({"browse"}, false), std::nullopt);
}

}  // namespace
}  // namespace stormwatch::graph
