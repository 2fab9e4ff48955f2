// SPDX-License-Identifier: Apache-2.0
// A rule's advisory as text for people.
#pragma once

#include <string>

#include "posture/finding.h"

namespace stormwatch::app {
std::string rule_text(const Advisory& advisory);
}
