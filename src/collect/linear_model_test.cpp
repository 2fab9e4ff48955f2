// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "collect/collector.h"

namespace stormwatch::collect {

extern const Collector linear_model;

namespace {

bool is_wanted(const std::string& content) {
  static const Limits limits;
  Source source;
  source.path = source.name = "model.vw";
  source.kind = format::ContentKind::binary;
  source.bytes = as_bytes(content);
  source.limits = &limits;
  return linear_model.wants(source);
}

// Found by fuzzing: nineteen bytes that state a version of sixteen.
TEST(LinearModel, AVersionThatIsLongerThanTheFileIsNone) {
  const std::string version("8.11.0.123456.7\0", 16);
  const std::string length("\x10\0\0\0", 4);
  EXPECT_TRUE(is_wanted(length + version));
  for (std::size_t cut = 1; cut <= 4; ++cut) EXPECT_FALSE(is_wanted((length + version).substr(0, 20 - cut)));
}

}  // namespace
}  // namespace stormwatch::collect
