// SPDX-License-Identifier: Apache-2.0
// What `gcloud ... list --format=json` and `describe` print: the resources of Google's interfaces as they are, or in the words of
// `gcloud storage`; and policies (`get-iam-policy`), which do not say whose they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/node.h"

namespace stormwatch::collect {

struct GooglePrinted {
  std::string type;  ///< the asset type of Cloud Asset Inventory; for what is not known here, the collection: "models"
  bool known = false;
  Node asset;        ///< as Cloud Asset Inventory prints it (google_assets.h)
};

bool looks_printed_by_google(std::string_view head);
/// nullopt: nothing of Google's. `file` names the resource of a policy.
std::optional<GooglePrinted> google_printed(const Node& item, std::string_view file);

}  // namespace stormwatch::collect
