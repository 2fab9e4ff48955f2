// SPDX-License-Identifier: Apache-2.0
// All text patterns of all packs as one multi-pattern database (vectorscan): a text is read once and matched once; confirmers
// (RE2 capture, entropy, checksum, context) run on hits only.
//
// A Database is immutable after it is built and may be used from several threads, each with its own Scratch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/result.h"

namespace stormwatch::match {

/// One entry of a pack (packs/*.yaml). Topics: secret, personal-data, instruction, command, route (a text that shows a file
/// to be worth parsing), exposure.
struct Pattern {
  std::string id;                     ///< unique over all packs: "openai-project-key"
  std::string topic;
  std::string what;                   ///< the sighting it makes (posture/evidence.h); empty for routes
  std::string subject;                ///< of the sighting, or the provider; "$1" takes the first capture
  std::string regex;                  ///< RE2 syntax; the confirmer. Group "value" (or 1, or all) is the value
  std::string prefilter;              ///< a simpler expression for the first stage; empty: the regex itself
  std::uint32_t reach = 0;            ///< bytes around the first stage's hit to search; 0: the regex's longest match
  bool ignore_case = false;
  bool short_lived = false;           ///< what it finds ends within hours or days by itself
  std::vector<std::string> near;      ///< one of these words (any case) must stand within `near_bytes`
  std::uint32_t near_bytes = 120;
  double entropy = 0;                 ///< Shannon bits a character that the value must reach
  std::string checksum;               ///< luhn, iban, base64-prefix ...: a named check in match/checksum.h
  std::vector<std::string> unless;    ///< RE2; a value that one of these matches is refused (placeholders)
  std::vector<std::string> unless_around;  ///< RE2; the same over the whole match
  std::string confidence = "high";
  std::string severity;               ///< overrides the rule's
  std::vector<std::string> kinds;     ///< content kinds it applies to; empty: all text
  std::vector<std::string> fires, silent;  ///< examples: its tests. `{name}` parts are made at test time (match/example.h)
};

/// A confirmed hit. Offsets count bytes of the text that was scanned; the value is within [begin, end).
struct Hit {
  std::uint32_t pattern = 0;  ///< position in `Database::patterns()`
  std::uint64_t begin = 0, end = 0;
  std::uint64_t value_begin = 0, value_end = 0;
};

/// Reads the entries of one pack. A typo is an Error with file, line and what was expected.
Result<std::vector<Pattern>> read_pack(const Node& root, std::string_view file);

class Database {
 public:
  /// Compiles, or loads the compiled form from `cache_folder` (empty: no cache). The cache's name holds a hash of the patterns,
  /// the library's version and the processor's features; a damaged cache file is rebuilt. Errors name the pattern.
  static Result<Database> build(std::vector<Pattern> patterns, const std::string& cache_folder);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  [[nodiscard]] std::span<const Pattern> patterns() const;
  /// Confirmed hits in order of `begin`, then pattern; overlapping hits of one pattern are one. Thread-safe.
  [[nodiscard]] std::vector<Hit> scan(std::string_view text) const;
  /// The pattern's subject; "$1" is replaced by the value.
  [[nodiscard]] std::string subject_of(const Hit& hit, std::string_view text) const;

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace stormwatch::match
