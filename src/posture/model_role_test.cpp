// SPDX-License-Identifier: Apache-2.0
#include "posture/model_role.h"

#include <gtest/gtest.h>

#include <vector>

namespace stormwatch {
namespace {

TEST(ModelRole, ClassesThatExistToBeKeptOutDecide) {
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"ham", "SPAM"}), "content-filter");
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"LABEL_0", "severe_toxic"}), "content-filter");
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"Benign", "Malware"}), "security-decision");
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"legitimate", "fraud"}), "fraud-decision");
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"bonafide", "spoof"}), "identity-decision");
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"positive", "negative", "NEUTRAL"}), "");
  EXPECT_EQ(role_of_labels(std::vector<std::string>{"hamburger", "spamalot"}), "") << "whole words only";
}

TEST(ModelRole, ACatalogueOfThingsDecidesNothing) {
  std::vector<std::string> labels(65, "thing");
  labels.front() = "spam";
  EXPECT_EQ(role_of_labels(labels), "");
  labels.pop_back();
  EXPECT_EQ(role_of_labels(labels), "content-filter");
}

TEST(ModelRole, NamesAreReadWordByWord) {
  EXPECT_EQ(role_of_name("meta-llama/Llama-Guard-3-8B"), "content-filter");
  EXPECT_EQ(role_of_name("omni-moderation-latest"), "content-filter");
  EXPECT_EQ(role_of_name("models/creditCard_fraudModel.pkl"), "fraud-decision");
  EXPECT_EQ(role_of_name("org/malware-pe-classifier"), "security-decision");
  EXPECT_EQ(role_of_name("speechbrain/spkrec-ecapa-voxceleb"), "identity-decision");
  EXPECT_EQ(role_of_name("gpt-4o"), "");
  EXPECT_EQ(role_of_name("org/whatever-7b"), "");
  EXPECT_TRUE(judges_a_person("face-recognition.onnx"));
  EXPECT_FALSE(judges_a_person("spam.onnx"));
}

}  // namespace
}  // namespace stormwatch
