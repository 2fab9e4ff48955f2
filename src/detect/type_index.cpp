// SPDX-License-Identifier: Apache-2.0
#include "detect/type_index.h"

#include <algorithm>

namespace stormwatch::detect {

TypeIndex::TypeIndex(const Estate& estate) : of_kind_(kAssetKindNames.size()) {
  for (std::size_t i = 0; i < estate.assets().size(); ++i) {
    const Facts& facts = estate.assets()[i].facts;
    of_kind_[facts.index()].push_back(i);
    const std::optional<FieldValue> type = field_of(facts, "type");
    const Text* text = type ? std::get_if<Text>(&*type) : nullptr;
    if (text && !text->empty()) typed_[*text].push_back(i);
    else if (type) untyped_.push_back(i);
  }
}

std::vector<std::size_t> TypeIndex::candidates(const graph::Condition& condition) const {
  std::vector<std::size_t> found;
  const auto take = [&](const std::vector<std::size_t>& part) { found.insert(found.end(), part.begin(), part.end()); };
  if (!condition.types().empty()) {
    for (const std::string& type : condition.types())
      if (const auto at = typed_.find(type); at != typed_.end()) take(at->second);
    take(untyped_);
  } else if (!condition.kinds().empty()) {
    for (const AssetKind kind : condition.kinds()) take(of_kind_[static_cast<std::size_t>(kind)]);
  } else {
    for (const std::vector<std::size_t>& part : of_kind_) take(part);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace stormwatch::detect
