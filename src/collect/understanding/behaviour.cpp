// SPDX-License-Identifier: Apache-2.0
// What a file's code does to the machine it runs on beyond what tools need: credential files read, persistence, traces removed,
// controls switched off, shells opened to the outside, data copied to a place the description does not name.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "collect/understanding/sight.h"

namespace stormwatch::collect {

void observe_behaviour(View&) {}

}  // namespace stormwatch::collect
