// SPDX-License-Identifier: Apache-2.0
// Charts that lie packed in the charts folder of another (helm dependency build): their text files under paths that name archive and
// member, "web/charts/redis-1.2.3.tgz!/redis/values.yaml". Bounded: 64 archives, files of 2 MiB, what the limits let an archive cost.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collect/source.h"

namespace stormwatch::collect {

inline constexpr std::string_view kMemberMark = "!/";

class PackedCharts {
 public:
  explicit PackedCharts(const Source& source) : source_(source) {}

  /// Opens the archives directly in the folder (once) and gives the folders of the charts in them.
  std::vector<std::string> charts_in(const std::string& folder, std::vector<Gap>& gaps);
  [[nodiscard]] const std::string* text_of(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> files_below(const std::string& folder) const;

  static bool is_packed(std::string_view path) { return path.find(kMemberMark) != std::string_view::npos; }

 private:
  void open(const std::string& archive, std::vector<Gap>& gaps);

  const Source& source_;
  std::set<std::string> opened_;
  std::map<std::string, std::string> files_;
};

}  // namespace stormwatch::collect
