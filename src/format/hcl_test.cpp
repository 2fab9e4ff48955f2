// SPDX-License-Identifier: Apache-2.0
#include "format/hcl.h"

#include <gtest/gtest.h>

namespace stormwatch::format {
namespace {

constexpr std::string_view kFile = R"(# comment
variable "name" { default = "scoring" }
variable "key" { default = null }
locals {
  prefix = "ai-${var.name}"
  tags   = { team = "ml", owner = local.prefix }
}
resource "aws_x" "one" {
  name    = "${local.prefix}-bucket"
  key     = var.key
  count   = 2
  below   = -1
  on      = true
  none    = null
  list    = ["a", local.prefix, aws_y.two.arn]
  tags    = local.tags
  escaped = "a\tb\"c \u00e9 $${not}"
  policy  = jsonencode({
    Statement = [{ Effect = "Allow", Action : "*" }]
  })
  text = <<-EOT
    { "a": 1,
      "b": "${var.name}" }
  EOT
  ingress {
    port = 22
  }
  ingress {
    port = 80
  }
  dynamic "rule" {
    for_each = var.rules
    content { cidr = rule.value }
  }
  provisioner "local-exec" { command = "ls" }
  choice = var.on ? 1 : 2
}
)";

TEST(Hcl, blocks_attributes_and_lines) {
  auto file = parse_hcl(kFile, Limits{});
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(file->broken_line, 0u);
  ASSERT_EQ(file->blocks.size(), 4u);
  resolve_references(*file, Limits{});
  const HclBlock& block = file->blocks[3];
  EXPECT_EQ(block.type, "resource");
  EXPECT_EQ(block.labels, (std::vector<std::string>{"aws_x", "one"}));
  EXPECT_EQ(block.line, 8u);
  const Node& body = block.body;
  EXPECT_EQ(body.text("name"), "ai-scoring-bucket");
  EXPECT_EQ(body.text("key"), "${var.key}") << "a default of null is no value";
  EXPECT_EQ(body.find("count")->as_number(), 2);
  EXPECT_EQ(body.text("below"), "-1");
  EXPECT_EQ(body.find("on")->as_bool(), true);
  EXPECT_EQ(body.find("none")->kind, Node::Kind::null);
  EXPECT_EQ(body.at_path("list.1")->scalar, "ai-scoring");
  EXPECT_EQ(body.at_path("list.2")->scalar, "${aws_y.two.arn}");
  EXPECT_EQ(body.at_path("tags.owner")->scalar, "ai-scoring");
  EXPECT_EQ(body.text("escaped"), "a\tb\"c é $\\{not}");
  EXPECT_EQ(body.at_path("policy.Statement.0.Effect")->scalar, "Allow");
  EXPECT_EQ(body.at_path("policy.Statement.0.Action")->scalar, "*");
  EXPECT_EQ(body.at_path("policy.Statement.0.Action")->line, 19u);
  EXPECT_EQ(body.text("text"), "{ \"a\": 1,\n  \"b\": \"scoring\" }\n");
  EXPECT_EQ(body.at_path("ingress.1.port")->scalar, "80");
  EXPECT_EQ(body.at_path("rule.cidr")->scalar, "${rule.value}");
  EXPECT_EQ(body.at_path("provisioner.local-exec.command")->scalar, "ls");
  EXPECT_EQ(body.text("choice"), "${var.on ? 1 : 2}");
}

TEST(Hcl, a_broken_file_gives_what_stands_outside_the_break) {
  auto file = parse_hcl("resource \"a\" \"b\" { x = 1 }\nresource \"c\" { = = }\nresource \"d\" \"e\" { y = 2 }\n", Limits{});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->broken_line, 2u);
  ASSERT_FALSE(file->blocks.empty());
  EXPECT_EQ(file->blocks.front().body.text("x"), "1");
}

TEST(Hcl, survives_nesting_and_truncation) {
  std::string deep = "a = ";
  for (int i = 0; i < 3000; ++i) deep += "[";
  EXPECT_TRUE(parse_hcl(deep, Limits{}));
  std::string blocks;
  for (int i = 0; i < 2000; ++i) blocks += "b {\n";
  EXPECT_TRUE(parse_hcl(blocks, Limits{}));
  for (std::size_t n = 0; n < kFile.size(); n += 7) {
    auto file = parse_hcl(kFile.substr(0, n), Limits{});
    if (file) resolve_references(*file, Limits{});
  }
  Limits small;
  small.document_bytes = 10;
  EXPECT_FALSE(parse_hcl(kFile, small));
  small = {};
  small.document_nodes = 5;
  EXPECT_FALSE(parse_hcl(kFile, small));
}

TEST(Hcl, locals_that_name_each_other_end) {
  auto file = parse_hcl("locals {\n a = local.b\n b = [local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a]\n}\nx \"y\" { z = local.a }\n", Limits{});
  ASSERT_TRUE(file);
  resolve_references(*file, Limits{});
  EXPECT_NE(file->blocks[1].body.find("z"), nullptr);
}

}  // namespace
}  // namespace stormwatch::format
