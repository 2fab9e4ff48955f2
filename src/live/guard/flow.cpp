// SPDX-License-Identifier: Apache-2.0
#include "live/guard/flow.h"

#include <algorithm>

namespace stormwatch::live::guard {

match::ToolFlow part_of(const Policy& policy, std::string_view tool, const std::vector<std::string_view>& texts) {
  match::ToolFlow part = match::flow_of(tool, texts);
  part.outbound |= any_matches(policy.outbound, tool);
  part.untrusted |= any_matches(policy.untrusted, tool);
  part.sensitive |= any_matches(policy.sensitive, tool) || std::ranges::any_of(texts, [&](std::string_view text) { return any_matches(policy.sensitive_paths, text); });
  return part;
}

bool lies_within(std::string_view path, std::string_view folder) {
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos) return false;
  const auto parts_of = [](std::string_view text, std::vector<std::string_view>& parts) {
    while (!text.empty()) {
      const std::size_t slash = std::min(text.find('/'), text.size());
      const std::string_view part = text.substr(0, slash);
      text.remove_prefix(std::min(slash + 1, text.size()));
      if (part.empty() || part == ".") continue;
      if (part != "..") parts.push_back(part);
      else if (!parts.empty()) parts.pop_back();
    }
  };
  std::vector<std::string_view> have, want;
  parts_of(path, have);
  parts_of(folder, want);
  return have.size() >= want.size() && std::equal(want.begin(), want.end(), have.begin());
}

}  // namespace stormwatch::live::guard
