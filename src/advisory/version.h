// SPDX-License-Identifier: Apache-2.0
// Versions as their ecosystem orders them, parsed once and compared often.
//
// PyPI: PEP 440; what PEP 440 refuses sorts below it in the order setuptools gave such versions before (so every pair has an
// order). npm, crates.io, Go and the like: SemVer 2.0, tolerant of a leading 'v' and of missing parts. Maven, Debian, Alpine, RPM,
// RubyGems, NuGet, Packagist, Pub, CRAN and Hackage: ecosystem_orders.h. Everything else: runs of digits by value, runs of letters
// by text, pre-release words below the end of the version.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::advisory {

enum class VersionScheme : std::uint8_t { pep440, semver, maven, debian, alpine, rpm, gem, nuget, composer, pub, numbers, loose };
VersionScheme scheme_of(std::string_view ecosystem);

/// A version by PEP 440. The numbers saturate at 2^64-1.
struct PythonVersion {
  enum class Pre : std::uint8_t { below_all, alpha, beta, candidate, none };  ///< below_all: a development release without one
  std::uint64_t epoch = 0;
  std::vector<std::uint64_t> release;  ///< without trailing zeros
  Pre pre = Pre::none;
  std::uint64_t pre_number = 0;
  std::optional<std::uint64_t> post, development;
  std::vector<std::string> local;      ///< segments, lower case
  std::vector<std::string> legacy;     ///< parts of a version PEP 440 refuses; then nothing else is set

  static std::optional<PythonVersion> parse(std::string_view text);  ///< PEP 440 only
  static PythonVersion parse_legacy(std::string_view text);
  [[nodiscard]] bool is_legacy() const { return !legacy.empty(); }
};
int compare(const PythonVersion& left, const PythonVersion& right);

struct SemanticVersion {
  std::string core[3];                  ///< digits without leading zeros
  std::vector<std::string> prerelease;  ///< build metadata does not order
  static std::optional<SemanticVersion> parse(std::string_view text);
};
int compare(const SemanticVersion& left, const SemanticVersion& right);

/// A version under one scheme, for many comparisons against the bounds of ranges.
class Version {
 public:
  /// nullopt if it cannot be read at all (empty, over 256 bytes, or for SemVer without a leading number).
  static std::optional<Version> parse(VersionScheme scheme, std::string_view text);
  /// As the advisory databases mean it: PyPI's local label ("+cu121") is dropped.
  static std::optional<Version> parse_public(VersionScheme scheme, std::string_view text);
  friend int compare(const Version& left, const Version& right);  ///< both of one scheme

 private:
  /// What decides first in PEP 440 (without an epoch) and SemVer: up to six numbers with dots between. Nearly all versions are no more.
  using Numbers = std::array<std::uint32_t, 6>;
  struct Parsed {
    PythonVersion python;
    SemanticVersion semantic;
    std::string text;  ///< of the schemes that compare text
  };
  static std::optional<Version> parse(VersionScheme scheme, std::string_view text, bool with_label);
  static std::optional<Numbers> parse_plain(VersionScheme scheme, std::string_view text);
  static std::optional<Numbers> numbers_of(VersionScheme scheme, const Parsed& parsed);
  static std::shared_ptr<const Parsed> parse_whole(VersionScheme scheme, std::string_view text, bool with_label);
  [[nodiscard]] std::shared_ptr<const Parsed> whole() const;

  VersionScheme scheme_{};
  bool is_plain_ = false;     ///< its numbers are all there is
  bool has_numbers_ = false;  ///< two versions whose numbers differ need no further look
  Numbers numbers_{};
  std::shared_ptr<const Parsed> parsed_;  ///< null if plain
};

/// The order of two versions of an ecosystem without a scheme of its own here (Bitnami, NVIDIA, Docker tags).
int compare_loose(std::string_view left, std::string_view right);

/// The name as the ecosystem compares it: PEP 503 for PyPI, lower case elsewhere ('_' is '-' on crates.io).
std::string normal_name(std::string_view ecosystem, std::string_view name);

}  // namespace stormwatch::advisory
