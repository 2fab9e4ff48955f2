// SPDX-License-Identifier: Apache-2.0
// The folder that a collection makes: a file each listing, and collection.json, which says what is whole, what was refused and what is
// missing; a scan of the folder reads both.
//
// Files are written beside themselves and renamed. A listing that is whole is not asked for again when a collection is gone on with.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "live/collect/asker.h"

namespace stormwatch::live {

struct CollectedListing {
  std::string name, scope, file;  ///< scope: region, subscription, project; empty where there is none
  bool whole = false;
  std::size_t items = 0;
};

class Collection {
 public:
  /// Makes the folder. With `resume` what it holds of the same platform and owner is kept; without it a folder that holds a
  /// collection is refused.
  static Result<Collection> open(const std::string& folder, const std::string& platform, const std::string& owner, bool resume);

  [[nodiscard]] bool has_whole(const std::string& name, const std::string& scope) const;
  /// One listing with all that hangs on it; what could not be had is a gap.
  Result<void> collect(const Call& call, const std::string& scope, CallValues values, Asker& asker);
  void miss(const std::string& listing, const std::string& reason, const std::string& detail);
  Result<void> save() const;

  [[nodiscard]] const std::vector<CollectedListing>& listings() const { return listings_; }
  /// Lines for people: "sagemaker-models eu-west-1: refused: ListModels 403 AccessDenied (2 times)".
  [[nodiscard]] std::vector<std::string> gap_lines() const;

 private:
  Collection(std::string folder, std::string platform, std::string owner) : folder_(std::move(folder)), platform_(std::move(platform)), owner_(std::move(owner)) {}
  Result<void> read_state();

  std::string folder_, platform_, owner_;
  std::vector<CollectedListing> listings_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> gaps_;  // listing, reason, detail -> times
};

}  // namespace stormwatch::live
