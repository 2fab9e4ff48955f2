// SPDX-License-Identifier: Apache-2.0
// The tables of calls read only, answers become trees, and what must not be kept is taken out.
#include <gtest/gtest.h>

#include "format/document.h"
#include "live/canonical_json.h"
#include "live/collect/answer_tree.h"
#include "live/collect/bearer_authority.h"
#include "live/collect/call_table.h"

namespace stormwatch::live {
namespace {

void hold_to_reading(const Call& call, const std::string& platform) {
  const bool aws = platform == "aws";
  const bool verb = aws ? call.operation.starts_with("Get") || call.operation.starts_with("List") || call.operation.starts_with("Describe") : call.operation == "list" || call.operation == "query";
  EXPECT_TRUE(verb) << platform << " " << call.operation;
  EXPECT_TRUE(call.method.empty() || call.method == "GET" || call.method == "POST") << call.operation;
  const bool posts = !aws && call.method == "POST";
  EXPECT_TRUE(!posts || call.path.starts_with("/providers/Microsoft.ResourceGraph/resources?")) << call.path;
  for (const Call& further : call.then) hold_to_reading(further, platform);
}

TEST(Calls, all_tables_load_and_only_read) {
  for (const std::string platform : {"aws", "azure", "gcp", "kubernetes"}) {
    const Result<CallTable> table = load_calls(platform);
    ASSERT_TRUE(table) << table.error().message();
    EXPECT_EQ(table->platform, platform);
    EXPECT_FALSE(table->calls.empty());
    for (const std::vector<Call>* list : {&table->calls, &table->identity, &table->scopes})
      for (const Call& call : *list) hold_to_reading(call, platform);
  }
}

TEST(Calls, a_call_that_may_write_is_refused) {
  const auto table = [](const std::string& platform, const std::string& call) { return read_calls("platform: " + platform + "\nservices: {s: {host: h}}\ncalls:\n  - " + call + "\n", "t.yaml"); };
  EXPECT_TRUE(table("aws", "{name: n, service: s, operation: ListThings}"));
  for (const char* call : {"{name: n, service: s, operation: DeleteThing}", "{name: n, service: s, operation: GetThing, method: DELETE}", "{name: n, service: s, operation: ListThings, then: [{operation: PutThing}]}",
                           "{name: n, service: s, operation: ListThings, colour: red}", "{name: n, service: other, operation: ListThings}", "{name: n, service: s}"})
    EXPECT_FALSE(table("aws", call)) << call;
  EXPECT_FALSE(table("azure", "{name: n, service: s, operation: query, method: POST, path: /subscriptions/x/listKeys}"));
  EXPECT_FALSE(table("kubernetes", "{name: n, service: s, operation: list, method: POST, path: /api/v1/pods}"));
}

TEST(Answers, xml_has_the_shape_of_json) {
  const Result<Node> tree = answer_tree("<R><ListThingsResult><Things><member><Name>a</Name><On>true</On><Size>007</Size><Port>80</Port></member></Things><Marker>m</Marker></ListThingsResult></R>");
  ASSERT_TRUE(tree);
  EXPECT_EQ(canonical_json(*tree), R"({"Marker":"m","Things":[{"Name":"a","On":true,"Port":80,"Size":"007"}]})");
  const Result<Node> buckets = answer_tree("<L><Buckets><Bucket><Name>b</Name></Bucket></Buckets></L>");
  ASSERT_TRUE(buckets);
  EXPECT_EQ(nodes_at(*buckets, "Buckets").size(), 1U);
  EXPECT_EQ(canonical_json(*answer_tree("<VersioningConfiguration/>")), "{}");
  EXPECT_EQ(canonical_json(*answer_tree("")), "{}");
  EXPECT_FALSE(answer_tree("{"));
  EXPECT_FALSE(answer_tree("<a><b>"));
}

TEST(Answers, a_way_goes_through_lists) {
  const Result<Node> tree = format::parse_json(R"({"r": [{"i": [{"n": 1}, {"n": 2}]}, {"i": [{"n": 3}]}, {}]})", {});
  ASSERT_TRUE(tree);
  EXPECT_EQ(nodes_at(*tree, "r.*.i").size(), 3U);
  EXPECT_TRUE(nodes_at(*tree, "x.*.i").empty());
}

TEST(Answers, an_error_is_told_by_its_word_alone) {
  EXPECT_EQ(error_code_in(R"({"__type": "com.amazon#ThrottlingException", "message": "key abc"})", ""), "ThrottlingException");
  EXPECT_EQ(error_code_in("<E><Error><Code>AccessDenied</Code><Message>x</Message></Error></E>", ""), "AccessDenied");
  EXPECT_EQ(error_code_in("{}", "AccessDeniedException:http://internal/"), "AccessDeniedException");
  EXPECT_EQ(error_code_in("no tree <script>", ""), "");
}

TEST(Answers, secrets_are_not_kept) {
  Result<Node> item = format::parse_json(R"({"env": [{"name": "OPENAI_API_KEY", "value": "v1"}, {"name": "MODE", "value": "v2"}], "Environment": {"Variables": {"DB_PASSWORD": "v3", "LEVEL": "v4"}},
    "masterUserPassword": "v5", "metadata": {"managedFields": [1], "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "v6"}}, "imagePullSecrets": [{"name": "kept"}], "KmsKeyId": "kept"})", {});
  ASSERT_TRUE(item);
  drop_secret_values(*item);
  const std::string text = canonical_json(*item);
  for (const char* gone : {"v1", "v3", "v5", "v6", "managedFields"}) EXPECT_EQ(text.find(gone), std::string::npos) << gone;
  for (const char* kept : {"v2", "v4", "OPENAI_API_KEY", "DB_PASSWORD", "imagePullSecrets", "\"KmsKeyId\":\"kept\""}) EXPECT_NE(text.find(kept), std::string::npos) << kept;
}

TEST(Assertion, a_text_that_is_no_key_signs_nothing) { EXPECT_FALSE(signed_assertion("{}", "no key")); }

}  // namespace
}  // namespace stormwatch::live
