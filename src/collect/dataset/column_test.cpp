// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/column.h"

#include <gtest/gtest.h>

namespace stormwatch::collect {
namespace {

TEST(Column, AnAddressIsNoCodeAndNoneOfANetwork) {
  for (const char* value : {"12 Elm Street", "Rua do Sol 5", "Hauptstra\xc3\x9f" "e", "Lindenallee"}) EXPECT_TRUE(may_be_value_of(match::PersonalClass::address, value)) << value;
  for (const char* value : {"Pave", "66.228.47.103", "2600:3c03::f03c", "db.corp.net", "0 1", "0x5f_a"}) EXPECT_FALSE(may_be_value_of(match::PersonalClass::address, value)) << value;
  EXPECT_TRUE(may_be_value_of(match::PersonalClass::name, "Ann"));
}

TEST(Column, TheNameOfAParentMayBeATreesNode) { EXPECT_EQ(names_personal("function_ancestry.parent_name"), std::nullopt); }

}  // namespace
}  // namespace stormwatch::collect
