// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/credential_column.h"

#include <algorithm>

#include "base/text.h"
#include "collect/dataset/column.h"
#include "collect/secret_assets.h"
#include "match/checksum.h"
#include "match/placeholder.h"

namespace stormwatch::collect {

namespace {
constexpr std::uint64_t kOneOf = 3;  ///< one in so many values must be in the clear: people choose words, too, which cannot be told from other words

bool is_digest(std::string_view value) {
  const bool hex = value.size() >= 32 && std::ranges::all_of(value, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
  return hex || value.starts_with('$') || value.starts_with('{') || value.starts_with("pbkdf2") || value.starts_with("scrypt") || value.starts_with("argon2") || value.starts_with("sha1") || value.starts_with("sha2") || value.starts_with("sha5");
}

bool is_in_clear(std::string_view type, std::string_view value) {
  if (value.size() < 6 || value.size() > 100 || value.find_first_of(" \t\n<>") != std::string_view::npos || match::is_placeholder(value)) return false;
  if (type == "password") return value.size() <= 40 && !is_digest(value) && match::passes("password", value);
  return value.size() >= 16 && match::passes("random mixed unnamed", value);
}
}  // namespace

std::optional<std::string_view> names_credential(std::string_view column) {
  std::string plain;
  for (const char c : lower(last_part_of(column)))
    if (c >= 'a' && c <= 'z') plain += c;
  if (one_of(plain, {"password", "passwd", "pwd", "passwort", "kennwort", "motdepasse", "contrasena", "senha", "wachtwoord", "haslo", "userpassword", "userpwd", "userpass", "loginpassword", "plainpassword",
                     "plaintextpassword", "clearpassword", "dbpassword", "adminpassword", "wifipassword", "emailpassword"}))
    return "password";
  if (one_of(plain, {"apikey", "secretkey", "apisecret", "clientsecret", "accesstoken", "refreshtoken", "authtoken", "apitoken", "bearertoken", "secretaccesskey"})) return "secret";
  return std::nullopt;
}

bool CredentialTally::read(std::string_view value) {
  if (value.empty()) return false;
  ++values_;
  if (!is_in_clear(type_, value) || ++in_clear_ > 1) return false;
  first_ = value;
  return true;
}

void CredentialTally::finish(const Source& source, std::string_view column, Observation& seen) const {
  if (in_clear_ == 0 || in_clear_ * kOneOf < values_) return;
  const std::string named(type_);
  Asset asset = secret_asset({}, type_, first_, "repository", first_place_);
  asset.confidence = Confidence::medium;
  Sighting sighting{.what = "secret", .subject = "credential-column"};
  sighting.detail = std::to_string(in_clear_) + (in_clear_ == 1 ? " " + named : " " + named + "s") + " in the clear in column " + excerpt_of(column, 60) + ", the first";
  sighting.excerpt = redacted(first_);
  sighting.place = first_place_;
  sighting.confidence = in_clear_ > 1 ? Confidence::high : Confidence::medium;
  sighting.context = source.context;
  asset.sightings.push_back(std::move(sighting));
  const bool known = std::ranges::any_of(seen.assets, [](const Asset& other) { return other.kind() == AssetKind::repository; });
  if (!known) seen.add(make_asset(".", "repository", RepositoryFacts{}));
  seen.relate(Asset::id_of(AssetKind::repository, "."), RelationKind::stores_secret, asset.id, first_place_, asset.confidence);
  seen.add(std::move(asset));
}

}  // namespace stormwatch::collect
