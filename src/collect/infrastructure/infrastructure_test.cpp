// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "collect/collector.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/policy.h"
#include "collect/infrastructure/service.h"
#include "format/document.h"

namespace stormwatch::collect {
extern const Collector terraform, cloudformation, kubernetes, compose, dockerfile;

namespace {

const Limits kLimits;

Observation read_with(const Collector& collector, std::string path, format::ContentKind kind, std::string_view text, const FileIndex* files = nullptr) {
  Source source;
  source.path = path;
  source.name = path.substr(path.rfind('/') + 1);
  source.kind = kind;
  source.text = text;
  source.bytes = as_bytes(text);
  source.size = text.size();
  source.files = files;
  source.limits = &kLimits;
  EXPECT_TRUE(collector.wants(source)) << path;
  auto observation = collector.read(source);
  EXPECT_TRUE(observation) << (observation ? "" : observation.error().message());
  return observation ? std::move(*observation) : Observation{};
}

template <class F>
const F* facts_of(const Observation& observation, std::string_view name) {
  for (const Asset& asset : observation.assets)
    if (asset.name == name)
      if (const F* facts = std::get_if<F>(&asset.facts)) return facts;
  return nullptr;
}

bool relates(const Observation& observation, std::string_view from, RelationKind kind, std::string_view to) {
  std::map<AssetId, std::string> names;
  for (const Asset& asset : observation.assets) names[asset.id] = asset.name;
  return std::ranges::any_of(observation.relations, [&](const Relation& r) { return names[r.from] == from && r.kind == kind && names[r.to] == to; });
}

TEST(Services, every_fingerprint_is_well_formed) {
  const auto& services = embedded_services();
  ASSERT_TRUE(services) << services.error().message();
  EXPECT_GE(services->size(), 30u);
  std::map<std::string, int> products;
  for (const Service& service : *services) {
    EXPECT_EQ(products[service.product]++, 0) << service.product;
    EXPECT_FALSE(service.ports.empty()) << service.product;
  }
}

TEST(Services, image_names_and_versions) {
  EXPECT_EQ(image_name_of("ollama/ollama:0.5.0").key(), "docker.io/ollama/ollama:0.5.0");
  EXPECT_EQ(image_name_of("python").key(), "docker.io/library/python");
  EXPECT_EQ(image_name_of("localhost:5000/a/b:1").registry, "localhost:5000");
  EXPECT_EQ(image_name_of("ghcr.io/a/b@sha256:00").digest, "sha256:00");
  EXPECT_EQ(version_of_tag("v0.6.3"), "0.6.3");
  EXPECT_EQ(version_of_tag("2.9.3-py310-gpu"), "2.9.3");
  EXPECT_EQ(version_of_tag("v0.4.6.post1-cu124"), "0.4.6.post1");
  EXPECT_EQ(version_of_tag("latest"), "");
}

TEST(Services, authentication_is_read_from_flags_and_environment) {
  const auto asks = [](std::string image, std::vector<std::string> arguments, std::vector<std::pair<std::string, std::string>> environment = {}) {
    Container container;
    container.image = std::move(image);
    container.arguments = std::move(arguments);
    container.environment = std::move(environment);
    const Service* service = service_of(container);
    EXPECT_NE(service, nullptr) << container.image;
    return service ? authentication_of(*service, container) : std::string("?");
  };
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {"--model", "m"}), "none");
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {"--model", "m", "--api-key", "k"}), "token");
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {"--api-key=k"}), "token");
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {"--api-key-like", "k"}), "none");
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {}, {{"VLLM_API_KEY", "${KEY}"}}), "token");
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {"${EXTRA_ARGUMENTS}"}), "") << "what is not resolved may hold the flag";
  EXPECT_EQ(asks("vllm/vllm-openai:v1", {"--model", "$LLM", "--port=${PORT}", "${MODEL_NAME}"}), "none") << "values of flags are not flags";
  EXPECT_EQ(asks("jupyter/base-notebook", {"start-notebook.py"}), "token");
  EXPECT_EQ(asks("jupyter/base-notebook", {"start-notebook.py", "--NotebookApp.token=''"}), "none");
  EXPECT_EQ(asks("jupyter/base-notebook", {"start-notebook.py", "--NotebookApp.token=abc"}), "token");
  EXPECT_EQ(asks("rayproject/ray:2.9.0", {"ray", "start", "--head"}), "none");
  EXPECT_EQ(asks("langflowai/langflow", {}, {{"LANGFLOW_AUTO_LOGIN", "False"}}), "token");
  EXPECT_EQ(asks("langflowai/langflow", {}, {{"LANGFLOW_AUTO_LOGIN", "${AUTO}"}}), "");
  EXPECT_EQ(asks("ollama/ollama", {}, {{"OLLAMA_HOST", "${HOST}"}}), "none");
}

TEST(Services, what_the_image_does_otherwise_is_not_the_service) {
  Container worker;
  worker.image = "rayproject/ray:2.9.0";
  worker.arguments = {"ray start --address=head:6379"};
  EXPECT_EQ(service_of(worker), nullptr);
  Container client;
  client.image = "nvcr.io/nvidia/tritonserver:24.05-py3-sdk";
  EXPECT_EQ(service_of(client), nullptr);
}

TEST(Containers, defaults_and_credentials) {
  EXPECT_EQ(with_defaults("${PORT:-8000}:8000"), "8000:8000");
  EXPECT_EQ(with_defaults("${A:-${B:-x}}y"), "xy");
  EXPECT_EQ(with_defaults("$${A} ${B:?must}"), "${A} ${B}");
  EXPECT_EQ(with_defaults("${open"), "${open");
  EXPECT_EQ(kept_value("MODE", "production"), "production");
  EXPECT_EQ(kept_value("OPENAI_API_KEY", "${KEY}"), "${KEY}");
  EXPECT_EQ(kept_value("OPENAI_API_KEY", "abcdefghijklmnop").find("abcdefgh"), std::string::npos);
}

TEST(Policies, all_forms_give_the_same_statements) {
  Node text;
  text.kind = Node::Kind::string;
  text.scalar = R"({"Statement": {"Effect": "Allow", "Action": "*", "Resource": ["*"], "Principal": {"AWS": "*"}}})";
  const Node statements = statements_of(text, kLimits);
  ASSERT_EQ(statements.items.size(), 1u);
  EXPECT_TRUE(permissions_of(statements).administrator);
  EXPECT_TRUE(allows_everyone(statements));
  text.scalar = R"({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]})";
  const Permissions some = permissions_of(statements_of(text, kLimits));
  EXPECT_FALSE(some.administrator);
  EXPECT_TRUE(some.can_escalate);
  EXPECT_EQ(some.allowed, std::vector<std::string>{"iam:PassRole"});
  text.scalar = "not json";
  EXPECT_TRUE(statements_of(text, kLimits).items.empty());
}

TEST(Terraform, resources_become_assets_that_refer_to_each_other) {
  const Observation seen = read_with(terraform, "infra/main.tf", format::ContentKind::hcl, R"(
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.data.arn}/*"]
  }
}
resource "aws_iam_role" "r" { name = "serving" }
resource "aws_iam_role_policy" "rp" {
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.p.json
}
resource "aws_s3_bucket" "data" { tags = { DataClassification = "Confidential" } }
resource "aws_s3_bucket_public_access_block" "b" {
  bucket = aws_s3_bucket.data.id
  block_public_acls = true
  block_public_policy = true
  ignore_public_acls = true
  restrict_public_buckets = true
}
resource "aws_sagemaker_model" "m" { execution_role_arn = aws_iam_role.r.arn }
resource "aws_security_group" "g" { ingress { cidr_blocks = ["0.0.0.0/0"] } }
resource "aws_bedrockagent_agent" "a" { foundation_model = "anthropic.claude-v2" }
)");
  const auto* role = facts_of<IdentityFacts>(seen, "aws_iam_role.r");
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(role->permissions, (std::vector<std::string>{"s3:GetObject", "s3:PutObject"}));
  EXPECT_EQ(role->administrator, false);
  const auto* bucket = facts_of<DatastoreFacts>(seen, "aws_s3_bucket.data");
  ASSERT_NE(bucket, nullptr);
  EXPECT_EQ(bucket->public_access, false);
  EXPECT_EQ(bucket->sensitivity, "confidential");
  EXPECT_EQ(facts_of<NetworkFacts>(seen, "aws_security_group.g")->internet, true);
  EXPECT_TRUE(relates(seen, "aws_sagemaker_model.m", RelationKind::authenticates_as, "aws_iam_role.r"));
  EXPECT_TRUE(relates(seen, "aws_iam_role.r", RelationKind::writes, "aws_s3_bucket.data"));
  EXPECT_NE(facts_of<AgentFacts>(seen, "aws_bedrockagent_agent.a"), nullptr);
  EXPECT_TRUE(std::ranges::all_of(seen.assets, [](const Asset& a) { return a.places.empty() || !a.places[0].resource.empty(); }));
}

TEST(Terraform, refers_to_the_other_files_of_its_folder) {
  const Observation seen = read_with(terraform, "infra/main.tf", format::ContentKind::hcl, "resource \"aws_sagemaker_model\" \"m\" { execution_role_arn = aws_iam_role.r.arn }\n");
  EXPECT_TRUE(std::ranges::any_of(seen.relations, [](const Relation& relation) { return relation.to == Asset::id_of(AssetKind::identity, "infra/*.tf#aws_iam_role.r"); }));
}

TEST(CloudFormation, speaks_terraform) {
  const Observation seen = read_with(cloudformation, "t.yaml", format::ContentKind::yaml, R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}
  Book:
    Type: AWS::SageMaker::NotebookInstance
    Properties: {RoleArn: !GetAtt Role.Arn, KmsKeyId: !Ref Key}
)");
  const auto* book = facts_of<CloudResourceFacts>(seen, "AWS::SageMaker::NotebookInstance.Book");
  ASSERT_NE(book, nullptr);
  EXPECT_EQ(book->type, "aws_sagemaker_notebook_instance");
  EXPECT_NE(book->configuration->find("kms_key_id"), nullptr);
  EXPECT_TRUE(relates(seen, "AWS::SageMaker::NotebookInstance.Book", RelationKind::authenticates_as, "AWS::IAM::Role.Role"));
  EXPECT_EQ(facts_of<IdentityFacts>(seen, "AWS::IAM::Role.Role")->administrator, true);
}

TEST(CloudFormation, a_file_of_the_serverless_framework_is_the_template_that_it_becomes) {
  const Observation seen = read_with(cloudformation, "serverless.yml", format::ContentKind::yaml, R"(
service: chat
custom: {all: ['bedrock:*']}
provider:
  name: aws
  iam: {role: {statements: [{Effect: Allow, Action: "${self:custom.all}", Resource: '*'}]}}
functions:
  chat: {handler: a.b, url: true}
  safe: {handler: a.b, url: {authorizer: aws_iam}, role: "${file(roles.yml):safe}"}
resources:
  Resources:
    Bucket: {Type: AWS::S3::Bucket}
)");
  EXPECT_EQ(facts_of<CloudResourceFacts>(seen, "AWS::Lambda::Url.chatUrl")->configuration->text("authorization_type"), "NONE");
  EXPECT_EQ(facts_of<CloudResourceFacts>(seen, "AWS::Lambda::Url.safeUrl")->configuration->text("authorization_type"), "AWS_IAM");
  ASSERT_NE(facts_of<IdentityFacts>(seen, "AWS::IAM::Role.IamRoleLambdaExecution"), nullptr);
  EXPECT_TRUE(relates(seen, "AWS::Lambda::Function.chat", RelationKind::authenticates_as, "AWS::IAM::Role.IamRoleLambdaExecution"));
  EXPECT_FALSE(relates(seen, "AWS::Lambda::Function.safe", RelationKind::authenticates_as, "AWS::IAM::Role.IamRoleLambdaExecution"));
  EXPECT_NE(facts_of<DatastoreFacts>(seen, "AWS::S3::Bucket.Bucket"), nullptr);
  EXPECT_TRUE(read_with(cloudformation, "serverless.yml", format::ContentKind::yaml, "service: x\nprovider: {name: google}\nfunctions: {a: {handler: b, url: true}}\n").assets.empty());
}

constexpr std::string_view kDeployment = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: ml}
spec:
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm, tier: x}}
    spec:
      serviceAccountName: serving
      securityContext: {runAsNonRoot: true}
      containers:
      - name: c
        image: vllm/vllm-openai:v0.6.0
        args: ["--model", "m"]
        env: [{name: HF_TOKEN, value: abcdefghijklmnop}]
)";
constexpr std::string_view kService = R"(apiVersion: v1
kind: Service
metadata: {name: llm, namespace: ml}
spec:
  type: LoadBalancer
  selector: {app: llm}
  ports: [{port: 80, targetPort: 8000}]
)";

TEST(Kubernetes, a_service_says_how_far_its_workload_is_reached) {
  const Observation together = read_with(kubernetes, "k/all.yaml", format::ContentKind::yaml, std::string(kDeployment) + "---\n" + std::string(kService));
  const auto* endpoint = facts_of<EndpointFacts>(together, "vLLM");
  ASSERT_NE(endpoint, nullptr);
  EXPECT_EQ(endpoint->exposure, "internet");
  EXPECT_EQ(endpoint->authentication, "none");
  EXPECT_EQ(endpoint->version, "0.6.0");
  const auto* workload = facts_of<WorkloadFacts>(together, "llm");
  ASSERT_NE(workload, nullptr);
  EXPECT_EQ(workload->runs_as_root, false);
  EXPECT_EQ(workload->service_account, "serving");
  EXPECT_EQ(workload->configuration->at_path("pod.containers.0.env.0.value")->scalar.find("abcdefgh"), std::string::npos) << "no credential in the tree";

  // In two files of one folder the same labels make the same endpoint.
  const Observation one = read_with(kubernetes, "k/deployment.yaml", format::ContentKind::yaml, kDeployment);
  const Observation other = read_with(kubernetes, "k/service.yaml", format::ContentKind::yaml, kService);
  const auto id = [](const Observation& o) {
    const auto at = std::ranges::find_if(o.assets, [](const Asset& a) { return a.kind() == AssetKind::endpoint; });
    return at == o.assets.end() ? AssetId{} : at->id;
  };
  EXPECT_TRUE(id(one));
  EXPECT_EQ(id(one), id(other));
}

TEST(Kubernetes, what_ends_before_the_pod_serves_does_not_make_it_privileged) {
  const auto workload = [](std::string_view more) {
    const Observation seen = read_with(kubernetes, "k/pod.yaml", format::ContentKind::yaml,
                                       "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n  initContainers:\n  - {name: i, image: busybox, securityContext: {privileged: true, runAsUser: 0}" + std::string(more) + "}\n  containers:\n  - {name: c, image: vllm/vllm-openai}\n");
    return *facts_of<WorkloadFacts>(seen, "w");
  };
  EXPECT_EQ(workload("").privileged, false);
  EXPECT_EQ(workload("").runs_as_root, std::nullopt);
  EXPECT_EQ(workload(", restartPolicy: Always").privileged, true);
  EXPECT_EQ(workload(", restartPolicy: Always").runs_as_root, true);
}

TEST(Kubernetes, an_ingress_that_asks_makes_a_proxy) {
  std::string service(kService);
  service.replace(service.find("LoadBalancer"), 12, "ClusterIP");
  const std::string ingress = R"(---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: ml, annotations: {nginx.ingress.kubernetes.io/auth-url: "https://login.example.com"}}
spec:
  rules: [{http: {paths: [{path: /, backend: {service: {name: llm, port: {number: 80}}}}]}}]
)";
  const Observation seen = read_with(kubernetes, "k/all.yaml", format::ContentKind::yaml, std::string(kDeployment) + "---\n" + service + ingress);
  const auto* endpoint = facts_of<EndpointFacts>(seen, "vLLM");
  ASSERT_NE(endpoint, nullptr);
  EXPECT_EQ(endpoint->exposure, "internet");
  EXPECT_EQ(endpoint->authentication, "proxy");
}

TEST(Compose, published_ports_tell_the_exposure) {
  const Observation seen = read_with(compose, "docker-compose.yml", format::ContentKind::yaml, R"(
services:
  open: {image: ollama/ollama, ports: ["11434:11434"]}
  near: {image: "qdrant/qdrant:v1.9.0", ports: ["127.0.0.1:6333:6333"]}
  chosen: {image: "chromadb/chroma:0.5.0", ports: ["${PORT:-8000}:8000"]}
  inside: {image: "semitechnologies/weaviate:1.25.0"}
  app: {build: .}
)");
  EXPECT_EQ(facts_of<EndpointFacts>(seen, "Ollama")->exposure, "internet");
  EXPECT_EQ(facts_of<EndpointFacts>(seen, "Qdrant")->exposure, "local");
  EXPECT_EQ(facts_of<EndpointFacts>(seen, "Chroma")->exposure, "internet");
  EXPECT_EQ(facts_of<EndpointFacts>(seen, "Weaviate")->exposure, "internal");
  EXPECT_NE(facts_of<VectorStoreFacts>(seen, "Weaviate"), nullptr);
  EXPECT_NE(facts_of<WorkloadFacts>(seen, "app"), nullptr);
}

TEST(Compose, profiles_that_publish_one_port_are_one_endpoint) {
  const auto endpoints = [](std::string_view second) {
    const Observation seen = read_with(compose, "docker-compose.yml", format::ContentKind::yaml,
                                       "services:\n  cpu: {profiles: [cpu], image: ollama/ollama, ports: ['11434:11434']}\n  gpu: {profiles: [" + std::string(second) + "], image: ollama/ollama, ports: ['11434:11434']}\n");
    std::set<AssetId> ids;
    for (const Asset& asset : seen.assets)
      if (asset.kind() == AssetKind::endpoint) ids.insert(asset.id);
    return ids.size();
  };
  EXPECT_EQ(endpoints("gpu"), 1U);
  EXPECT_EQ(endpoints("cpu"), 2U) << "both would run";
}

TEST(Compose, a_volume_of_data_holds_no_settings) {
  const auto store = [](std::string_view volume) {
    const Observation seen = read_with(compose, "docker-compose.yml", format::ContentKind::yaml, "services:\n  q: {image: qdrant/qdrant, ports: ['6333:6333'], volumes: ['" + std::string(volume) + "']}\n");
    return *facts_of<VectorStoreFacts>(seen, "Qdrant");
  };
  EXPECT_EQ(store("data:/qdrant/storage").public_access, true);
  EXPECT_EQ(store("./config.yaml:/qdrant/config/production.yaml:ro").public_access, std::nullopt);
  EXPECT_EQ(store("${WHERE}:/qdrant/storage").public_access, std::nullopt);
}

TEST(Compose, a_file_of_that_name_without_services_is_told) {
  const auto gaps = [](std::string_view text) { return read_with(compose, "deploy/docker-compose.prod.yml", format::ContentKind::yaml, text).gaps.size(); };
  EXPECT_EQ(gaps("version: '2'\nservice:\n  web:\n    image: ollama/ollama\n"), 1u);
  EXPECT_EQ(gaps("- a\n- b\n"), 1u);
  EXPECT_EQ(gaps("services:\n  web: {image: ollama/ollama}\n---\n  }broken: [\n"), 1u);
  EXPECT_EQ(gaps("include:\n  - other.yml\n"), 0u);
  EXPECT_EQ(gaps("networks:\n  shared: {}\n"), 0u);
  EXPECT_EQ(gaps("services: {}\n"), 0u);
  EXPECT_EQ(gaps("# nothing yet\n"), 0u);
}

TEST(Dockerfile, base_user_and_command_of_the_last_stage) {
  const Observation seen = read_with(dockerfile, "Dockerfile", format::ContentKind::dockerfile,
                                     "ARG V=3.12\nFROM python:${V} AS build\nRUN x\nFROM python:${V}-slim\n# note\nENV A=1 \\\n  B=2\nUSER 1000\nCMD [\"jupyter\", \"lab\", \"--ip=0.0.0.0\"]\n");
  const auto* workload = facts_of<WorkloadFacts>(seen, "Dockerfile");
  ASSERT_NE(workload, nullptr);
  EXPECT_EQ(workload->runs_as_root, false);
  EXPECT_EQ(workload->environment_names, (std::vector<std::string>{"A", "B"}));
  EXPECT_NE(facts_of<ImageFacts>(seen, "python:3.12-slim"), nullptr);
  EXPECT_NE(facts_of<EndpointFacts>(seen, "Jupyter"), nullptr);
}

TEST(Infrastructure, truncated_input_never_breaks_a_reader) {
  const std::string kubernetes_text = std::string(kDeployment) + "---\n" + std::string(kService);
  for (std::size_t n = 60; n < kubernetes_text.size(); n += 11) read_with(kubernetes, "k.yaml", format::ContentKind::yaml, kubernetes_text.substr(0, n));
}

}  // namespace
}  // namespace stormwatch::collect
