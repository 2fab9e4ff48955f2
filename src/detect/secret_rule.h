// SPDX-License-Identifier: Apache-2.0
// The common shape of checks on secrets: one signal a secret and file, for the types the rule is about.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "detect/detector.h"

namespace stormwatch::detect {

/// Signals for secrets whose SecretFacts::type is one of `types`. The severity is the pattern's own (packs) or the rule's; it
/// is lowered in tests, examples, documentation and vendored code, where what stands is often revoked or invented.
std::function<void(const Estate&, const Context&, Signals&)> look_for_secrets(std::vector<std::string_view> types);

}  // namespace stormwatch::detect
