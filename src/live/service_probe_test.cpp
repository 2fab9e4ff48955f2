// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "format/content_document.h"
#include "live/address_range.h"
#include "live/service_prints.h"

namespace stormwatch::live {
namespace {

TEST(ServicePrints, each_can_tell_its_product_within_the_bound_of_requests) {
  const auto& prints = service_prints();
  ASSERT_TRUE(prints) << prints.error().message();
  EXPECT_GE(prints->size(), 160U);
  std::set<std::string> products, paths;
  for (const ServicePrint& print : *prints) {
    EXPECT_TRUE(products.insert(print.product).second) << print.product << " stands twice";
    const auto sure = std::ranges::count_if(print.signs, &ServiceSign::sure);
    std::set<std::string> hinted;
    for (const ServiceSign& sign : print.signs) {
      paths.insert(sign.path);
      EXPECT_TRUE(sign.sure || hinted.insert(sign.path).second) << print.product << ": two hints on " << sign.path << " count as one";
    }
    EXPECT_TRUE(sure > 0 || hinted.size() >= 2) << print.product << ": one hint tells nothing";
  }
  EXPECT_LE(paths.size(), 280U) << "an unknown server is asked for all of them";
}

TEST(ServicePrints, a_typo_is_told_with_its_line) {
  const auto read = [](std::string_view http) {
    const std::string text = "product: x\nhttp:\n  signs:\n    - " + std::string(http) + "\n";
    const auto documents = format::read_content(text, "services/x.yaml");
    EXPECT_TRUE(documents);
    const auto print = read_service_print(documents->front(), "services/x.yaml");
    return print ? std::string() : print.error().message();
  };
  EXPECT_EQ(read("{path: /a, json: [b]}"), "");
  for (const char* wrong : {"{path: a, json: [b]}", "{path: /a}", "{path: /a, body: '('}", "{path: /a, jsn: [b]}"}) {
    const std::string said = read(wrong);
    EXPECT_NE(said.find("services/x.yaml"), std::string::npos) << wrong << ": " << said;
    EXPECT_NE(said.find("line 4"), std::string::npos) << wrong << ": " << said;
  }
}

TEST(AddressRange, holds_to_this_machine_and_private_networks) {
  EXPECT_EQ(addresses_of("127.0.0.1")->size(), 1U);
  EXPECT_EQ(*addresses_of("10.1.2.5/30"), (std::vector<std::string>{"10.1.2.4", "10.1.2.5", "10.1.2.6", "10.1.2.7"}));
  EXPECT_EQ(addresses_of("192.168.7.0/24")->size(), 256U);
  for (const char* refused : {"8.8.8.8", "172.32.0.1", "10.0.0.0/23", "10.0.0.0/33", "example.com", "", "10.0.0.1/", "fe80::1"}) EXPECT_FALSE(addresses_of(refused)) << refused;
}

TEST(AddressRange, reads_ports) {
  EXPECT_EQ(*ports_of("8002,8000-8001,8000"), (std::vector<long>{8000, 8001, 8002}));
  for (const char* refused : {"", "0", "65536", "8001-8000", "1-1000", "a", "80,"}) EXPECT_FALSE(ports_of(refused)) << refused;
}

}  // namespace
}  // namespace stormwatch::live
