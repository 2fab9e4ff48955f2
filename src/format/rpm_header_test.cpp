// SPDX-License-Identifier: Apache-2.0
#include "format/rpm_header.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace stormwatch::format {
namespace {

void put(std::string& into, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) into += static_cast<char>(value >> shift & 0xff);
}
std::string header(const std::vector<std::tuple<std::uint32_t, std::uint32_t, std::string>>& tags) {
  std::string index, data, all;
  for (const auto& [tag, type, value] : tags) {
    put(index, tag);
    put(index, type);
    put(index, static_cast<std::uint32_t>(data.size()));
    put(index, 1);
    data += value;
  }
  put(all, static_cast<std::uint32_t>(tags.size()));
  put(all, static_cast<std::uint32_t>(data.size()));
  return all + index + data;
}
const std::string kPackage = header({{1000, 6, std::string("openssl-libs\0", 13)}, {1001, 6, std::string("3.0.7\0", 6)}, {1002, 6, std::string("16.el9\0", 7)}, {1003, 4, std::string("\0\0\0\1", 4)}, {1011, 6, std::string("Rocky Enterprise Software Foundation\0", 37)}});

TEST(RpmHeader, NameVersionEpochAndVendor) {
  const auto package = read_rpm_header(as_bytes(kPackage));
  ASSERT_TRUE(package) << package.error().message();
  EXPECT_EQ(package->name + " " + package->version, "openssl-libs 1:3.0.7-16.el9");
  EXPECT_EQ(rpm_ecosystem(package->vendor), "Rocky Linux");
  EXPECT_EQ(rpm_ecosystem("nobody"), "RPM");
}
TEST(RpmHeader, BrokenOnesAreErrorsAndNeverMore) {
  for (std::size_t size = 0; size < kPackage.size(); ++size) (void)read_rpm_header(as_bytes(std::string_view(kPackage).substr(0, size)));
  for (std::size_t at = 0; at < kPackage.size(); ++at) {
    std::string flipped = kPackage;
    flipped[at] = static_cast<char>(flipped[at] ^ 0xff);
    (void)read_rpm_header(as_bytes(flipped));
  }
  std::string many;
  put(many, 0xffffffff);
  put(many, 4);
  EXPECT_FALSE(read_rpm_header(as_bytes(many)));
  EXPECT_FALSE(read_rpm_header(as_bytes(header({{1000, 6, std::string(300, 'a') + std::string(1, '\0')}, {1001, 6, std::string("1\0", 2)}}))));
  EXPECT_FALSE(read_rpm_header({}));
}

}  // namespace
}  // namespace stormwatch::format
