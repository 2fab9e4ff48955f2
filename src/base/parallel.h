// SPDX-License-Identifier: Apache-2.0
// Work over an index range on several threads. The caller writes slot i only in call i, so the result has the same bytes
// whatever the number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace stormwatch {

/// Calls `work(i)` once for each i in [0, count), on up to `jobs` threads (0 means one a core). Returns when all are done.
/// `work` must not throw. Indices are handed out in ascending order.
void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work);

}  // namespace stormwatch
