// SPDX-License-Identifier: Apache-2.0
#include "detect/group_signals.h"

#include <gtest/gtest.h>

namespace stormwatch::detect {
namespace {

Signal flaw(int file, std::string resource, std::string identity = "CVE-1", std::string context = "") {
  Signal signal;
  signal.rule = "vulnerable-package";
  signal.asset = AssetId::of({"package"});
  signal.place = {.path = "k8s/" + std::to_string(file) + ".yaml", .line = 3, .resource = std::move(resource)};
  signal.identity = std::move(identity);
  signal.context = std::move(context);
  return signal;
}

std::vector<Signal> grouped(std::vector<Signal> signals) {
  group_flaws_of_images(signals);
  return signals;
}

TEST(GroupSignals, a_flaw_of_an_image_in_many_manifests_is_one_finding) {
  std::vector<Signal> all;
  for (int i = 0; i < 27; ++i) all.push_back(flaw(i, "Deployment/a"));
  const auto kept = grouped(all);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_NE(kept[0].evidence.find("in 27 files"), std::string::npos);
  EXPECT_NE(kept[0].explanation.find("and 23 more"), std::string::npos);
}

TEST(GroupSignals, few_manifests_other_flaws_contexts_and_lock_files_are_told_each) {
  EXPECT_EQ(grouped({flaw(1, "a"), flaw(2, "a"), flaw(3, "a")}).size(), 3u);
  std::vector<Signal> mixed;
  for (int i = 0; i < 4; ++i) {
    mixed.push_back(flaw(i, "a", "CVE-1"));
    mixed.push_back(flaw(i, "a", "CVE-2"));
    mixed.push_back(flaw(i, "a", "CVE-1", "test"));
    mixed.push_back(flaw(i, ""));
  }
  EXPECT_EQ(grouped(mixed).size(), 3u + 4u);
}

TEST(GroupSignals, a_table_of_test_vectors_is_one_remark) {
  Detector secrets;
  secrets.advisory.id = "password-exposed";
  secrets.advisory.vector = Vector::sensitive_data;
  const auto vectors = [&](std::size_t count, Severity severity, std::string context) {
    std::vector<Signal> all;
    for (std::size_t i = 0; i < count; ++i) {
      Signal signal;
      signal.rule = "password-exposed";
      signal.place.path = "tests/test_kdf.py";
      signal.severity = severity;
      signal.context = context;
      all.push_back(std::move(signal));
    }
    group_test_vectors(all, {&secrets, 1});
    return all;
  };
  ASSERT_EQ(vectors(11, Severity::low, "test").size(), 1u);
  EXPECT_NE(vectors(11, Severity::low, "test")[0].evidence.find("10 more"), std::string::npos);
  EXPECT_EQ(vectors(10, Severity::low, "test").size(), 10u);
  EXPECT_EQ(vectors(11, Severity::high, "test").size(), 11u) << "what matters is told each";
  EXPECT_EQ(vectors(11, Severity::low, "").size(), 11u);
}

}  // namespace
}  // namespace stormwatch::detect
