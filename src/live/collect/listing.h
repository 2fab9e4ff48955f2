// SPDX-License-Identifier: Apache-2.0
// One listing of a table of calls: all its pages, what is asked further about each item, and the file that readers of exports know.
#pragma once

#include <functional>
#include <string>

#include "live/collect/asker.h"

namespace stormwatch::live {

class Listing {
 public:
  /// `miss` is told what could not be had: a reason of posture/evidence.h and a detail.
  using Miss = std::function<void(const std::string& reason, const std::string& detail)>;
  Listing(Asker& asker, std::string platform, Miss miss) : asker_(asker), platform_(std::move(platform)), miss_(std::move(miss)) {}

  /// True if nothing is missing.
  bool run(const Call& call, CallValues values);
  [[nodiscard]] std::size_t count() const { return count_; }
  /// JSON, an item a line: a list of Kubernetes, AWS Config's configuration items, or Azure's and Google's own.
  [[nodiscard]] std::string file(const std::string& scope) const;

 private:
  void list(const Call& call, const CallValues& values);
  void take_page(const Call& call, const Node& answer, const CallValues& values);
  void take_item(const Call& call, Node item, const CallValues& values);
  bool ask_further(const Call& further, Node& item, const CallValues& values);
  void keep(const Call& call, Node item, const CallValues& values);
  void missed(const Call& call, const Answered& answered);
  bool may_go_on(const Call& call);

  Asker& asker_;
  std::string platform_;
  Miss miss_;
  std::string lines_;
  std::size_t count_ = 0;
  bool whole_ = true;
};

}  // namespace stormwatch::live
