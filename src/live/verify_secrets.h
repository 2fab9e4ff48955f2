// SPDX-License-Identifier: Apache-2.0
// Asks vendors whether keys that were found still work (`--verify-secrets`): off unless the user says so, one harmless request a key.
//
// How each vendor is asked is data: key_checks/*.yaml. A key goes to its own vendor only, over https (http to this machine, for tests),
// is never written anywhere, and what the vendor answers is not kept beyond accepted or refused.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "posture/asset.h"

namespace stormwatch::live {

struct KeyCheck {
  std::vector<std::string> patterns;  ///< ids of the patterns whose values this vendor knows
  std::string method = "GET", url;    ///< `{secret}` stands for the value
  std::vector<std::string> headers;
  std::vector<long> accepted, refused;  ///< statuses
  std::string accepted_text;            ///< must stand in the body of an accepted answer, or the key is refused; empty: nothing must
};

/// The checks that the executable carries; those of `folders` come first and win. A typo is an Error with its file.
Result<std::vector<KeyCheck>> load_key_checks(const std::vector<std::string>& folders);

struct VerifyLimits {
  std::size_t most = 200;      ///< different keys
  double seconds_each = 10;
  double seconds_all = 120;
};

/// One answer a secret, in the order of `secrets` with repeats left out.
struct Verified {
  AssetId asset;
  std::string answer;  ///< accepted, refused, unknown: the word of `SecretFacts::verified`; empty: no vendor could be asked
  std::string why;     ///< of unknown and empty, for people; never a part of the value
};
std::vector<Verified> verify_secrets(std::span<const HeldSecret> secrets, std::span<const KeyCheck> checks, const VerifyLimits& limits);

}  // namespace stormwatch::live
