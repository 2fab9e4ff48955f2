// SPDX-License-Identifier: Apache-2.0
#include "format/unit_file.h"

#include <gtest/gtest.h>

namespace stormwatch::format {
namespace {

TEST(UnitFile, keys_have_their_section_and_line) {
  const UnitFile file = parse_unit_file("# a unit\n[Unit]\nDescription=x\n\n[Service]\nExecStart=/usr/bin/a \\\n  --host 0.0.0.0 \\\n# left out\n  --port 1\nEnvironment=A=1\nEnvironment=B=2\n", UnitSyntax::systemd);
  ASSERT_EQ(file.entries.size(), 4u);
  EXPECT_EQ(file.entries[1].section, "Service");
  EXPECT_EQ(file.entries[1].value, "/usr/bin/a --host 0.0.0.0 --port 1");
  EXPECT_EQ(file.entries[1].line, 6u);
  EXPECT_EQ(file.entries[3].value, "B=2");
  EXPECT_EQ(file.entries[3].line, 11u);
}

TEST(UnitFile, supervisor_goes_on_where_a_line_is_indented) {
  const UnitFile file = parse_unit_file("[program:llm]\ncommand = vllm serve\n  --api-key %(ENV_KEY)s\nuser=app\n", UnitSyntax::supervisor);
  ASSERT_EQ(file.entries.size(), 2u);
  EXPECT_EQ(file.entries[0].value, "vllm serve --api-key %(ENV_KEY)s");
  EXPECT_EQ(file.entries[1].key, "user");
}

TEST(UnitFile, broken_text_and_too_many_entries_end) {
  EXPECT_TRUE(parse_unit_file("[", UnitSyntax::systemd).entries.empty());
  EXPECT_TRUE(parse_unit_file("\\\n\\\n=\\", UnitSyntax::systemd).entries.size() <= 1);
  std::string many;
  for (int i = 0; i < 6000; ++i) many += "A=1\n";
  const UnitFile file = parse_unit_file(many, UnitSyntax::systemd);
  EXPECT_EQ(file.entries.size(), 5000u);
  EXPECT_TRUE(file.cut);
}

}  // namespace
}  // namespace stormwatch::format
