// SPDX-License-Identifier: Apache-2.0
// Columns whose name says that their values are passwords or keys, and whether these stand there in the clear: digests and stand-ins are
// none. No pattern sees them, since the name stands once, in the head of the table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

/// "password" or "secret", as in SecretFacts::type, for a column so named ("user_password", "motDePasse", "api_key"); else nothing.
std::optional<std::string_view> names_credential(std::string_view column);

/// The values of one such column.
class CredentialTally {
 public:
  explicit CredentialTally(std::string_view type) : type_(type) {}

  /// Counts `value`; true for the first that is a credential in the clear, whose place the caller then tells with `stands_at`.
  bool read(std::string_view value);
  void stands_at(Place place) { first_place_ = std::move(place); }
  /// Adds one secret to `seen` where at least a third of the values are credentials in the clear; its key is the first of them.
  void finish(const Source& source, std::string_view column, Observation& seen) const;

 private:
  std::string_view type_;
  std::uint64_t values_ = 0, in_clear_ = 0;
  std::string first_;
  Place first_place_;
};

}  // namespace stormwatch::collect
