// SPDX-License-Identifier: Apache-2.0
// The forms of infrastructure beside plain Terraform and manifests: charts, called modules, plans, states, Azure templates, functions
// of CloudFormation. Read through the whole collection of a folder, as a scan does.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "collect/collect.h"
#include "collect/tar_sample.h"
#include "posture/asset.h"

namespace stormwatch::collect {
namespace {

namespace fs = std::filesystem;

class Forms : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("stormwatch-forms-" + std::to_string(::getpid()) + "-" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& name, std::string_view text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  void look() {
    CollectOptions options;
    options.targets = {folder_.string()};
    options.jobs = 1;
    auto collected = collect(options);
    ASSERT_TRUE(collected) << collected.error().message();
    for (Observation& one : collected->observations) {
      std::ranges::move(one.assets, std::back_inserter(assets_));
      std::ranges::move(one.gaps, std::back_inserter(gaps_));
      std::ranges::move(one.relations, std::back_inserter(relations_));
    }
  }
  // Text at a path of the tree of the asset whose place has the resource address; "-" if there is no such asset, "" if no such path.
  std::string at(std::string_view resource, std::string_view path) const {
    for (const Asset& asset : assets_) {
      if (asset.places.empty() || asset.places.front().resource != resource) continue;
      const auto value = field_of(asset.facts, "configuration");
      const auto* tree = value ? std::get_if<Configuration>(&*value) : nullptr;
      if (!tree || !*tree) continue;
      const Node* node = (*tree)->at_path(path);
      return node ? node->scalar : std::string();
    }
    return "-";
  }
  std::uint32_t line(std::string_view resource) const {
    for (const Asset& asset : assets_)
      if (!asset.places.empty() && asset.places.front().resource == resource) return asset.places.front().line;
    return 0;
  }
  bool has_gap(std::string_view part) const {
    return std::ranges::any_of(gaps_, [&](const Gap& gap) { return (gap.path + " " + gap.reason + " " + gap.detail).find(part) != std::string::npos; });
  }

  fs::path folder_;
  std::vector<Asset> assets_;
  std::vector<Gap> gaps_;
  std::vector<Relation> relations_;
};

TEST_F(Forms, a_chart_is_rendered_with_its_own_values) {
  put("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  put("c/values.yaml", "image: {repository: vllm/vllm-openai, tag: v0.6.3}\nprivileged: true\n");
  put("c/templates/_helpers.tpl", "{{- define \"c.name\" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}\n");
  put("c/templates/deployment.yaml",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"c.name\" . }}\nspec:\n  template:\n    spec:\n      containers:\n"
      "        - name: a\n          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"\n          securityContext:\n            privileged: {{ .Values.privileged }}\n");
  put("c/templates/broken.yaml", "kind: X\na: {{ include \"gone\" . }}\n");
  look();
  EXPECT_EQ(at("Deployment/default/release-name-c", "pod.containers.0.image"), "vllm/vllm-openai:v0.6.3");
  EXPECT_EQ(at("Deployment/default/release-name-c", "pod.containers.0.securityContext.privileged"), "true");
  EXPECT_EQ(line("Deployment/default/release-name-c"), 1U);
  EXPECT_TRUE(has_gap("c/templates/broken.yaml unsupported template not rendered at line 2"));
}

TEST_F(Forms, a_hostile_chart_ends_with_a_gap) {
  put("c/Chart.yaml", "apiVersion: v2\nname: c\ndependencies:\n  - {name: c, repository: \"file://../c\"}\n");
  put("c/templates/a.yaml", "{{ define \"l\" }}{{ include \"l\" . }}{{ end }}\nkind: {{ include \"l\" . }}\n");
  look();
  EXPECT_TRUE(has_gap("nested deeper"));
  EXPECT_TRUE(has_gap("charts within charts"));
}

TEST_F(Forms, other_values_of_a_chart_stand_beside_its_own) {
  put("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  put("c/values.yaml", "open: false\n");
  put("c/values-prod.yaml", "open: true\n");
  put("c/values-same.yaml", "unused: 1\n");
  put("c/templates/p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: {{ .Values.open }}\n  containers: [{name: a, image: r/i:1}]\n");
  look();
  std::map<std::string, std::string> network;
  for (const Asset& asset : assets_)
    if (asset.kind() == AssetKind::workload) network[asset.places.front().path] = std::get<WorkloadFacts>(asset.facts).configuration->at_path("pod.hostNetwork")->scalar;
  EXPECT_EQ(network, (std::map<std::string, std::string>{{"c/templates/p.yaml", "false"}, {"c/values-prod.yaml", "true"}}));
  EXPECT_TRUE(std::ranges::any_of(relations_, [](const Relation& relation) { return relation.kind == RelationKind::derived_from; }));
}

TEST_F(Forms, a_packed_chart_is_rendered_with_the_values_it_is_given) {
  put("c/Chart.yaml", "apiVersion: v2\nname: c\ndependencies:\n  - {name: sub, version: 1.0.0, repository: \"https://example.com\"}\n");
  put("c/values.yaml", "sub: {tag: v2}\n");
  put("c/charts/sub-1.0.0.tgz", tar_of({{"sub/Chart.yaml", "apiVersion: v2\nname: sub\n"}, {"sub/values.yaml", "tag: v1\n"}, {"sub/templates/p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: 'r/i:{{ .Values.tag }}'}]\n"}}));
  look();
  EXPECT_EQ(at("Pod/default/a", "pod.containers.0.image"), "r/i:v2");
  EXPECT_FALSE(has_gap("depends on is not in the tree"));
  EXPECT_FALSE(has_gap("template"));
}

TEST_F(Forms, loops_of_a_template_are_read_round_by_round) {
  put("a.json", R"({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "parameters": {"open": {"type": "array", "defaultValue": ["Disabled", "Enabled"]}}, "resources": [
    {"type": "Microsoft.CognitiveServices/accounts", "name": "[concat('a', copyIndex(1))]", "copy": {"name": "loop", "count": "[length(parameters('open'))]"},
     "properties": {"publicNetworkAccess": "[parameters('open')[copyIndex()]]", "copy": [{"name": "allowedFqdnList", "count": 2, "input": "[concat('h', copyIndex('allowedFqdnList'))]"}]}},
    {"type": "Microsoft.CognitiveServices/accounts", "name": "[concat('b', copyIndex())]", "copy": {"name": "loop", "count": "[parameters('many')]"}, "properties": {"publicNetworkAccess": "Enabled"}},
    {"type": "Microsoft.CognitiveServices/accounts", "name": "[concat('c', copyIndex())]", "copy": {"name": "loop", "count": 40}, "properties": {}}]})");
  look();
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.a1", "public_network_access_enabled"), "false");
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.a2", "public_network_access_enabled"), "true");
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.a1", "fqdns.1"), "h1");
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.${concat('b', copyIndex())}", "public_network_access_enabled"), "true");
  EXPECT_TRUE(has_gap("a.json over-limit a loop of more than 32 rounds"));
}

TEST_F(Forms, a_module_of_bicep_is_read_with_what_it_is_given) {
  const std::string account = "resource a 'Microsoft.CognitiveServices/accounts@2024-10-01' = {\n  name: 'a'\n  properties: {\n    publicNetworkAccess: access\n    disableLocalAuth: noKeys\n  }\n}\n";
  put("main.bicep", "param key bool\nmodule ai './modules/middle.bicep' = {\n  name: 'ai'\n  params: {\n    access: 'Disabled'\n    noKeys: key\n  }\n}\n");
  put("modules/middle.bicep", "param access string = 'Enabled'\nparam noKeys bool = false\nmodule inner 'ai.bicep' = {\n  name: 'inner'\n  params: {\n    access: access\n    noKeys: noKeys\n  }\n}\n");
  put("modules/ai.bicep", "param access string = 'Enabled'\nparam noKeys bool = false\n" + account);
  put("alone/ai.bicep", "param access string = 'Enabled'\nparam noKeys bool = false\n" + account);
  look();
  std::map<std::string, std::string> access, keys;
  for (const Asset& asset : assets_)
    if (const auto* facts = std::get_if<CloudResourceFacts>(&asset.facts); facts && facts->configuration) {
      access[asset.places.front().path] = facts->configuration->at_path("public_network_access_enabled")->scalar;
      keys[asset.places.front().path] = facts->configuration->at_path("local_auth_enabled")->scalar;
    }
  EXPECT_EQ(access["modules/ai.bicep"], "false");
  EXPECT_NE(keys["modules/ai.bicep"].find("${"), std::string::npos);  // given, not known: the default is not taken
  EXPECT_EQ(access["alone/ai.bicep"], "true");
}

TEST_F(Forms, containers_of_clouds_are_processes) {
  put("main.tf", R"(resource "aws_ecs_task_definition" "t" {
  container_definitions = jsonencode([{ name = "v", image = "vllm/vllm-openai:v0.11.0", command = ["--model", "m", "--trust-remote-code"], environment = [{ name = "VLLM_SERVER_DEV_MODE", value = "1" }], secrets = [{ name = "HF_TOKEN", valueFrom = "s" }] }])
}
resource "azurerm_container_group" "g" {
  ip_address_type = "Public"
  container {
    image = "ollama/ollama:0.12.0"
    environment_variables = { OLLAMA_ORIGINS = "*" }
    ports {
      port = 11434
    }
  }
}
resource "azurerm_container_group" "other" {
  container {
    image = "nginx:1.27"
  }
}
resource "google_cloud_run_v2_service" "s" {
  template {
    containers {
      image = "n8nio/n8n:1.110.0"
      env {
        name  = "N8N_SECURE_COOKIE"
        value = "false"
      }
    }
  }
}
)");
  look();
  std::map<std::string, std::string> found;
  for (const Asset& asset : assets_)
    if (const auto* facts = std::get_if<WorkloadFacts>(&asset.facts)) found[asset.name] = facts->configuration->at_path("processes.0.product")->scalar + " " + facts->exposure;
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"aws_ecs_task_definition.t", "vllm "}, {"azurerm_container_group.g", "ollama internet"}, {"google_cloud_run_v2_service.s", "n8n "}}));
  for (const Asset& asset : assets_) {
    const auto* facts = std::get_if<EndpointFacts>(&asset.facts);
    if (facts && facts->product == "n8n") {
      EXPECT_EQ(facts->authentication, "proxy");
    }
  }
}

TEST_F(Forms, nested_deployments_and_modules_end) {
  std::string nested = "{\"resources\": []}";
  for (int level = 0; level < 12; ++level) nested = "{\"resources\": [{\"type\": \"Microsoft.Resources/deployments\", \"name\": \"n\", \"properties\": {\"template\": " + nested + "}}]}";
  put("deep.json", "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\"," + nested.substr(1));
  std::string calls;
  for (int i = 0; i < 12; ++i) calls += "module \"m" + std::to_string(i) + "\" {\n  source = \"./m\"\n  v = \"" + std::to_string(i) + "\"\n}\n";
  put("main.tf", calls);
  put("m/main.tf", "variable \"v\" {}\nresource \"aws_kms_key\" \"k\" {\n  description = var.v\n}\n");
  look();
  EXPECT_TRUE(has_gap("deep.json over-limit nested deeper than 8"));
  EXPECT_TRUE(has_gap("over-limit the module is called in more ways than were followed"));
}

TEST_F(Forms, plans_and_exports_end) {
  std::string plan = "{\"format_version\": \"1.2\", \"terraform_version\": \"1.9.0\", \"planned_values\": {\"root_module\": {\"resources\": [";
  for (int i = 0; i < 100'001; ++i) plan += (i ? "," : "") + std::string("{\"address\": \"aws_kms_key.k") + std::to_string(i) + "\", \"mode\": \"managed\", \"type\": \"aws_kms_key\", \"name\": \"k\", \"values\": {}}";
  put("plan.json", plan + "]}}}");
  put("pods.json", "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"" + std::string(9U << 20, 'a') + "\"}}]}");
  look();
  EXPECT_TRUE(has_gap("plan.json over-limit more than 100000 resources"));
  EXPECT_TRUE(has_gap("pods.json over-limit 1 items over 8 MiB were not read"));
}

TEST_F(Forms, a_module_is_judged_by_what_its_caller_gives) {
  put("main.tf", "variable \"open\" { default = true }\nmodule \"a\" {\n  source = \"./modules/m\"\n  direct = var.open ? \"Enabled\" : \"Disabled\"\n  key = aws_kms_key.k.arn\n}\n");
  put("modules/m/variables.tf", "variable \"direct\" { default = \"Disabled\" }\nvariable \"key\" { default = \"default-key\" }\n");
  put("modules/m/main.tf", "resource \"aws_sagemaker_notebook_instance\" \"n\" {\n  direct_internet_access = var.direct\n  kms_key_id = var.key\n}\n");
  look();
  EXPECT_EQ(at("aws_sagemaker_notebook_instance.n", "direct_internet_access"), "Enabled");
  EXPECT_EQ(at("aws_sagemaker_notebook_instance.n", "kms_key_id"), "${var.key}");  // given, not known: the default is not taken
  EXPECT_EQ(line("aws_sagemaker_notebook_instance.n"), 1U);
}

TEST_F(Forms, callers_that_differ_make_two_of_it_and_circles_end) {
  put("main.tf", "module \"a\" {\n  source = \"./modules/m\"\n  v = \"1\"\n}\nmodule \"b\" {\n  source = \"./modules/m\"\n  v = \"2\"\n}\n");
  put("modules/m/main.tf", "variable \"v\" {}\nresource \"aws_kms_key\" \"k\" {\n  description = var.v\n}\nresource \"aws_kms_key\" \"same\" {\n  description = \"x\"\n}\nmodule \"self\" {\n  source = \"../m\"\n  v = var.v\n}\n");
  look();
  EXPECT_EQ(at("module.a.aws_kms_key.k", "description"), "1");
  EXPECT_EQ(at("module.b.aws_kms_key.k", "description"), "2");
  EXPECT_EQ(at("aws_kms_key.same", "description"), "x");
}

TEST_F(Forms, a_plan_and_a_state_speak_terraform) {
  put("plan.json",
      R"({"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{"address":"aws_s3_bucket.b","mode":"managed","type":"aws_s3_bucket","name":"b",
        "change":{"actions":["create"],"after":{"acl":"public-read","versioning":[{"enabled":true}],"tags":null},"after_unknown":{"arn":true}}}]})");
  put("terraform.tfstate",
      R"({"version":4,"terraform_version":"1.9.0","resources":[{"mode":"managed","type":"aws_kms_key","name":"k","instances":[{"index_key":"x","attributes":{"enable_key_rotation":false}}]}]})");
  look();
  EXPECT_EQ(at("aws_s3_bucket.b", "acl"), "public-read");
  EXPECT_EQ(at("aws_s3_bucket.b", "versioning.enabled"), "true");
  EXPECT_EQ(at("aws_s3_bucket.b", "arn"), "${known after apply}");
  EXPECT_EQ(at("aws_kms_key.k[\"x\"]", "enable_key_rotation"), "false");
}

TEST_F(Forms, an_azure_template_speaks_terraform) {
  put("azuredeploy.json",
      R"({"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","parameters":{"access":{"type":"string","defaultValue":"Enabled"}},
        "variables":{"name":"[concat('ai-', 'x')]"},
        "resources":[{"type":"Microsoft.CognitiveServices/accounts","apiVersion":"2023-05-01","name":"[variables('name')]","kind":"OpenAI",
          "properties":{"publicNetworkAccess":"[parameters('access')]","disableLocalAuth":true,"networkAcls":{"defaultAction":"Deny"}}},
          {"type":"Microsoft.Resources/deployments","name":"n","properties":{"parameters":{"tls":{"value":"TLS1_0"}},"template":{"parameters":{"tls":{"type":"string"}},
          "resources":[{"type":"Microsoft.EventHub/namespaces","name":"e","properties":{"minimumTlsVersion":"[parameters('tls')]"}}]}}}]})");
  look();
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.ai-x", "public_network_access_enabled"), "true");
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.ai-x", "local_auth_enabled"), "false");
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.ai-x", "network_acls.default_action"), "Deny");
  EXPECT_EQ(at("Microsoft.EventHub/namespaces.e", "minimum_tls_version"), "1.0");
}

TEST_F(Forms, cloudformation_functions_are_worked_out) {
  put("t.yaml", R"(
Parameters:
  Stage: {Type: String, Default: prod}
  Key: {Type: String}
Mappings:
  Access: {prod: {direct: Enabled}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Never: !Condition Never
Resources:
  N:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      DirectInternetAccess: !FindInMap [Access, !Ref Stage, direct]
      RootAccess: !If [IsProd, Enabled, Disabled]
      KmsKeyId: !Ref Key
      SubnetId: !If [Never, a, b]
      LifecycleConfigName: !If [IsProd, !Ref AWS::NoValue, x]
      NotebookInstanceName: !Join ["-", [!Ref Stage, !Sub "${Stage}-${AWS::Region}"]]
)");
  look();
  const std::string n = "AWS::SageMaker::NotebookInstance.N";
  EXPECT_EQ(at(n, "direct_internet_access"), "Enabled");
  EXPECT_EQ(at(n, "root_access"), "Enabled");
  EXPECT_EQ(at(n, "kms_key_id"), "${Key}");
  EXPECT_EQ(at(n, "subnet_id"), "${Fn::If Never}");
  EXPECT_EQ(at(n, "lifecycle_config_name"), "");
  EXPECT_EQ(at(n, "notebook_instance_name"), "prod-prod-${AWS::Region}");
}

TEST_F(Forms, bicep_speaks_terraform) {
  put("main.bicep", R"(targetScope = 'resourceGroup'
@description('who may reach it')
@allowed([
  'Enabled'
  'Disabled'
])
param access string = 'Enabled'
param location string = resourceGroup().location
param sku string
var base = 'ai'
var name = '${base}-search'
resource search 'Microsoft.Search/searchServices@2023-11-01' = {
  name: name
  location: location
  sku: { name: sku }
  properties: {
    publicNetworkAccess: access == 'Enabled' ? 'Enabled' : 'Disabled'  // a remark
    disableLocalAuth: !false
    replicaCount: 1 + 1
  }
}
resource known 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {
  name: 'x'
}
resource account 'Microsoft.CognitiveServices/accounts@2023-05-01' = if (access == 'Enabled') {
  name: 'a'
  kind: 'OpenAI'
  properties: {
    disableLocalAuth: false
  }
  resource model 'deployments@2023-05-01' = {
    name: 'gpt'
  }
}
resource many 'Microsoft.EventHub/namespaces@2021-11-01' = [for n in ['1.0', '1.2']: {
  name: 'e${n}'
  properties: { minimumTlsVersion: n }
}]
resource unknown 'Microsoft.EventHub/namespaces@2021-11-01' = [for n in sku: {
  name: n
}]
)");
  look();
  const std::string search = "Microsoft.Search/searchServices.search";
  EXPECT_EQ(at(search, "name"), "ai-search");
  EXPECT_EQ(at(search, "public_network_access_enabled"), "true");
  EXPECT_EQ(at(search, "local_authentication_enabled"), "false");
  EXPECT_EQ(at(search, "replica_count"), "2");
  EXPECT_EQ(at(search, "location"), "${resourceGroup().location}");
  EXPECT_EQ(line(search), 12U);
  EXPECT_EQ(at("Microsoft.CognitiveServices/accounts.account", "local_auth_enabled"), "true");
  EXPECT_EQ(at("Microsoft.EventHub/namespaces.many[1]", "minimum_tls_version"), "1.2");
  EXPECT_EQ(at("Microsoft.Storage/storageAccounts.known", "name"), "-");
  EXPECT_TRUE(has_gap("unresolved resource unknown at line"));
}

TEST_F(Forms, exports_of_running_systems_speak_terraform) {
  put("cluster.json", R"({
 "apiVersion": "v1",
 "items": [
  {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "n", "managedFields": [{}]}, "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}, "status": {}},
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n", "ownerReferences": [{"kind": "ReplicaSet", "controller": true}]}, "spec": {"containers": []}}
 ],
 "kind": "List"
})");
  put("az.json", R"([{"id": "/subscriptions/0/x", "name": "s", "type": "Microsoft.Search/searchServices", "publicNetworkAccess": "enabled", "disableLocalAuth": null}])");
  put("config.json", R"({"configurationItems": [{"configurationItemVersion": "1.3", "resourceType": "AWS::SageMaker::NotebookInstance", "resourceName": "n", "configuration": {"DirectInternetAccess": "Enabled"}}]})");
  put("describe.json", R"({"EndpointConfigArn": "arn:aws:sagemaker:x:endpoint-config/e", "ProductionVariants": [{"VariantName": "v"}]})");
  put("assets.json", R"([{"name": "//aiplatform.googleapis.com/projects/p/endpoints/1", "assetType": "aiplatform.googleapis.com/Endpoint", "resource": {"data": {"displayName": "e"}}}])");
  look();
  EXPECT_EQ(at("Deployment/n/d", "pod.containers.0.image"), "i:1");
  EXPECT_EQ(line("Deployment/n/d"), 4U);
  EXPECT_EQ(at("Pod/n/p", "kind"), "-");
  EXPECT_EQ(at("Microsoft.Search/searchServices.s", "public_network_access_enabled"), "true");
  EXPECT_EQ(at("aws_sagemaker_notebook_instance.n", "direct_internet_access"), "Enabled");
  EXPECT_EQ(at("aws_sagemaker_endpoint_configuration.e", "production_variants.0.variant_name"), "v");
  EXPECT_EQ(at("google_vertex_ai_endpoint.1", "display_name"), "e");
}

TEST_F(Forms, what_aws_prints_has_the_shape_that_is_declared) {
  put("groups.json", R"({"SecurityGroups": [{"GroupName": "open", "IpPermissions": [{"FromPort": 8888, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "ToPort": 8888}], "GroupId": "sg-0a"}]})");
  put("guardrail.json", R"({"name": "g", "guardrailArn": "arn:aws:bedrock:e:1:guardrail/abc", "contentPolicy": {"filters": [{"type": "PROMPT_ATTACK", "inputStrength": "LOW"}]}, "blockedInputMessaging": "no"})");
  put("iam.json", R"({"RoleDetailList": [{"RoleName": "serving", "Arn": "arn:aws:iam::1:role/serving", "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22%2A%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
    "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}]}}], "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}], "Policies": []})");
  put("key.json", R"({"KeyMetadata": {"KeyId": "k", "Arn": "arn:aws:kms:e:1:key/k", "Enabled": true, "KeyManager": "CUSTOMER"}})");
  put("functions.json", R"({"Functions": [{"FunctionName": "f", "FunctionArn": "arn:aws:lambda:e:1:function:f", "Role": "arn:aws:iam::1:role/serving", "CodeSha256": "x", "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}}]})");
  put("config.json", R"({"configurationItems": [{"resourceType": "AWS::S3::Bucket", "resourceName": "b", "configuration": {"name": "b"}, "supplementaryConfiguration": {"BucketPolicy": {"policyText": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\"}]}"}}}]})");
  look();
  EXPECT_EQ(at("aws_security_group.sg-0a", "ingress.0.cidr_blocks.0"), "0.0.0.0/0");
  EXPECT_EQ(at("aws_security_group.sg-0a", "open_ports.0.from_port"), "8888");
  EXPECT_EQ(at("aws_bedrock_guardrail.g", "content_policy_config.filters_config.0.input_strength"), "LOW");
  EXPECT_EQ(at("aws_iam_role.serving", "statements.0.actions.0"), "bedrock:*");
  EXPECT_EQ(at("aws_iam_role.serving", "trust_statements.0.actions.0"), "sts:AssumeRole");
  EXPECT_EQ(at("aws_iam_role.serving", "managed_policy_arns.0"), "arn:aws:iam::aws:policy/AdministratorAccess");
  EXPECT_EQ(at("aws_kms_key.k", "enable_key_rotation"), "${not in the export}");
  EXPECT_EQ(at("aws_lambda_function.f", "vpc_config"), "");
  EXPECT_EQ(at("aws_s3_bucket.b", "public_access_block"), "${not in the export}");
  EXPECT_EQ(at("aws_s3_bucket.b", "statements.0.actions.0"), "s3:GetObject");
}

TEST_F(Forms, what_an_export_holds_and_nobody_reads_is_told_once_a_kind) {
  put("az.json", R"([{"id": "/subscriptions/0/a", "type": "Microsoft.Network/virtualNetworks"}, {"id": "/subscriptions/0/b", "type": "microsoft.network/virtualnetworks"}])");
  put("assets.json", R"([{"name": "//x/1", "assetType": "compute.googleapis.com/Route", "resource": {"data": {}}}])");
  put("models.json", R"({"Models": [{"ModelName": "a", "ModelArn": "arn:aws:sagemaker:e:1:model/a"}, {"ModelName": "b", "ModelArn": "arn:aws:sagemaker:e:1:model/b"}]})");
  put("tasks.json", R"({"tasks": [{"taskArn": "arn:aws:ecs:e:1:task/t", "clusterArn": "arn:aws:ecs:e:1:cluster/c"}]})");
  put("jobs.json", R"({"TrainingJobSummaries": [{"TrainingJobName": "a", "TrainingJobArn": "arn:aws:sagemaker:e:1:training-job/a"}]})");
  look();
  EXPECT_TRUE(has_gap("unsupported 2 of microsoft.network/virtualnetworks: no rule is about this type of Azure"));
  EXPECT_TRUE(has_gap("unsupported 1 of compute.googleapis.com/Route: no rule is about this asset type"));
  EXPECT_TRUE(has_gap("unsupported 2 of AWS::SageMaker::Model: only a summary; expected is what its describe or get call prints"));
  EXPECT_TRUE(has_gap("unsupported 1 of ecs task: no rule is about this kind of AWS"));
  EXPECT_TRUE(has_gap("unsupported 1 of sagemaker training-job: no rule is about this kind of AWS"));
  EXPECT_EQ(at("aws_sagemaker_model.a", "model_name"), "-");
}

TEST_F(Forms, assets_and_bindings_of_google_have_the_shape_that_is_declared) {
  put("assets.json", R"([{"name": "//storage.googleapis.com/train", "assetType": "storage.googleapis.com/Bucket", "resource": {"data": {"iamConfiguration": {"publicAccessPrevention": "inherited", "uniformBucketLevelAccess": {"enabled": false}}}}},
{"name": "//compute.googleapis.com/projects/p/global/firewalls/f", "assetType": "compute.googleapis.com/Firewall", "resource": {"data": {"sourceRanges": ["0.0.0.0/0"], "allowed": [{"IPProtocol": "tcp", "ports": ["8000-9000"]}]}}},
{"name": "//cloudresourcemanager.googleapis.com/projects/p", "assetType": "cloudresourcemanager.googleapis.com/Project", "iamPolicy": {"bindings": [{"role": "roles/owner", "members": ["user:a"]}]}}])");
  look();
  EXPECT_EQ(at("google_storage_bucket.train", "public_access_prevention"), "inherited");
  EXPECT_EQ(at("google_storage_bucket.train", "uniform_bucket_level_access"), "false");
  EXPECT_EQ(at("google_compute_firewall.f", "open_ports.0.from_port"), "8000");
  EXPECT_EQ(at("google_project_iam_binding.p/roles/owner", "members.0"), "user:a");
}

}  // namespace
}  // namespace stormwatch::collect
