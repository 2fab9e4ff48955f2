// SPDX-License-Identifier: Apache-2.0
#include "graph/join.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stormwatch::graph {
namespace {

Node map_of(std::vector<std::pair<std::string, Node>> members) {
  Node node{.kind = Node::Kind::map};
  for (auto& [key, value] : members) node.members.push_back({key, value, 1});
  return node;
}
Node text(std::string value) { return Node{.kind = Node::Kind::string, .scalar = std::move(value)}; }
Configuration tree(Node node) { return std::make_shared<const Node>(std::move(node)); }

struct Scene {
  std::vector<Asset> assets;
  std::vector<Relation> relations;

  template <class F>
  AssetId add(std::string key, F facts, std::string path) {
    assets.push_back(make_asset(key, key.substr(key.find('#') + 1), std::move(facts), Place{.path = std::move(path)}));
    return assets.back().id;
  }
  bool has(AssetId from, RelationKind kind, AssetId to) {
    return std::ranges::any_of(relations, [&](const Relation& r) { return r.from == from && r.kind == kind && r.to == to; });
  }
};

TEST(Join, an_agent_has_the_tools_of_an_imported_list) {
  Scene scene;
  const AssetId agent = scene.add("app/agent.py#helper", AgentFacts{}, "app/agent.py");
  const AssetId send = scene.add("app/tools.py#send", ToolFacts{.capabilities = {"message-send"}}, "app/tools.py");
  const AssetId other = scene.add("app/tools.py#other", ToolFacts{.capabilities = {"delete"}}, "app/tools.py");
  const AssetId list = Asset::id_of(AssetKind::tool, "app/tools.py#TOOLS");
  scene.relations.push_back({agent, RelationKind::has_tool, list, Confidence::high, {}});
  scene.relations.push_back({list, RelationKind::has_tool, send, Confidence::high, {}});
  scene.relations.push_back({list, RelationKind::has_tool, list, Confidence::high, {}});
  join(scene.assets, scene.relations);
  EXPECT_TRUE(scene.has(agent, RelationKind::has_tool, send));
  EXPECT_FALSE(scene.has(agent, RelationKind::has_tool, other));
  EXPECT_EQ(std::get<AgentFacts>(scene.assets[0].facts).capabilities, (Texts{"message-send"}));
}

TEST(Join, a_public_service_built_from_a_folder_serves_its_application) {
  Scene scene;
  const AssetId app = scene.add("shop", ApplicationFacts{}, "shop/main.py");
  const AssetId other = scene.add("admin", ApplicationFacts{}, "admin/main.py");
  const AssetId web = scene.add("compose.yaml#web", WorkloadFacts{.platform = "compose", .exposure = "internet", .configuration = tree(map_of({{"build", text("./shop")}}))}, "compose.yaml");
  join(scene.assets, scene.relations);
  EXPECT_TRUE(scene.has(web, RelationKind::serves, app));
  EXPECT_FALSE(scene.has(web, RelationKind::serves, other));
  EXPECT_EQ(std::get<ApplicationFacts>(scene.assets[0].facts).public_access, true);
  EXPECT_FALSE(std::get<ApplicationFacts>(scene.assets[1].facts).public_access.has_value());
}

TEST(Join, a_container_of_an_example_makes_nothing_outside_it_public) {
  Scene scene;
  scene.add(".", ApplicationFacts{}, "main.go");
  scene.add("compose.yaml#db", WorkloadFacts{.platform = "compose", .exposure = "internet", .configuration = tree(map_of({{"build", text(".")}}))}, "examples/store/compose.yaml");
  const AssetId own = scene.add("examples/page", ApplicationFacts{}, "examples/page/main.go");
  const AssetId page = scene.add("page.yaml#page", WorkloadFacts{.platform = "compose", .exposure = "internet", .configuration = tree(map_of({{"build", text(".")}}))}, "examples/page/compose.yaml");
  join(scene.assets, scene.relations);
  EXPECT_FALSE(std::get<ApplicationFacts>(scene.assets[0].facts).public_access.has_value());
  EXPECT_TRUE(scene.has(page, RelationKind::serves, own));
}

TEST(Join, a_service_account_assumes_the_role_it_names_and_reaches_its_buckets) {
  Scene scene;
  const AssetId account = scene.add("k#ServiceAccount/a/runner", IdentityFacts{.platform = "kubernetes", .principal = "runner", .configuration = tree(map_of({{"metadata", map_of({{"annotations", map_of({{"eks.amazonaws.com/role-arn", text("arn:aws:iam::123456789012:role/models")}})}})}}))}, "k/sa.yaml");
  const AssetId role = scene.add("tf/main.tf#aws_iam_role.m", IdentityFacts{.platform = "aws", .principal = "models", .permissions = {"s3:GetObject"}}, "tf/main.tf");
  const AssetId bucket = scene.add("tf/main.tf#aws_s3_bucket.b", DatastoreFacts{}, "tf/main.tf");
  join(scene.assets, scene.relations);
  EXPECT_TRUE(scene.has(account, RelationKind::can_assume, role));
  EXPECT_TRUE(scene.has(role, RelationKind::reads, bucket));
  EXPECT_FALSE(scene.has(role, RelationKind::writes, bucket));
}

TEST(Join, an_env_file_hands_its_secrets_to_the_workload_and_nothing_else_does) {
  Scene scene;
  const AssetId web = scene.add("compose.yaml#web", WorkloadFacts{.platform = "compose", .configuration = tree(map_of({{"env_file", text(".env")}}))}, "compose.yaml");
  const AssetId inside = scene.add("openai:1", SecretFacts{.vendor = "openai"}, ".env");
  const AssetId outside = scene.add("openai:2", SecretFacts{.vendor = "openai"}, "other/.env");
  join(scene.assets, scene.relations);
  EXPECT_TRUE(scene.has(web, RelationKind::stores_secret, inside));
  EXPECT_FALSE(scene.has(web, RelationKind::stores_secret, outside));
}

TEST(Join, a_path_that_leaves_the_target_joins_nothing) {
  Scene scene;
  scene.add(".", ApplicationFacts{}, "main.py");
  scene.add("compose.yaml#web", WorkloadFacts{.platform = "compose", .configuration = tree(map_of({{"build", text("../../elsewhere")}}))}, "compose.yaml");
  join(scene.assets, scene.relations);
  EXPECT_TRUE(scene.relations.empty());
}

TEST(Join, a_bucket_named_in_a_command_line_is_used_by_the_workload) {
  Scene scene;
  const AssetId mlflow = scene.add("compose.yaml#mlflow", WorkloadFacts{.platform = "compose", .arguments = {"mlflow", "server", "s3://models-2/x"}}, "compose.yaml");
  const AssetId bucket = scene.add("m.tf#b", DatastoreFacts{.configuration = tree(map_of({{"bucket", text("models-2")}}))}, "m.tf");
  const AssetId shorter = scene.add("m.tf#c", DatastoreFacts{.configuration = tree(map_of({{"bucket", text("models")}}))}, "m.tf");
  join(scene.assets, scene.relations);
  EXPECT_TRUE(scene.has(mlflow, RelationKind::writes, bucket));
  EXPECT_FALSE(scene.has(mlflow, RelationKind::writes, shorter));
}

}  // namespace
}  // namespace stormwatch::graph
