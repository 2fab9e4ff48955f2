// SPDX-License-Identifier: Apache-2.0
#include "detect/policy_difference.h"

#include <gtest/gtest.h>

#include "format/document.h"

namespace stormwatch::detect {
namespace {

std::size_t differences(std::string_view code, std::string_view live) {
  const auto a = format::parse_json(code, Limits{}), b = format::parse_json(live, Limits{});
  EXPECT_TRUE(a && b);
  return a && b ? policy_differences(*a, *b).size() : 99;
}

constexpr std::string_view kOne = R"([{"effect": "Allow", "actions": ["s3:GetObject", "s3:PutObject"], "principals": ["111122223333"], "resources": ["*"]}])";

TEST(PolicyDifference, order_case_and_an_accounts_root_are_none) {
  EXPECT_EQ(differences(kOne, R"([{"effect": "Allow", "principals": ["arn:aws:iam::111122223333:root"], "actions": ["S3:putobject", "s3:GetObject"], "resources": "*"}])"), 0u);
  EXPECT_EQ(differences(R"([{"actions": ["a:B"]}, {"effect": "Deny", "actions": ["c:D"]}])", R"([{"effect": "Deny", "actions": ["c:D"]}, {"effect": "Allow", "actions": ["a:B"]}])"), 0u);
}

TEST(PolicyDifference, each_part_of_a_statement_counts) {
  EXPECT_EQ(differences(kOne, R"([{"effect": "Allow", "actions": ["s3:*"], "principals": ["111122223333"], "resources": ["*"]}])"), 2u);
  EXPECT_EQ(differences(kOne, R"([{"effect": "Allow", "actions": ["s3:GetObject", "s3:PutObject"], "principals": ["*"], "resources": ["*"]}])"), 2u);
  EXPECT_EQ(differences(R"([{"actions": ["a:B"]}])", R"([{"actions": ["a:B"]}, {"actions": ["c:D"]}])"), 1u);
}

TEST(PolicyDifference, conditions_in_both_forms) {
  const std::string_view terraform = R"([{"actions": ["a:B"], "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}]}])";
  EXPECT_EQ(differences(terraform, R"([{"actions": ["a:B"], "conditions": {"StringEquals": {"AWS:SourceAccount": "1"}}}])"), 0u);
  EXPECT_EQ(differences(terraform, R"([{"actions": ["a:B"]}])"), 2u);
}

TEST(PolicyDifference, what_was_not_worked_out_may_be_anything) {
  EXPECT_EQ(differences(R"([{"actions": ["a:B"], "resources": ["${aws_s3_bucket.x.arn}/*"]}])", R"([{"actions": ["a:B"], "resources": ["arn:aws:s3:::x/*"]}])"), 0u);
  EXPECT_EQ(differences(R"([{"actions": ["a:B"], "resources": ["known", "${y}"]}])", R"([{"actions": ["a:B"], "resources": ["other"]}])"), 2u);
  EXPECT_EQ(differences("[]", kOne), 0u);
}

}  // namespace
}  // namespace stormwatch::detect
