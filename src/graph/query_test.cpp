// SPDX-License-Identifier: Apache-2.0
#include "graph/query.h"

#include <gtest/gtest.h>

#include "format/document.h"
#include "graph/merge.h"

namespace stormwatch::graph {
namespace {

Node yaml(std::string_view text) {
  auto documents = format::parse_yaml(text, Limits{});
  return documents && !documents->empty() ? documents->front() : Node{};
}

Condition condition(std::string_view text) {
  auto parsed = Condition::parse(yaml(text), "test.yaml");
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message());
  return parsed ? *parsed : Condition{};
}

Error refused(std::string_view text) {
  auto parsed = Condition::parse(yaml(text), "test.yaml");
  EXPECT_FALSE(parsed) << text;
  return parsed ? Error{} : parsed.error();
}

// One endpoint that serves a model, one cloud resource with a tree; `first` is the position of the endpoint.
struct Sample {
  Estate estate;
  std::size_t endpoint = 0, resource = 0;

  Sample() {
    Observation observation;
    EndpointFacts facts;
    facts.product = "ollama";
    facts.exposure = "internet";
    facts.tls = false;
    facts.port = 11434;
    Asset asset = make_asset("a#e", "ollama", Facts{facts}, Place{.path = "compose.yaml", .line = 3});
    asset.sightings.push_back({.what = "secret", .subject = "openai-key", .place = {.path = "compose.yaml", .line = 7}});
    const AssetId from = observation.add(std::move(asset));
    ModelFacts model;
    model.format = "gguf";
    const AssetId to = observation.add(make_asset("file:m.gguf", "m.gguf", Facts{model}));
    observation.relate(from, RelationKind::serves, to);
    CloudResourceFacts cloud;
    cloud.type = "aws_security_group";
    cloud.configuration = std::make_shared<Node>(yaml("name: x\n"
                                                      "key: ${var.key}\n"
                                                      "enabled: 'True'\n"
                                                      "ingress:\n"
                                                      "- {port: 22, from: [10.0.0.0/8]}\n"
                                                      "- {port: 8265, from: [0.0.0.0/0]}\n"
                                                      "tags: {a.b/c: yes-it-is}\n"));
    const AssetId third = observation.add(make_asset("m#g", "g", Facts{cloud}, Place{.path = "main.tf", .line = 1, .resource = "aws_security_group.g"}));
    std::vector<Observation> all;
    all.push_back(std::move(observation));
    estate = merge(std::move(all));
    endpoint = estate.index_of(from);
    resource = estate.index_of(third);
  }
  [[nodiscard]] Truth of_endpoint(std::string_view text) const { return condition(text).evaluate(estate, endpoint).truth; }
  [[nodiscard]] Truth of_resource(std::string_view text) const { return condition(text).evaluate(estate, resource).truth; }
};

TEST(Condition, a_fact_that_nobody_observed_is_unknown) {
  const Sample sample;
  EXPECT_EQ(sample.of_endpoint("{field: product, is: ollama}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{field: product, is: vllm}"), Truth::no);
  EXPECT_EQ(sample.of_endpoint("{field: authentication, is: none}"), Truth::unknown);
  EXPECT_EQ(sample.of_endpoint("{not: {field: authentication, is: none}}"), Truth::unknown);
  EXPECT_EQ(sample.of_endpoint("{field: authentication, known: false}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{field: tls, is: false}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{field: port, above: 11433}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{field: port, in: [80, 11434]}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{field: product, matches: '^oll'}"), Truth::yes);
  // no beats unknown in `all`, yes beats unknown in `any`
  EXPECT_EQ(sample.of_endpoint("{all: [{field: authentication, is: none}, {field: product, is: vllm}]}"), Truth::no);
  EXPECT_EQ(sample.of_endpoint("{any: [{field: authentication, is: none}, {field: product, is: ollama}]}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{all: [{field: authentication, is: none}, {field: product, is: ollama}]}"), Truth::unknown);
}

TEST(Condition, several_words_of_one_map_are_all_of_them) {
  const Sample sample;
  EXPECT_EQ(sample.of_endpoint("{kind: endpoint, field: product, is: ollama, not: {field: tls, is: true}}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{kind: endpoint, field: product, is: ollama, not: {field: tls, is: false}}"), Truth::no);
  EXPECT_EQ(sample.of_endpoint("{kind: [model, endpoint]}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{kind: endpoint}"), Truth::no);
  EXPECT_EQ(sample.of_resource("{field: product, is: ollama}"), Truth::no) << "the kind has no such field";
}

TEST(Condition, walks_a_configuration) {
  const Sample sample;
  EXPECT_EQ(sample.of_resource("{field: configuration.name, is: x}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.enabled, is: true}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.ingress.*.port, is: 8265}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.ingress.port, is: 8265}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.ingress.0.port, is: 8265}"), Truth::no);
  EXPECT_EQ(sample.of_resource("{field: configuration.ingress.from, contains: 0.0.0.0}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: 'configuration.tags.\"a.b/c\"', matches: yes}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.tags.*, is: yes-it-is}"), Truth::yes);
  // what a tree lacks is a fact; an expression that nobody resolved is not
  EXPECT_EQ(sample.of_resource("{field: configuration.kms, known: false}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.kms, is: true}"), Truth::no);
  EXPECT_EQ(sample.of_resource("{not: {field: configuration.kms, is: true}}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.key, known: true}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{field: configuration.key, is: true}"), Truth::unknown);
  EXPECT_EQ(sample.of_resource("{field: configuration.key.deep, known: false}"), Truth::unknown);
}

TEST(Condition, item_binds_the_facts_of_one_block) {
  const Sample sample;
  EXPECT_EQ(sample.of_resource("{item: configuration.ingress, holds: {all: [{field: item.port, is: 8265}, {field: item.from, contains: 0.0.0.0/0}]}}"), Truth::yes);
  EXPECT_EQ(sample.of_resource("{item: configuration.ingress, holds: {all: [{field: item.port, is: 22}, {field: item.from, contains: 0.0.0.0/0}]}}"), Truth::no);
  EXPECT_EQ(sample.of_resource("{item: configuration.ingress, holds: {not: {field: item.port, known: true}}}"), Truth::no);
}

TEST(Condition, relations_and_sightings) {
  const Sample sample;
  EXPECT_EQ(sample.of_endpoint("{related: {by: serves, to: {kind: model, field: format, is: gguf}}}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{related: {by: serves, to: {field: format, is: onnx}}}"), Truth::no);
  EXPECT_EQ(sample.of_endpoint("{related: {by: serves, to: {kind: model, field: licence, is: mit}}}"), Truth::unknown);
  EXPECT_EQ(sample.of_endpoint("{related: {by: serves, from: {kind: model}}}"), Truth::no);
  EXPECT_EQ(sample.of_endpoint("{sees: {what: secret, subject: openai}}"), Truth::yes);
  EXPECT_EQ(sample.of_endpoint("{sees: {what: secret, subject: azure}}"), Truth::no);
}

TEST(Condition, tells_why_and_where) {
  const Sample sample;
  const Answer open = condition("{kind: endpoint, all: [{field: exposure, is: internet}, {not: {field: tls, is: true}}]}").evaluate(sample.estate, sample.endpoint);
  EXPECT_EQ(open.because, "exposure is internet; tls is false");
  const Answer guess = condition("{all: [{field: exposure, is: internet}, {field: authentication, is: none}]}").evaluate(sample.estate, sample.endpoint);
  EXPECT_EQ(guess.assumed, std::vector<std::string>{"endpoint.authentication"});
  const Answer placed = condition("{item: configuration.ingress, holds: {field: item.port, is: 8265}}").evaluate(sample.estate, sample.resource);
  EXPECT_EQ(placed.place.path, "main.tf");
  EXPECT_EQ(placed.place.line, 6u);
  EXPECT_EQ(placed.place.resource, "aws_security_group.g");
  const Answer served = condition("{related: {by: serves, to: {field: format, is: gguf}}}").evaluate(sample.estate, sample.endpoint);
  EXPECT_EQ(served.because, "it serves model m.gguf (format is gguf)");
}

TEST(Condition, findings_are_asked_by_rule_vector_and_least_severity) {
  const Sample sample;
  Finding finding;
  finding.id = FindingId{7};
  finding.signal.rule = "weak";
  finding.signal.severity = Severity::high;
  finding.vector = Vector::vulnerability;
  FindingsOf findings(sample.estate.assets().size());
  findings[sample.endpoint].push_back(&finding);
  const auto truth = [&](std::string_view text) { return condition(text).evaluate(sample.estate, sample.endpoint, &findings).truth; };
  EXPECT_EQ(truth("{finding: weak}"), Truth::yes);
  EXPECT_EQ(truth("{finding: other}"), Truth::no);
  EXPECT_EQ(truth("{finding: {vector: vulnerability, severity: medium}}"), Truth::yes);
  EXPECT_EQ(truth("{finding: {vector: vulnerability, severity: critical}}"), Truth::no);
  EXPECT_EQ(condition("{finding: weak}").evaluate(sample.estate, sample.endpoint, &findings).findings, std::vector<FindingId>{FindingId{7}});
}

TEST(Condition, names_its_candidates) {
  const auto kinds = [](std::string_view text) {
    const Condition parsed = condition(text);
    return std::vector<AssetKind>(parsed.kinds().begin(), parsed.kinds().end());
  };
  EXPECT_EQ(kinds("{kind: endpoint, field: product, is: x}"), std::vector<AssetKind>{AssetKind::endpoint});
  EXPECT_EQ(kinds("{any: [{kind: endpoint}, {kind: model}]}"), (std::vector<AssetKind>{AssetKind::model, AssetKind::endpoint}));
  EXPECT_TRUE(kinds("{not: {kind: endpoint}}").empty());
  EXPECT_EQ(kinds("{field: metered, is: true}"), std::vector<AssetKind>{AssetKind::endpoint});
}

TEST(Condition, names_the_types_it_can_hold_for) {
  const auto types = [](std::string_view text) {
    const Condition parsed = condition(text);
    return std::vector<std::string>(parsed.types().begin(), parsed.types().end());
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(types("{kind: cloud-resource, all: [{field: type, in: [b, a]}, {field: region, is: x}]}"), (Texts{"a", "b"}));
  EXPECT_EQ(types("{kind: cloud-resource, any: [{field: type, is: a}, {all: [{field: type, is: b}, {field: region, is: x}]}]}"), (Texts{"a", "b"}));
  EXPECT_EQ(types("{kind: cloud-resource, any: [{field: type, is: a}, {field: region, is: x}]}"), Texts{});
  EXPECT_EQ(types("{kind: cloud-resource, not: {field: type, is: a}}"), Texts{});
  EXPECT_EQ(types("{kind: cloud-resource, field: type, matches: a}"), Texts{});
}

TEST(Condition, refuses_what_it_does_not_know_with_file_and_line) {
  EXPECT_EQ(refused("kind: endpoint\nfiled: product\n").message().find("test.yaml: line 2: unknown word filed"), 0u) << refused("kind: endpoint\nfiled: product\n").message();
  EXPECT_NE(refused("{kind: endpont}").expected.find("endpoint"), std::string::npos);
  EXPECT_NE(refused("{kind: endpoint, field: prodct, is: x}").expected.find("product"), std::string::npos);
  refused("{field: product}");
  refused("{field: product, is: x, matches: y}");
  refused("{field: product, matches: '('}");
  refused("{field: product.x, is: y}");
  refused("{field: item.x, is: y}");
  refused("{is: y}");
  refused("{related: {by: likes, to: {kind: model}}}");
  refused("{related: {to: {kind: model}}}");
  refused("{sees: {what: ghosts}}");
  refused("{finding: {severity: huge}}");
  refused("{all: []}");
  refused("{all: [{kind: model}, {kind: endpoint}]}");
  refused("[]");
  refused("{}");
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "{not: ";
  deep += "{kind: model}" + std::string(40, '}');
  refused(deep);
}

}  // namespace
}  // namespace stormwatch::graph
