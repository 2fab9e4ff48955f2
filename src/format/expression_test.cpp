// SPDX-License-Identifier: Apache-2.0
#include "format/expression.h"

#include <gtest/gtest.h>

namespace stormwatch::format {
namespace {

Node text(std::string value) {
  Node node;
  node.kind = Node::Kind::string;
  node.scalar = std::move(value);
  return node;
}

std::string evaluated(std::string_view written, Dialect dialect, const Names& names = {}) {
  ExpressionBudget budget;
  const auto value = evaluate_expression(written, dialect, names, budget);
  if (!value) return "none";
  if (value->is_list() || value->is_map()) {
    std::string out = value->is_list() ? "[" : "{";
    for (const Node& item : value->items) out += item.scalar + ",";
    for (const Node::Member& member : value->members) out += member.key + "=" + member.value.scalar + ",";
    return out + (value->is_list() ? "]" : "}");
  }
  return value->kind == Node::Kind::null ? "null" : value->scalar;
}

TEST(Expression, hcl) {
  const Names names{{"var.size", text("big")}, {"var.on", text("true")}};
  EXPECT_EQ(evaluated("var.on ? \"a-${var.size}\" : null", Dialect::hcl, names), "a-big");
  EXPECT_EQ(evaluated("var.size == \"small\" ? 1 : 2 + 3 * 4", Dialect::hcl, names), "14");
  EXPECT_EQ(evaluated("{ for k, v in { a = 1, b = 2 } : upper(k) => v if v > 1 }", Dialect::hcl, names), "{B=2,}");
  EXPECT_EQ(evaluated("[for x in [\"a\", \"b\"] : \"${x}!\"]", Dialect::hcl, names), "[a!,b!,]");
  EXPECT_EQ(evaluated("merge({ a = 1 }, { a = 2, b = 3 })[\"a\"]", Dialect::hcl), "2");
  EXPECT_EQ(evaluated("[{ n = \"x\" }, { n = \"y\" }][*].n", Dialect::hcl), "[x,y,]");
  EXPECT_EQ(evaluated("try({ a = 1 }.b, \"none\")", Dialect::hcl), "none");
  EXPECT_EQ(evaluated("lookup({ a = 1 }, \"z\", 9)", Dialect::hcl), "9");
}

TEST(Expression, what_is_not_known_stays) {
  EXPECT_EQ(evaluated("aws_kms_key.a.arn", Dialect::hcl), "${aws_kms_key.a.arn}");
  EXPECT_EQ(evaluated("var.x ? 1 : 2", Dialect::hcl), "${var.x ? 1 : 2}");
  EXPECT_EQ(evaluated("false && var.x", Dialect::hcl), "false");
  EXPECT_EQ(evaluated("file(\"/etc/passwd\")", Dialect::hcl), "${file(\"/etc/passwd\")}");
  EXPECT_EQ(evaluated("[\"a\", var.x]", Dialect::hcl), "[a,${var.x},]");
}

TEST(Expression, arm_and_bicep) {
  const Names arm{{"parameters.name", text("x")}};
  EXPECT_EQ(evaluated("concat(parameters('Name'), '-', toUpper('a'))", Dialect::arm, arm), "x-A");
  EXPECT_EQ(evaluated("if(equals(parameters('name'), 'x'), 'yes', 'no')", Dialect::arm, arm), "yes");
  EXPECT_EQ(evaluated("resourceId('a/b', 'c')", Dialect::arm, arm), "${resourceId('a/b', 'c')}");
  const Names bicep{{"name", text("x")}};
  EXPECT_EQ(evaluated("{\n  a: name == 'x' ? 'on' : 'off'\n  b: '${name}-1'\n  'c': [\n    1\n    2\n  ]\n}", Dialect::bicep, bicep), "{a=on,b=x-1,c=,}");
  EXPECT_EQ(evaluated("{\n  key: account.listKeys('2023').keys[0].value\n  b: name\n}", Dialect::bicep, bicep), "{key=${account.listKeys('2023').keys[0].value},b=x,}");
}

TEST(Expression, is_bounded) {
  EXPECT_EQ(evaluated(std::string(10'000, '('), Dialect::hcl), "none");
  EXPECT_EQ(evaluated(std::string(10'000, '['), Dialect::bicep), "none");
  std::string bomb = "1";
  for (int i = 0; i < 40; ++i) bomb = "[for x in range(1000) : " + bomb + "]";
  ExpressionBudget budget{10'000};
  EXPECT_FALSE(evaluate_expression(bomb, Dialect::hcl, {}, budget));
  for (const std::string_view broken : {"", "\"", "{", "a.", "[for", "{for x in", "x ? ", "'", "${", "f(", "a[", "1 +"}) (void)evaluated(broken, Dialect::hcl);
}

}  // namespace
}  // namespace stormwatch::format
