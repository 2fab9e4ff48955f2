// SPDX-License-Identifier: Apache-2.0
// Which assets have which value of the field `type`, so that a rule about one type of resource looks at those alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "graph/query.h"
#include "posture/asset.h"

namespace stormwatch::detect {

class TypeIndex {
 public:
  explicit TypeIndex(const Estate& estate);
  /// Positions of the assets for which the condition may be other than `no`, ascending. `estate` is the one of the index.
  [[nodiscard]] std::vector<std::size_t> candidates(const graph::Condition& condition) const;

 private:
  std::map<std::string, std::vector<std::size_t>, std::less<>> typed_;
  std::vector<std::size_t> untyped_;  ///< have the field, and it was not observed
  std::vector<std::vector<std::size_t>> of_kind_;
};

}  // namespace stormwatch::detect
