// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/credential_column.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "collect/dataset/content.h"
#include "match/example.h"

namespace stormwatch::collect {
namespace {

/// Secrets that a column so named with these values gives; templates of match/example.h stand for what must not stand here.
std::size_t secrets_of(std::string_view column, std::initializer_list<std::string_view> values) {
  const auto type = names_credential(column);
  if (!type) return 0;
  CredentialTally tally(*type);
  std::uint64_t seed = 0;
  for (const std::string_view value : values) tally.read(match::example_of(value, ++seed));
  Observation seen;
  Source source;
  tally.finish(source, column, seen);
  return static_cast<std::size_t>(std::ranges::count_if(seen.assets, [](const Asset& asset) { return asset.kind() == AssetKind::secret; }));
}

TEST(CredentialColumn, PasswordsInTheClearAreTold) {
  EXPECT_EQ(secrets_of("password", {"{alpha:7}{digits:4}", "{alpha:6}!{digits:3}", "sunshine"}), 1u);
  EXPECT_EQ(secrets_of("users.motDePasse", {"{alpha:7}{digits:4}"}), 1u);
  EXPECT_EQ(secrets_of("api_key", {"{hex:32}", "{hex:32}"}), 1u);
}

TEST(CredentialColumn, DigestsWordsAndStandInsAreNone) {
  EXPECT_EQ(secrets_of("password", {"{hex:32}", "{hex:40}", "{hex:64}"}), 0u);
  EXPECT_EQ(secrets_of("password", {"$2b$12${alnum:53}", "pbkdf2_sha256$1000${alnum:12}"}), 0u);
  EXPECT_EQ(secrets_of("password", {"password1", "changeme", "test1234", ""}), 0u);
  EXPECT_EQ(secrets_of("password", {"red", "green", "blue", "{alpha:7}{digits:4}", "yes", "no", "maybe"}), 0u);
  EXPECT_EQ(secrets_of("password_hint", {"{alpha:7}{digits:4}"}), 0u);
  EXPECT_EQ(secrets_of("token", {"{alnum:32}"}), 0u);
}

/// Secrets of a set of one row.
std::size_t secrets_of_set(format::ContentKind kind) {
  Source source;
  source.kind = kind;
  DatasetContent content(source, "users");
  const std::string value = match::example_of("{alpha:7}{digits:4}");
  const Cell cell{.column = "password", .text = value};
  Row row;
  row.cells = std::span(&cell, 1);
  content.read(row);
  Observation seen;
  Asset set = make_asset("file:users", "users", DatasetFacts{});
  content.finish(seen, set);
  return static_cast<std::size_t>(std::ranges::count_if(seen.assets, [](const Asset& asset) { return asset.kind() == AssetKind::secret; }));
}

TEST(CredentialColumn, WhereTheNameStandsBesideTheValuePatternsTellIt) {
  EXPECT_EQ(secrets_of_set(format::ContentKind::text), 1u);
  EXPECT_EQ(secrets_of_set(format::ContentKind::json_lines), 0u);
}

}  // namespace
}  // namespace stormwatch::collect
