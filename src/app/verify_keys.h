// SPDX-License-Identifier: Apache-2.0
// `--verify-secrets`: what vendors say of the keys that a scan found becomes facts of these secrets.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "live/verify_secrets.h"
#include "posture/asset.h"

namespace stormwatch::app {

/// Asks (live/verify_secrets.h), sets `SecretFacts::verified` wherever the secret stands, says in gaps which keys nobody could be
/// asked about, and lets go of all values that were held.
void verify_keys(std::vector<Observation>& observations, const std::vector<live::KeyCheck>& checks);

}  // namespace stormwatch::app
